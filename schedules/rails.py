"""The guard rails of one device at work: one question, "may this sound from here to there?", and one account.

The account counts what really sounded, repeats and relays included, by the local day on which it began (a session
over midnight belongs to its first day). Emergencies are counted apart.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schedules.errors import ImpossibleGuardrailError
from schedules.guardrails import SESSION_GAP, STANDARD, Guardrail
from schedules.hours import hours_of, zone_of
from schedules.slots import Slot

EMERGENCY_ITEM = timedelta(minutes=STANDARD.emergency_item_minutes or 15)
EMERGENCY_DAY = timedelta(minutes=STANDARD.emergency_day_minutes or 480)
_MINUTE = timedelta(minutes=1)
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

    def __post_init__(self) -> None:
        """Refuse a zone that is not known; ImpossibleGuardrailError."""
        try:
            zone_of(self.zone)
        except (ValueError, LookupError, OSError) as error:
            raise ImpossibleGuardrailError(
                "guardrail_malformed", "the zone is not known", field="zone"
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Aired:
    """Something that sounded in [start_at, end_at); `day` is the local day on which it began."""

    start_at: datetime
    end_at: datetime
    day: date
    is_emergency: bool = False


@dataclass(slots=True)
class Account:
    """Running totals. A session belongs to the day on which it began, minutes to the day on which their sound began."""

    _sessions: dict[date, int] = field(default_factory=dict)
    _totals: dict[date, timedelta] = field(default_factory=dict)
    _emergencies: dict[date, timedelta] = field(default_factory=dict)
    _session: timedelta = _ZERO
    _begun_at: datetime = BEGINNING
    _last_end: datetime = BEGINNING

    @classmethod
    def of(cls, aired: Iterable[Aired]) -> "Account":
        """Return the account of what has sounded."""
        account = cls()
        for one in sorted(aired, key=lambda airing: airing.start_at):
            account.add(one)
        return account

    def add(self, aired: Aired) -> None:
        """Count one airing; MUST come in the order of their start."""
        self.count(aired.day, aired.start_at, aired.end_at, is_emergency=aired.is_emergency)

    def count(self, day: date, start_at: datetime, end_at: datetime, *, is_emergency: bool = False) -> None:
        """Count what began on `day` and sounded in [start_at, end_at); what goes on may be counted piece by piece."""
        length = end_at - start_at
        if is_emergency:
            self._emergencies[day] = self._emergencies.get(day, _ZERO) + length
            # It parts no session that it interrupts.
            if not self.begins_session(start_at):
                self._last_end = max(self._last_end, end_at)
            return
        if self.begins_session(start_at):
            self._sessions[day] = self._sessions.get(day, 0) + 1
            self._session, self._begun_at, self._last_end = _ZERO, start_at, end_at
        self._session += length
        self._totals[day] = self._totals.get(day, _ZERO) + length
        self._last_end = max(self._last_end, end_at)

    def begins_session(self, start_at: datetime) -> bool:
        """Tell whether a sound from `start_at` on would begin a session rather than go on with the present one."""
        if start_at - self._last_end >= SESSION_GAP:
            return True
        # A clock that was set back must not let today's sounds vanish in a session of tomorrow.
        return self._begun_at - start_at >= SESSION_GAP

    def with_more(self, day: date, start_at: datetime, length: timedelta) -> tuple[int, timedelta, timedelta]:
        """Return sessions of the day, length of the present session and total, if this were to sound too."""
        total = self._totals.get(day, _ZERO) + length
        if self.begins_session(start_at):
            return self._sessions.get(day, 0) + 1, length, total
        return self._sessions.get(day, 0), self._session + length, total

    def emergencies(self, day: date) -> timedelta:
        """Return for how long emergencies have sounded on a day."""
        return self._emergencies.get(day, _ZERO)


class RailsInForce:
    """The dated rails of one device, ready for many questions. Without any, STANDARD holds."""

    def __init__(self, rails: Iterable[Rails]) -> None:
        self._rails = sorted(rails, key=lambda one: one.holds_from) or [Rails()]
        self._hours = [hours_of(one.guardrail, one.zone) for one in self._rails]
        self._is_undated = len(self._rails) == 1

    def at(self, instant: datetime) -> Rails:
        """Return the rails of an item planned for this instant."""
        return self._rails[self._number_at(instant)]

    def day_of(self, instant: datetime) -> date:
        """Return the local day of an instant."""
        return self._hours[self._number_at(instant)].day_of(instant)

    def breaches(
        self, planned_at: datetime, start_at: datetime, end_at: datetime, account: Account
    ) -> tuple[Breach, ...]:
        """Return every rule that an item planned for one instant would break by sounding in [start_at, end_at)."""
        number = 0 if self._is_undated else self._number_at(planned_at)
        guardrail, hours = self._rails[number].guardrail, self._hours[number]
        found: list[Breach] = []
        if quiet := hours.quiet_slot(start_at, end_at):
            found.append(Breach("quiet_hours", (*_from_to(start_at, end_at, hours.zone), *_words(quiet))))
        if not hours.is_allowed(start_at, end_at):
            found.append(Breach("outside_slots", _from_to(start_at, end_at, hours.zone)))
        day = hours.day_of(start_at)
        if guardrail.days is not None:
            planned_on = day if planned_at == start_at else hours.day_of(planned_at)
            found += _weekday(guardrail.days, planned_on, day, goes_on=not account.begins_session(start_at))
        sessions, session, total = account.with_more(day, start_at, end_at - start_at)
        limit = guardrail.sessions_per_day
        if limit is not None and sessions > limit:
            found.append(Breach("sessions_per_day", (("limit", limit), ("used", sessions))))
        limit = guardrail.session_minutes
        if limit is not None and session > limit * _MINUTE:
            found.append(_too_many("session_minutes", limit, session))
        limit = guardrail.day_minutes
        if limit is not None and total > limit * _MINUTE:
            found.append(_too_many("day_minutes", limit, total))
        return tuple(found)

    def volume(self, planned_at: datetime, start_at: datetime, end_at: datetime, wished: int) -> int:
        """Return the volume at which [start_at, end_at) may sound: the lowest cap that it touches."""
        number = self._number_at(planned_at)
        rails = self._rails[number]
        volume = min(wished, self._hours[number].cap(start_at, end_at))
        if rails.has_neighbour and rails.guardrail.neighbour_volume is not None:
            volume = min(volume, rails.guardrail.neighbour_volume)
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

    def _number_at(self, instant: datetime) -> int:
        if self._is_undated:
            return 0
        return max(bisect_right(self._rails, instant, key=lambda one: one.holds_from) - 1, 0)


def clock_text(instant: datetime, zone: ZoneInfo) -> str:
    """Return the local time of an instant: 05:00, or 05:00:30 when there are seconds."""
    clock = instant.astimezone(zone).time()
    return clock.isoformat("seconds" if clock.second else "minutes")


def _from_to(start_at: datetime, end_at: datetime, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    return (("at", clock_text(start_at, zone)), ("until", clock_text(end_at, zone)))


def _weekday(days: frozenset[int], planned_on: date, begun_on: date, *, goes_on: bool) -> list[Breach]:
    """Look at the day of the plan, and at the day on which it really begins, unless a session goes on over midnight."""
    for day in (planned_on, begun_on):
        if day.isoweekday() not in days and (day == planned_on or not goes_on):
            return [Breach("day_not_allowed", (("weekday", day.isoweekday()),))]
    return []


def _too_many(code: str, limit: int, used: timedelta) -> Breach:
    # Whole minutes, the begun one counted: "17 of 15".
    minutes = -(-used // _MINUTE)
    return Breach(code, (("limit", limit), ("used", minutes), ("used_s", round(used.total_seconds()))))


def _words(slot: Slot) -> tuple[tuple[str, str], ...]:
    return (("quiet_from", slot.start.isoformat("minutes")), ("quiet_to", slot.end.isoformat("minutes")))


__all__ = ["Account", "Aired", "Breach", "Rails", "RailsInForce", "clock_text"]
