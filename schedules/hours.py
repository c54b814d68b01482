"""The hours of one guard rail in one zone, as instants: quiet, allowed, and how loud it may be then.

Everything is computed once for a day of UTC and kept: a preview asks a thousand times about seven days. Where clocks
jump, what forbids and what lowers is read at its longest, what allows by the policy of `slots`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from schedules.guardrails import NIGHT, Guardrail
from schedules.slots import Slot, both_readings, local_day

_DAY = timedelta(days=1)
# Longer than this, an interval touches every time of day.
_WHOLE = 2 * _DAY
_MOST_DAYS = 1_000
_FULL = 100


@dataclass(frozen=True, slots=True)
class _DayHours:
    """What concerns one day of UTC; spans are [begin, end)."""

    quiet: tuple[tuple[datetime, datetime, Slot], ...]
    allowed: tuple[tuple[datetime, datetime], ...]
    caps: tuple[tuple[datetime, datetime, int], ...]


class Hours:
    """Answers for one guard rail in one zone; instants are UTC."""

    def __init__(self, guardrail: Guardrail, zone: ZoneInfo) -> None:
        self._guardrail = guardrail
        self.zone = zone
        self._days: dict[int, _DayHours] = {}
        night = [] if guardrail.night_volume is None else [guardrail.night_volume]
        self._lowest = min([*(volume for _, volume in guardrail.volume_curve), *night], default=_FULL)
        self._last_asked = (datetime.min.replace(tzinfo=UTC), date.min)

    def day_of(self, instant: datetime) -> date:
        """Return the local day of an instant."""
        asked, day = self._last_asked
        if asked != instant:
            day = local_day(instant, self.zone)
            self._last_asked = (instant, day)
        return day

    def quiet_slot(self, start_at: datetime, end_at: datetime) -> Slot | None:
        """Return a quiet time that [start_at, end_at) touches, or None."""
        if not self._guardrail.quiet_hours:
            return None
        if end_at - start_at >= _WHOLE:
            return self._guardrail.quiet_hours[0]
        for number in range(start_at.toordinal(), end_at.toordinal() + 1):
            for begin, end, slot in self._on(number).quiet:
                if start_at < end and begin < end_at:
                    return slot
        return None

    def is_allowed(self, start_at: datetime, end_at: datetime) -> bool:
        """Tell whether one slot, or several that join, cover [start_at, end_at) wholly; without slots, always."""
        slots = self._guardrail.slots
        if slots is None:
            return True
        if end_at - start_at >= _WHOLE:
            return _fill_the_day(slots)
        return any(
            begin <= start_at and end_at <= end for begin, end in self._on(start_at.toordinal()).allowed
        )

    def cap(self, start_at: datetime, end_at: datetime) -> int:
        """Return the lowest volume that the curve and the night allow anywhere in [start_at, end_at)."""
        if self._lowest == _FULL or end_at - start_at >= _WHOLE:
            return self._lowest
        cap = _FULL
        for number in range(start_at.toordinal(), end_at.toordinal() + 1):
            for begin, end, volume in self._on(number).caps:
                if volume < cap and start_at < end and begin < end_at:
                    cap = volume
        return cap

    def _on(self, number: int) -> _DayHours:
        found = self._days.get(number)
        if found is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            found = self._days[number] = self._computed(number)
        return found

    def _computed(self, number: int) -> _DayHours:
        """Compute a day of UTC from the local days whose slots may reach into it."""
        begin = datetime.combine(date.fromordinal(number), time(), UTC)
        end = begin + _DAY
        days = [date.fromordinal(number + offset) for offset in (-2, -1, 0, 1)]
        later = [date.fromordinal(number + offset) for offset in (2, 3, 4)]
        guardrail, zone = self._guardrail, self.zone
        quiet = [(*_longest_span(slot, day, zone), slot) for day in days for slot in guardrail.quiet_hours]
        allowed = [_span(slot, day, zone) for day in (*days, *later) for slot in guardrail.slots or ()]
        return _DayHours(
            quiet=tuple(one for one in quiet if one[0] < end and begin < one[1]),
            allowed=tuple(one for one in _joined(allowed) if one[0] < end and begin < one[1]),
            caps=tuple(one for one in self._caps([*days, later[0]]) if one[0] < end and begin < one[1]),
        )

    def _caps(self, days: list[date]) -> list[tuple[datetime, datetime, int]]:
        """Return what is capped, and at what: the nights, and the curve from each step to the next."""
        guardrail, zone = self._guardrail, self.zone
        caps = []
        if guardrail.night_volume is not None:
            caps += [(*_longest_span(NIGHT, day, zone), guardrail.night_volume) for day in days]
        curve = sorted(guardrail.volume_curve)
        steps = [(_readings(day, at, zone), volume) for day in days for at, volume in curve]
        for ((begin, _), volume), ((_, end), _) in pairwise(steps):
            caps.append((begin, end, volume))
        return caps


# Neighbouring days of UTC, and most guard rails, ask about the same slots of the same local days.


@lru_cache(maxsize=8_192)
def _longest_span(slot: Slot, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return slot.longest_span_on(day, zone)


@lru_cache(maxsize=8_192)
def _span(slot: Slot, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return slot.span_on(day, zone)


@lru_cache(maxsize=8_192)
def _readings(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return both_readings(day, clock, zone)


@lru_cache(maxsize=1_024)
def hours_of(guardrail: Guardrail, zone: str) -> Hours:
    """Return the hours of a guard rail, the same for all devices that share it."""
    return Hours(guardrail, zone_of(zone))


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return the zone of a name; raises what `ZoneInfo` raises."""
    return ZoneInfo(name)


def _joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return the same instants as spans that neither touch nor overlap."""
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _fill_the_day(slots: tuple[Slot, ...]) -> bool:
    """Tell whether slots leave no time of the day out."""
    reached = time.min
    pieces = [
        piece
        for slot in slots
        for piece in (
            [(slot.start, slot.end)] if slot.start < slot.end else [(slot.start, None), (time.min, slot.end)]
        )
    ]
    for start, end in sorted(pieces, key=lambda piece: piece[0]):
        if start > reached:
            return False
        if end is None:
            return True
        reached = max(reached, end)
    return False
