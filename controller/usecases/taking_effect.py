"""What a decision does to what is planned: new words come in, orders leave the air, approved ones enter it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from controller.domain.airings import OPEN_STATES, SOUND_TAIL, Airing, AiringState, Broadcast, BroadcastState
from controller.domain.notices import Content, Notice
from controller.domain.second_approval import Need
from controller.usecases.in_force import approved_content
from controller.usecases.ports import Work
from controller.usecases.timetables import refresh_timetables

_NOT_BEGUN = (AiringState.HELD, AiringState.PLANNED, AiringState.PUSHED)


def come_into_force(work: Work, notice: Notice, now: datetime) -> None:
    """Change every broadcast of a notice to its version in force; devices hear of it with the next push.

    An order that needed a second approver needs one for the new words too: it is held until then, and neither
    version of it airs. One that is held already is another version of itself, so that nobody approves the old one.
    """
    content = approved_content(work, notice)
    for broadcast in work.airings.broadcasts_of_notice(notice.id):
        if broadcast.notice_version == notice.approved_version or not may_still_air(work, broadcast, now):
            continue
        broadcast.notice_version, broadcast.content_id = notice.version, content.id
        if broadcast.needs:
            hold(work, broadcast, Need.CHANGED, now)
        else:
            refresh_timetables(work, _renewed(work, broadcast, notice, content, now), now)


def hold(work: Work, broadcast: Broadcast, need: Need, now: datetime) -> None:
    """Take a broadcast off the air, now, until a second person has approved it."""
    needs = [one for one in broadcast.needs.split(",") if one and one != need]
    broadcast.needs = ",".join([*needs, need])
    broadcast.state = BroadcastState.HELD
    broadcast.version += 1
    broadcast.updated_at, broadcast.planned_until = now, None
    broadcast.second_by, broadcast.second_at, broadcast.second_reason = None, None, ""
    airings = work.airings.of_broadcast(broadcast.id)
    for airing in airings:
        airing.call_off()
    work.flush()
    refresh_timetables(work, {one.device_id for one in airings}, now)


def call_off(
    work: Work, broadcast: Broadcast, *, by: str | None, reason: str, now: datetime
) -> Sequence[Airing]:
    """Stop a broadcast for good, wherever it is on air or held; return its airings."""
    broadcast.stopped_at, broadcast.stopped_by, broadcast.stop_reason = now, by, reason
    airings = work.airings.of_broadcast(broadcast.id)
    for airing in airings:
        airing.call_off()
    work.flush()
    refresh_timetables(work, {one.device_id for one in airings}, now)
    return airings


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
    if broadcast.state is BroadcastState.HELD or _repeats(broadcast, now):
        return True
    airings = work.airings.of_broadcast(broadcast.id)
    return any(one.state in (AiringState.HELD, *OPEN_STATES) for one in airings)


def _repeats(broadcast: Broadcast, now: datetime) -> bool:
    rule = json.loads(broadcast.rule) if broadcast.rule else {"kind": "once"}
    return rule["kind"] != "once" and (broadcast.until is None or broadcast.until > now)


def _renewed(
    work: Work, broadcast: Broadcast, notice: Notice, content: Content, now: datetime
) -> set[str]:
    """Give every airing that has not begun the words, sound and length in force; return the devices concerned."""
    changed = set()
    for airing in work.airings.of_broadcast(broadcast.id):
        if airing.state not in _NOT_BEGUN or airing.planned_at <= now:
            continue
        airing.title = notice.approved_title
        if airing.content_id is None:
            airing.text = notice.approved_text
        else:
            airing.content_id = content.id
            length = timedelta(milliseconds=content.duration_ms)
            airing.ends_at = airing.planned_at + length + SOUND_TAIL
        changed.add(airing.device_id)
    return changed
