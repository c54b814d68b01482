"""Areas."""

from datetime import date

from fastapi import APIRouter

from controller.web.api.area_bodies import PlaceOut
from controller.web.api.schemas import AreaBody, AreaOut
from controller.web.visits import ApiActor, Uses

router = APIRouter(prefix="/areas", tags=["areas"])


@router.get("")
def list_areas(actor: ApiActor, uses: Uses, on: date | None = None) -> list[PlaceOut]:
    """List the areas you may see, parents before children; with `on`, as they were or will be on that day."""
    if on is not None:
        return [PlaceOut.of(place) for place in uses.areas.tree_on(actor, on)]
    return [PlaceOut.today(area) for area in uses.areas.visible(actor)]


@router.post("", status_code=201)
def add_area(body: AreaBody, actor: ApiActor, uses: Uses) -> AreaOut:
    """Add an area below another one."""
    area = uses.areas.add(actor, parent_id=body.parent_id, kind=body.kind, name=body.name, zone=body.zone)
    return AreaOut.of(area)
