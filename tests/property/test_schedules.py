"""The rules of a plan hold for any plan."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules import Occurrence, first_free_start, overlaps
from tests.property.strategies import occurrences

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
