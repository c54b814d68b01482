"""From an order to its airings: one for each start of its rule and each device of its area.

The row is the queue: an airing is named by its broadcast, its device and the key of its occurrence, so that two
controllers that plan at once make one. `planned_until` of a broadcast says how far its plan reaches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain.airings import (
    SHORTEST_NOTICE,
    TIMETABLE_WINDOW,
    AiringState,
    Broadcast,
    BroadcastState,
)
from controller.domain.areas import Area
from controller.domain.devices import Device, DeviceKind
from controller.domain.errors import ConflictError
from controller.domain.notices import Content, Notice
from controller.domain.orders import airing_id, end_of, is_returned, occurrence_key, renewed_key
from controller.domain.second_approval import Need, is_by_day
from controller.usecases.from_above import Placing, Sharing
from controller.usecases.in_force import approved_content
from controller.usecases.planning_ports import Planned, Row, Target
from controller.usecases.ports import Work
from controller.usecases.rule_starts import starts_between
from schedules import Band, RuleTime, band_of

MOST_ROWS = 20_000
"""No unit of work makes more airings than this at once: others wait for the database. The tick makes the rest."""

NOT_PLANNED = "not_planned"
RESCHEDULED = "rescheduled"
REVOKED = "revoked"
NEEDS_SECOND = "needs_second"
_NOT_TO_AIR = (AiringState.MISSED, AiringState.WITHDRAWN)
_UNBEGUN = (AiringState.HELD, AiringState.PLANNED, AiringState.PUSHED)


def plan_broadcast(work: Work, broadcast: Broadcast, now: datetime) -> set[str]:
    """Make the airings that are not there yet of every start before now + TIMETABLE_WINDOW; return whom they are for.

    Of a large area so many starts as MOST_ROWS allows; the tick goes on from there. An order that is held,
    stopped, or whose notice is not in force gets none. A start that passed while nobody planned is kept as missed.
    """
    work.flush()
    sheet = _taken_in(_sheet(work, broadcast))
    until = now + TIMETABLE_WINDOW
    first = max(broadcast.planned_until or broadcast.start_at, now - TIMETABLE_WINDOW)
    if sheet is None or first >= until:
        return set()
    targets = sheet.sharing.targets(work.plan.targets(sheet.area.path))
    starts = starts_between(work, sheet.broadcast, sheet.area.zone, first, until)
    is_first = broadcast.planned_until is None
    if is_first:
        starts = _at_once(broadcast, starts, now)
    # It may have been planned before, and held since, or be in the middle of being renewed.
    is_known = is_first or work.plan.reaches(broadcast.id, first)
    broadcast.planned_until = _reach(starts, targets, until)
    starts = [one for one in starts if one.start_at < broadcast.planned_until]
    rows = _rows(work, sheet, targets, starts, now)
    if is_known:
        before = work.plan.of(broadcast.id)
        _settle(work, rows, before=before, ahead=[one for one in before if one.state in _UNBEGUN])
    else:
        work.plan.add(rows)
    return {str(row["device_id"]) for row in rows}


def renew_broadcast(work: Work, broadcast: Broadcast, now: datetime) -> set[str]:
    """Bring airings that have not begun up to date with the order and its notice; return whose plan may differ.

    They are changed in place, called off, or made anew; what is on air, or should be by now, is left alone, unless
    nothing of the order may air any more. Of a large area only so many starts are changed as MOST_ROWS allows; the
    tick goes on from there.
    """
    work.flush()
    sheet = _taken_in(_sheet(work, broadcast))
    if sheet is None:
        return set(work.plan.call_off_all(broadcast.id, reason=RESCHEDULED))
    before = work.plan.of(broadcast.id)
    ahead = [
        one for one in before if one.state in _UNBEGUN and one.planned_at > now and not is_returned(one.key)
    ]
    until = now + TIMETABLE_WINDOW
    targets = sheet.sharing.targets(work.plan.targets(sheet.area.path))
    starts = [
        one
        for one in starts_between(work, sheet.broadcast, sheet.area.zone, now, until)
        if one.start_at > now
    ]
    broadcast.planned_until = _reach(starts, targets, until)
    rows = _rows(work, sheet, targets, [one for one in starts if one.start_at < broadcast.planned_until], now)
    kept = _settle(work, rows, before=before, ahead=ahead)
    later = {one.key for one in starts if one.start_at >= broadcast.planned_until}
    lost = [one.id for one in ahead if one.id not in kept and occurrence_key(one.key) not in later]
    work.plan.call_off(lost, reason=RESCHEDULED)
    return {one.device_id for one in ahead} | {str(row["device_id"]) for row in rows}


def plan_devices(work: Work, devices: Sequence[Device], now: datetime) -> set[str]:
    """Give devices the airings to come of every order that is for their place, and take away those that are not.

    For a device that was enrolled, moved or revoked, and for all of an area that came to lie elsewhere.
    """
    work.flush()
    paths = {area.id: area.path for area in work.areas.all(with_absent=True)}
    ids = [device.id for device in devices]
    ahead = work.plan.ahead(ids, now)
    wanted: set[tuple[str, str]] = set()
    for area_id in {device.area_id for device in devices if device.revoked_at is None}:
        here = [
            Target.of(device) for device in devices if device.area_id == area_id and device.revoked_at is None
        ]
        for broadcast in work.orders.over(paths[area_id].strip("/").split("/"), after=now):
            wanted |= {(broadcast.id, device_id) for device_id in _plan_for(work, broadcast, here, now)}
    lost = [one.id for broadcast_id, one in ahead if (broadcast_id, one.device_id) not in wanted]
    work.plan.call_off(lost, reason=REVOKED)
    return set(ids)


def rows_between(
    work: Work, broadcast: Broadcast, targets: Sequence[Target], start_at: datetime, end_at: datetime
) -> list[Row]:
    """Return the airings that an order would have on some devices for its starts in [start_at, end_at).

    The order may be one that nobody has saved. Writes nothing, and asks no commune anything.
    """
    sheet = _sheet(work, broadcast)
    if sheet is None or start_at >= end_at:
        return []
    starts = starts_between(work, broadcast, sheet.area.zone, start_at, end_at)
    rows = _rows(work, sheet, sheet.sharing.targets(targets), starts, start_at, asks=False)
    return [row for row in rows if row["state"] is not AiringState.WITHDRAWN]


def _plan_for(work: Work, broadcast: Broadcast, here: Sequence[Target], now: datetime) -> set[str]:
    """Plan an order for some devices as far as it is planned for all; return for whom of them it is."""
    sheet = _sheet(work, broadcast)
    if sheet is None:
        return set()
    targets = sheet.sharing.targets(here)
    if broadcast.planned_until is not None:
        until = min(broadcast.planned_until, now + TIMETABLE_WINDOW)
        starts = starts_between(work, broadcast, sheet.area.zone, now, until) if until > now else ()
        before = work.plan.of(broadcast.id, [one.device_id for one in targets])
        ahead = [one for one in before if one.state in _UNBEGUN]
        _settle(work, _rows(work, sheet, targets, starts, now), before=before, ahead=ahead)
    return {one.device_id for one in targets}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """Everything that the airings of one order have in common."""

    broadcast: Broadcast
    notice: Notice
    content: Content
    version: int
    area: Area
    sharing: Sharing
    authorised_by: str

    def row(self, target: Target, start: RuleTime, placing: Placing, now: datetime) -> Row | None:
        """Return an airing as a row; None for one that its notice does not outlive."""
        order, is_sound = self.broadcast, target.kind is DeviceKind.SPEAKER
        board_for_s = None if is_sound else order.board_for_s
        ends_at = end_of(start.start_at, duration_ms=self.content.duration_ms, board_for_s=board_for_s)
        expires_at = self.notice.approved_expires_at
        if expires_at is not None and ends_at > expires_at:
            if is_sound or start.start_at >= expires_at:
                return None
            ends_at = expires_at
        latest_at = ends_at + timedelta(seconds=order.window_s) if is_sound else ends_at
        is_over, is_barred = latest_at <= now, is_sound and self._is_barred(start)
        return {
            "id": airing_id(order.id, target.device_id, start.key),
            "broadcast_id": order.id,
            "notice_id": order.notice_id,
            "device_id": target.device_id,
            "title": self.notice.approved_title,
            "planned_at": start.start_at,
            "ends_at": ends_at,
            "state": AiringState.MISSED if is_over else AiringState.WITHDRAWN if is_barred else placing.state,
            "priority": placing.priority,
            "volume": order.volume,
            "content_id": self.content.id if is_sound else None,
            "text": None if is_sound else self.notice.approved_text,
            "length_ms": 0,
            "reason": NOT_PLANNED if is_over else NEEDS_SECOND if is_barred else "",
            "key": start.key,
            "latest_at": latest_at,
            "order": placing.order,
            "origin": order.origin,
            "on_loss": order.on_loss,
            "authorised_by": self.authorised_by,
            "cause": order.cause,
            "day": start.day,
        }

    def _is_barred(self, start: RuleTime) -> bool:
        """Tell whether it would sound out of hours though nobody approved that, when none was to sound then, say."""
        order, length = self.broadcast, timedelta(milliseconds=self.content.duration_ms)
        if band_of(order.priority) is Band.EMERGENCY or Need.OUT_OF_HOURS in order.needs.split(","):
            return False
        return not is_by_day(start.start_at, start.start_at + length, ZoneInfo(self.area.zone))


def _sheet(work: Work, broadcast: Broadcast) -> _Sheet | None:
    """Gather what is to be planned; None when nothing of this order may be on air."""
    notice = work.notices.get(broadcast.notice_id)
    area = work.areas.get(broadcast.area_id)
    is_stopped = broadcast.stopped_at is not None or broadcast.state is not BroadcastState.APPROVED
    if notice is None or area is None or is_stopped or not notice.is_in_force:
        return None
    is_emergency = band_of(broadcast.priority) is Band.EMERGENCY
    content, version = _content(work, broadcast, notice)
    return _Sheet(
        broadcast=broadcast,
        notice=notice,
        content=content,
        version=version,
        area=area,
        sharing=Sharing.of(work, broadcast, area),
        authorised_by=_authorised_by(work, broadcast) if is_emergency else "",
    )


def _content(work: Work, broadcast: Broadcast, notice: Notice) -> tuple[Content, int]:
    """Return the sound in force and its version; while it is not ready, those of before are aired."""
    try:
        return approved_content(work, notice), notice.approved_version or notice.version
    except ConflictError:
        before = work.notices.content(broadcast.content_id)
        if before is None:
            raise
        return before, broadcast.notice_version


def _taken_in(sheet: _Sheet | None) -> _Sheet | None:
    """Write into the order which version of its notice it airs from now on."""
    if sheet is not None:
        sheet.broadcast.notice_version, sheet.broadcast.content_id = sheet.version, sheet.content.id
    return sheet


def _authorised_by(work: Work, broadcast: Broadcast) -> str:
    people = [work.people.get(one) for one in (broadcast.created_by, broadcast.second_by) if one]
    return ", ".join(person.display_name for person in people if person is not None)[:200]


def _at_once(broadcast: Broadcast, starts: Sequence[RuleTime], now: datetime) -> Sequence[RuleTime]:
    """Let an emergency whose start passed while it waited for its second approver begin now."""
    passed = [one for one in starts if one.start_at < now]
    if not passed or band_of(broadcast.priority) is not Band.EMERGENCY:
        return starts
    soon = RuleTime(passed[-1].key, passed[-1].day, now + SHORTEST_NOTICE)
    return [soon, *(one for one in starts if one.start_at > soon.start_at)]


def _reach(starts: Sequence[RuleTime], targets: Sequence[Target], until: datetime) -> datetime:
    """Return how far the plan goes this time."""
    most = max(1, MOST_ROWS // max(1, len(targets)))
    return starts[most].start_at if len(starts) > most else until


def _rows(
    work: Work,
    sheet: _Sheet,
    targets: Sequence[Target],
    starts: Iterable[RuleTime],
    now: datetime,
    *,
    asks: bool = True,
) -> list[Row]:
    starts = list(starts)
    asked_at = now if asks else None
    place = sheet.sharing.placings(work, starts, duration_ms=sheet.content.duration_ms, asked_at=asked_at)
    rows = (sheet.row(target, start, place(target, start), now) for start in starts for target in targets)
    return [row for row in rows if row is not None]


def _settle(
    work: Work, rows: Sequence[Row], *, before: Sequence[Planned], ahead: Sequence[Planned]
) -> set[str]:
    """Change the airings that are there, add those that are not; return the ids of those that stay."""
    there = {(one.device_id, occurrence_key(one.key)): one for one in ahead}
    past: dict[tuple[object, object], list[Planned]] = {}
    for one in before:
        past.setdefault((one.device_id, occurrence_key(one.key)), []).append(one)
    changed, added, kept = [], [], set()
    for row in rows:
        name = (row["device_id"], row["key"])
        if (same := there.get((str(row["device_id"]), str(row["key"])))) is not None:
            kept.add(same.id)
            changed.append(_change(same, row))
        elif name not in past:
            added.append(row)
        elif row["state"] not in _NOT_TO_AIR and _is_called_off(past[name]):
            key = renewed_key(str(row["key"]), len(past[name]))
            new_id = airing_id(str(row["broadcast_id"]), str(row["device_id"]), key)
            added.append({**row, "id": new_id, "key": key})
    work.plan.change(changed)
    work.plan.add(added)
    return kept


def _is_called_off(airings: Iterable[Planned]) -> bool:
    return all(one.state is AiringState.WITHDRAWN for one in airings)


def _change(same: Planned, row: Row) -> Row:
    """Return the new fields of an airing. It is planned again: what the device has by now is the old one."""
    kept = ("key", "broadcast_id", "notice_id", "device_id", "length_ms")
    return {**{name: value for name, value in row.items() if name not in kept}, "id": same.id}
