"""On which days a rule plays: validity, exceptions, moves, holidays, the moon, and twenty years of months."""

import calendar as stdlib_calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from schedules import (
    HolidayRule,
    ImpossibleRuleError,
    Lunar,
    LunarDay,
    MonthlyLastDay,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Pattern,
    Recurring,
    Weekday,
    Weekly,
    first_start,
)
from tests.factories.rules import (
    HANOI,
    a_calendar,
    a_recurring,
    midnight,
    starts_between,
)

DAY = timedelta(days=1)
YEARS = (date(2026, 1, 1), date(2046, 1, 1))


def days(rule: Recurring, first: date, last: date) -> list[date]:
    return [one.day for one in starts_between(rule, first, last)]


# --- validity, exceptions, moves -----------------------------------------------------------------


def test_both_ends_of_the_validity_play() -> None:
    rule = a_recurring(valid_from=date(2026, 11, 20), valid_until=date(2026, 11, 22))
    assert days(rule, date(2026, 11, 1), date(2026, 12, 1)) == [date(2026, 11, day) for day in (20, 21, 22)]


def test_an_exception_does_not_play() -> None:
    rule = a_recurring(except_dates=frozenset({date(2026, 11, 21)}))
    assert days(rule, date(2026, 11, 20), date(2026, 11, 23)) == [date(2026, 11, 20), date(2026, 11, 22)]


FRIDAYS = Weekly(days=frozenset({Weekday.FRIDAY}))
FRIDAY, THURSDAY = date(2026, 11, 20), date(2026, 11, 19)


def test_a_moved_day_plays_on_the_new_day_only_under_its_own_key() -> None:
    rule = a_recurring(FRIDAYS, moved=((FRIDAY, THURSDAY),))
    found = starts_between(rule, date(2026, 11, 13), date(2026, 11, 28))
    assert [(one.day, one.key) for one in found] == [
        (date(2026, 11, 13), "20261113T0530"),
        (THURSDAY, "20261120T0530"),
        (date(2026, 11, 27), "20261127T0530"),
    ]
    assert found[1].start_at.astimezone(HANOI).date() == THURSDAY


def test_a_move_wins_over_holidays_exceptions_and_the_end_of_the_validity() -> None:
    calendar = a_calendar(date(2026, 11, 1), date(2026, 11, 30), THURSDAY, FRIDAY)
    rule = a_recurring(
        FRIDAYS,
        moved=((FRIDAY, THURSDAY), (date(2026, 11, 27), date(2026, 11, 29))),
        except_dates=frozenset({THURSDAY, FRIDAY}),
        valid_until=date(2026, 11, 27),
        holidays=HolidayRule.SKIP,
    )
    found = starts_between(rule, date(2026, 11, 17), date(2026, 11, 30), calendar=calendar)
    assert [one.day for one in found] == [THURSDAY, date(2026, 11, 29)]


@pytest.mark.parametrize("from_day", [THURSDAY, date(2026, 12, 4)], ids=["not a Friday", "after the end"])
def test_a_move_from_a_day_without_a_start_moves_nothing(from_day: date) -> None:
    rule = a_recurring(FRIDAYS, moved=((from_day, date(2026, 11, 24)),), valid_until=date(2026, 11, 27))
    assert days(rule, date(2026, 11, 17), date(2026, 12, 24)) == [FRIDAY, date(2026, 11, 27)]


def test_what_moves_onto_a_day_that_plays_anyway_plays_once() -> None:
    rule = a_recurring(moved=((FRIDAY, THURSDAY),))
    found = starts_between(rule, THURSDAY, FRIDAY + 2 * DAY)
    assert [one.key for one in found] == ["20261119T0530", "20261121T0530"]


def test_what_leaves_a_day_may_be_followed_by_something_else() -> None:
    rule = a_recurring(FRIDAYS, moved=((FRIDAY, THURSDAY), (date(2026, 11, 27), FRIDAY)))
    found = starts_between(rule, date(2026, 11, 17), date(2026, 12, 1))
    assert [(one.day, one.key) for one in found] == [(THURSDAY, "20261120T0530"), (FRIDAY, "20261127T0530")]


# --- holidays and the moon -----------------------------------------------------------------------


def test_holidays_are_played_skipped_or_the_only_days() -> None:
    calendar = a_calendar(date(2026, 11, 1), date(2026, 11, 30), FRIDAY)
    window = (THURSDAY, FRIDAY + 2 * DAY)
    found = {
        holidays: [
            one.day.day for one in starts_between(a_recurring(holidays=holidays), *window, calendar=calendar)
        ]
        for holidays in HolidayRule
    }
    assert found == {HolidayRule.PLAY: [19, 20, 21], HolidayRule.SKIP: [19, 21], HolidayRule.ONLY: [20]}


