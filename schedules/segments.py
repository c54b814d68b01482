"""What a forecast says, and the history that it goes on from: values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from schedules.occurrences import Occurrence
from schedules.rails import Aired, Breach, RailsInForce

_ZERO = timedelta(0)


class Ending(StrEnum):
    """How a segment ends: of itself, cut by something of higher rank, at its window's end, at the emergency limit."""

    WHOLE = "whole"
    OUTRANKED = "outranked"
    TRIMMED = "trimmed"
    LIMITED = "limited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One occurrence on the air in [start_at, end_at), from `offset` into its sound, at `volume` percent."""

    occurrence: Occurrence
    start_at: datetime
    end_at: datetime
    offset: timedelta
    volume: int
    ending: Ending


class Fate(StrEnum):
    """Why an occurrence, or what was left of it, does not air: forbidden, out of time, or kept off by another."""

    REFUSED = "refused"
    TOO_LATE = "too_late"
    OUTRANKED = "outranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unaired:
    """What will not air, from when on that is certain, and why. `winner` is the id of what kept it off, or ""."""

    occurrence: Occurrence
    at: datetime
    fate: Fate
    breaches: tuple[Breach, ...] = ()
    winner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAir:
    """What is on air now: since when, from where in its sound, until when at most, and how loud.

    An `ending` OUTRANKED, as a forecast says of what will be cut, is only expected: the end is then computed anew.
    """

    occurrence: str
    start_at: datetime
    end_at: datetime
    offset: timedelta = _ZERO
    volume: int = 100
    ending: Ending = Ending.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What really happened so far.

    `over`: never to be on air again. `played`: everything that was cut, and how far into its sound it came (zero for
    what begins anew, and for text). `waiting`: what lost at its time or was cut, and the id of the winner. `aired`:
    what sounded on this and the last days, for the caps, without what is on air now.
    """

    over: frozenset[str] = frozenset()
    played: Mapping[str, timedelta] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    aired: tuple[Aired, ...] = ()
    on_air: OnAir | None = None


NOTHING_YET = History()


def aired_of(segment: Segment, rails: RailsInForce) -> Aired:
    """Return what a segment counts as, in the account of its day."""
    one = segment.occurrence
    return Aired(
        start_at=segment.start_at,
        end_at=segment.end_at,
        day=rails.day_of(segment.start_at),
        is_emergency=one.is_emergency,
    )
