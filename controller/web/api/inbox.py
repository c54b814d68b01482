"""The commune's inbox: items from central and province."""

from typing import Annotated

from fastapi import APIRouter, Query

from controller.web.api.order_schemas import BroadcastOut, InboxItemOut, OrderTermsBody, PlayOrderBody
from controller.web.api.schemas import ReasonBody
from controller.web.visits import ApiActor, Uses

router = APIRouter(prefix="/inbox", tags=["inbox"])


@router.get("")
def list_items(
    actor: ApiActor, uses: Uses, waiting: Annotated[bool, Query(description="Only what waits")] = True
) -> list[InboxItemOut]:
    """List what came to the communes you may see, the latest first."""
    return [InboxItemOut.of(view) for view in uses.inbox.listed(actor, is_waiting=waiting)]


@router.post("/{item_id}/take", status_code=201)
def take(item_id: str, body: OrderTermsBody, actor: ApiActor, uses: Uses) -> BroadcastOut:
    """Give a routine item a time of the commune's own."""
    given = {name: value for name, value in body.wish().items() if value is not None}
    return BroadcastOut.of(uses.inbox.take(actor, item_id, **given))  # type: ignore[arg-type]  # a part of a wish


@router.post("/{item_id}/decline")
def decline(item_id: str, body: ReasonBody, actor: ApiActor, uses: Uses) -> InboxItemOut:
    """Leave a routine item out, with a reason."""
    return InboxItemOut.of(uses.inbox.decline(actor, item_id, reason=body.reason))


@router.post("/{item_id}/order")
def choose(item_id: str, body: PlayOrderBody, actor: ApiActor, uses: Uses) -> InboxItemOut:
    """Say whether a priority item goes before or after the commune's own, where the two meet."""
    return InboxItemOut.of(uses.inbox.choose(actor, item_id, body.play_order))
