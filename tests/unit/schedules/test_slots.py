"""Local windows and the instants that they cover, on days of 23, 24 and 25 hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from schedules import Slot, at_local, local_day
from schedules.slots import both_readings

HANOI, NEW_YORK, PARIS = (ZoneInfo(name) for name in ("Asia/Ho_Chi_Minh", "America/New_York", "Europe/Paris"))
NIGHT = Slot(time(22), time(5))


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_monday_half_past_five_in_hanoi_is_sunday_evening_in_utc() -> None:
    assert at_local(date(2026, 11, 23), time(5, 30), HANOI) == _utc(2026, 11, 22, 22, 30)
    assert local_day(_utc(2026, 11, 22, 22, 30), HANOI) == date(2026, 11, 23)


def test_a_slot_over_midnight_belongs_to_the_day_on_which_it_starts() -> None:
    assert NIGHT.span_on(date(2026, 11, 20), HANOI) == (_utc(2026, 11, 20, 15), _utc(2026, 11, 20, 22))


def test_a_slot_of_equal_ends_is_the_whole_day() -> None:
    begin, end = Slot(time(5), time(5)).span_on(date(2026, 11, 20), HANOI)
    assert (begin, end - begin) == (_utc(2026, 11, 19, 22), timedelta(days=1))


def test_a_slot_that_ends_at_midnight_ends_with_its_day() -> None:
    assert Slot(time(23), time(0)).span_on(date(2026, 11, 20), HANOI) == (
        _utc(2026, 11, 20, 16),
        _utc(2026, 11, 20, 17),
    )


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 7), NEW_YORK, 6),
        (date(2026, 10, 31), NEW_YORK, 8),
        (date(2026, 3, 28), PARIS, 6),
        (date(2026, 10, 24), PARIS, 8),
        (date(2026, 3, 28), HANOI, 7),
    ],
)
def test_the_quiet_night_is_an_hour_shorter_in_spring_and_longer_in_autumn(
    day: date, zone: ZoneInfo, hours: int
) -> None:
    begin, end = NIGHT.span_on(day, zone)
    assert end - begin == timedelta(hours=hours)
    assert NIGHT.longest_span_on(day, zone) == (begin, end)


def test_a_time_that_the_clock_jumps_over_is_as_long_after_the_jump_as_it_lies_after_its_begin() -> None:
    assert at_local(date(2026, 3, 8), time(2, 30), NEW_YORK) == _utc(2026, 3, 8, 7, 30)
    assert at_local(date(2026, 3, 9), time(2, 30), NEW_YORK) == _utc(2026, 3, 9, 6, 30)


def test_a_time_that_happens_twice_counts_the_first_time() -> None:
    assert at_local(date(2026, 11, 1), time(1, 30), NEW_YORK) == _utc(2026, 11, 1, 5, 30)


def test_both_readings_differ_only_where_a_clock_jumps() -> None:
    twice = both_readings(date(2026, 11, 1), time(1, 30), NEW_YORK)
    assert twice == (_utc(2026, 11, 1, 5, 30), _utc(2026, 11, 1, 6, 30))
    never = both_readings(date(2026, 3, 8), time(2, 30), NEW_YORK)
    assert never == (_utc(2026, 3, 8, 6, 30), _utc(2026, 3, 8, 7, 30))
    assert len(set(both_readings(date(2026, 3, 8), time(3), NEW_YORK))) == 1


def test_what_ends_at_a_time_that_happens_twice_lasts_at_its_longest_until_the_second() -> None:
    slot = Slot(time(0, 30), time(1, 30))
    assert slot.span_on(date(2026, 11, 1), NEW_YORK)[1] == _utc(2026, 11, 1, 5, 30)
    assert slot.longest_span_on(date(2026, 11, 1), NEW_YORK)[1] == _utc(2026, 11, 1, 6, 30)


def test_what_begins_in_the_hour_that_is_left_out_still_covers_what_the_wall_shows() -> None:
    """02:30 to 03:10 on the day on which 02:00 becomes 03:00: ten minutes of it are seen on the wall."""
    begin, end = Slot(time(2, 30), time(3, 10)).longest_span_on(date(2026, 3, 8), NEW_YORK)
    assert begin <= _utc(2026, 3, 8, 7) < _utc(2026, 3, 8, 7, 10) == end
