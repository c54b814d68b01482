"""Two things at one time on one device: loudspeakers refuse, boards share."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from controller.domain.airings import Airing, AiringState
from controller.domain.errors import Code, ConflictError
from controller.domain.ids import new_id
from controller.usecases.ports import Work
from controller.usecases.timetables import as_occurrence
from schedules import Span, first_free_start, overlaps, without

GAP = timedelta(seconds=5)
_LOOK_AHEAD = timedelta(hours=24)


def check_speakers_free(work: Work, wished: Sequence[Airing]) -> None:
    """Raise TIME_OVERLAPS, with the first time that is free everywhere, when a loudspeaker is already taken."""
    sounds = [airing for airing in wished if airing.content_id is not None]
    if not sounds:
        return
    first = sounds[0]
    planned = work.airings.open_between(
        [one.device_id for one in sounds], start_at=first.planned_at, end_at=first.ends_at + _LOOK_AHEAD
    )
    taken = [as_occurrence(one) for one in planned]
    if overlaps(as_occurrence(first), taken):
        free_at = first_free_start(as_occurrence(first), taken, gap=GAP)
        raise ConflictError(Code.TIME_OVERLAPS, field="start_at", free_at=free_at.isoformat())


def share_boards(work: Work, wished: Sequence[Airing], now: datetime) -> list[Airing]:
    """Add the wished airings to the plan; on a board, whichever bulletin starts later is the one shown.

    A bulletin that was already planned makes way for as long as a later one lasts and then returns, as an
    airing of its own; the wished one likewise makes way for those planned to start after it. "Later" is said of
    broadcasts: a bulletin that returns is no later for it.
    """
    added = []
    for airing in wished:
        added += [airing] if airing.content_id is not None else _share(work, airing, now)
    for airing in added:
        work.airings.add(airing)
    return added


def _share(work: Work, wished: Airing, now: datetime) -> list[Airing]:
    others = work.airings.open_between([wished.device_id], start_at=wished.planned_at, end_at=wished.ends_at)
    start_at = wished.planned_at
    earlier = [one for one in others if _first_start(work, one) <= start_at]
    later = [_span(one) for one in others if _first_start(work, one) > start_at]
    returning = [part for one in earlier for part in _make_way(one, _span(wished), now)]
    return _fill(wished, without(_span(wished), later), now) + returning


def _first_start(work: Work, airing: Airing) -> datetime:
    broadcast = work.airings.broadcast(airing.broadcast_id)
    return broadcast.start_at if broadcast is not None else airing.planned_at


def _make_way(airing: Airing, hole: Span, now: datetime) -> list[Airing]:
    """Cut the hole out of a planned bulletin; return the parts that come after it, as new airings."""
    parts = without(_span(airing), [hole])
    if not parts or parts[0].start_at != airing.planned_at:
        airing.call_off()
        return [_part(airing, part, now) for part in parts]
    airing.ends_at = parts[0].end_at
    return [_part(airing, part, now) for part in parts[1:]]


def _fill(wished: Airing, parts: Sequence[Span], now: datetime) -> list[Airing]:
    """Spread a new bulletin over the parts of its time that are its own; the first part keeps its id."""
    if not parts:
        return []
    wished.planned_at, wished.ends_at = parts[0].start_at, parts[0].end_at
    return [wished, *(_part(wished, part, now) for part in parts[1:])]


def cut_off(airing: Airing, now: datetime, *, resume_at: datetime) -> Airing:
    """End a bulletin's time now, and return what is left of it from `resume_at` on, as an airing of its own."""
    rest = _part(airing, Span(resume_at, airing.ends_at), now)
    # It takes no room in the timetable any more, where its text may be the longest part.
    airing.ends_at = now
    return rest


def _part(airing: Airing, part: Span, now: datetime) -> Airing:
    part_id = new_id(now)
    return replace(
        airing,
        id=part_id,
        key=part_id,
        planned_at=part.start_at,
        ends_at=part.end_at,
        # What the device said of the first part is not said of this one.
        state=AiringState.PLANNED,
        started_at=None,
        ended_at=None,
        length_ms=0,
        deviation_us=None,
        reason="",
        reported_at=None,
    )


def _span(airing: Airing) -> Span:
    return Span(airing.planned_at, airing.ends_at)
