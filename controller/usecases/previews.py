"""What will really play: for a device or an area, with or without an order that nobody has saved. Never writes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Unpack

from controller.domain.airings import Broadcast, BroadcastState
from controller.domain.areas import Area
from controller.domain.errors import Code, InvalidError, NotFoundError
from controller.domain.people import Permission
from controller.usecases.broadcast_desk import check, draft_order, is_same
from controller.usecases.notice_desk import notice_for
from controller.usecases.outlooks import Outlook, Wished, outlooks
from controller.usecases.planning_ports import Target
from controller.usecases.ports import Clock, Unit, Work
from controller.usecases.rights import Actor, area_for
from controller.usecases.wishes import OrderWish

DAY_HOURS, WEEK_HOURS = 24, 168


class Previews:
    """Use cases about what is to come. The numbers are those of the devices: both ask `schedules.foresee`."""

    def __init__(self, *, unit: Unit, clock: Clock) -> None:
        self._unit = unit
        self._clock = clock

    def of_device(self, actor: Actor | None, device_id: str, *, hours: int = DAY_HOURS) -> Outlook:
        """Return what a device will and will not air within the next hours; `actor` None is the command line."""
        now = self._clock.now()
        with self._unit() as work:
            device = work.devices.get(device_id)
            if device is None:
                raise NotFoundError
            if actor is not None:
                area_for(work, actor, device.area_id, Permission.VIEW)
            return _foreseen(work, [Target.of(device)], now, hours)[0]

    def of_area(self, actor: Actor, area_id: str, *, hours: int = DAY_HOURS) -> list[Outlook]:
        """Return the same for all devices of an area and below, each group of those that do the same once."""
        now = self._clock.now()
        with self._unit() as work:
            area = area_for(work, actor, area_id, Permission.VIEW)
            return _foreseen(work, work.plan.targets(area.path), now, hours)

    def of_wish(
        self,
        actor: Actor,
        notice_id: str,
        *,
        area_id: str,
        hours: int = WEEK_HOURS,
        **wish: Unpack[OrderWish],
    ) -> list[Outlook]:
        """Return what an area would air from about the first start on if this order were saved.

        A wish that cannot be is refused as by `BroadcastDesk.schedule`; one that breaks a guard rail, or meets
        another order, is shown with what becomes of it.
        """
        now = self._clock.now()
        with self._unit() as work:
            notice = notice_for(work, actor, notice_id, Permission.SCHEDULE)
            area = area_for(work, actor, area_id, Permission.SCHEDULE)
            wished, _ = draft_order(work, actor, notice, area, wish, now=now)
            return _with(work, wished, area, now, hours)

    def of_change(
        self, actor: Actor, broadcast_id: str, *, hours: int = WEEK_HOURS, **wish: Unpack[OrderWish]
    ) -> list[Outlook]:
        """Return the same for a change of an order that is there."""
        now = self._clock.now()
        with self._unit() as work:
            before = work.airings.broadcast(broadcast_id)
            notice = work.notices.get(before.notice_id) if before is not None else None
            if before is None or notice is None:
                raise NotFoundError
            area = area_for(work, actor, before.area_id, Permission.SCHEDULE)
            wished, _ = draft_order(work, actor, notice, area, wish, now=now, before=before)
            return _with(work, wished, area, now, hours)

    def check_wish(self, actor: Actor, notice_id: str, *, area_id: str, **wish: Unpack[OrderWish]) -> None:
        """Raise what `BroadcastDesk.schedule` would refuse: also another order at that time, or a guard rail."""
        now = self._clock.now()
        with self._unit() as work:
            notice = notice_for(work, actor, notice_id, Permission.SCHEDULE)
            area = area_for(work, actor, area_id, Permission.SCHEDULE)
            wished, draft = draft_order(work, actor, notice, area, wish, now=now)
            check(work, wished, area, draft, wish, now=now)

    def check_change(self, actor: Actor, broadcast_id: str, **wish: Unpack[OrderWish]) -> None:
        """Raise the same for a change of an order that is there; one that changes nothing is never refused."""
        now = self._clock.now()
        with self._unit() as work:
            before = work.airings.broadcast(broadcast_id)
            notice = work.notices.get(before.notice_id) if before is not None else None
            if before is None or notice is None:
                raise NotFoundError
            area = area_for(work, actor, before.area_id, Permission.SCHEDULE)
            wished, draft = draft_order(work, actor, notice, area, wish, now=now, before=before)
            if not is_same(before, draft):
                check(work, wished, area, draft, wish, now=now)


def _foreseen(work: Work, targets: Sequence[Target], now: datetime, hours: int) -> list[Outlook]:
    return outlooks(work, targets, now=now, start_at=now, end_at=now + _length(hours))


def _with(work: Work, wished: Broadcast, area: Area, now: datetime, hours: int) -> list[Outlook]:
    """Foresee with a wish, from a little before its first start when that lies beyond the hours asked for."""
    length = _length(hours)
    start_at = now if wished.start_at < now + length else wished.start_at - timedelta(hours=1)
    wish = Wished(broadcast=replace(wished, state=BroadcastState.APPROVED))
    return outlooks(
        work, work.plan.targets(area.path), now=now, start_at=start_at, end_at=start_at + length, wish=wish
    )


def _length(hours: int) -> timedelta:
    if not 1 <= hours <= WEEK_HOURS:
        raise InvalidError(Code.OUT_OF_RANGE, field="hours")
    return timedelta(hours=hours)
