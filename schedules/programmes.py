"""Chương trình: a rundown laid out over a slot, and laid out anew when the air brings it out of step.

The rules, in the order in which they bind:

1. The slot's end is hard: nothing sounds past it, so that the next programme starts on time.
2. A part is planned at its longest, so a planned start is the latest one. When parts before it may end of
   themselves sooner, its earliest start says by how much; both hold until something is laid out anew.
3. A pinned part starts at its time. It splits the slot: what stands before it must end, gap included, before its
   time, and what stands after it shares the time up to the next pinned part, or to the slot's end. Before it there
   is silence when nothing fills the time. A pin outside the slot, or not after the pin before it, drops its part.
4. What does not fit is dropped whole. Parts are admitted in this order, each with the least that must be left of
   it, and stay in the rundown's order: closing; pinned part; chime and greeting; parts that cannot be cut, first to
   last; parts that can, first to last; relays; music. A shorter part may find room where a longer one did not. A
   pinned part that does not fit, or that keeps the closing out, is dropped, and its time no longer splits the slot.
5. Repeats are admitted after that, second readings before third ones, and only where nothing is cut for them.
6. What is still too much is cut from the ends of music, then of relays, then of other trimmable parts, each from
   the last one backwards, down to LEAST_LEFT; the last FADE of what is left is faded. Others are whole or absent.
   A relay ends at its bound, where it is cut, or at the slot's end; it fades in any case.
7. Time to spare goes to the last part that fills, between two pins; without one it is silence before a pin, or
   spare time at the end.
8. On air, `overrun` lays out what follows the real end of a part by the same rules. A pin that has passed by then
   starts at once: a bounded relay is joined under way and keeps its planned end, anything else starts late.
   `must_end_by` says when a part that runs late must be cut so that the next pinned part and the closing are heard.
9. When a relay falls silent its fallback takes its place up to the relay's planned end, repeated when it fills, cut
   when it can be; nothing else moves, so that the relay can return at any moment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from schedules._laying import Air, Reading, given_notes, lay_rest, no_room, placed_at
from schedules.errors import ImpossibleRundownError
from schedules.layouts import Adjustment, AdjustmentCode, Layout, Placement, note
from schedules.rundowns import PartKind, Rundown

_ZERO = timedelta(0)


def lay_out(
    rundown: Rundown, *, start_at: datetime, end_at: datetime, zone: ZoneInfo | None = None
) -> Layout:
    """Lay a rundown out over the slot [start_at, end_at). Parts pinned to the clock need the `zone` of the wall.

    Raises ImpossibleRundownError `naive_instant`, `end_before_start`, `zone_missing`.
    """
    start_at, end_at = _utc(start_at, "start_at"), _utc(end_at, "end_at")
    if end_at <= start_at:
        raise ImpossibleRundownError("end_before_start", "the end must come after the start", field="end_at")
    for number, part in enumerate(rundown.parts):
        if part.starts_at_clock is not None and zone is None:
            field = f"parts[{number}].starts_at_clock"
            raise ImpossibleRundownError("zone_missing", "a clock shows its time in a zone", field=field)
    empty = Layout(
        rundown=rundown, start_at=start_at, end_at=end_at, zone=zone, placements=(), adjustments=()
    )
    placements, adjustments = lay_rest(Air(empty, start_at))
    return _with(empty, placements, adjustments)


def overrun(layout: Layout, part_id: str, ended_at: datetime, *, turn: int = 1) -> Layout:
    """Lay out anew what follows a reading that really ended at `ended_at`, later than planned or sooner.

    Parts that were dropped behind it get another chance. An end past the slot's end counts as the slot's end.
    Raises ImpossibleRundownError `naive_instant`, `not_on_air`.
    """
    ended_at = min(_utc(ended_at, "ended_at"), layout.end_at)
    place, planned = _on_air(layout, part_id, turn, ended_at)
    here = (_index_of(layout.rundown, planned.stands_for or part_id), turn)
    placements, adjustments = lay_rest(Air(layout, ended_at, here))
    notes = [one for one in layout.adjustments if one.part_id and _key(layout.rundown, one) <= here]
    start_at = planned.start_at
    real = replace(planned, earliest_start_at=start_at, end_at=ended_at, earliest_end_at=ended_at)
    if ended_at != planned.end_at:
        real = replace(real, trimmed=_ZERO, fade=_ZERO)
        foreseen = (AdjustmentCode.TRIMMED, AdjustmentCode.FILLS_GAP)
        notes = [
            one for one in notes if (one.part_id, one.turn) != (part_id, turn) or one.code not in foreseen
        ]
        code = AdjustmentCode.OVERRAN if ended_at > planned.end_at else AdjustmentCode.ENDED_EARLY
        notes.append(note(part_id, code, turn, by=abs(ended_at - planned.end_at)))
    notes += [*adjustments, *_moves(layout, placements)]
    return _with(layout, (*layout.placements[:place], real, *placements), notes)


def must_end_by(layout: Layout, part_id: str, *, turn: int = 1) -> datetime:
    """Return when a reading that runs late must be cut at the latest: for the next pinned part, and the closing.

    Raises ImpossibleRundownError `not_on_air`.
    """
    place, _ = _on_air(layout, part_id, turn, layout.end_at)
    parts = {part.id: part for part in layout.rundown.parts}
    gap = layout.rundown.gap
    ends = [layout.end_at]
    for one in layout.placements[place + 1 :]:
        part = parts.get(one.part_id)
        if part and part.is_pinned and one.turn == 1:
            ends.append(one.start_at - gap)
        if part and part.kind is PartKind.CLOSING:
            ends.append(layout.end_at - part.longest - gap)
    return min(ends)


def fall_back(layout: Layout, part_id: str, *, at: datetime) -> Layout:
    """Put the fallback of a relay that is silent from `at` on into the rest of the relay's place.

    Without a fallback that fits there the rest is silence. The layout before this stays right when the relay
    returns. Raises ImpossibleRundownError `naive_instant`, `not_on_air`, `fallback_for_relays_only`.
    """
    at = _utc(at, "at")
    place, relay = _on_air(layout, part_id, 1, at)
    left = relay.end_at - at
    index = _index_of(layout.rundown, part_id)
    part = layout.rundown.parts[index]
    if part.kind is not PartKind.RELAY or relay.stands_for:
        raise ImpossibleRundownError("fallback_for_relays_only", "only a relay falls silent", field="part_id")
    if left <= _ZERO:
        raise ImpossibleRundownError("not_on_air", "this relay is over by then", field="at")
    notes = [note(part_id, AdjustmentCode.FELL_BACK, length=left)]
    heard = [replace(relay, end_at=at, earliest_end_at=at, fade=_ZERO)] if at > relay.start_at else []
    standby = layout.rundown.standby_for(part)
    if standby is not None:
        reading = Reading(standby, index)
        given = left if standby.fills else min(left, reading.own)
        if standby.least_left <= left:
            heard.append(replace(placed_at(at, reading, given, earliest_at=at), stands_for=part_id))
            notes += given_notes(reading, given)
            left -= given
        else:
            notes.append(no_room(reading, left))
    if left:
        notes.append(note(part_id, AdjustmentCode.SILENCE, length=left))
    placements = (*layout.placements[:place], *heard, *layout.placements[place + 1 :])
    return _with(layout, placements, (*layout.adjustments, *notes))


def _moves(layout: Layout, placements: Iterable[Placement]) -> Iterator[Adjustment]:
    """Yield by how much parts that were planned before start later now, or sooner."""
    for one in placements:
        before = layout.placement_of(one.part_id, one.turn)
        moved = one.start_at - before.start_at if before else _ZERO
        if moved:
            code = AdjustmentCode.PUSHED if moved > _ZERO else AdjustmentCode.MOVED_UP
            yield note(one.part_id, code, one.turn, by=abs(moved))


def _with(layout: Layout, placements: Iterable[Placement], notes: Iterable[Adjustment]) -> Layout:
    """Return the layout with these placements and notes, in the rundown's order, the spare time last."""
    made = replace(layout, placements=tuple(placements), adjustments=())
    ordered = sorted((one for one in notes if one.part_id), key=lambda one: _key(layout.rundown, one))
    if made.spare:
        ordered.append(note("", AdjustmentCode.SPARE, length=made.spare))
    return replace(made, adjustments=tuple(ordered))


def _key(rundown: Rundown, one: Adjustment) -> tuple[int, int]:
    return _index_of(rundown, one.part_id), one.turn


def _index_of(rundown: Rundown, part_id: str) -> int:
    """Return the place of a part; a standby part has the place of the relay that it can stand for."""
    return next(i for i, part in enumerate(rundown.parts) if part_id in (part.id, part.fallback))


def _on_air(layout: Layout, part_id: str, turn: int, at: datetime) -> tuple[int, Placement]:
    """Return the last placement of a reading that has begun by `at`, and its number."""
    for number, one in reversed(list(enumerate(layout.placements))):
        if (one.part_id, one.turn) == (part_id, turn) and one.start_at <= at:
            return number, one
    raise ImpossibleRundownError("not_on_air", "this part has not begun by then", field="part_id")


def _utc(at: datetime, field: str) -> datetime:
    if at.tzinfo is None:
        raise ImpossibleRundownError("naive_instant", "instants must carry a time zone", field=field)
    return at.astimezone(UTC)
