"""The rules of a plan hold for any plan."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules import Occurrence, best, first_free_start, overlaps, plan
from tests.property.strategies import at_minute, minutes, occurrences

plans = st.lists(occurrences(), max_size=12)
gaps = st.integers(0, 15).map(lambda count: timedelta(minutes=count))


def _moved(one: Occurrence, start_at: datetime) -> Occurrence:
    return Occurrence(id=one.id, start_at=start_at, end_at=start_at + (one.end_at - one.start_at))


def _with_gap(planned: list[Occurrence], gap: timedelta) -> list[Occurrence]:
    return [Occurrence(id=one.id, start_at=one.start_at, end_at=one.end_at + gap) for one in planned]


@given(occurrences(), plans)
def test_an_overlap_is_what_both_have_in_common(wished: Occurrence, planned: list[Occurrence]) -> None:
    found = overlaps(wished, planned)
    assert {id(one.planned) for one in found} == {
        id(one) for one in planned if max(one.start_at, wished.start_at) < min(one.end_at, wished.end_at)
    }
    for one in found:
        assert one.start_at < one.end_at
        assert one.start_at in (wished.start_at, one.planned.start_at)
        assert one.end_at in (wished.end_at, one.planned.end_at)


@given(occurrences(), plans, gaps)
def test_the_free_start_is_free_and_none_is_earlier(
    wished: Occurrence, planned: list[Occurrence], gap: timedelta
) -> None:
    start_at = first_free_start(wished, planned, gap=gap)
    assert start_at >= wished.start_at
    assert not overlaps(_moved(wished, start_at), planned)
    busy = _with_gap(planned, gap)
    assert not overlaps(_moved(wished, start_at), busy)
    for candidate in (wished.start_at, *(one.end_at for one in busy)):
        if wished.start_at <= candidate < start_at:
            assert overlaps(_moved(wished, candidate), busy)


@given(plans, minutes, st.randoms(use_true_random=False))
def test_what_is_on_air_does_not_depend_on_the_order_of_the_list(
    planned: list[Occurrence], minute: int, random: object
) -> None:
    unique = list({one.id: one for one in planned}.values())
    shuffled = list(unique)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    now = at_minute(minute)
    assert plan(unique) == plan(shuffled)
    assert plan(unique).what_now(now) == plan(shuffled).what_now(now)


@given(plans, minutes)
def test_there_is_always_one_answer_and_nobody_present_is_above_it(
    planned: list[Occurrence], minute: int
) -> None:
    now = at_minute(minute)
    present = [one for one in planned if one.start_at <= now < one.end_at]
    chosen = plan(planned).what_now(now)
    assert (chosen is None) == (not present)
    if chosen is not None:
        assert chosen in present
        assert all(one.priority <= chosen.priority for one in present)


@given(st.lists(occurrences(), min_size=1, max_size=8))
def test_the_best_of_some_stays_best_when_losers_leave(planned: list[Occurrence]) -> None:
    winner = best(planned)
    assert winner is not None
    for leaving in planned:
        if leaving != winner:
            assert best([one for one in planned if one is not leaving]) == winner


@given(plans, minutes)
def test_between_two_changes_the_answer_stays(planned: list[Occurrence], minute: int) -> None:
    timetable, now = plan(planned), at_minute(minute)
    change_at = timetable.next_change(now)
    until = change_at or at_minute(26 * 60 + 1)
    assert until > now
    on_air = timetable.what_now(now)
    step = (until - now) / 7
    assert all(timetable.what_now(now + step * count) == on_air for count in range(7))
    assert timetable.what_now(until - timedelta(microseconds=1)) == on_air
    if change_at is None:
        assert on_air is None
