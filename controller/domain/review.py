"""Standing in for an approver, and reminding one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from controller.domain.errors import Code, InvalidError
from schedules import at_local, local_day

LONGEST_DELEGATION = timedelta(days=60)
FIRST_REMINDER = timedelta(minutes=30)
SECOND_REMINDER = timedelta(hours=4)
LATER_REMINDERS = timedelta(hours=24)
MOST_REMINDERS = 4
"""of one person about one thing that waits"""
REMIND_FROM, REMIND_UNTIL = time(6, 30), time(20, 30)


@dataclass(eq=False, kw_only=True)
class Delegation:
    """While an approver is away another person decides in their place, from the local day `starts_on` to `ends_on`."""

    id: str
    area_id: str
    from_user_id: str
    to_user_id: str
    starts_on: date
    ends_on: date
    created_at: datetime
    ended_at: datetime | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a local day of its area; both ends are included."""
        return self.ended_at is None and self.starts_on <= day <= self.ends_on


@dataclass(eq=False, kw_only=True)
class Reminder:
    """A word to one person about what waits for their decision: `subject` is `notice:ID` or `broadcast:ID`."""

    id: str
    user_id: str
    subject: str
    number: int
    at: datetime
    seen_at: datetime | None = None


def check_days(starts_on: date, ends_on: date, today: date) -> None:
    """Raise InvalidError DELEGATION_DATES unless today <= start <= end, and at most LONGEST_DELEGATION in all."""
    days = LONGEST_DELEGATION.days
    if starts_on < today:
        raise InvalidError(Code.DELEGATION_DATES, field="starts_on", days=days)
    if ends_on < starts_on or (ends_on - starts_on).days >= days:
        raise InvalidError(Code.DELEGATION_DATES, field="ends_on", days=days)


def next_reminder_at(since: datetime, sent: Sequence[datetime], zone: ZoneInfo) -> datetime | None:
    """Return when a person is to be reminded of what waits `since` then, or None after MOST_REMINDERS.

    `sent` are the reminders that they had about it, oldest first: the waits count from the one before, so that a
    night does not bring two together. Nobody is reminded before REMIND_FROM or after REMIND_UNTIL.
    """
    if len(sent) >= MOST_REMINDERS:
        return None
    waits = (FIRST_REMINDER, SECOND_REMINDER, LATER_REMINDERS)
    return _by_day([since, *sent][-1] + waits[min(len(sent), 2)], zone)


def is_reminding_time(now: datetime, zone: ZoneInfo) -> bool:
    """Tell whether people may be reminded now."""
    return _by_day(now, zone) == now


def _by_day(at: datetime, zone: ZoneInfo) -> datetime:
    day, clock = local_day(at, zone), at.astimezone(zone).time()
    if clock < REMIND_FROM:
        return at_local(day, REMIND_FROM, zone)
    if clock > REMIND_UNTIL:
        return at_local(day + timedelta(days=1), REMIND_FROM, zone)
    return at
