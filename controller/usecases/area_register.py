"""The tree of areas: seeing it and adding to it."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.domain.area_plans import Decision, TreePlan
from controller.domain.area_tree import Place, tree_on
from controller.domain.areas import DEFAULT_ZONE, Area, AreaChange, AreaKind
from controller.domain.errors import Code, InvalidError
from controller.domain.ids import new_id
from controller.domain.people import Permission
from controller.domain.texts import clean_line
from controller.usecases.area_days import today_of
from controller.usecases.ports import Clock, Unit, Work
from controller.usecases.rights import Actor, area_for, visible_areas
from controller.usecases.trail import note


class AreaRegister:
    """Use cases about areas."""

    def __init__(self, *, unit: Unit, clock: Clock) -> None:
        self._unit = unit
        self._clock = clock

    def visible(self, actor: Actor, permission: Permission = Permission.VIEW) -> Sequence[Area]:
        """Return the areas on which the actor has a permission, parents before children."""
        with self._unit() as work:
            return visible_areas(work, actor, permission)

    def known(self, actor: Actor) -> Sequence[Area]:
        """Return the areas that the actor may see, those that are closed or still to come included."""
        with self._unit() as work:
            return visible_areas(work, actor, with_absent=True)

    def add(
        self, actor: Actor, *, parent_id: str, kind: AreaKind, name: str, zone: str | None = None
    ) -> Area:
        """Add an area below another one that the actor administers; the zone defaults to the parent's."""
        now = self._clock.now()
        name = clean_line(name, field="name")
        with self._unit() as work:
            parent = area_for(work, actor, parent_id, Permission.ADMINISTER)
            area = _area(parent, kind, name, zone=_checked_zone(zone or parent.zone), now=now)
            _let_stand(work, area, by=actor.user_id, now=now)
            note(work, actor, "add_area", f"area:{area.id}", now=now, detail=name)
            return area

    def ensure_root(self, name: str = "Trung ương") -> Area:
        """Return the root of the tree, made on the first run."""
        now = self._clock.now()
        with self._unit() as work:
            root = next((area for area in work.areas.all() if area.parent_id is None), None)
            if root is None:
                root = _area(None, AreaKind.CENTRAL, name, zone=DEFAULT_ZONE, now=now)
                _let_stand(work, root, by=None, now=now)
            return root

    def tree_on(self, actor: Actor, day: date) -> Sequence[Place]:
        """Return the areas that were, are or will be in force on a day, parents before children.

        Only those that the actor may see today: rights are those of the day on which one asks.
        """
        with self._unit() as work:
            areas = {area.id: area for area in work.areas.all(with_absent=True)}
            places = tree_on(work.standings.all(), day).ordered()
            return [one for one in places if actor.may(Permission.VIEW, areas[one.area_id])]

    def today(self) -> date:
        """Return the day that it is for the tree."""
        with self._unit() as work:
            return today_of(work, self._clock.now())


def _let_stand(work: Work, area: Area, *, by: str | None, now: datetime) -> None:
    """Keep a new area with its first standing. Raises what makes it impossible, on its first day or a later one."""
    work.areas.add(area)
    work.flush()
    today = today_of(work, now)
    above = [area.parent_id] if area.parent_id is not None else []
    decision = Decision(id=area.id, day=today, today=today, by=by, at=now)
    plan = TreePlan(standings=list(work.standings.upward(above)), decision=decision)
    plan.begin(area.id, parent_id=area.parent_id, kind=area.kind, name=area.name, change=AreaChange.ADDED)
    plan.check()
    for one in plan.new:
        work.standings.add(one)


def _area(parent: Area | None, kind: AreaKind, name: str, *, zone: str, now: datetime) -> Area:
    area_id = new_id(now)
    return Area(
        id=area_id,
        parent_id=parent.id if parent else None,
        path=f"{parent.path if parent else ''}{area_id}/",
        kind=kind,
        name=name,
        zone=zone,
        created_at=now,
    )


def _checked_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidError(Code.INPUT_INVALID, field="zone") from error
    return zone
