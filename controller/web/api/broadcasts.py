"""Broadcasts and the log of airings."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from controller.domain.airings import AiringState
from controller.web.api.order_schemas import AiringOut, BroadcastBody, BroadcastEditBody, BroadcastOut
from controller.web.api.schemas import ReasonBody
from controller.web.visits import ApiActor, Uses

router = APIRouter(tags=["broadcasts"])


@router.post("/notices/{notice_id}/broadcasts", status_code=201)
def schedule(notice_id: str, body: BroadcastBody, actor: ApiActor, uses: Uses) -> BroadcastOut:
    """Air an approved notice on every device of an area, once or by a rule."""
    return BroadcastOut.of(uses.broadcasts.schedule(actor, notice_id, area_id=body.area_id, **body.wish()))


@router.get("/notices/{notice_id}/broadcasts")
def list_broadcasts(notice_id: str, actor: ApiActor, uses: Uses) -> list[BroadcastOut]:
    """List the broadcasts of a notice, the latest first."""
    return [BroadcastOut.of(view) for view in uses.broadcasts.of_notice(actor, notice_id)]


@router.get("/broadcasts/{broadcast_id}")
def get_broadcast(broadcast_id: str, actor: ApiActor, uses: Uses) -> BroadcastOut:
    """Get a broadcast with what became of it on each device."""
    return BroadcastOut.of(uses.broadcasts.view(actor, broadcast_id))


@router.put("/broadcasts/{broadcast_id}")
def reschedule(broadcast_id: str, body: BroadcastEditBody, actor: ApiActor, uses: Uses) -> BroadcastOut:
    """Change an order; what is on air is left alone."""
    view = uses.broadcasts.reschedule(actor, broadcast_id, seen_version=body.version, **body.wish())
    return BroadcastOut.of(view)


@router.post("/broadcasts/{broadcast_id}/stop")
def stop(broadcast_id: str, body: ReasonBody, actor: ApiActor, uses: Uses) -> BroadcastOut:
    """Silence a broadcast now and keep it from starting anywhere else."""
    return BroadcastOut.of(uses.broadcasts.stop(actor, broadcast_id, reason=body.reason))


@router.get("/airings")
def list_airings(
    actor: ApiActor,
    uses: Uses,
    *,
    device_id: str | None = None,
    broadcast_id: str | None = None,
    state: Annotated[list[AiringState] | None, Query()] = None,
    before: AwareDatetime | None = None,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[AiringOut]:
    """List airings on the devices you may see, the latest planned first.

    For the next page, send the `planned_at` of the last one as `before` and its `id` as `after`: many devices
    air at the same instant.
    """
    views = uses.broadcasts.log(
        actor,
        device_id=device_id,
        broadcast_id=broadcast_id,
        states=state or (),
        before=before,
        after=after,
        limit=limit,
    )
    return [AiringOut.of(view.airing, view.zone, place=view.place) for view in views]
