"""Previews: what will really play, and what will not and why."""

from typing import Annotated

from fastapi import APIRouter, Query

from controller.web.api.order_schemas import BroadcastBody, OrderTermsBody, OutlookOut
from controller.web.visits import ApiActor, Uses

router = APIRouter(tags=["previews"])
Hours = Annotated[int, Query(ge=1, le=168, description="How far ahead: 24 for a day, 168 for a week")]


@router.get("/devices/{device_id}/preview")
def of_device(device_id: str, actor: ApiActor, uses: Uses, hours: Hours = 24) -> OutlookOut:
    """Foresee, second by second, what a device will and will not air."""
    return OutlookOut.of(uses.previews.of_device(actor, device_id, hours=hours))


@router.get("/areas/{area_id}/preview")
def of_area(area_id: str, actor: ApiActor, uses: Uses, hours: Hours = 24) -> list[OutlookOut]:
    """Foresee the same for all devices of an area, those that do the same together."""
    return [OutlookOut.of(one) for one in uses.previews.of_area(actor, area_id, hours=hours)]


@router.post("/notices/{notice_id}/broadcasts/preview")
def of_wish(
    notice_id: str, body: BroadcastBody, actor: ApiActor, uses: Uses, hours: Hours = 168
) -> list[OutlookOut]:
    """Foresee an area with an order that is not saved; nothing is kept."""
    found = uses.previews.of_wish(actor, notice_id, area_id=body.area_id, hours=hours, **body.wish())
    return [OutlookOut.of(one) for one in found]


@router.post("/broadcasts/{broadcast_id}/preview")
def of_change(
    broadcast_id: str, body: OrderTermsBody, actor: ApiActor, uses: Uses, hours: Hours = 168
) -> list[OutlookOut]:
    """Foresee an area with a change of an order that is not saved; nothing is kept."""
    found = uses.previews.of_change(actor, broadcast_id, hours=hours, **body.wish())
    return [OutlookOut.of(one) for one in found]
