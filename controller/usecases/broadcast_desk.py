"""Broadcasts: putting an approved notice on the air of an area at a time, and stopping it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.domain.airings import (
    DEFAULT_BOARD_TIME,
    KEEP_AFTER_END,
    LONGEST_BOARD_TIME,
    OPEN_STATES,
    SCHEDULE_AHEAD,
    SHORTEST_NOTICE,
    SOUND_TAIL,
    TIMETABLE_WINDOW,
    Airing,
    AiringState,
    Broadcast,
)
from controller.domain.devices import Device, DeviceKind
from controller.domain.errors import Code, ConflictError, InvalidError, NotFoundError
from controller.domain.ids import new_id
from controller.domain.notices import Content, Notice
from controller.domain.people import Permission
from controller.usecases.collisions import check_speakers_free, share_boards
from controller.usecases.in_force import approved_content
from controller.usecases.notice_desk import clean_reason, notice_for
from controller.usecases.ports import Clock, News, Unit, Work
from controller.usecases.rights import Actor, area_for, visible_areas
from controller.usecases.taking_effect import call_off_all
from controller.usecases.timetables import refresh_timetables
from controller.usecases.trail import note


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastView:
    """A broadcast with what became of it on each device."""

    broadcast: Broadcast
    airings: tuple[Airing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AiringView:
    """One line of the airing log."""

    airing: Airing
    device: Device


class BroadcastDesk:
    """Use cases about broadcasts and the log of airings."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def schedule(
        self,
        actor: Actor,
        notice_id: str,
        *,
        area_id: str,
        start_at: datetime,
        board_until: datetime | None = None,
    ) -> BroadcastView:
        """Plan one airing on every device of the area, loudspeakers and boards alike.

        Raises NOT_APPROVED, SOUND_NOT_READY, TIME_IN_THE_PAST, TIME_TOO_FAR, NO_DEVICES, or TIME_OVERLAPS with
        the first free time when a loudspeaker is already taken.
        """
        now = self._clock.now()
        check_start(start_at, now)
        with self._unit() as work:
            notice = notice_for(work, actor, notice_id, Permission.SCHEDULE)
            area = area_for(work, actor, area_id, Permission.SCHEDULE)
            content = approved_content(work, notice)
            board_until = _checked_board_until(board_until, start_at)
            devices = work.devices.in_areas([one.id for one in work.areas.below(area.path)])
            if not devices:
                raise ConflictError(Code.NO_DEVICES, field="area_id", area=area.name)
            broadcast = Broadcast(
                id=new_id(now),
                notice_id=notice.id,
                notice_version=notice.approved_version or notice.version,
                area_id=area.id,
                content_id=content.id,
                start_at=start_at,
                created_by=actor.user_id,
                created_at=now,
            )
            airings = [_airing(broadcast, notice, content, device, board_until) for device in devices]
            check_speakers_free(work, airings)
            work.airings.add(broadcast)
            work.flush()
            airings = share_boards(work, airings, now)
            refresh_timetables(work, {one.device_id for one in airings}, now)
            detail = f"{start_at.isoformat()} {area.name}"
            note(work, actor, "schedule", f"notice:{notice.id}", now=now, detail=detail)
        self._news.publish("airings")
        return BroadcastView(broadcast=broadcast, airings=tuple(airings))

    def stop(self, actor: Actor, broadcast_id: str, *, reason: str = "") -> BroadcastView:
        """Silence a broadcast now, wherever it is, and keep it from starting anywhere else.

        Raises NOTHING_TO_STOP when every device is already done with it.
        """
        now = self._clock.now()
        with self._unit() as work:
            broadcast = _broadcast_for(work, actor, broadcast_id)
            airings = work.airings.of_broadcast(broadcast.id)
            if broadcast.stopped_at is not None or not any(one.state in OPEN_STATES for one in airings):
                raise ConflictError(Code.NOTHING_TO_STOP)
            self._call_off(work, broadcast, airings, actor=actor, reason=clean_reason(reason), now=now)
        self._news.publish("airings")
        return BroadcastView(broadcast=broadcast, airings=tuple(airings))

    def withdraw(self, actor: Actor, notice_id: str, *, reason: str) -> Notice:
        """Take a notice back, with a reason, and stop every broadcast of it. The author or an approver may do it."""
        now = self._clock.now()
        with self._unit() as work:
            notice = _withdrawable(work, actor, notice_id)
            notice.withdraw(by=actor.user_id, reason=clean_reason(reason), now=now)
            note(work, actor, "withdraw", f"notice:{notice.id}", now=now, detail=notice.reason)
            for _ in call_off_all(work, notice, by=actor.user_id, reason=notice.reason, now=now):
                note(work, actor, "stop", f"notice:{notice.id}", now=now, detail=notice.reason)
        self._news.publish("notices")
        self._news.publish("airings")
        return notice

    def of_notice(self, actor: Actor, notice_id: str) -> Sequence[BroadcastView]:
        """Return the broadcasts of a notice in the areas that the actor may see, the latest first."""
        with self._unit() as work:
            notice_for(work, actor, notice_id, Permission.VIEW)
            visible = {area.id for area in visible_areas(work, actor)}
            return [
                BroadcastView(broadcast=one, airings=tuple(work.airings.of_broadcast(one.id)))
                for one in work.airings.broadcasts_of_notice(notice_id)
                if one.area_id in visible
            ]

    def view(self, actor: Actor, broadcast_id: str) -> BroadcastView:
        """Return one broadcast."""
        with self._unit() as work:
            broadcast = work.airings.broadcast(broadcast_id)
            if broadcast is None:
                raise NotFoundError
            area_for(work, actor, broadcast.area_id, Permission.VIEW)
            return BroadcastView(broadcast=broadcast, airings=tuple(work.airings.of_broadcast(broadcast.id)))

    def log(
        self,
        actor: Actor,
        *,
        device_id: str | None = None,
        broadcast_id: str | None = None,
        states: Sequence[AiringState] = (),
        before: datetime | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Sequence[AiringView]:
        """Return airings on the devices the actor may see, the latest planned first.

        The next page begins where `before` (planned at) and `after` (id) of the last one on this page say.
        """
        with self._unit() as work:
            devices = _visible_devices(work, actor)
            wanted = [device_id] if device_id in devices else [] if device_id else list(devices)
            airings = work.airings.listed(
                wanted,
                broadcast_id=broadcast_id,
                states=states,
                before=before,
                after=after,
                limit=min(limit, 500),
            )
            return [AiringView(airing=one, device=devices[one.device_id]) for one in airings]

    def coming(self, actor: Actor, *, limit: int = 500) -> Sequence[AiringView]:
        """Return what is on air or planned for the next days on the devices the actor may see, soonest first."""
        now = self._clock.now()
        with self._unit() as work:
            devices = _visible_devices(work, actor)
            airings = work.airings.open_between(
                devices, start_at=now - KEEP_AFTER_END, end_at=now + TIMETABLE_WINDOW, limit=limit
            )
            return [AiringView(airing=one, device=devices[one.device_id]) for one in airings]

    def _call_off(
        self,
        work: Work,
        broadcast: Broadcast,
        airings: Sequence[Airing],
        *,
        actor: Actor,
        reason: str,
        now: datetime,
    ) -> None:
        broadcast.stopped_at, broadcast.stopped_by, broadcast.stop_reason = now, actor.user_id, reason
        for airing in airings:
            airing.call_off()
        refresh_timetables(work, (one.device_id for one in airings), now)
        note(work, actor, "stop", f"notice:{broadcast.notice_id}", now=now, detail=reason)


def check_start(start_at: datetime, now: datetime) -> None:
    """Raise TIME_ZONE_MISSING, TIME_IN_THE_PAST or TIME_TOO_FAR for a start that cannot be planned."""
    if start_at.tzinfo is None:
        raise InvalidError(Code.TIME_ZONE_MISSING, field="start_at")
    if start_at < now + SHORTEST_NOTICE:
        raise InvalidError(
            Code.TIME_IN_THE_PAST, field="start_at", seconds=round(SHORTEST_NOTICE.total_seconds())
        )
    if start_at > now + SCHEDULE_AHEAD:
        raise InvalidError(Code.TIME_TOO_FAR, field="start_at", days=SCHEDULE_AHEAD.days)


def _checked_board_until(board_until: datetime | None, start_at: datetime) -> datetime:
    if board_until is None:
        return start_at + DEFAULT_BOARD_TIME
    if board_until.tzinfo is None:
        raise InvalidError(Code.TIME_ZONE_MISSING, field="board_until")
    if board_until <= start_at:
        raise InvalidError(Code.NOT_A_TIME, field="board_until")
    if board_until > start_at + LONGEST_BOARD_TIME:
        raise InvalidError(Code.TIME_TOO_FAR, field="board_until", days=LONGEST_BOARD_TIME.days)
    return board_until


def _airing(
    broadcast: Broadcast, notice: Notice, content: Content, device: Device, board_until: datetime
) -> Airing:
    is_sound = device.kind is DeviceKind.SPEAKER
    sound_end = broadcast.start_at + timedelta(milliseconds=content.duration_ms) + SOUND_TAIL
    return Airing(
        id=new_id(broadcast.created_at),
        broadcast_id=broadcast.id,
        notice_id=notice.id,
        device_id=device.id,
        title=notice.approved_title,
        planned_at=broadcast.start_at,
        ends_at=sound_end if is_sound else board_until,
        state=AiringState.PLANNED,
        content_id=content.id if is_sound else None,
        text=None if is_sound else notice.approved_text,
    )


def _broadcast_for(work: Work, actor: Actor, broadcast_id: str) -> Broadcast:
    """Return a broadcast that the actor may stop: an operator of its area may, and whoever may schedule there."""
    broadcast = work.airings.broadcast(broadcast_id)
    if broadcast is None:
        raise NotFoundError
    area = area_for(work, actor, broadcast.area_id, Permission.VIEW)
    if not actor.may(Permission.OPERATE, area):
        actor.require(Permission.SCHEDULE, area)
    return broadcast


def _withdrawable(work: Work, actor: Actor, notice_id: str) -> Notice:
    notice = notice_for(work, actor, notice_id, Permission.VIEW)
    if notice.author_id != actor.user_id:
        notice_for(work, actor, notice_id, Permission.APPROVE)
    return notice


def _visible_devices(work: Work, actor: Actor) -> dict[str, Device]:
    area_ids = [area.id for area in visible_areas(work, actor, with_absent=True)]
    return {device.id: device for device in work.devices.in_areas(area_ids, with_revoked=True)}
