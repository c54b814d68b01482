"""Dates and times as they are typed, in the zone of an area."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain.errors import Code, InvalidError

_SOON = timedelta(minutes=5)
_STEP = timedelta(minutes=5)


def next_start(now: datetime, zone: str) -> datetime:
    """Return the local time that the form proposes: soon, on a round five minutes."""
    soon = now + _SOON
    late_by = timedelta(minutes=soon.minute % 5, seconds=soon.second, microseconds=soon.microsecond)
    return (soon - late_by + (_STEP if late_by else timedelta(0))).astimezone(ZoneInfo(zone))


def instant_of(day: str, time: str, zone: str, *, field: str) -> datetime:
    """Return the instant that `2026-11-21` and `17:00` mean in a zone; raises InvalidError INPUT_INVALID."""
    try:
        local = datetime.fromisoformat(f"{day.strip()}T{time.strip()}")
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field=field) from error
    if local.tzinfo is not None:
        raise InvalidError(Code.INPUT_INVALID, field=field)
    try:
        instant = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        is_real = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    except OverflowError as error:  # the first or last day of the calendar
        raise InvalidError(Code.INPUT_INVALID, field=field) from error
    if not is_real:
        raise InvalidError(Code.INPUT_INVALID, field=field)  # the clocks jump over this time
    return instant


def free_instant(typed: str) -> datetime:
    """Return the free time that a button offered."""
    try:
        instant = datetime.fromisoformat(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="start_at") from error
    if instant.tzinfo is None:
        raise InvalidError(Code.TIME_ZONE_MISSING, field="start_at")
    return instant
