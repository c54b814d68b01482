"""One decision about the tree of areas while it is made: who may make it, and what it does besides standings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from controller.domain.area_plans import Decision, SplitPart, TreePlan, left_over
from controller.domain.area_tree import Place, told
from controller.domain.areas import Area, AreaStanding, DevicePlacement
from controller.domain.errors import Code, ConflictError, InvalidError, NotFoundError, NotPermittedError
from controller.domain.ids import new_id
from controller.domain.people import ALLOWS, Permission
from controller.usecases.area_days import devices_on, today_of
from controller.usecases.ports import Work
from controller.usecases.rights import Actor
from schedules import at_local

MOST_DAYS_AHEAD = 5 * 366
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """The plan and the rights of who makes it: both as things are now and as they will be on the decision's day."""

    work: Work
    actor: Actor
    plan: TreePlan

    def own(self, area_id: str, *, field: str) -> Place:
        """Return an area on the decision's day; the actor must administer it now and then.

        Raises NotFoundError, NOT_PERMITTED or AREA_NOT_IN_FORCE, naming the field.
        """
        area = self.work.areas.get(area_id)
        if area is None or not self.actor.may(Permission.VIEW, area):
            raise NotFoundError
        if not self.actor.may(Permission.ADMINISTER, area):
            raise NotPermittedError(Code.NOT_PERMITTED, field=field)
        place = self.plan.tree().required(area_id, name=area.name, field=field)
        if not place.lies_in(self._administered()):
            raise NotPermittedError(Code.NOT_PERMITTED, field=field)
        return place

    def own_above(self, area_id: str, *, field: str) -> str:
        """Return the name of what an area stands below on the day; the actor must administer that, now and then."""
        place = self.plan.tree().places[area_id]
        if place.parent_id is None:
            raise InvalidError(Code.AREA_KIND_FIXED, field=field, kind=place.kind)
        for parent_id in {place.parent_id, self._row(area_id).parent_id or place.parent_id}:
            if not self.actor.may(Permission.ADMINISTER, self._row(parent_id)):
                raise NotPermittedError(Code.NOT_PERMITTED, field=field)
        return self.own(place.parent_id, field=field).name

    def granted(self) -> set[str]:
        """Return the areas in which somebody has a role."""
        return set(self.work.standings.granted())

    def new_area(self, name: str, parent_id: str, *, like: str) -> str:
        """Make the row of an area that is to come, in the zone of another one; return its id."""
        now = self.plan.decision.at
        area_id = new_id(now)
        area = Area(
            id=area_id,
            parent_id=parent_id,
            path=f"{self._row(parent_id).path}{area_id}/",
            kind=self._row(like).kind,
            name=name,
            zone=self._row(like).zone,
            created_at=now,
            is_in_force=False,
        )
        self.work.areas.add(area)
        self.work.flush()
        return area_id

    def split(self, area_id: str, parts: Sequence[SplitPart]) -> None:
        """Split an area and give its devices to the parts. Raises SPLIT_LEAVES_OVER or SPLIT_PART_WRONG."""
        day = self.plan.decision.day
        devices = {one.id: one.name for one in devices_on(self.work, area_id, day)}
        left = left_over(self.plan.tree(), area_id, parts, devices)
        if left:
            raise InvalidError(Code.SPLIT_LEAVES_OVER, field="parts", left=_named(left))
        given = [one for part in parts for one in part.devices]
        if len(set(given)) < len(given) or not set(given) <= set(devices):
            raise InvalidError(Code.SPLIT_PART_WRONG, field="parts")
        made = [(self.new_area(part.name, area_id, like=area_id), part) for part in parts]
        self.plan.split(area_id, made)
        for new_area_id, part in made:
            for device_id in part.devices:
                self._place(device_id, area_id, new_area_id)

    def check_empty(self, area_id: str, name: str) -> None:
        """Raise AREA_NOT_EMPTY, naming what an area still holds on the day or from then on."""
        day = self.plan.decision.day
        zone = ZoneInfo(self._row(area_id).zone)
        left = [one.name for one in self.plan.tree().children(area_id)]
        left += [one.name for one in devices_on(self.work, area_id, day)]
        starts_at = max(at_local(day, time(0), zone), self.plan.decision.at)
        left += self.work.standings.coming_titles(area_id, starts_at)
        if left:
            raise ConflictError(Code.AREA_NOT_EMPTY, field="area_id", area=name, left=_named(left))

    def _place(self, device_id: str, from_area_id: str, area_id: str) -> None:
        decision = self.plan.decision
        rows = self.work.standings.placements(device_ids=[device_id])
        clash = next((one for one in rows if one.starts_on == decision.day), None)
        if clash is not None and decision.day > decision.today:
            raise ConflictError(
                Code.AREA_CHANGE_CLASH,
                field="parts",
                area=self._row(from_area_id).name,
                day=told(decision.day),
            )
        if clash is not None:
            clash.area_id, clash.decision_id = area_id, decision.id
            return
        self.work.standings.add(
            DevicePlacement(
                id=new_id(decision.at),
                device_id=device_id,
                from_area_id=from_area_id,
                area_id=area_id,
                starts_on=decision.day,
                decision_id=decision.id,
                created_at=decision.at,
            )
        )

    def _administered(self) -> list[str]:
        """Return the ids of the areas in which the actor has a role that administers."""
        paths = [path for path, role in self.actor.roles if Permission.ADMINISTER in ALLOWS[role]]
        return [path.rstrip("/").rpartition("/")[2] for path in paths]

    def _row(self, area_id: str) -> Area:
        area = self.work.areas.get(area_id)
        if area is None:
            raise NotFoundError
        return area


def decision_for(work: Work, actor: Actor, effective_on: date, now: datetime) -> Decision:
    """Return a new decision for a day. Raises DAY_IN_THE_PAST or TIME_TOO_FAR."""
    today = today_of(work, now)
    if effective_on < today:
        raise InvalidError(Code.DAY_IN_THE_PAST, field="effective_on", today=told(today))
    if (effective_on - today).days > MOST_DAYS_AHEAD:
        raise InvalidError(Code.TIME_TOO_FAR, field="effective_on", days=MOST_DAYS_AHEAD)
    return Decision(id=new_id(now), day=effective_on, today=today, by=actor.user_id, at=now)


def rows_for(work: Work, actor: Actor, rows: Sequence[AreaStanding]) -> Sequence[AreaStanding]:
    """Return the standings of a decision that the actor may take back: all its areas must be theirs.

    Raises NotFoundError when they may see none of them.
    """
    areas = [area for one in rows if (area := work.areas.get(one.area_id)) is not None]
    if not any(actor.may(Permission.VIEW, area) for area in areas):
        raise NotFoundError
    if not all(actor.may(Permission.ADMINISTER, area) for area in areas):
        raise NotPermittedError(Code.NOT_PERMITTED)
    return rows


def drop_decision(
    work: Work, stay: Sequence[AreaStanding], gone: Sequence[AreaStanding], decision_id: str
) -> None:
    """Delete what a decision wrote: moves of devices, standings, and the areas that it would have made."""
    known = {one.area_id for one in stay}
    areas = [work.areas.get(one.area_id) for one in gone if one.area_id not in known]
    work.standings.drop([one for one in work.standings.placements() if one.decision_id == decision_id])
    work.standings.drop(gone)
    work.standings.drop([area for area in areas if area is not None])


def _named(names: Sequence[str]) -> str:
    more = f" +{len(names) - _NAMED}" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
