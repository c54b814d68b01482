"""Which orders need a second approver: out of hours, for a whole area, emergency."""

from collections.abc import Iterable
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from controller.domain.areas import AreaKind
from schedules import Band

# The day of QCVN 26:2010/BTNMT is 6 h to 21 h.
DAY_STARTS, DAY_ENDS = time(6), time(21)
WIDE_KINDS = (AreaKind.CENTRAL, AreaKind.PROVINCE)


class Need(StrEnum):
    """Why an order is held until a second person has approved it; `Broadcast.needs` joins them by commas."""

    OUT_OF_HOURS = "out_of_hours"
    WHOLE_AREA = "whole_area"
    EMERGENCY = "emergency"
    CHANGED = "changed"
    """A new version of its notice came into force since the second approval."""
    LOCKED_OUT = "locked_out"
    """Who ordered or approved it was locked out."""
    ELSEWHERE = "elsewhere"
    """Its notice was approved by somebody who decides nothing where it is to air."""


def needs_second(
    *, spans: Iterable[tuple[datetime, datetime]], zone: str, kind: AreaKind, communes: int, band: Band
) -> tuple[Need, ...]:
    """Return why an order needs a second approver, none when it needs none.

    `spans` are the starts and ends at which loudspeakers would sound (a board makes no noise: leave it out), in
    an area of `kind` in `zone` that holds so many `communes`.
    """
    found = []
    if any(not is_by_day(start_at, end_at, ZoneInfo(zone)) for start_at, end_at in spans):
        found.append(Need.OUT_OF_HOURS)
    if kind in WIDE_KINDS or communes > 1:
        found.append(Need.WHOLE_AREA)
    if band is Band.EMERGENCY:
        found.append(Need.EMERGENCY)
    return tuple(found)


def is_by_day(start_at: datetime, end_at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether all of it lies in the day of one date: one that sounds through a night starts and ends by day."""
    start, end = start_at.astimezone(zone), end_at.astimezone(zone)
    return start.date() == end.date() and start.time() >= DAY_STARTS and end.time() <= DAY_ENDS
