"""One device's plan with defaults, and a forecast as short lines, so that a test reads like a page of the diary."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from schedules import (
    NOTHING_YET,
    OPEN,
    Guardrail,
    History,
    Occurrence,
    Rails,
    RailsInForce,
    Segment,
    Unaired,
    foresee,
)

HANOI = "Asia/Ho_Chi_Minh"
FRIDAY = date(2026, 11, 20)
MINUTE = timedelta(minutes=1)


def local(clock: str, *, day: date = FRIDAY, zone: str = HANOI) -> datetime:
    """Return the instant of a local time."""
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def an_item(
    name: str,
    clock: str,
    minutes: float = 10,
    *,
    day: date = FRIDAY,
    zone: str = HANOI,
    window: float | None = None,
    **more: Any,
) -> Occurrence:
    """Return an occurrence from a local time on; `window` is how many minutes after its end it may still be on air."""
    start_at = local(clock, day=day, zone=zone)
    end_at = start_at + MINUTE * minutes
    latest_at = None if window is None else end_at + MINUTE * window
    return Occurrence(
        id=name, start_at=start_at, end_at=end_at, latest_at=latest_at, **{"priority": 50, **more}
    )


def an_emergency(name: str, clock: str, minutes: float = 5, **more: Any) -> Occurrence:
    """Return an emergency with a name and a cause."""
    named = {"priority": 250, "authorised_by": "Trần Thị Bình", "cause": "lũ về", **more}
    return an_item(name, clock, minutes, **named)


def in_force(guardrail: Guardrail = OPEN, **more: Any) -> RailsInForce:
    """Return rails without dates."""
    return RailsInForce([Rails(guardrail=guardrail, **more)])


def diary(
    occurrences: Iterable[Occurrence],
    rails: RailsInForce | None = None,
    *,
    now: datetime | None = None,
    history: History = NOTHING_YET,
    until: datetime | None = None,
    zone: str = HANOI,
) -> list[str]:
    """Foresee, and return lines: `a 05:30-05:40 whole`, with `@60s` for an offset, or `b refused quiet_hours`."""
    planned = list(occurrences)
    begin = now or min((one.start_at for one in planned), default=local("00:00")) - MINUTE
    end = until or begin + timedelta(days=4)
    found = foresee(planned, rails or in_force(), history, begin, until=end)
    return [line(one, zone=zone) for one in found]


def line(one: Segment | Unaired, *, zone: str = HANOI) -> str:
    """Return a forecast's item in words."""
    name = one.occurrence.id
    if isinstance(one, Unaired):
        why = " ".join(breach.code for breach in one.breaches) or one.winner
        return f"{name} {one.fate} {why}".rstrip()
    offset = f" @{one.offset.total_seconds():g}s" if one.offset else ""
    return f"{name} {_clock(one.start_at, zone)}-{_clock(one.end_at, zone)} {one.ending}{offset}"


def _clock(at: datetime, zone: str) -> str:
    clock = at.astimezone(ZoneInfo(zone)).time()
    return clock.isoformat("auto" if clock.microsecond else "seconds" if clock.second else "minutes")
