"""Why an order needs a second approver: of its times and place, and of who stands behind its notice."""

from datetime import datetime, timedelta

from controller.domain.airings import SCHEDULE_AHEAD, Broadcast
from controller.domain.areas import Area
from controller.domain.devices import DeviceKind
from controller.domain.notices import Content, Notice
from controller.domain.second_approval import Need, needs_second
from controller.usecases.from_above import communes_below
from controller.usecases.ports import Work
from controller.usecases.rule_starts import starts_between
from controller.usecases.stand_ins import has_right
from schedules import band_of

LOCKED_OUT = "lock_out"
"""action of the trail when an account was closed because somebody else may have used it"""


def needs_of(
    work: Work, broadcast: Broadcast, area: Area, notice: Notice, content: Content, *, now: datetime
) -> tuple[Need, ...]:
    """Return why an order needs a second approver, with the version of its notice that is in force; none if none."""
    until = max(now, broadcast.start_at) + SCHEDULE_AHEAD
    starts = starts_between(work, broadcast, area.zone, now, until)
    speaks = any(one.kind is DeviceKind.SPEAKER for one in work.plan.targets(area.path))
    length = timedelta(milliseconds=content.duration_ms)
    spans = [(one.start_at, one.start_at + length) for one in starts] if speaks else []
    communes = {one.id for one in communes_below(work, area).values()}
    band = band_of(broadcast.priority)
    needs = needs_second(spans=spans, zone=area.zone, kind=area.kind, communes=len(communes), band=band)
    return (*needs, *_of_the_first(work, notice, area))


def _of_the_first(work: Work, notice: Notice, area: Area) -> tuple[Need, ...]:
    """Return what the first approval does not do: nobody lets something onto the air where they do not decide."""
    place = work.areas.get(notice.area_id)
    approver = work.people.get(notice.approved_by) if notice.approved_by is not None else None
    found = []
    is_inside = place is not None and place.covers(area)
    if not is_inside and (approver is None or not has_right(work, approver, area)):
        found.append(Need.ELSEWHERE)
    if approver is not None and approver.disabled_at is not None:
        trail = work.audit.of_subject(f"user:{approver.username}")
        if any(entry.action == LOCKED_OUT for entry in trail):
            found.append(Need.LOCKED_OUT)
    return tuple(found)
