"""Broadcasts and the log of airings."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from controller.domain.airings import AiringState
from controller.web.api.schemas import AiringOut, BroadcastBody, BroadcastOut, ReasonBody
from controller.web.visits import ApiActor, Uses

router = APIRouter(tags=["broadcasts"])


@router.post("/notices/{notice_id}/broadcasts", status_code=201)
def schedule(notice_id: str, body: BroadcastBody, actor: ApiActor, uses: Uses) -> BroadcastOut:
    """Air an approved notice on every device of an area at a time."""
    view = uses.broadcasts.schedule(
        actor, notice_id, area_id=body.area_id, start_at=body.start_at, board_until=body.board_until
    )
    return BroadcastOut.of(view)


@router.get("/notices/{notice_id}/broadcasts")
def list_broadcasts(notice_id: str, actor: ApiActor, uses: Uses) -> list[BroadcastOut]:
    """List the broadcasts of a notice, the latest first."""
    return [BroadcastOut.of(view) for view in uses.broadcasts.of_notice(actor, notice_id)]


@router.get("/broadcasts/{broadcast_id}")
def get_broadcast(broadcast_id: str, actor: ApiActor, uses: Uses) -> BroadcastOut:
    """Get a broadcast with what became of it on each device."""
    return BroadcastOut.of(uses.broadcasts.view(actor, broadcast_id))


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
    return [AiringOut.of(view.airing) for view in views]
