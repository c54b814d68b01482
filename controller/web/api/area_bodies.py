"""The API's bodies about changes of the tree of areas. Days are local days, `2026-12-01`."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from controller.domain.area_plans import SplitPart
from controller.domain.area_tree import Place
from controller.domain.areas import Area, AreaKind, AreaStanding
from controller.usecases.area_changes import PlannedChange, Step
from controller.web.api.schemas import Body


class RenameBody(Body):
    name: str
    effective_on: date


class MoveBody(Body):
    parent_id: str
    effective_on: date


class MergeBody(Body):
    areas: list[str] = Field(max_length=50, description="The others that are merged with this one")
    name: str | None = Field(None, description="Of the new unit; left out, this one takes the others in")
    effective_on: date


class PartBody(Body):
    name: str
    areas: list[str] = Field([], max_length=500)
    devices: list[str] = Field([], max_length=2_000)

    def part(self) -> SplitPart:
        return SplitPart(name=self.name, areas=tuple(self.areas), devices=tuple(self.devices))


class SplitBody(Body):
    parts: list[PartBody] = Field(max_length=50)
    effective_on: date


class CloseBody(Body):
    effective_on: date


class DecisionOut(BaseModel):
    decision_id: str = Field(description="With it a plan is called off before its day")


class PlaceOut(BaseModel):
    """An area as it was, is or will be on a day."""

    id: str
    parent_id: str | None
    kind: AreaKind
    name: str
    zone: str | None = None

    @classmethod
    def of(cls, place: Place) -> "PlaceOut":
        return cls(id=place.area_id, parent_id=place.parent_id, kind=place.kind, name=place.name)

    @classmethod
    def today(cls, area: Area) -> "PlaceOut":
        return cls(id=area.id, parent_id=area.parent_id, kind=area.kind, name=area.name, zone=area.zone)


class StandingOut(BaseModel):
    area_id: str
    starts_on: date
    change: str
    parent_id: str | None
    kind: AreaKind
    name: str

    @classmethod
    def of(cls, standing: AreaStanding) -> "StandingOut":
        return cls(
            area_id=standing.area_id,
            starts_on=standing.starts_on,
            change=standing.change,
            parent_id=standing.parent_id,
            kind=standing.kind,
            name=standing.name,
        )


class StepOut(BaseModel):
    area_id: str
    before: StandingOut | None
    after: StandingOut

    @classmethod
    def of(cls, step: Step) -> "StepOut":
        before = StandingOut.of(step.before) if step.before is not None else None
        return cls(area_id=step.standing.area_id, before=before, after=StandingOut.of(step.standing))


class PlannedChangeOut(BaseModel):
    decision_id: str
    change: str
    effective_on: date
    decided_at: datetime
    areas: list[StepOut]

    @classmethod
    def of(cls, planned: PlannedChange) -> "PlannedChangeOut":
        return cls(
            decision_id=planned.decision_id,
            change=planned.change,
            effective_on=planned.starts_on,
            decided_at=planned.decided_at,
            areas=[StepOut.of(step) for step in planned.steps],
        )
