"""What a decision does to what is planned: new words come in, orders leave the air, approved ones enter it."""

from collections.abc import Sequence
from datetime import datetime

from controller.domain.airings import OPEN_STATES, AiringState, Broadcast, BroadcastState, InboxState
from controller.domain.notices import Notice
from controller.domain.orders import rule_of
from controller.domain.second_approval import Need
from controller.usecases.in_force import approved_content
from controller.usecases.planning import renew_broadcast
from controller.usecases.ports import Work
from controller.usecases.second_needs import needs_of
from controller.usecases.timetables import refresh_timetables
from schedules import Once


def come_into_force(work: Work, notice: Notice, now: datetime) -> Sequence[Broadcast]:
    """Change every broadcast of a notice to its version in force, and return those that are held for it.

    An order that needed a second approver needs one for the new words too, and so does one that needs it for these
    words: they sound longer, say. It is held until then, and neither version of it airs. One that is held already
    is another version of itself, so that nobody approves the old one.
    """
    content, held = approved_content(work, notice), []
    for broadcast in work.airings.broadcasts_of_notice(notice.id):
        if broadcast.notice_version == notice.version or not may_still_air(work, broadcast, now):
            continue
        broadcast.notice_version, broadcast.content_id = notice.version, content.id
        area = work.areas.get(broadcast.area_id)
        needs = needs_of(work, broadcast, area, notice, content, now=now) if area is not None else ()
        if broadcast.needs or needs:
            broadcast.needs = ",".join(dict.fromkeys([*_codes(broadcast), *needs]))
            hold(work, broadcast, Need.CHANGED, now)
            held.append(broadcast)
        else:
            refresh_timetables(work, renew_broadcast(work, broadcast, now), now)
    return held


def hold(work: Work, broadcast: Broadcast, need: Need, now: datetime) -> None:
    """Take a broadcast off the air, now, until a second person has approved it."""
    broadcast.needs = ",".join([*(one for one in _codes(broadcast) if one != need), need])
    broadcast.state = BroadcastState.HELD
    broadcast.version += 1
    broadcast.updated_at, broadcast.planned_until = now, None
    broadcast.second_by, broadcast.second_at, broadcast.second_reason = None, None, ""
    _take_off(work, broadcast, now)


def call_off(work: Work, broadcast: Broadcast, *, by: str | None, reason: str, now: datetime) -> None:
    """Stop a broadcast for good, wherever it is on air or held."""
    broadcast.stopped_at, broadcast.stopped_by, broadcast.stop_reason = now, by, reason
    _take_off(work, broadcast, now)


def call_off_all(
    work: Work, notice: Notice, *, by: str | None, reason: str, now: datetime
) -> Sequence[Broadcast]:
    """Stop every broadcast of a notice that could still air; return them."""
    ended = [
        broadcast
        for broadcast in work.airings.broadcasts_of_notice(notice.id)
        if may_still_air(work, broadcast, now)
    ]
    for broadcast in ended:
        call_off(work, broadcast, by=by, reason=reason, now=now)
    return ended


def may_still_air(work: Work, broadcast: Broadcast, now: datetime) -> bool:
    """Tell whether anything of a broadcast is held, planned or on air, or a rule of it has starts to come."""
    if broadcast.stopped_at is not None or broadcast.state is BroadcastState.REJECTED:
        return False
    if broadcast.state is BroadcastState.HELD or _has_starts_to_come(broadcast, now):
        return True
    if not work.plan.counts(broadcast.id).keys().isdisjoint((AiringState.HELD, *OPEN_STATES)):
        return True
    return any(one.state is InboxState.WAITING for one in work.inboxes.of_broadcast(broadcast.id))


def _has_starts_to_come(broadcast: Broadcast, now: datetime) -> bool:
    if broadcast.until is not None and broadcast.until <= now:
        return False
    rule = rule_of(broadcast)
    is_planned = broadcast.planned_until is not None
    return not isinstance(rule, Once) or (not is_planned and rule.start_at > now)


def _take_off(work: Work, broadcast: Broadcast, now: datetime) -> None:
    """Call off what has not begun; what is on air ends with the timetable that lacks it, and is closed by reports."""
    work.flush()
    refresh_timetables(work, work.plan.call_off_all(broadcast.id), now)


def _codes(broadcast: Broadcast) -> list[str]:
    return [one for one in broadcast.needs.split(",") if one]
