"""The tree of areas: seeing it and adding to it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.domain.areas import DEFAULT_ZONE, Area, AreaKind
from controller.domain.errors import Code, InvalidError
from controller.domain.ids import new_id
from controller.domain.people import Permission
from controller.domain.texts import clean_line
from controller.usecases.ports import Clock, Unit
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

    def add(
        self, actor: Actor, *, parent_id: str, kind: AreaKind, name: str, zone: str | None = None
    ) -> Area:
        """Add an area below another one that the actor administers; the zone defaults to the parent's."""
        now = self._clock.now()
        name = clean_line(name, field="name")
        with self._unit() as work:
            parent = area_for(work, actor, parent_id, Permission.ADMINISTER)
            parent.check_may_hold(kind)
            area = _area(parent, kind, name, zone=_checked_zone(zone or parent.zone), now=now)
            work.areas.add(area)
            note(work, actor, "add_area", f"area:{area.id}", now=now, detail=name)
            return area

    def ensure_root(self, name: str = "Trung ương") -> Area:
        """Return the root of the tree, made on the first run."""
        now = self._clock.now()
        with self._unit() as work:
            root = next((area for area in work.areas.all() if area.parent_id is None), None)
            if root is None:
                root = _area(None, AreaKind.CENTRAL, name, zone=DEFAULT_ZONE, now=now)
                work.areas.add(root)
            return root


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
