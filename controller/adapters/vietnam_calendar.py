"""Public holidays and lunar days of Viet Nam: the only file that imports holidays.

For years to come the days off in lieu are those of the law's rules; the decree of a year may swap some. A station
that must follow it before the library does excepts or moves days by hand.
"""

from datetime import date
from functools import lru_cache

from holidays import country_holidays

from controller.adapters.lunar_months import FIRST_YEAR, LAST_YEAR, lunar_days
from schedules import Calendar, ImpossibleRuleError, LunarDay

_KEPT_CALENDARS = 16


class VietnamCalendars:
    """`usecases.calendars.Calendars`, by whole years."""

    def __init__(self) -> None:
        # lru_cache keeps itself whole between threads; at worst two of them compute the same year.
        self._year = lru_cache(maxsize=None)(_year)
        self._years = lru_cache(maxsize=_KEPT_CALENDARS)(self._joined)

    def calendar(self, first: date, last: date) -> Calendar:
        first_year, last_year = max(first.year, FIRST_YEAR), min(last.year, LAST_YEAR)
        if first_year > last_year:
            raise ImpossibleRuleError(
                "calendar_unknown", f"the calendar reaches from {FIRST_YEAR} to {LAST_YEAR}", field="calendar"
            )
        return self._years(first_year, last_year)

    def _joined(self, first_year: int, last_year: int) -> Calendar:
        holidays: dict[date, str] = {}
        lunar: dict[date, LunarDay] = {}
        for year in range(first_year, last_year + 1):
            of_year = self._year(year)
            holidays |= of_year[0]
            lunar |= of_year[1]
        return Calendar(
            first=date(first_year, 1, 1), last=date(last_year, 12, 31), holidays=holidays, lunar_days=lunar
        )


def _year(year: int) -> tuple[dict[date, str], dict[date, LunarDay]]:
    """Return the holidays and the lunar days of one year."""
    return dict(country_holidays("VN", years=year, language="vi")), lunar_days(year)
