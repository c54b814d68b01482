"""The commune's inbox: what central and province sent, and what the commune makes of it (Thông tư 39/2020)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from controller.domain.airings import Broadcast, BroadcastState, InboxItem, InboxState
from controller.domain.areas import Area
from controller.domain.errors import Code, ConflictError, InvalidError, NotFoundError
from controller.domain.notices import Notice
from controller.domain.people import Permission
from controller.usecases.broadcast_desk import order
from controller.usecases.broadcast_views import BroadcastView
from controller.usecases.from_above import PlayOrder
from controller.usecases.notice_desk import clean_reason
from controller.usecases.planning import plan_devices
from controller.usecases.ports import Clock, News, Unit, Work
from controller.usecases.rights import Actor, area_for, visible_areas
from controller.usecases.timetables import refresh_timetables
from controller.usecases.trail import note
from controller.usecases.wishes import OrderWish
from schedules import Band, band_of

MOST_ITEMS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxView:
    """An item with what it is about: the order from above, its notice, and the commune that it came to."""

    item: InboxItem
    broadcast: Broadcast
    notice: Notice
    area: Area
    duration_ms: int

    @property
    def band(self) -> Band:
        """Its class: a routine item is taken or declined, of a priority one the order of play is chosen."""
        return band_of(self.broadcast.priority)


class InboxDesk:
    """Use cases about the inbox."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def listed(self, actor: Actor, *, is_waiting: bool = True) -> Sequence[InboxView]:
        """Return what came to the communes that the actor may see, the latest first; what waits, or everything."""
        with self._unit() as work:
            areas = [area.id for area in visible_areas(work, actor)]
            items = work.inboxes.in_areas(areas, is_waiting=is_waiting, limit=MOST_ITEMS)
            views = [_view(work, item) for item in items]
            return [one for one in views if not is_waiting or _may_be_decided(one)]

    def take(self, actor: Actor, item_id: str, **wish: Unpack[OrderWish]) -> BroadcastView:
        """Give a routine item a time of the commune's own; it stays the item of who sent it. Raises as `schedule`."""
        now = self._clock.now()
        with self._unit() as work:
            view = _waiting(work, actor, item_id, Band.ROUTINE)
            sent = view.broadcast
            terms: OrderWish = {
                "priority": sent.priority,
                "on_loss": sent.on_loss,
                "window_s": sent.window_s,
                "board_for_s": sent.board_for_s,
                "volume": sent.volume,
            }
            own = order(work, actor, view.notice, view.area, {**terms, **wish}, now=now, origin=sent.origin)
            work.flush()
            view.item.taken_as = own.broadcast.id
            _decide(work, actor, view, InboxState.TAKEN, now=now, reason="")
        self._tell()
        return own

    def decline(self, actor: Actor, item_id: str, *, reason: str) -> InboxView:
        """Leave a routine item out, with a reason. Raises REASON_EMPTY."""
        now = self._clock.now()
        kept = clean_reason(reason)
        if not kept:
            raise InvalidError(Code.REASON_EMPTY, field="reason")
        with self._unit() as work:
            view = _waiting(work, actor, item_id, Band.ROUTINE)
            _decide(work, actor, view, InboxState.DECLINED, now=now, reason=kept)
        self._tell()
        return view

    def choose(self, actor: Actor, item_id: str, play_order: PlayOrder) -> InboxView:
        """Say whether a priority item goes before or after the commune's own where they meet; it airs from then on."""
        now = self._clock.now()
        with self._unit() as work:
            view = _waiting(work, actor, item_id, Band.PRIORITY)
            _decide(work, actor, view, InboxState.TAKEN, now=now, reason=play_order)
            work.flush()
            devices = work.devices.in_areas([one.id for one in work.areas.below(view.area.path)])
            refresh_timetables(work, plan_devices(work, devices, now), now)
        self._tell()
        return view

    def _tell(self) -> None:
        self._news.publish("airings")
        self._news.publish("notices")


def _view(work: Work, item: InboxItem) -> InboxView:
    broadcast = work.airings.broadcast(item.broadcast_id)
    notice = work.notices.get(broadcast.notice_id) if broadcast is not None else None
    area = work.areas.get(item.area_id)
    if broadcast is None or notice is None or area is None:
        raise NotFoundError
    content = work.notices.content(broadcast.content_id)
    return InboxView(
        item=item,
        broadcast=broadcast,
        notice=notice,
        area=area,
        duration_ms=content.duration_ms if content is not None else 0,
    )


def _may_be_decided(view: InboxView) -> bool:
    is_live = view.broadcast.stopped_at is None and view.broadcast.state is BroadcastState.APPROVED
    return view.item.state is InboxState.WAITING and is_live and view.notice.is_in_force


def _waiting(work: Work, actor: Actor, item_id: str, band: Band) -> InboxView:
    """Return an item that the actor may decide; raises NotFoundError, INBOX_DECIDED or INBOX_ANSWER_UNFIT."""
    item = work.inboxes.get(item_id)
    if item is None:
        raise NotFoundError
    area_for(work, actor, item.area_id, Permission.SCHEDULE)
    view = _view(work, item)
    if not _may_be_decided(view):
        raise ConflictError(Code.INBOX_DECIDED)
    if view.band is not band:
        raise ConflictError(Code.INBOX_ANSWER_UNFIT)
    return view


def _decide(
    work: Work, actor: Actor, view: InboxView, state: InboxState, *, now: datetime, reason: str
) -> None:
    item = view.item
    item.state, item.decided_at, item.decided_by, item.reason = state, now, actor.user_id, reason
    detail = f"waiting → {state}, {view.area.name}, order {view.broadcast.id}\n{reason}".rstrip()
    note(work, actor, f"inbox_{state}", f"notice:{view.notice.id}", now=now, detail=detail)
