"""The questions that an agent's loop asks: what now, and when does that change, over a week of 200 occurrences."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from schedules import NOTHING_YET, Occurrence, Timetable, first_free_start, overlaps

_MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
_WEEK = timedelta(days=7)
_SECONDS = 0.5


def bench() -> list[tuple[str, float, str]]:
    occurrences = [_occurrence(number) for number in range(200)]
    timetable = Timetable(tuple(occurrences))
    wished = Occurrence(
        id="w", start_at=_MONDAY + _WEEK / 2, end_at=_MONDAY + _WEEK / 2 + timedelta(minutes=15)
    )
    return [
        (
            "schedules: what_now, 200 occurrences",
            _per_second(lambda now: timetable.what_now(NOTHING_YET, now)),
            "a second",
        ),
        (
            "schedules: next_change, 200 occurrences",
            _per_second(lambda now: timetable.next_change(NOTHING_YET, now)),
            "a second",
        ),
        (
            "schedules: overlaps of one wish",
            _per_second(lambda _now: overlaps(wished, occurrences)),
            "a second",
        ),
        (
            "schedules: first free start of one wish",
            _per_second(lambda _now: first_free_start(wished, occurrences)),
            "a second",
        ),
    ]


def _occurrence(number: int) -> Occurrence:
    start_at = _MONDAY + _WEEK / 200 * number
    return Occurrence(
        id=f"o-{number}", start_at=start_at, end_at=start_at + timedelta(minutes=40), priority=number % 3 * 10
    )


def _per_second(ask: Callable[[datetime], object]) -> float:
    started_at, count = time.perf_counter(), 0
    while (spent_s := time.perf_counter() - started_at) < _SECONDS:
        ask(_MONDAY + _WEEK * (count % 997 / 997))
        count += 1
    return count / spent_s
