"""What stands in the way of a wished time, and where it would fit."""

from datetime import timedelta

from schedules import first_free_start, overlaps
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
