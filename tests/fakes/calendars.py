"""A calendar source that knows what a test tells it."""

from datetime import date

from schedules import Calendar, LunarDay


class FakeCalendars:
    """`usecases.calendars.Calendars`: exactly the days asked for, with the holidays and lunar days told."""

    def __init__(self) -> None:
        self.holidays: dict[date, str] = {}
        self.lunar_days: dict[date, LunarDay] = {}

    def calendar(self, first: date, last: date) -> Calendar:
        return Calendar(first=first, last=last, holidays=self.holidays, lunar_days=self.lunar_days)
