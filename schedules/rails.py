"""The guard rails of one device at work: one question, "may this sound from here to there?", and one account.

The account counts what really sounded, repeats and relays included, by the local day on which an item was to
start (a session over midnight belongs to its first day). Emergencies are counted apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schedules.guardrails import NIGHT, SESSION_GAP, STANDARD, Guardrail
from schedules.slots import Slot, at_local, local_day

EMERGENCY_ITEM = timedelta(minutes=STANDARD.emergency_item_minutes or 15)
EMERGENCY_DAY = timedelta(minutes=STANDARD.emergency_day_minutes or 480)
_DAY = timedelta(days=1)
_ZERO = timedelta(0)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that would be broken. `params` are whole numbers and local times as text, for a sentence."""

    code: str
    params: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rails:
    """The guard rails of one device from `holds_from` on. `has_neighbour`: it stands beside a school or the like."""

    guardrail: Guardrail = STANDARD
    zone: str = "Asia/Ho_Chi_Minh"
    has_neighbour: bool = False
    holds_from: datetime = BEGINNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Aired:
    """Something that sounded in [start_at, end_at), of an item planned for the local day `day`."""

    start_at: datetime
    end_at: datetime
    day: date
    is_emergency: bool = False


@dataclass(slots=True)
class _Use:
    """What one day has used up."""

    sessions: int = 0
    session: timedelta = _ZERO
    total: timedelta = _ZERO
    last_end: datetime = BEGINNING


@dataclass(slots=True)
class Account:
    """Running totals by day; `add` takes airings in the order of their start."""

    _uses: dict[date, _Use] = field(default_factory=dict)
    _emergencies: dict[date, timedelta] = field(default_factory=dict)

    @classmethod
    def of(cls, aired: Iterable[Aired]) -> "Account":
        """Return the account of what has sounded."""
        account = cls()
        for one in sorted(aired, key=lambda airing: airing.start_at):
            account.add(one)
        return account

    def add(self, aired: Aired) -> None:
        """Count one airing."""
        length = aired.end_at - aired.start_at
        if aired.is_emergency:
            self._emergencies[aired.day] = self._emergencies.get(aired.day, _ZERO) + length
            for use in self._uses.values():
                # It parts no session that it interrupts.
                if aired.start_at - use.last_end < SESSION_GAP:
                    use.last_end = max(use.last_end, aired.end_at)
            return
        use = self._uses.setdefault(aired.day, _Use())
        if use.sessions == 0 or aired.start_at - use.last_end >= SESSION_GAP:
            use.sessions, use.session = use.sessions + 1, _ZERO
        use.session += length
        use.total += length
        use.last_end = max(use.last_end, aired.end_at)

    def with_more(self, day: date, start_at: datetime, length: timedelta) -> tuple[int, timedelta, timedelta]:
        """Return sessions of the day, length of the present session and total, if this were to sound too."""
        use = self._uses.get(day, _Use())
        is_new = use.sessions == 0 or start_at - use.last_end >= SESSION_GAP
        return use.sessions + is_new, length if is_new else use.session + length, use.total + length

    def emergencies(self, day: date) -> timedelta:
        """Return for how long emergencies have sounded on a day."""
        return self._emergencies.get(day, _ZERO)


class RailsInForce:
    """The dated rails of one device, ready for many questions. Without any, STANDARD holds."""

    def __init__(self, rails: Iterable[Rails]) -> None:
        self._rails = sorted(rails, key=lambda one: one.holds_from) or [Rails()]

    def at(self, instant: datetime) -> Rails:
        """Return the rails of an item planned for this instant."""
        found = self._rails[0]
        for one in self._rails:
            if one.holds_from > instant:
                break
            found = one
        return found

    def day_of(self, planned_at: datetime) -> date:
        """Return the local day to which an item belongs."""
        return local_day(planned_at, _zone(self.at(planned_at).zone))

    def breaches(
        self, planned_at: datetime, start_at: datetime, end_at: datetime, account: Account
    ) -> tuple[Breach, ...]:
        """Return every rule that an item planned for one instant would break by sounding in [start_at, end_at)."""
        rails = self.at(planned_at)
        guardrail, zone = rails.guardrail, _zone(rails.zone)
        day = local_day(planned_at, zone)
        found = [*_hours(guardrail, zone, start_at, end_at), *_day(guardrail, day)]
        sessions, session, total = account.with_more(day, start_at, end_at - start_at)
        if guardrail.sessions_per_day is not None and sessions > guardrail.sessions_per_day:
            limit = guardrail.sessions_per_day
            found.append(Breach("sessions_per_day", (("limit", limit), ("used", sessions))))
        found += _minutes("session_minutes", guardrail.session_minutes, session)
        found += _minutes("day_minutes", guardrail.day_minutes, total)
        return tuple(found)

    def volume(self, planned_at: datetime, start_at: datetime, end_at: datetime, wished: int) -> int:
        """Return the volume at which [start_at, end_at) may sound: the lowest cap that it touches."""
        rails = self.at(planned_at)
        guardrail, zone = rails.guardrail, _zone(rails.zone)
        volume = min(wished, _curve_cap(guardrail, zone, start_at, end_at))
        if guardrail.night_volume is not None and _touched((NIGHT,), zone, start_at, end_at):
            volume = min(volume, guardrail.night_volume)
        if rails.has_neighbour and guardrail.neighbour_volume is not None:
            volume = min(volume, guardrail.neighbour_volume)
        return volume

    def emergency_volume(self, planned_at: datetime, wished: int) -> int:
        """Return the volume of an emergency: its own level, which no curve lowers."""
        cap = self.at(planned_at).guardrail.emergency_volume
        return wished if cap is None else min(wished, cap)

    def emergency_limits(self, planned_at: datetime) -> tuple[timedelta, timedelta]:
        """Return for how long one emergency may sound at a stretch, and all of them on a day."""
        guardrail = self.at(planned_at).guardrail
        item, day = guardrail.emergency_item_minutes, guardrail.emergency_day_minutes
        return (
            EMERGENCY_ITEM if item is None else timedelta(minutes=item),
            EMERGENCY_DAY if day is None else timedelta(minutes=day),
        )


