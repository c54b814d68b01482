"""What stands in the way of a wished time, and where it would fit."""

from datetime import timedelta

import pytest

from schedules import Span, first_free_start, overlaps, without
from tests.unit.schedules.test_timetable import MINUTE, NOON, an_occurrence


def test_an_overlap_says_from_when_to_when() -> None:
    wished, planned = an_occurrence("w", at=5), an_occurrence("p")
    (overlap,) = overlaps(wished, [planned])
    assert (overlap.wished, overlap.planned) == (wished, planned)
    assert (overlap.start_at, overlap.end_at) == (NOON + 5 * MINUTE, NOON + 10 * MINUTE)


def test_touching_ends_do_not_overlap() -> None:
    assert overlaps(an_occurrence("w", at=10), [an_occurrence("p"), an_occurrence("q", at=20)]) == ()


def test_overlaps_come_earliest_first() -> None:
    found = overlaps(an_occurrence("w", minutes=60), [an_occurrence("b", at=30), an_occurrence("a", at=5)])
    assert [one.planned.id for one in found] == ["a", "b"]


def test_a_free_time_is_kept_as_wished() -> None:
    assert first_free_start(an_occurrence("w"), [an_occurrence("p", at=10)]) == NOON


def test_the_first_hole_that_is_long_enough_is_found() -> None:
    planned = [an_occurrence("c", at=30), an_occurrence("a"), an_occurrence("b", at=15)]
    assert first_free_start(an_occurrence("w", minutes=5), planned) == NOON + 10 * MINUTE
    assert first_free_start(an_occurrence("w", minutes=10), planned) == NOON + 40 * MINUTE


def test_a_long_one_behind_a_short_one_is_seen() -> None:
    planned = [an_occurrence("long", minutes=60), an_occurrence("short", at=5, minutes=2)]
    assert first_free_start(an_occurrence("w", at=6), planned) == NOON + 60 * MINUTE


def test_the_gap_is_kept_after_every_other_one() -> None:
    planned = [an_occurrence("a"), an_occurrence("b", at=10, minutes=1)]
    gap = timedelta(minutes=2)
    assert first_free_start(an_occurrence("w"), planned, gap=gap) == NOON + 13 * MINUTE
    assert first_free_start(an_occurrence("w", at=12), planned, gap=gap) == NOON + 13 * MINUTE


def _span(start: int, end: int) -> Span:
    return Span(NOON + start * MINUTE, NOON + end * MINUTE)


@pytest.mark.parametrize(
    ("holes", "left"),
    [
        ([], [(0, 60)]),
        ([(10, 20)], [(0, 10), (20, 60)]),
        ([(40, 50), (10, 20)], [(0, 10), (20, 40), (50, 60)]),
        ([(10, 40), (20, 30)], [(0, 10), (40, 60)]),
        ([(-10, 0), (60, 70)], [(0, 60)]),
        ([(-10, 5), (55, 70)], [(5, 55)]),
        ([(-10, 70)], []),
        ([(0, 30), (30, 60)], []),
    ],
)
def test_what_is_left_of_a_span_between_holes(
    holes: list[tuple[int, int]], left: list[tuple[int, int]]
) -> None:
    assert without(_span(0, 60), [_span(*hole) for hole in holes]) == tuple(_span(*one) for one in left)
