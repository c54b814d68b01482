"""Looking at broadcasts: each by itself, those of a notice, and the log of airings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from controller.domain.airings import (
    KEEP_AFTER_END,
    TIMETABLE_WINDOW,
    Airing,
    AiringState,
    Broadcast,
    BroadcastState,
)
from controller.domain.areas import DEFAULT_ZONE, Area
from controller.domain.devices import Device
from controller.domain.errors import NotFoundError
from controller.domain.people import Permission
from controller.usecases.area_days import PlaceBook
from controller.usecases.notice_desk import notice_for
from controller.usecases.ports import Clock, News, Unit, Work
from controller.usecases.rights import Actor, area_for, visible_areas
from controller.usecases.rule_starts import starts_between
from schedules import RuleTime, ScheduleError

MOST_AIRINGS = 1_000
_MOST_STARTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastView:
    """An order with what became of it on each device, MOST_AIRINGS at most; `counts` has them all, by state.

    `starts` are the next ones of its rule, in the planned days.
    """

    broadcast: Broadcast
    airings: tuple[Airing, ...]
    zone: str = DEFAULT_ZONE
    starts: tuple[RuleTime, ...] = ()
    counts: Mapping[AiringState, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AiringView:
    """One line of the airing log. `zone` is that of the device's area.

    `place` is what the area was called in which the device stood on the day of the airing; "" outside the log.
    """

    airing: Airing
    device: Device
    zone: str = DEFAULT_ZONE
    place: str = ""


def view_of(work: Work, broadcast: Broadcast, area: Area | None, now: datetime) -> BroadcastView:
    """Return an order with its airings and the next starts."""
    zone = area.zone if area is not None else DEFAULT_ZONE
    return BroadcastView(
        broadcast=broadcast,
        airings=tuple(work.airings.of_broadcast(broadcast.id, limit=MOST_AIRINGS)),
        zone=zone,
        starts=_next_starts(work, broadcast, zone, now),
        counts=work.plan.counts(broadcast.id),
    )


def _next_starts(work: Work, broadcast: Broadcast, zone: str, now: datetime) -> tuple[RuleTime, ...]:
    if broadcast.stopped_at is not None or broadcast.state is BroadcastState.REJECTED:
        return ()
    until = max(now, broadcast.start_at) + TIMETABLE_WINDOW
    try:
        return tuple(starts_between(work, broadcast, zone, now, until)[:_MOST_STARTS])
    except ScheduleError:
        # The calendar does not reach so far; the tick tells of it, and the order can be seen and stopped.
        return ()


class BroadcastLog:
    """Use cases of looking."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def of_notice(self, actor: Actor, notice_id: str) -> Sequence[BroadcastView]:
        """Return the broadcasts of a notice in the areas that the actor may see, the latest first."""
        now = self._clock.now()
        with self._unit() as work:
            notice_for(work, actor, notice_id, Permission.VIEW)
            visible = {area.id: area for area in visible_areas(work, actor, with_absent=True)}
            return [
                view_of(work, one, visible[one.area_id], now)
                for one in work.airings.broadcasts_of_notice(notice_id)
                if one.area_id in visible
            ]

    def view(self, actor: Actor, broadcast_id: str) -> BroadcastView:
        """Return one broadcast."""
        with self._unit() as work:
            broadcast = work.airings.broadcast(broadcast_id)
            if broadcast is None:
                raise NotFoundError
            area = area_for(work, actor, broadcast.area_id, Permission.VIEW)
            return view_of(work, broadcast, area, self._clock.now())

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
            devices, zones = _visible_devices(work, actor)
            wanted = [device_id] if device_id in devices else [] if device_id else list(devices)
            airings = work.airings.listed(
                wanted,
                broadcast_id=broadcast_id,
                states=states,
                before=before,
                after=after,
                limit=min(limit, 500),
            )
            shown = {devices[one.device_id].area_id for one in airings}
            book = PlaceBook(work, shown, {one.device_id for one in airings})
            return _views(airings, devices, zones, book)

    def coming(self, actor: Actor, *, limit: int = 500) -> Sequence[AiringView]:
        """Return what is on air or planned for the next days on the devices the actor may see, soonest first."""
        now = self._clock.now()
        with self._unit() as work:
            devices, zones = _visible_devices(work, actor)
            airings = work.airings.open_between(
                devices, start_at=now - KEEP_AFTER_END, end_at=now + TIMETABLE_WINDOW, limit=limit
            )
            return _views(airings, devices, zones)


def _visible_devices(work: Work, actor: Actor) -> tuple[dict[str, Device], dict[str, str]]:
    """Return the devices that somebody may see, by id, and the zones of their areas."""
    areas = visible_areas(work, actor, with_absent=True)
    zones = {area.id: area.zone for area in areas}
    return {device.id: device for device in work.devices.in_areas(zones, with_revoked=True)}, zones


def _views(
    airings: Sequence[Airing],
    devices: Mapping[str, Device],
    zones: Mapping[str, str],
    book: PlaceBook | None = None,
) -> list[AiringView]:
    found = []
    for one in airings:
        device = devices[one.device_id]
        place = book.place_of(device, one.planned_at) if book is not None else None
        name = place.name if place is not None else ""
        found.append(AiringView(airing=one, device=device, zone=zones[device.area_id], place=name))
    return found
