"""Three legal bands, and who wins within one."""

import pytest

from schedules import Band, ImpossibleOccurrenceError, Origin, band_of
from schedules.ranking import DEFAULT_PRIORITY
from tests.factories.plans import an_item


@pytest.mark.parametrize(
    ("priority", "band"),
    [
        (0, Band.ROUTINE),
        (99, Band.ROUTINE),
        (100, Band.PRIORITY),
        (199, Band.PRIORITY),
        (200, Band.EMERGENCY),
        (255, Band.EMERGENCY),
    ],
)
def test_a_band_begins_and_ends_where_it_should(priority: int, band: Band) -> None:
    assert band_of(priority) is band
    assert an_item("a", "05:30", priority=priority).is_emergency is (band is Band.EMERGENCY)


@pytest.mark.parametrize("priority", [-1, 256])
def test_a_priority_out_of_range_is_refused(priority: int) -> None:
    for make in (band_of, lambda number: an_item("a", "05:30", priority=number)):
        with pytest.raises(ImpossibleOccurrenceError) as refusal:
            make(priority)
        assert (refusal.value.code, refusal.value.field) == ("priority_out_of_range", "priority")


def test_each_default_lies_in_its_own_band() -> None:
    assert all(band_of(priority) is band for band, priority in DEFAULT_PRIORITY.items())


def test_rank_asks_priority_then_people_then_origin_then_time_then_the_id() -> None:
    best_first = [
        an_item("z", "06:00", priority=60, order=9),
        an_item("y", "06:00", order=0, origin=Origin.CENTRAL),
        an_item("x", "06:00", order=0, origin=Origin.PROVINCE),
        an_item("w", "05:00", order=0),
        an_item("a", "06:00", order=0),
        an_item("b", "06:00", order=0),
        an_item("a", "04:00", order=1, origin=Origin.CENTRAL),
    ]
    worst_first = best_first[::-1]
    assert sorted(worst_first, key=lambda one: one.rank) == best_first


def test_of_two_texts_the_later_wins() -> None:
    earlier, later = (an_item(name, clock, is_text=True) for name, clock in (("a", "05:00"), ("b", "06:00")))
    assert later.rank < earlier.rank
