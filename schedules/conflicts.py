"""Which occurrences stand in each other's way, as values that the console turns into words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.occurrences import Occurrence


@dataclass(frozen=True, slots=True)
class Overlap:
    """A wished occurrence and one already planned that would be on air together in [start_at, end_at)."""

    wished: Occurrence
    planned: Occurrence
    start_at: datetime
    end_at: datetime


def overlaps(wished: Occurrence, planned: Iterable[Occurrence]) -> tuple[Overlap, ...]:
    """Return every overlap of `wished` with `planned`, earliest first. Touching ends do not overlap."""
    found = (
        Overlap(wished, other, max(wished.start_at, other.start_at), min(wished.end_at, other.end_at))
        for other in planned
        if wished.start_at < other.end_at and other.start_at < wished.end_at
    )
    return tuple(sorted(found, key=lambda overlap: (overlap.start_at, overlap.planned.id)))


def first_free_start(
    wished: Occurrence, planned: Iterable[Occurrence], *, gap: timedelta = timedelta(0)
) -> datetime:
    """Return the first start at or after the wished one at which it overlaps nothing, `gap` kept after each other."""
    length = wished.end_at - wished.start_at
    start_at = wished.start_at
    for other in sorted(planned, key=lambda one: one.start_at):
        free_at = other.end_at + gap
        if other.start_at < start_at + length and start_at < free_at:
            start_at = free_at
    return start_at


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time [start_at, end_at)."""

    start_at: datetime
    end_at: datetime


def without(span: Span, holes: Iterable[Span]) -> tuple[Span, ...]:
    """Return what is left of `span` when every hole is cut out of it, in order; empty leftovers are dropped."""
    left = []
    start_at = span.start_at
    for hole in sorted(holes, key=lambda one: one.start_at):
        if hole.start_at >= span.end_at:
            break
        if hole.start_at > start_at:
            left.append(Span(start_at, hole.start_at))
        start_at = max(start_at, hole.end_at)
    if start_at < span.end_at:
        left.append(Span(start_at, span.end_at))
    return tuple(left)
