"""The starts of an order, by the clock of its area and the calendar of the country."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain.airings import Broadcast
from controller.domain.orders import rule_of
from controller.usecases.ports import Work
from schedules import Calendar, HolidayRule, Lunar, Recurring, Rule, RuleTime, expand, first_start, local_day

_DAY = timedelta(days=1)
_FAR = timedelta(days=400)


def starts_between(
    work: Work, broadcast: Broadcast, zone: str, start_at: datetime, end_at: datetime
) -> Sequence[RuleTime]:
    """Return the starts of an order in [start_at, end_at), earliest first; raises ScheduleError `calendar_unknown`."""
    return rule_starts(work, rule_of(broadcast), zone, start_at, end_at)


def rule_starts(
    work: Work, rule: Rule, zone: str, start_at: datetime, end_at: datetime
) -> Sequence[RuleTime]:
    """Return the starts of a rule in [start_at, end_at), earliest first; raises ScheduleError."""
    place = ZoneInfo(zone)
    calendar = _calendar(work, rule, local_day(start_at, place) - _DAY, local_day(end_at, place) + _DAY)
    return expand(rule, start_at=start_at, end_at=end_at, zone=place, calendar=calendar)


def next_start(work: Work, rule: Rule, zone: str, after: datetime) -> datetime | None:
    """Return the first start later than an instant, None when there is none; raises ScheduleError."""
    place = ZoneInfo(zone)
    today = local_day(after, place)
    return first_start(
        rule, after=after, zone=place, calendar=_calendar(work, rule, today - _DAY, today + _FAR)
    )


def _calendar(work: Work, rule: Rule, first: date, last: date) -> Calendar | None:
    """Return the calendar of the days in question, if the rule asks for one."""
    if not isinstance(rule, Recurring):
        return None
    if rule.holidays is HolidayRule.PLAY and not isinstance(rule.pattern, Lunar):
        return None
    return work.calendars.calendar(first, last)
