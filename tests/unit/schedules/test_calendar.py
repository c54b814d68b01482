"""Weekdays by every numbering, and a calendar that never guesses."""

from collections.abc import Callable
from datetime import date

import pytest

from schedules import Calendar, ImpossibleRuleError, LunarDay, Weekday
from tests.factories.rules import a_calendar

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
TET = date(2026, 2, 17)


def test_every_numbering_gives_the_weekday_it_means() -> None:
    names = [day.name for day in Weekday]
    assert [Weekday.from_iso(number).name for number in range(1, 8)] == names
    assert [Weekday.from_python(number).name for number in range(7)] == names
    assert [Weekday.from_cron(number).name for number in range(8)] == ["SUNDAY", *names]


@pytest.mark.parametrize(
    ("read", "number"),
    [
        (Weekday.from_iso, 0),
        (Weekday.from_iso, 8),
        (Weekday.from_python, -1),
        (Weekday.from_python, 7),
        (Weekday.from_cron, -1),
        (Weekday.from_cron, 8),
    ],
)
def test_a_number_that_is_no_weekday_is_refused(read: Callable[[int], Weekday], number: int) -> None:
    with pytest.raises(ImpossibleRuleError) as raised:
        read(number)
    assert (raised.value.code, raised.value.field) == ("out_of_range", "weekday")


def test_a_day_has_its_weekday() -> None:
    assert Weekday.of(date(2026, 11, 22)) is Weekday.SUNDAY


def test_a_calendar_knows_its_first_and_last_day() -> None:
    calendar = a_calendar(FIRST, LAST, TET, lunar_days={TET: LunarDay(1, 1)})
    assert calendar.is_holiday(TET)
    assert not calendar.is_holiday(FIRST)
    assert not calendar.is_holiday(LAST)
    assert calendar.lunar_day(TET) == LunarDay(day=1, month=1, is_leap=False)


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)], ids=str)
def test_a_calendar_does_not_guess_about_other_days(day: date) -> None:
    calendar = a_calendar(FIRST, LAST, TET, lunar_days={day: LunarDay(1, 1)})
    for ask, field in ((calendar.is_holiday, "holidays"), (calendar.lunar_day, "days")):
        with pytest.raises(ImpossibleRuleError) as raised:
            ask(day)
        assert (raised.value.code, raised.value.field) == ("calendar_unknown", field)


def test_a_lunar_day_that_was_not_given_is_not_known() -> None:
    with pytest.raises(ImpossibleRuleError, match="2026-02-17") as raised:
        a_calendar(FIRST, LAST).lunar_day(TET)
    assert raised.value.code == "calendar_unknown"


def test_a_calendar_does_not_change_with_what_it_was_made_from() -> None:
    holidays = {TET: "Tết Nguyên Đán"}
    calendar = Calendar(first=FIRST, last=LAST, holidays=holidays, lunar_days={})
    holidays.clear()
    assert calendar.is_holiday(TET)


def test_a_calendar_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ImpossibleRuleError) as raised:
        a_calendar(LAST, FIRST)
    assert (raised.value.code, raised.value.field) == ("end_before_start", "last")


@pytest.mark.parametrize(
    ("day", "month", "field"), [(0, 1, "day"), (31, 1, "day"), (1, 0, "month"), (1, 13, "month")]
)
def test_a_lunar_day_that_cannot_be_is_refused(day: int, month: int, field: str) -> None:
    with pytest.raises(ImpossibleRuleError) as raised:
        LunarDay(day, month)
    assert (raised.value.code, raised.value.field) == ("out_of_range", field)
