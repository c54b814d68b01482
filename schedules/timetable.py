"""The plan of one device, and the question both houses ask of it: what now, and when does that change?

Pure: `now` is an argument, instants are aware UTC. The controller asks for its preview and the device asks for
its loop, and both get the answer from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.errors import ImpossibleOccurrenceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One computed time of one item on one device: it sounds or shows in [start_at, end_at).

    `priority` is 0..255, higher wins. `late_limit` is how late it may still start; past that it is missed.
    """

    id: str
    start_at: datetime
    end_at: datetime
    priority: int = 0
    late_limit: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        """Refuse what cannot be: naive instants, an end that is not after the start, a priority out of range."""
        if self.start_at.tzinfo is None or self.end_at.tzinfo is None:
            raise ImpossibleOccurrenceError("naive_instant", "instants must carry a time zone")
        if self.end_at <= self.start_at:
            raise ImpossibleOccurrenceError("end_before_start", "the end must come after the start")
        if not 0 <= self.priority <= 255:
            raise ImpossibleOccurrenceError("priority_out_of_range", "priority must be 0 to 255")

    @property
    def last_start_at(self) -> datetime:
        """The latest instant at which it may still start: it is missed from then on."""
        return min(self.start_at + self.late_limit, self.end_at)


@dataclass(frozen=True, slots=True)
class Plan:
    """Occurrences of one device, in playing order."""

    occurrences: tuple[Occurrence, ...]

    def what_now(self, now: datetime) -> Occurrence | None:
        """Return the occurrence that should be on air at `now`, or None."""
        return best(one for one in self.occurrences if one.start_at <= now < one.end_at)

    def next_change(self, now: datetime) -> datetime | None:
        """Return the first instant after `now` at which `what_now` may answer differently, or None."""
        edges = (edge for one in self.occurrences for edge in (one.start_at, one.end_at) if edge > now)
        return min(edges, default=None)

    def upcoming(self, now: datetime) -> tuple[Occurrence, ...]:
        """Return what starts after `now`, soonest first."""
        return tuple(one for one in self.occurrences if one.start_at > now)


def plan(occurrences: Iterable[Occurrence]) -> Plan:
    """Put occurrences into playing order: by start, then rank."""
    return Plan(tuple(sorted(occurrences, key=lambda one: (one.start_at, _rank(one)))))


def best(occurrences: Iterable[Occurrence]) -> Occurrence | None:
    """Return the winner: highest priority, then the one that started first, then the lower id. Total and stable."""
    return min(occurrences, key=_rank, default=None)


def _rank(one: Occurrence) -> tuple[int, datetime, str]:
    return (-one.priority, one.start_at, one.id)
