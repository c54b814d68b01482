"""What a rule refuses, with the field at fault, and what it puts in order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from schedules import (
    Campaign,
    Daily,
    ImpossibleRuleError,
    Lunar,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Once,
    Recurring,
    Slot,
    Weekday,
    Weekly,
)
from tests.factories.rules import HANOI, a_recurring

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
DAY = timedelta(days=1)
CAMPAIGN = Campaign(start_at=NOON, until=NOON + DAY, every_minutes=60)
FRIDAY = date(2026, 11, 20)


def moves(count: int) -> tuple[tuple[date, date], ...]:
    return tuple((FRIDAY + number * DAY, FRIDAY - DAY) for number in range(count))


def test_times_and_moves_are_kept_in_order() -> None:
    saturday = FRIDAY + DAY
    rule = a_recurring(None, "17:00", "05:30", moved=((saturday, FRIDAY), (FRIDAY, saturday)))
    assert rule.times == (time(5, 30), time(17))
    assert rule.moved == ((FRIDAY, saturday), (saturday, FRIDAY))


def test_instants_are_kept_in_utc() -> None:
    rule = Once(start_at=NOON.astimezone(HANOI))
    assert rule.start_at.tzinfo is UTC
    assert rule == Once(start_at=NOON)


def test_weekdays_may_be_given_as_iso_numbers() -> None:
    pattern = Weekly(days=frozenset({5}))  # type: ignore[arg-type]
    assert [day.name for day in pattern.days] == ["FRIDAY"]


def test_the_limits_themselves_are_allowed() -> None:
    a_recurring(None, *(f"{hour:02}:00" for hour in range(24)))
    a_recurring(except_dates=frozenset(FRIDAY + number * DAY for number in range(1_000)))
    a_recurring(moved=moves(200))
    a_recurring(valid_from=FRIDAY, valid_until=FRIDAY)
    replace(CAMPAIGN, until=NOON + 3 * DAY, every_minutes=1_440)
    replace(CAMPAIGN, every_minutes=5)


REFUSED: list[tuple[Callable[[], object], str, str]] = [
    (lambda: Once(start_at=NOON.replace(tzinfo=None)), "naive_instant", "start_at"),
    (lambda: Once(start_at=NOON.replace(year=1969)), "out_of_range", "start_at"),
    (lambda: Once(start_at=datetime(9999, 12, 31, 23, tzinfo=UTC)), "out_of_range", "start_at"),
    (lambda: replace(CAMPAIGN, start_at=NOON.replace(tzinfo=None)), "naive_instant", "start_at"),
    (lambda: replace(CAMPAIGN, until=NOON.replace(tzinfo=None)), "naive_instant", "until"),
    (lambda: replace(CAMPAIGN, until=NOON), "end_before_start", "until"),
    (lambda: replace(CAMPAIGN, until=NOON + 3 * DAY + timedelta(seconds=1)), "out_of_range", "until"),
    (lambda: replace(CAMPAIGN, every_minutes=4), "out_of_range", "every_minutes"),
    (lambda: replace(CAMPAIGN, every_minutes=1_441), "out_of_range", "every_minutes"),
    (
        lambda: replace(CAMPAIGN, between=Slot(time(7, tzinfo=UTC), time(20, tzinfo=UTC))),
        "out_of_range",
        "between",
    ),
    (lambda: Daily(every=0), "out_of_range", "every"),
    (lambda: Daily(every=367), "out_of_range", "every"),
    (lambda: Weekly(days=frozenset()), "rule_empty", "days"),
    (lambda: Weekly(days=frozenset({8})), "out_of_range", "days"),  # type: ignore[arg-type]
    (lambda: Weekly(days=frozenset({Weekday.FRIDAY}), every=54), "out_of_range", "every"),
    (lambda: MonthlyOnDay(day=0), "out_of_range", "day"),
    (lambda: MonthlyOnDay(day=32), "out_of_range", "day"),
    (lambda: MonthlyOnWeekday(nth=0, weekday=Weekday.FRIDAY), "out_of_range", "nth"),
    (lambda: MonthlyOnWeekday(nth=6, weekday=Weekday.FRIDAY), "out_of_range", "nth"),
    (lambda: MonthlyOnWeekday(nth=-2, weekday=Weekday.FRIDAY), "out_of_range", "nth"),
    (lambda: MonthlyOnWeekday(nth=1, weekday=0), "out_of_range", "weekday"),  # type: ignore[arg-type]
    (lambda: Lunar(days=frozenset()), "rule_empty", "days"),
    (lambda: Lunar(days=frozenset({31})), "out_of_range", "days"),
    (lambda: Recurring(pattern=Daily(), times=(), valid_from=FRIDAY), "rule_empty", "times"),
    (lambda: a_recurring(None, "05:30", "05:30:00"), "time_repeated", "times"),
    (lambda: a_recurring(None, *(f"05:{minute:02}" for minute in range(25))), "out_of_range", "times"),
    (lambda: a_recurring(None, "05:30+07:00"), "out_of_range", "times"),
    (lambda: a_recurring(None, "05:30:00.5"), "out_of_range", "times"),
    (lambda: a_recurring(valid_from=date(1969, 12, 31)), "out_of_range", "valid_from"),
    (lambda: a_recurring(valid_until=date(2200, 1, 1)), "out_of_range", "valid_until"),
    (lambda: a_recurring(valid_from=FRIDAY, valid_until=FRIDAY - DAY), "end_before_start", "valid_until"),
    (
        lambda: a_recurring(except_dates=frozenset(FRIDAY + number * DAY for number in range(1_001))),
        "too_many_exceptions",
        "except_dates",
    ),
    (lambda: a_recurring(except_dates=frozenset({date(1, 1, 1)})), "out_of_range", "except_dates"),
    (lambda: a_recurring(moved=moves(201)), "too_many_exceptions", "moved"),
    (lambda: a_recurring(moved=((FRIDAY, FRIDAY),)), "move_impossible", "moved"),
    (lambda: a_recurring(moved=((FRIDAY, FRIDAY + DAY), (FRIDAY, FRIDAY - DAY))), "move_impossible", "moved"),
    (lambda: a_recurring(moved=((FRIDAY, date(9999, 1, 1)),)), "out_of_range", "moved"),
]


@pytest.mark.parametrize(("make", "code", "field"), REFUSED)
def test_what_cannot_be_is_refused_with_the_field_at_fault(
    make: Callable[[], object], code: str, field: str
) -> None:
    with pytest.raises(ImpossibleRuleError) as raised:
        make()
    assert (raised.value.code, raised.value.field) == (code, field)