def test_lunar_days_come_from_the_calendar() -> None:
    lunar_days = {date(2026, 11, day): LunarDay(day - 8 or 30, 10) for day in range(9, 31)}
    calendar = a_calendar(date(2026, 11, 9), date(2026, 11, 30), lunar_days=lunar_days)
    rule = a_recurring(Lunar(days=frozenset({1, 15})))
    found = starts_between(rule, date(2026, 11, 9), date(2026, 12, 1), calendar=calendar)
    assert [one.day.day for one in found] == [9, 23]


@pytest.mark.parametrize("holidays", [HolidayRule.SKIP, HolidayRule.ONLY])
def test_a_day_that_the_calendar_does_not_know_is_an_error_and_never_plays(holidays: HolidayRule) -> None:
    rule = a_recurring(FRIDAYS, holidays=holidays)
    for calendar in (None, a_calendar(date(2026, 1, 1), THURSDAY)):
        with pytest.raises(ImpossibleRuleError) as raised:
            starts_between(rule, FRIDAY, FRIDAY + DAY, calendar=calendar)
        assert (raised.value.code, raised.value.field) == ("calendar_unknown", "holidays")


def test_a_lunar_rule_without_lunar_days_is_an_error() -> None:
    for calendar in (None, a_calendar(date(2026, 1, 1), THURSDAY), a_calendar(THURSDAY, FRIDAY)):
        with pytest.raises(ImpossibleRuleError) as raised:
            starts_between(a_recurring(Lunar(days=frozenset({1}))), FRIDAY, FRIDAY + DAY, calendar=calendar)
        assert (raised.value.code, raised.value.field) == ("calendar_unknown", "days")


def test_the_calendar_is_asked_for_no_day_outside_the_window() -> None:
    rule = a_recurring(None, "05:30", "23:59", holidays=HolidayRule.SKIP)
    calendar = a_calendar(FRIDAY, FRIDAY)
    assert len(starts_between(rule, FRIDAY, FRIDAY + DAY, calendar=calendar)) == 2
    assert first_start(rule, after=midnight(FRIDAY), zone=HANOI, calendar=calendar) is not None


# --- twenty years against a brute force ----------------------------------------------------------


def weeks_of(day: date) -> list[list[int]]:
    return stdlib_calendar.monthcalendar(day.year, day.month)


def nth_of_month(day: date, place: int, nth: int) -> bool:
    return [week[place] for week in weeks_of(day) if week[place]][nth : nth + 1 or None] == [day.day]


def last_of_month(day: date) -> bool:
    return day.day == max(max(week) for week in weeks_of(day))


@pytest.mark.parametrize(
    ("pattern", "is_meant", "count"),
    [
        (FRIDAYS, lambda day: f"{day:%a}" == "Fri", 1_044),
        (MonthlyOnDay(day=31), lambda day: day.day == 31, 140),
        (MonthlyOnDay(day=29), lambda day: f"{day:%d}" == "29", 225),
        (MonthlyLastDay(), last_of_month, 240),
        (MonthlyOnWeekday(nth=2, weekday=Weekday.TUESDAY), lambda day: nth_of_month(day, 1, 1), 240),
        (MonthlyOnWeekday(nth=5, weekday=Weekday.SUNDAY), lambda day: nth_of_month(day, 6, 4), 84),
        (MonthlyOnWeekday(nth=-1, weekday=Weekday.FRIDAY), lambda day: nth_of_month(day, 4, -1), 240),
    ],
    ids=["Fridays", "the 31st", "the 29th", "last day", "second Tuesday", "fifth Sunday", "last Friday"],
)
@pytest.mark.scenario("S-006")
def test_twenty_years_are_exactly_what_a_brute_force_finds(
    pattern: Pattern, is_meant: Callable[[date], bool], count: int
) -> None:
    every_day = [YEARS[0] + number * DAY for number in range((YEARS[1] - YEARS[0]).days)]
    wanted = [datetime(day.year, day.month, day.day, 10, tzinfo=UTC) for day in every_day if is_meant(day)]
    found = starts_between(a_recurring(pattern, "17:00"), *YEARS)
    assert [one.start_at for one in found] == wanted
    assert len(found) == count


@pytest.mark.scenario("S-006")
def test_february_has_a_29th_in_leap_years_only() -> None:
    found = days(a_recurring(MonthlyOnDay(day=29)), *YEARS)
    assert [day.year for day in found if day.month == 2] == [2028, 2032, 2036, 2040, 2044]
