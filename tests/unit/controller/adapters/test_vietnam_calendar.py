"""Viet Nam's calendar: Tết as the law's library has it, months as an ephemeris has them, and what rules do on it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise

import pytest

from controller.adapters.vietnam_calendar import VietnamCalendars
from controller.usecases.calendars import Calendars
from schedules import Calendar, Daily, HolidayRule, ImpossibleRuleError, Lunar, LunarDay
from tests.factories.rules import a_recurring, starts_between

DAY = timedelta(days=1)
FIRST, LAST = date(1968, 1, 1), date(2053, 12, 31)
TET = LunarDay(1, 1)

# Computed with PyEphem 4.2.1 for UTC+7: Tết, the leap month (0 for none), and each month's length: 1 for 30 days.
FROM_AN_EPHEMERIS = [
    ("2026-02-17", 0, "101001001110"),
    ("2027-02-06", 0, "110100100110"),
    ("2028-01-26", 5, "1110100100110"),
    ("2029-02-13", 0, "110101010010"),
    ("2030-02-02", 0, "110110101010"),
    ("2031-01-23", 3, "0101101101010"),
    ("2032-02-11", 0, "010101101101"),
    ("2033-01-31", 11, "0100101011101"),
    ("2034-02-19", 0, "010010011101"),
    ("2035-02-08", 0, "101001001101"),
    ("2036-01-28", 6, "1101001001011"),
    ("2037-02-15", 0, "101100100101"),
    ("2038-02-04", 0, "101101010010"),
    ("2039-01-24", 5, "1101101010010"),
    ("2040-02-12", 0, "101101011010"),
    ("2041-02-01", 0, "010101011101"),
    ("2042-01-22", 2, "0100101011011"),
    ("2043-02-10", 0, "010010011011"),
    ("2044-01-30", 7, "1010010010111"),
    ("2045-02-17", 0, "101001001011"),
    ("2046-02-06", 0, "101010100101"),
]


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return VietnamCalendars().calendar(FIRST, LAST)


def all_days(calendar: Calendar) -> list[date]:
    return [calendar.first + number * DAY for number in range((calendar.last - calendar.first).days + 1)]


@pytest.mark.parametrize(("tet", "leap", "lengths"), FROM_AN_EPHEMERIS)
def test_months_are_those_of_an_ephemeris(calendar: Calendar, tet: str, leap: int, lengths: str) -> None:
    day = date.fromisoformat(tet)
    for place, length in enumerate(lengths):
        is_leap = place == leap > 0
        month = place if 0 < leap <= place else place + 1
        assert calendar.lunar_day(day) == LunarDay(1, month, is_leap)
        end = day + (29 + int(length)) * DAY
        assert calendar.lunar_day(end - DAY) == LunarDay(29 + int(length), month, is_leap)
        day = end
    assert calendar.lunar_day(day) == TET


def test_every_tet_is_that_of_the_holidays_library(calendar: Calendar) -> None:
    by_moon = [day for day in all_days(calendar) if calendar.lunar_day(day) == TET]
    by_law = [day for day, name in calendar.holidays.items() if name.startswith("Tết Nguyên Đán")]
    assert by_moon == sorted(by_law)
    assert len(by_moon) == LAST.year - FIRST.year + 1


def test_every_hung_kings_day_is_that_of_the_holidays_library(calendar: Calendar) -> None:
    by_moon = [
        day for day in all_days(calendar) if day.year >= 2007 and calendar.lunar_day(day) == LunarDay(10, 3)
    ]
    by_law = [
        day
        for day, name in calendar.holidays.items()
        if "Ngày Giỗ Tổ Hùng Vương" in name and "nghỉ bù" not in name
    ]
    assert by_moon == sorted(by_law)


@pytest.mark.parametrize(
    ("day", "lunar_day"),
    [
        (date(1968, 1, 29), TET),  # China and Sài Gòn: the 30th
        (date(1985, 1, 21), TET),  # China: 20 February
        (date(1985, 3, 21), LunarDay(1, 2, is_leap=True)),
        (date(2007, 2, 17), TET),  # China: the 18th
        (date(2030, 2, 2), TET),  # China: the 3rd
        (date(2053, 2, 18), TET),  # China: the 19th
        (date(2020, 5, 23), LunarDay(1, 4, is_leap=True)),
        (date(2021, 1, 4), LunarDay(22, 11)),  # China: the 21st
        (date(2033, 12, 22), LunarDay(1, 11, is_leap=True)),
        (date(2026, 11, 21), LunarDay(13, 10)),
    ],
    ids=str,
)
def test_known_days(calendar: Calendar, day: date, lunar_day: LunarDay) -> None:
    assert calendar.lunar_day(day) == lunar_day


def test_lunar_days_follow_each_other(calendar: Calendar) -> None:
    for one, other in pairwise(all_days(calendar)):
        before, after = calendar.lunar_day(one), calendar.lunar_day(other)
        if after.day == 1:
            assert before.day in (29, 30)
            assert (after.month - before.month) % 12 == (0 if after.is_leap else 1)
        else:
            assert after == LunarDay(before.day + 1, before.month, before.is_leap)


def test_the_second_of_september_and_a_day_off_in_lieu_are_holidays(calendar: Calendar) -> None:
    assert calendar.is_holiday(date(2026, 9, 2))
    assert calendar.is_holiday(date(2026, 4, 27))  # Giỗ Tổ was on a Sunday
    assert not calendar.is_holiday(date(2026, 9, 3))


def test_a_calendar_comes_in_whole_years_and_from_memory_the_second_time() -> None:
    calendars: Calendars = VietnamCalendars()
    found = calendars.calendar(date(2026, 11, 21), date(2027, 1, 3))
    assert (found.first, found.last) == (date(2026, 1, 1), date(2027, 12, 31))
    assert calendars.calendar(date(2026, 1, 1), date(2027, 5, 1)) is found


def test_years_that_nothing_is_known_of_are_left_out() -> None:
    calendars = VietnamCalendars()
    assert calendars.calendar(date(2053, 6, 1), date(2060, 1, 1)).last == LAST
    for day in (date(1967, 12, 31), date(2054, 1, 1)):
        with pytest.raises(ImpossibleRuleError) as raised:
            calendars.calendar(day, day)
        assert raised.value.code == "calendar_unknown"


def test_many_threads_get_the_same() -> None:
    calendars = VietnamCalendars()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: calendars.calendar(FIRST, date(1975, 1, 1)), range(16)))
    assert all(one == found[0] for one in found)


@pytest.mark.scenario("S-005")
def test_a_rule_over_tet_plays_both_its_ends_and_neither_holidays_nor_exceptions(calendar: Calendar) -> None:
    rule = a_recurring(
        Daily(),
        valid_from=date(2027, 2, 1),
        valid_until=date(2027, 2, 14),
        except_dates=frozenset({date(2027, 2, 12)}),
        moved=((date(2027, 2, 13), date(2027, 2, 16)),),
        holidays=HolidayRule.SKIP,
    )
    found = starts_between(rule, date(2027, 1, 1), date(2027, 4, 1), calendar=calendar)
    # From the 4th to the 10th are Tết and the days off in lieu of its Saturday and Sunday.
    assert [one.day.day for one in found] == [1, 2, 3, 11, 14, 16]
    assert found[-1].key == "20270213T0530"
    assert {one.day.month for one in found} == {2}


@pytest.mark.parametrize("year", range(2026, 2047))
@pytest.mark.scenario("S-005")
def test_the_first_three_days_of_tet_are_skipped_when_asked_and_play_when_not(
    calendar: Calendar, year: int
) -> None:
    tet = next(date.fromisoformat(tet) for tet, _, _ in FROM_AN_EPHEMERIS if tet.startswith(str(year)))
    window = (tet - DAY, tet + 3 * DAY)
    playing = {
        holidays: len(starts_between(a_recurring(holidays=holidays), *window, calendar=calendar))
        for holidays in HolidayRule
    }
    assert playing == {HolidayRule.PLAY: 4, HolidayRule.SKIP: 0, HolidayRule.ONLY: 4}


def test_the_first_and_the_fifteenth_of_every_lunar_month_play(calendar: Calendar) -> None:
    rule = a_recurring(Lunar(days=frozenset({1, 15})))
    found = starts_between(rule, date(2026, 2, 17), date(2026, 4, 3), calendar=calendar)
    assert [f"{one.day:%d/%m}" for one in found] == ["17/02", "03/03", "19/03", "02/04"]
