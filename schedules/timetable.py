"""The timetable of one device: what it is to air, and the two questions that a loop asks of it.

Pure: `now` is an argument, instants are aware UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schedules.forecast import foresee
from schedules.occurrences import Occurrence
from schedules.rails import RailsInForce
from schedules.segments import History, Segment, Unaired

_HORIZON = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Timetable:
    """Occurrences of one device, in any order, and the guard rails that hold there."""

    occurrences: tuple[Occurrence, ...]
    rails: RailsInForce = field(default_factory=lambda: RailsInForce(()))

    def foresee(self, history: History, now: datetime, *, until: datetime) -> Iterator[Segment | Unaired]:
        """Yield what will and will not be on air for all that begins before `until`; see `foresee`."""
        return foresee(self.occurrences, self.rails, history, now, until=until)

    def what_now(self, history: History, now: datetime) -> Segment | None:
        """Return what should be on air at `now`, or None."""
        for one in self.foresee(history, now, until=now + timedelta.resolution):
            if isinstance(one, Segment) and one.start_at <= now < one.end_at:
                return one
        return None

    def next_change(self, history: History, now: datetime) -> datetime | None:
        """Return the first instant after `now` at which `what_now` will answer differently, within eight days."""
        for one in self.foresee(history, now, until=now + _HORIZON):
            if isinstance(one, Segment):
                if one.start_at > now:
                    return one.start_at
                if one.end_at > now:
                    return one.end_at
        return None
