"""What a day is: its weekday, its lunar day, whether it is a public holiday.

Holidays and lunar days come in as values. Nothing here computes them, and nothing guesses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from types import MappingProxyType
from typing import Self

from schedules.errors import ImpossibleRuleError


class Weekday(IntEnum):
    """Days of the week by their ISO numbers. Other systems count otherwise: say which when you read a number."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

    @classmethod
    def from_cron(cls, number: int) -> Self:
        """Read a weekday of a crontab: Sunday is 0 and 7, Monday is 1. Raises ImpossibleRuleError `out_of_range`."""
        return cls._known(number, first=0, last=7, at=(number - 1) % 7 + 1)

    @classmethod
    def from_iso(cls, number: int) -> Self:
        """Read an ISO weekday: Monday is 1, Sunday is 7. Raises ImpossibleRuleError `out_of_range`."""
        return cls._known(number, first=1, last=7, at=number)

    @classmethod
    def from_python(cls, number: int) -> Self:
        """Read what `date.weekday()` gives: Monday is 0, Sunday is 6. Raises ImpossibleRuleError `out_of_range`."""
        return cls._known(number, first=0, last=6, at=number + 1)

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the weekday of a day."""
        return cls(day.isoweekday())

    @classmethod
    def _known(cls, number: int, *, first: int, last: int, at: int) -> Self:
        if not first <= number <= last:
            raise ImpossibleRuleError("out_of_range", f"a weekday is {first} to {last}", field="weekday")
        return cls(at)


@dataclass(frozen=True, slots=True)
class LunarDay:
    """Ngày âm lịch: day and month of Viet Nam's lunar calendar; `is_leap` for the month that a leap year repeats."""

    day: int
    month: int
    is_leap: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers that no lunar day has; `out_of_range`."""
        if not 1 <= self.day <= 30:
            raise ImpossibleRuleError("out_of_range", "a lunar day is 1 to 30", field="day")
        if not 1 <= self.month <= 12:
            raise ImpossibleRuleError("out_of_range", "a lunar month is 1 to 12", field="month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What is known of the days from `first` to `last`, both included.

    `holidays`: public holidays and their names. `lunar_days`: may be left empty where no rule asks.
    """

    first: date
    last: date
    holidays: Mapping[date, str]
    lunar_days: Mapping[date, LunarDay]

    def __post_init__(self) -> None:
        """Take copies that nobody can change; refuse a last day before the first with `end_before_start`."""
        if self.last < self.first:
            raise ImpossibleRuleError("end_before_start", "the last day is before the first", field="last")
        object.__setattr__(self, "holidays", MappingProxyType(dict(self.holidays)))
        object.__setattr__(self, "lunar_days", MappingProxyType(dict(self.lunar_days)))

    def is_holiday(self, day: date) -> bool:
        """Tell whether a day is a public holiday; raises ImpossibleRuleError `calendar_unknown` when not known."""
        self._must_know(day, field="holidays")
        return day in self.holidays

    def lunar_day(self, day: date) -> LunarDay:
        """Return the lunar day of a day; raises ImpossibleRuleError `calendar_unknown` when not known."""
        self._must_know(day, field="days")
        found = self.lunar_days.get(day)
        if found is None:
            raise ImpossibleRuleError(
                "calendar_unknown", f"the lunar day of {day} is not known", field="days"
            )
        return found

    def _must_know(self, day: date, *, field: str) -> None:
        if not self.first <= day <= self.last:
            raise ImpossibleRuleError(
                "calendar_unknown", f"{day} is outside the calendar, {self.first} to {self.last}", field=field
            )
