"""What central and province sent to a commune, and what the commune makes of it."""

from fastapi import APIRouter, Response

from controller.domain.airings import BroadcastState, InboxState
from controller.domain.areas import DEFAULT_ZONE
from controller.domain.errors import Code, DomainError, InvalidError
from controller.domain.people import Permission
from controller.usecases.from_above import PlayOrder
from controller.usecases.inbox_desk import InboxView
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt
from controller.web.console.start_times import instant_of, next_start

router = APIRouter(prefix="/inbox")
_SHOWN = 30


@router.get("")
def listed(page: VisitorPage, done: str = "") -> Response:
    return _inbox_page(page, done=done)


@router.post("/{item_id}/take")
def take(item_id: str, page: VisitorForm, *, start_date: Typed = "", start_time: Typed = "") -> Response:
    zone = _zone(page, item_id)
    try:
        start_at = instant_of(start_date, start_time, zone, field="start_at")
        order = page.uses.inbox.take(page.actor, item_id, start_at=start_at).broadcast
    except DomainError as error:
        typed = {"start_date": start_date, "start_time": start_time}
        return _inbox_page(page, attempt(page, f"take-{item_id}", error, typed, zone=zone))
    return see_other("/inbox", done="take_held" if order.state is BroadcastState.HELD else "take")


@router.post("/{item_id}/decline")
def decline(item_id: str, page: VisitorForm, reason: Typed = "") -> Response:
    try:
        page.uses.inbox.decline(page.actor, item_id, reason=reason)
    except DomainError as error:
        return _inbox_page(page, attempt(page, f"decline-{item_id}", error, {"reason": reason}))
    return see_other("/inbox", done="decline")


@router.post("/{item_id}/order")
def choose(item_id: str, page: VisitorForm, play_order: Typed = "") -> Response:
    try:
        page.uses.inbox.choose(page.actor, item_id, _play_order(play_order))
    except DomainError as error:
        return _inbox_page(page, attempt(page, f"order-{item_id}", error))
    return see_other("/inbox", done=f"order_{play_order}")


def waiting_count(page: Page) -> int:
    """Return how many items wait for this person's decision."""
    return sum(page.actor.may(Permission.SCHEDULE, one.area) for one in page.uses.inbox.listed(page.actor))


def _inbox_page(page: Page, tried: Attempt | None = None, *, done: str = "") -> Response:
    views = page.uses.inbox.listed(page.actor)
    decided = page.uses.inbox.listed(page.actor, is_waiting=False)
    return page.render(
        "inbox.html",
        attempt=tried,
        views=views,
        may_decide={one.item.id for one in views if page.actor.may(Permission.SCHEDULE, one.area)},
        starts={one.item.id: next_start(page.now(), one.area.zone) for one in views},
        decided=[one for one in decided if one.item.state is not InboxState.WAITING][:_SHOWN],
        names=page.uses.accounts.names(),
        done=done,
    )


def _zone(page: Page, item_id: str) -> str:
    """Return the zone of the commune that an item came to; the typed time is meant in it."""
    views: list[InboxView] = list(page.uses.inbox.listed(page.actor, is_waiting=False))
    return next((one.area.zone for one in views if one.item.id == item_id), DEFAULT_ZONE)


def _play_order(typed: str) -> PlayOrder:
    try:
        return PlayOrder(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="play_order") from error
