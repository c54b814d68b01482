"""What a preview asks of rules: 200 of them over a week, and one over twenty years."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from schedules import (
    Calendar,
    Daily,
    HolidayRule,
    MonthlyLastDay,
    MonthlyOnDay,
    Pattern,
    Recurring,
    Weekday,
    Weekly,
    expand,
    first_start,
)

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_MONDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)
_WEEK = timedelta(days=7)
_CALENDAR = Calendar(first=date(2026, 1, 1), last=date(2026, 12, 31), holidays={}, lunar_days={})
_PATTERNS: tuple[Pattern, ...] = (
    Daily(),
    Weekly(days=frozenset({Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY})),
    MonthlyOnDay(day=25),
    Weekly(days=frozenset({Weekday.FRIDAY})),
    MonthlyLastDay(),
)


def bench() -> list[tuple[str, float, str]]:
    mixed = [_rule(number, _PATTERNS[number % 5], times=number % 3 + 1) for number in range(200)]
    daily = [_rule(number, Daily(), times=2) for number in range(200)]
    rare = _rule(0, MonthlyOnDay(day=31), times=1)
    return [
        ("rules: 200 mixed ones over 7 days", _best_ms(lambda: _starts(mixed, _WEEK)), "ms"),
        ("rules: 200 twice a day over 7 days", _best_ms(lambda: _starts(daily, _WEEK)), "ms"),
        ("rules: one daily over 20 years", _best_ms(lambda: _starts(daily[:1], 1_043 * _WEEK)), "ms"),
        (
            "rules: the next 31st",
            _best_ms(lambda: first_start(rare, after=_MONDAY, zone=_ZONE, calendar=None)),
            "ms",
        ),
    ]


def _rule(number: int, pattern: Pattern, *, times: int) -> Recurring:
    return Recurring(
        pattern=pattern,
        times=tuple(clock_time(5 + number % 3 + 6 * count, 30) for count in range(times)),
        valid_from=date(2026, 1, 5),
        holidays=HolidayRule.SKIP if number % 4 == 1 else HolidayRule.PLAY,
    )


def _starts(rules: list[Recurring], length: timedelta) -> int:
    end_at = _MONDAY + length
    return sum(
        len(expand(rule, start_at=_MONDAY, end_at=end_at, zone=_ZONE, calendar=_CALENDAR)) for rule in rules
    )


def _best_ms(run: Callable[[], object]) -> float:
    spent_s = []
    for _ in range(20):
        started_at = time.perf_counter()
        run()
        spent_s.append(time.perf_counter() - started_at)
    return min(spent_s) * 1_000
