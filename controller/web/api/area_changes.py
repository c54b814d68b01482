"""Changes of the tree of areas, from a day on."""

from fastapi import APIRouter, Response

from controller.web.api.area_bodies import (
    CloseBody,
    DecisionOut,
    MergeBody,
    MoveBody,
    PlannedChangeOut,
    RenameBody,
    SplitBody,
    StandingOut,
)
from controller.web.visits import ApiActor, Uses

router = APIRouter(tags=["areas"])


@router.post("/areas/{area_id}/rename", status_code=201)
def rename(area_id: str, body: RenameBody, actor: ApiActor, uses: Uses) -> DecisionOut:
    """Give an area another name."""
    decision = uses.area_changes.rename(actor, area_id, name=body.name, effective_on=body.effective_on)
    return DecisionOut(decision_id=decision)


@router.post("/areas/{area_id}/move", status_code=201)
def move(area_id: str, body: MoveBody, actor: ApiActor, uses: Uses) -> DecisionOut:
    """Put an area, with all below it, below another parent."""
    decision = uses.area_changes.move(
        actor, area_id, parent_id=body.parent_id, effective_on=body.effective_on
    )
    return DecisionOut(decision_id=decision)


@router.post("/areas/{area_id}/merge", status_code=201)
def merge(area_id: str, body: MergeBody, actor: ApiActor, uses: Uses) -> DecisionOut:
    """Merge an area with others of its kind, into a new unit or into this one; the old ones go on as groupings."""
    decision = uses.area_changes.merge(
        actor, area_id, others=body.areas, name=body.name, effective_on=body.effective_on
    )
    return DecisionOut(decision_id=decision)


@router.post("/areas/{area_id}/split", status_code=201)
def split(area_id: str, body: SplitBody, actor: ApiActor, uses: Uses) -> DecisionOut:
    """Split an area: every area and device right in it goes to a part; the old unit goes on as a grouping."""
    parts = [one.part() for one in body.parts]
    decision = uses.area_changes.split(actor, area_id, parts=parts, effective_on=body.effective_on)
    return DecisionOut(decision_id=decision)


@router.post("/areas/{area_id}/close", status_code=201)
def close(area_id: str, body: CloseBody, actor: ApiActor, uses: Uses) -> DecisionOut:
    """Let an empty area end."""
    return DecisionOut(decision_id=uses.area_changes.close(actor, area_id, effective_on=body.effective_on))


@router.get("/areas/{area_id}/standings")
def standings(area_id: str, actor: ApiActor, uses: Uses) -> list[StandingOut]:
    """List what an area was, is and will be, from its first day on."""
    return [StandingOut.of(step.standing) for step in uses.area_changes.history(actor, area_id)]


@router.get("/area-changes")
def coming(actor: ApiActor, uses: Uses) -> list[PlannedChangeOut]:
    """List the changes whose day has not come, soonest first, as far as you may see their areas."""
    return [PlannedChangeOut.of(one) for one in uses.area_changes.coming(actor)]


@router.delete("/area-changes/{decision_id}", status_code=204)
def call_off(decision_id: str, actor: ApiActor, uses: Uses) -> Response:
    """Call a change off before its day."""
    uses.area_changes.call_off(actor, decision_id)
    return Response(status_code=204)