def clock_text(instant: datetime, zone: ZoneInfo) -> str:
    """Return the local time of an instant: 05:00, or 05:00:30 when there are seconds."""
    clock = instant.astimezone(zone).time()
    return clock.isoformat("seconds" if clock.second else "minutes")


def _hours(guardrail: Guardrail, zone: ZoneInfo, start_at: datetime, end_at: datetime) -> list[Breach]:
    found = []
    at = ("at", clock_text(start_at, zone))
    if quiet := _touched(guardrail.quiet_hours, zone, start_at, end_at):
        until = ("until", clock_text(end_at, zone))
        found.append(Breach("quiet_hours", (at, until, *_words(quiet))))
    if guardrail.slots is not None and not _inside(guardrail.slots, zone, start_at, end_at):
        found.append(Breach("outside_slots", (at, ("until", clock_text(end_at, zone)))))
    return found


def _day(guardrail: Guardrail, day: date) -> list[Breach]:
    if guardrail.days is None or day.isoweekday() in guardrail.days:
        return []
    return [Breach("day_not_allowed", (("weekday", day.isoweekday()),))]


def _minutes(code: str, limit: int | None, used: timedelta) -> list[Breach]:
    if limit is None or used <= timedelta(minutes=limit):
        return []
    # Whole minutes, the begun one counted: "17 of 15".
    minutes = -(-used // timedelta(minutes=1))
    return [Breach(code, (("limit", limit), ("used", minutes), ("used_s", round(used.total_seconds()))))]


def _words(slot: Slot) -> tuple[tuple[str, str], ...]:
    return (("quiet_from", slot.start.isoformat("minutes")), ("quiet_to", slot.end.isoformat("minutes")))


@lru_cache(maxsize=4_096)
def _spans(slots: tuple[Slot, ...], zone: ZoneInfo, day: date) -> tuple[tuple[datetime, datetime, Slot], ...]:
    """Return what the slots that start on a local day cover."""
    return tuple((*slot.span_on(day, zone), slot) for slot in slots)


def _days(zone: ZoneInfo, start_at: datetime, end_at: datetime) -> list[date]:
    first, last = local_day(start_at, zone) - _DAY, local_day(end_at, zone)
    return [first + _DAY * number for number in range((last - first).days + 1)]


def _touched(slots: tuple[Slot, ...], zone: ZoneInfo, start_at: datetime, end_at: datetime) -> Slot | None:
    """Return a slot that [start_at, end_at) touches, or None."""
    if not slots:
        return None
    for day in _days(zone, start_at, end_at):
        for begin, end, slot in _spans(slots, zone, day):
            if start_at < end and begin < end_at:
                return slot
    return None


def _inside(slots: tuple[Slot, ...], zone: ZoneInfo, start_at: datetime, end_at: datetime) -> bool:
    """Tell whether one slot, or several that join, cover [start_at, end_at) wholly."""
    covered = start_at
    for day in _days(zone, start_at, end_at):
        for begin, end, _ in sorted(_spans(slots, zone, day)):
            if begin <= covered < end:
                covered = end
    return covered >= end_at


def _curve_cap(guardrail: Guardrail, zone: ZoneInfo, start_at: datetime, end_at: datetime) -> int:
    if not guardrail.volume_curve:
        return 100
    cap = guardrail.volume_at(start_at.astimezone(zone).time())
    for day in _days(zone, start_at, end_at):
        for at, volume in guardrail.volume_curve:
            if start_at <= at_local(day, at, zone) < end_at:
                cap = min(cap, volume)
    return cap


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


__all__ = ["Account", "Aired", "Breach", "Rails", "RailsInForce", "clock_text"]
