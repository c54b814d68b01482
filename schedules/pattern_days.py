"""The days of a pattern, in order and one by one: nothing is computed for days that nobody asks for."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from schedules.calendar import Calendar
from schedules.errors import ImpossibleRuleError
from schedules.patterns import (
    LAST_WEEK,
    Daily,
    Lunar,
    MonthlyLastDay,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Pattern,
    Weekly,
)

_DAY = timedelta(days=1)
_WEEK = 7


def pattern_days(
    pattern: Pattern, *, anchor: date, first: date, last: date, calendar: Calendar | None
) -> Iterator[date]:
    """Yield the days of a pattern from `first` to `last`, both included; `anchor` is where `every` counts from.

    Raises ImpossibleRuleError `calendar_unknown` when a day is asked for that the calendar does not know.
    """
    match pattern:
        case Daily(every=every):
            return _every_so_often(every, anchor, first, last)
        case Weekly():
            return _weekly(pattern, anchor, first, last)
        case Lunar(days=days):
            return _lunar(days, first, last, known(calendar, field="days"))
        case _:
            return _monthly(pattern, first, last)


def known(calendar: Calendar | None, *, field: str) -> Calendar:
    """Return the calendar; raises ImpossibleRuleError `calendar_unknown` when there is none."""
    if calendar is None:
        raise ImpossibleRuleError("calendar_unknown", "this rule needs a calendar", field=field)
    return calendar


def _every_so_often(every: int, anchor: date, first: date, last: date) -> Iterator[date]:
    origin = anchor.toordinal()
    start = first.toordinal()
    start += (origin - start) % every
    return map(date.fromordinal, range(start, last.toordinal() + 1, every))


def _weekly(pattern: Weekly, anchor: date, first: date, last: date) -> Iterator[date]:
    # Ordinal 1 is a Monday: day 0 of week 0 below.
    places = sorted(day - 1 for day in pattern.days)
    begin, end = first.toordinal() - 1, last.toordinal() - 1
    week = begin // _WEEK
    week += ((anchor.toordinal() - 1) // _WEEK - week) % pattern.every
    for monday in range(week * _WEEK, end + 1, pattern.every * _WEEK):
        for place in places:
            if begin <= monday + place <= end:
                yield date.fromordinal(monday + place + 1)


def _lunar(days: frozenset[int], first: date, last: date, calendar: Calendar) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if calendar.lunar_day(day).day in days:
            yield day


def _monthly(
    pattern: MonthlyOnDay | MonthlyOnWeekday | MonthlyLastDay, first: date, last: date
) -> Iterator[date]:
    for number in count(first.year * 12 + first.month - 1):
        month = date(number // 12, number % 12 + 1, 1)
        if month > last:
            return
        day = _day_of_month(pattern, month)
        if day is not None and first <= day <= last:
            yield day


def _day_of_month(pattern: MonthlyOnDay | MonthlyOnWeekday | MonthlyLastDay, month: date) -> date | None:
    """Return the day that a pattern has in the month that begins on `month`, or None."""
    end = _last_day(month)
    match pattern:
        case MonthlyLastDay():
            return end
        case MonthlyOnDay(day=number):
            return month.replace(day=number) if number <= end.day else None
        case MonthlyOnWeekday(nth=nth, weekday=weekday):
            if nth == LAST_WEEK:
                return end - timedelta(days=(end.isoweekday() - weekday) % _WEEK)
            number = 1 + (weekday - month.isoweekday()) % _WEEK + (nth - 1) * _WEEK
            return month.replace(day=number) if number <= end.day else None


def _last_day(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY
