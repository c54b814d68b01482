"""Rules with defaults, so that a test says only what matters to it."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from schedules import Calendar, Daily, HolidayRule, LunarDay, Pattern, Recurring, RuleTime, expand

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NEW_YORK = ZoneInfo("America/New_York")
PARIS = ZoneInfo("Europe/Paris")

FIRST_OF_2026 = date(2026, 1, 1)


def a_recurring(
    pattern: Pattern | None = None,
    *times: str,
    valid_from: date = FIRST_OF_2026,
    valid_until: date | None = None,
    except_dates: frozenset[date] = frozenset(),
    moved: tuple[tuple[date, date], ...] = (),
    holidays: HolidayRule = HolidayRule.PLAY,
) -> Recurring:
    """Return a rule that plays daily at 05:30 from 1 January 2026, unless told otherwise."""
    return Recurring(
        pattern=pattern or Daily(),
        times=tuple(map(time.fromisoformat, times or ("05:30",))),
        valid_from=valid_from,
        valid_until=valid_until,
        except_dates=except_dates,
        moved=moved,
        holidays=holidays,
    )


def a_calendar(
    first: date,
    last: date,
    *holidays: date,
    lunar_days: dict[date, LunarDay] | None = None,
) -> Calendar:
    """Return a calendar of [first, last] with these holidays."""
    return Calendar(
        first=first, last=last, holidays=dict.fromkeys(holidays, "ngày nghỉ"), lunar_days=lunar_days or {}
    )


def midnight(day: date, zone: ZoneInfo = HANOI) -> datetime:
    """Return the instant at which a local day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def starts_between(
    rule: Recurring, first: date, last: date, *, zone: ZoneInfo = HANOI, calendar: Calendar | None = None
) -> tuple[RuleTime, ...]:
    """Return the starts from the first moment of one local day to the first moment of another."""
    return expand(
        rule, start_at=midnight(first, zone), end_at=midnight(last, zone), zone=zone, calendar=calendar
    )
