"""The rules of laying out hold for any rundown over any slot, and for any real end on air."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from schedules import (
    LEAST_LEFT,
    AdjustmentCode,
    Layout,
    Part,
    PartKind,
    Placement,
    Rundown,
    bounds,
    fall_back,
    lay_out,
    must_end_by,
    overrun,
)

START = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
ZERO = timedelta(0)
MINUTE = timedelta(minutes=1)

lengths = st.integers(1, 3_600).map(lambda seconds: timedelta(seconds=seconds))
short = st.sampled_from([0, 0, 1, 30]).map(lambda seconds: timedelta(seconds=seconds))
clocks = st.builds(time, st.integers(5, 6), st.integers(0, 59))
REPEATABLE = (PartKind.ITEM, PartKind.ANNOUNCEMENT)


@st.composite
def parts(draw: st.DrawFn, name: str, kind: PartKind) -> Part:
    """Draw a part that can be; one in four is pinned to the clock, and never a closing."""
    clock = draw(st.none() | st.none() | st.none() | clocks) if kind is not PartKind.CLOSING else None
    if kind is PartKind.RELAY and draw(st.booleans()):
        return Part(id=name, kind=kind, fills=True, fallback="standby", starts_at_clock=clock)
    bounded = kind in (PartKind.RELAY, PartKind.ITEM) and draw(st.booleans())
    least, most = sorted((draw(lengths), draw(lengths)))
    return Part(
        id=name,
        kind=kind,
        length=None if bounded else most,
        at_least=least if bounded else ZERO,
        at_most=most if bounded else None,
        is_trimmable=kind is not PartKind.CLOSING and draw(st.booleans()),
        fills=kind is PartKind.MUSIC and draw(st.booleans()),
        fallback="standby" if kind is PartKind.RELAY else "",
        starts_at_clock=clock,
        repeats=draw(st.integers(1, 4)) if kind in REPEATABLE else 1,
        repeat_gap=draw(short),
    )


@st.composite
def rundowns(draw: st.DrawFn) -> Rundown:
    others: list[PartKind] = [one for one in PartKind if one is not PartKind.CLOSING]
    kinds: list[PartKind] = draw(st.lists(st.sampled_from(others), max_size=7))
    kinds += [PartKind.CLOSING] if not kinds or draw(st.booleans()) else []
    made = tuple(draw(parts(str(number), kind)) for number, kind in enumerate(kinds))
    standby = Part(id="standby", kind=PartKind.MUSIC, length=draw(lengths), fills=draw(st.booleans()))
    return Rundown(name="x", parts=made, gap=draw(short), standby=(standby,))


slots = st.integers(1, 5_400).map(lambda seconds: timedelta(seconds=seconds))


def over(rundown: Rundown, slot: timedelta) -> Layout:
    return lay_out(rundown, start_at=START, end_at=START + slot, zone=HANOI)


@st.composite
def on_air(draw: st.DrawFn) -> tuple[Layout, int]:
    """Draw a layout after up to four of its readings really ended at some time, and how many are over by then."""
    layout = over(draw(rundowns()), draw(slots))
    place = -1
    for _ in range(draw(st.integers(0, 4))):
        left = len(layout.placements) - place - 1
        if not left:
            break
        place += draw(st.integers(1, left))
        one = layout.placements[place]
        layout = overrun(layout, one.part_id, one.start_at + draw(lengths), turn=one.turn)
    return layout, place + 1


layouts_on_air = on_air().map(lambda drawn: drawn[0])


def _orders(layout: Layout) -> list[tuple[int, int]]:
    places = {part.id: place for place, part in enumerate(layout.rundown.parts)}
    return [(places[one.part_id], one.turn) for one in layout.placements]


@given(layouts_on_air)
def test_nothing_is_outside_the_slot_or_out_of_order_or_over_another(layout: Layout) -> None:
    at = layout.start_at
    for one in layout.placements:
        assert at <= one.start_at <= one.end_at <= layout.end_at
        assert one.earliest_start_at <= one.start_at
        assert one.earliest_start_at <= one.earliest_end_at <= one.end_at
        at = one.end_at
    assert _orders(layout) == sorted(set(_orders(layout)))


@given(rundowns(), slots)
def test_parts_that_cannot_be_cut_are_whole_or_absent(rundown: Rundown, slot: timedelta) -> None:
    for one in over(rundown, slot).placements:
        part = rundown.parts[int(one.part_id)]
        length = one.end_at - one.start_at
        whole = part.length or part.longest
        if part.can_be_cut:
            assert length >= min(LEAST_LEFT, whole)
            assert one.trimmed == max(ZERO, whole - length)
            assert ZERO <= one.fade <= length
            assert one.fade or not one.trimmed
        else:
            assert (length, one.trimmed, one.fade) == (whole, ZERO, ZERO)
        assert part.fills or length <= whole


@given(rundowns(), slots)
def test_the_closing_is_kept_whenever_it_fits(rundown: Rundown, slot: timedelta) -> None:
    closing = rundown.parts[-1]
    if closing.kind is PartKind.CLOSING:
        assert bool(over(rundown, slot).placement_of(closing.id)) == (closing.longest <= slot)


@given(rundowns(), slots)
def test_parts_gaps_silences_and_spare_time_make_up_the_slot(rundown: Rundown, slot: timedelta) -> None:
    layout = over(rundown, slot)
    silences = {
        one.part_id: timedelta(milliseconds=one.params["length_ms"])
        for one in layout.adjustments
        if one.code is AdjustmentCode.SILENCE
    }
    total = ZERO
    for number, one in enumerate(layout.placements):
        part = rundown.parts[int(one.part_id)]
        gap = part.repeat_gap if one.turn > 1 else rundown.gap if number else ZERO
        total += (silences.get(part.id, gap) if one.turn == 1 else gap) + (one.end_at - one.start_at)
    assert total + layout.spare == slot


@given(rundowns(), slots)
def test_a_pinned_part_starts_at_its_time_or_is_dropped(rundown: Rundown, slot: timedelta) -> None:
    for one in over(rundown, slot).placements:
        clock = rundown.parts[int(one.part_id)].starts_at_clock
        if clock and one.turn == 1:
            assert one.start_at.astimezone(HANOI).time() == clock
            assert one.start_at == one.earliest_start_at


@given(rundowns(), slots)
def test_every_part_is_placed_or_says_why_not(rundown: Rundown, slot: timedelta) -> None:
    layout = over(rundown, slot)
    dropped = {(one.part_id, one.turn) for one in layout.adjustments if one.code.startswith("dropped")}
    for part in rundown.parts:
        placed = [turn for turn in range(1, part.repeats + 1) if layout.placement_of(part.id, turn)]
        assert placed == list(range(1, len(placed) + 1))
        assert ((part.id, len(placed) + 1) in dropped) == (len(placed) < part.repeats)


@given(rundowns(), slots)
def test_nothing_is_cut_or_dropped_when_the_longest_fits(rundown: Rundown, slot: timedelta) -> None:
    if bounds(rundown)[1] <= slot and not any(part.is_pinned for part in rundown.parts):
        layout = over(rundown, slot)
        assert len(layout.placements) == sum(part.repeats for part in rundown.parts)
        assert all(not one.trimmed or rundown.parts[int(one.part_id)].fills for one in layout.placements)


def _heard(one: Placement) -> tuple[str, int, datetime, datetime, timedelta]:
    return one.part_id, one.turn, one.start_at, one.end_at, one.trimmed


@given(rundowns(), slots)
def test_laying_out_twice_is_the_same_and_so_is_an_end_as_planned(rundown: Rundown, slot: timedelta) -> None:
    layout = over(rundown, slot)
    assert layout == over(rundown, slot)
    for one in layout.placements:
        again = overrun(layout, one.part_id, one.end_at, turn=one.turn)
        assert [_heard(it) for it in again.placements] == [_heard(it) for it in layout.placements]


@given(on_air())
def test_a_part_cut_by_its_last_moment_keeps_the_closing_and_the_next_pinned_part(
    drawn: tuple[Layout, int],
) -> None:
    layout, over_by_now = drawn
    pinned = {part.id for part in layout.rundown.parts if part.is_pinned}
    closing = layout.rundown.parts[-1]
    for place, one in list(enumerate(layout.placements))[over_by_now:]:
        by = must_end_by(layout, one.part_id, turn=one.turn)
        assert one.end_at <= by <= layout.end_at
        late = overrun(layout, one.part_id, by, turn=one.turn)
        if closing.kind is PartKind.CLOSING and layout.placement_of(closing.id):
            assert late.placement_of(closing.id)
        behind = (it for it in layout.placements[place + 1 :] if it.part_id in pinned and it.turn == 1)
        head = next(behind, None)
        if head:
            again = late.placement_of(head.part_id)
            assert again
            assert again.start_at == head.start_at


@given(rundowns(), slots, st.integers(0, 5_400))
def test_a_silent_relay_moves_nothing_else(rundown: Rundown, slot: timedelta, seconds: int) -> None:
    layout = over(rundown, slot)
    at = START + timedelta(seconds=seconds)
    for one in layout.placements:
        if rundown.parts[int(one.part_id)].kind is PartKind.RELAY and one.start_at <= at < one.end_at:
            silent = fall_back(layout, one.part_id, at=at)
            others = {one.part_id, "standby"}
            assert [it for it in silent.placements if it.part_id not in others] == [
                it for it in layout.placements if it.part_id not in others
            ]
            for it in silent.placements:
                if it.part_id in others:
                    assert one.start_at <= it.start_at < it.end_at <= one.end_at
