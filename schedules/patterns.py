"""On which days a recurring rule plays, before holidays, exceptions and moves. Values; `expand` computes with them."""

from dataclasses import dataclass

from schedules.calendar import Weekday
from schedules.errors import ImpossibleRuleError

MOST_DAYS_BETWEEN = 366
MOST_WEEKS_BETWEEN = 53
LAST_WEEK = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Every day, or every `every` days counted from the first day of validity."""

    every: int = 1

    def __post_init__(self) -> None:
        """Refuse `every` outside 1..366; `out_of_range`."""
        must_be_within(self.every, 1, MOST_DAYS_BETWEEN, field="every")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """On some weekdays, in every week or in every `every` weeks counted from the week of the first day of validity.

    Weeks begin on Monday.
    """

    days: frozenset[Weekday]
    every: int = 1

    def __post_init__(self) -> None:
        """Refuse no weekday (`rule_empty`), numbers that are none, and `every` outside 1..53 (`out_of_range`)."""
        must_not_be_empty(self.days, field="days")
        for day in self.days:
            must_be_within(day, 1, 7, field="days")
        must_be_within(self.every, 1, MOST_WEEKS_BETWEEN, field="every")
        object.__setattr__(self, "days", frozenset(map(Weekday, self.days)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyOnDay:
    """On one day of each month; a month without that day is left out, so 29 February plays in leap years only."""

    day: int

    def __post_init__(self) -> None:
        """Refuse a day outside 1..31; `out_of_range`."""
        must_be_within(self.day, 1, 31, field="day")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyOnWeekday:
    """On the nth (1..5, or -1 for the last) of one weekday in each month; a month without a fifth is left out."""

    nth: int
    weekday: Weekday

    def __post_init__(self) -> None:
        """Refuse numbers that no month has; `out_of_range`."""
        if self.nth != LAST_WEEK:
            must_be_within(self.nth, 1, 5, field="nth")
        must_be_within(self.weekday, 1, 7, field="weekday")
        object.__setattr__(self, "weekday", Weekday(self.weekday))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyLastDay:
    """On the last day of each month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lunar:
    """On some days of every lunar month, leap months too: 1 and 15 for mùng một and rằm. Needs a calendar.

    The 30th plays in long months only.
    """

    days: frozenset[int]

    def __post_init__(self) -> None:
        """Refuse no day (`rule_empty`) and days outside 1..30 (`out_of_range`)."""
        must_not_be_empty(self.days, field="days")
        for day in self.days:
            must_be_within(day, 1, 30, field="days")


Pattern = Daily | Weekly | MonthlyOnDay | MonthlyOnWeekday | MonthlyLastDay | Lunar


def must_be_within(number: int, least: int, most: int, *, field: str) -> None:
    """Raise ImpossibleRuleError `out_of_range` unless least <= number <= most."""
    if not least <= number <= most:
        raise ImpossibleRuleError("out_of_range", f"{field} must be {least} to {most}", field=field)


def must_not_be_empty(values: frozenset[Weekday] | frozenset[int], *, field: str) -> None:
    """Raise ImpossibleRuleError `rule_empty` when there is nothing."""
    if not values:
        raise ImpossibleRuleError("rule_empty", f"{field} must not be empty", field=field)
