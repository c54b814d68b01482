"""What holds of any forecast."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import (
    NOTHING_YET,
    OnLoss,
    RailsInForce,
    Segment,
    Unaired,
    foresee,
)
from tests.property.minutes import broken
from tests.property.plans import DAYS, MINUTE, Drawn, fates, history_at, plans, plans_of_any_kind

_UNTIL = timedelta(days=DAYS + 3)


def _foreseen(drawn: Drawn) -> list[Segment | Unaired]:
    in_force = RailsInForce([drawn.rails])
    until = drawn.begin + _UNTIL
    return list(foresee(drawn.planned, in_force, NOTHING_YET, drawn.begin - MINUTE, until=until))


def _segments(foreseen: list[Segment | Unaired]) -> list[Segment]:
    return [one for one in foreseen if isinstance(one, Segment)]


@given(plans_of_any_kind, st.randoms(use_true_random=False))
def test_the_order_of_the_list_means_nothing(drawn: Drawn, shuffler: random.Random) -> None:
    shuffled = list(drawn.planned)
    shuffler.shuffle(shuffled)
    assert _foreseen(drawn) == _foreseen(replace(drawn, planned=tuple(shuffled)))


@given(plans_of_any_kind)
def test_segments_never_overlap_and_lie_within_their_windows(drawn: Drawn) -> None:
    before = None
    for one in _segments(_foreseen(drawn)):
        assert one.occurrence.start_at <= one.start_at < one.end_at <= one.occurrence.off_by
        assert before is None or before <= one.start_at
        assert timedelta(0) <= one.offset
        assert one.offset + (one.end_at - one.start_at) <= one.occurrence.length
        before = one.end_at


@given(plans_of_any_kind)
def test_each_occurrence_has_exactly_one_end(drawn: Drawn) -> None:
    found = fates(_foreseen(drawn))
    assert set(found) == {one.id for one in drawn.planned}
    for one in drawn.planned:
        *parts, last = found[one.id]
        assert set(parts) <= {"Ending.OUTRANKED"}, found[one.id]
        if last == "Ending.OUTRANKED":
            assert one.is_text
        if one.on_loss is OnLoss.SKIP and not one.is_text:
            assert len(parts) <= 1
            assert not parts or last == "Fate.OUTRANKED"


@settings(max_examples=300)
@given(plans)
def test_no_guard_rail_is_broken_but_by_an_emergency_and_those_keep_their_own(drawn: Drawn) -> None:
    assert broken(drawn.rails, _segments(_foreseen(drawn))) == []


@given(plans)
def test_what_is_refused_would_have_broken_something(drawn: Drawn) -> None:
    for one in _foreseen(drawn):
        if isinstance(one, Unaired):
            assert bool(one.breaches) is (one.fate == "refused")
            assert one.occurrence.start_at <= one.at <= one.occurrence.off_by


@given(plans_of_any_kind)
def test_who_has_the_air_outranks_whoever_wanted_it_at_that_moment(drawn: Drawn) -> None:
    foreseen = _foreseen(drawn)
    gone_at = {one.occurrence.id: one.at for one in foreseen if isinstance(one, Unaired)}
    begun_at = {one.occurrence.id: one.start_at for one in reversed(_segments(foreseen))}
    for segment in _segments(foreseen):
        for other in drawn.planned:
            is_new = segment.start_at <= other.start_at < segment.end_at
            refused = gone_at.get(other.id) == other.start_at
            if is_new and other.rank < segment.occurrence.rank and not refused:
                assert begun_at[other.id] == other.start_at


@settings(max_examples=300)
@given(plans_of_any_kind, st.data())
def test_a_forecast_from_any_later_moment_is_the_rest_of_this_one(drawn: Drawn, data: st.DataObject) -> None:
    in_force = RailsInForce([drawn.rails])
    foreseen = _foreseen(drawn)
    edges = [one.start_at for one in drawn.planned] + [one.end_at for one in _segments(foreseen)]
    now = data.draw(st.sampled_from(sorted(set(edges)))) + MINUTE * data.draw(st.integers(-1, 12))
    history = history_at(foreseen, drawn.planned, in_force, now)
    rest = list(foresee(drawn.planned, in_force, history, now, until=drawn.begin + _UNTIL))
    expected = [one for one in foreseen if (one.end_at > now if isinstance(one, Segment) else one.at >= now)]
    assert sorted(rest, key=_in_time) == sorted(expected, key=_in_time)
    assert _segments(rest) == _segments(expected)


def _in_time(one: Segment | Unaired) -> tuple[datetime, str, str]:
    at = one.start_at if isinstance(one, Segment) else one.at
    return at, type(one).__name__, one.occurrence.id


@given(plans_of_any_kind)
def test_it_comes_to_an_end_after_few_steps(drawn: Drawn) -> None:
    # Each end takes one out for good, and each cut needs one that has just begun.
    assert len(_foreseen(drawn)) <= 3 * len(drawn.planned)


@given(plans_of_any_kind, st.integers(0, 60 * 24 * DAYS))
def test_a_shorter_window_shows_the_same_for_as_long_as_it_lasts(drawn: Drawn, minutes: int) -> None:
    in_force = RailsInForce([drawn.rails])
    until = drawn.begin + MINUTE * minutes
    short = list(foresee(drawn.planned, in_force, NOTHING_YET, drawn.begin - MINUTE, until=until))
    whole = _foreseen(drawn)
    assert short == whole[: len(short)]
    assert _segments(short) == [one for one in _segments(whole) if one.start_at < until]
