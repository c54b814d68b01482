"""Khung giờ: a window of the local day, and the instants that it covers.

Local time becomes an instant in one place, here. Policy for zones with daylight saving time: a time that the
clock jumps over happens as long after the jump as it lies after the jump's begin (02:30 becomes 03:30), and a
time that happens twice counts the first time only.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the clock in `zone` shows `clock` on `day`, by the policy above."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the date that a calendar on the wall shows at an instant."""
    return at.astimezone(zone).date()


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """[start, end) of the local day; it crosses midnight when `end` is not after `start`, and then belongs to the
    day on which it starts. Equal ends are the whole day."""

    start: time
    end: time

    def span_on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the instants [start, end) of the slot that starts on `day`."""
        end_day = day if self.end > self.start else day + _DAY
        return at_local(day, self.start, zone), at_local(end_day, self.end, zone)

    def longest_span_on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the same, at its longest: where clocks jump, as long as a clock on the wall may show the slot."""
        end_day = day if self.end > self.start else day + _DAY
        return both_readings(day, self.start, zone)[0], both_readings(end_day, self.end, zone)[1]


def both_readings(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the earliest and the latest instant that a local time may mean; they differ only where clocks jump."""
    first, second = at_local(day, clock, zone), at_local(day, clock.replace(fold=1), zone)
    return min(first, second), max(first, second)
