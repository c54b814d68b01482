"""The tree of areas on a day, from the standings of all areas; and what makes a tree impossible. No clock here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from controller.domain.areas import AreaChange, AreaKind, AreaStanding
from controller.domain.errors import Code, ConflictError, InvalidError

MAX_DEPTH = 20
_LADDER = [AreaKind.CENTRAL, AreaKind.PROVINCE, AreaKind.COMMUNE, AreaKind.HAMLET]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one area is on a day. `path` holds the ids from the root down to it, each followed by a slash."""

    area_id: str
    parent_id: str | None
    path: str
    kind: AreaKind
    name: str

    def lies_in(self, area_ids: Iterable[str]) -> bool:
        """Tell whether this is one of these areas or lies below one."""
        above = set(self.path.split("/"))
        return any(one in above for one in area_ids)


@dataclass(frozen=True, slots=True)
class AreaTree:
    """The areas in force on one local day, by id. Every one but the root has its parent in the tree, and no cycle."""

    day: date
    places: Mapping[str, Place]

    def get(self, area_id: str) -> Place | None:
        """Return an area's place; None when it is not in force on this day."""
        return self.places.get(area_id)

    def required(self, area_id: str, *, name: str, field: str) -> Place:
        """Return an area's place; raise AREA_NOT_IN_FORCE when it has none on this day."""
        place = self.places.get(area_id)
        if place is None:
            raise ConflictError(Code.AREA_NOT_IN_FORCE, field=field, area=name)
        return place

    def children(self, area_id: str) -> list[Place]:
        """Return the areas right below this one, by name."""
        found = [place for place in self.places.values() if place.parent_id == area_id]
        return sorted(found, key=lambda place: (place.name, place.area_id))

    def ordered(self) -> list[Place]:
        """Return every place, parents before children."""
        return sorted(self.places.values(), key=lambda place: place.path)

    def nearest_above_all(self, area_ids: Sequence[str]) -> str | None:
        """Return the nearest area that has all of these below it; None for the root's."""
        ways = [self.places[one].path.rstrip("/").split("/")[:-1] for one in area_ids]
        shared = [steps[0] for steps in zip(*ways, strict=False) if len(set(steps)) == 1]
        return shared[-1] if shared else None

    def check(self) -> None:
        """Raise InvalidError AREA_KIND_MISPLACED or AREA_TOO_DEEP, at the parent, for a tree that may not be."""
        for place in self.places.values():
            if place.path.count("/") > MAX_DEPTH:
                raise InvalidError(
                    Code.AREA_TOO_DEEP,
                    field="parent_id",
                    area=place.name,
                    limit=MAX_DEPTH,
                    day=told(self.day),
                )
            self._check_rung(place)

    def _check_rung(self, place: Place) -> None:
        """A grouping fits anywhere, and hides nothing: what is above it counts for what is below it."""
        above = self.places.get(place.parent_id or "")
        while above is not None and above.kind is AreaKind.GROUPING:
            above = self.places.get(above.parent_id or "")
        if above is None or place.kind is AreaKind.GROUPING:
            return
        if _LADDER.index(place.kind) <= _LADDER.index(above.kind):
            raise InvalidError(Code.AREA_KIND_MISPLACED, field="kind", kind=place.kind, parent=above.name)


def tree_on(standings: Iterable[AreaStanding], day: date) -> AreaTree:
    """Return the tree of the areas in force on a local day.

    Raises InvalidError AREA_CYCLE when an area would stand below itself, AREA_PARENT_GONE when it would stand below
    another that is closed or not yet there.
    """
    present = {
        area_id: one for area_id, one in latest_on(standings, day).items() if one.change != AreaChange.CLOSED
    }
    return AreaTree(day=day, places=_places(present, day))


def latest_on(standings: Iterable[AreaStanding], day: date) -> dict[str, AreaStanding]:
    """Return the standing of each area on a day, closings included."""
    latest: dict[str, AreaStanding] = {}
    for one in standings:
        known = latest.get(one.area_id)
        if one.starts_on <= day and (known is None or one.starts_on > known.starts_on):
            latest[one.area_id] = one
    return latest


def days_of_change(standings: Iterable[AreaStanding], after: date) -> list[date]:
    """Return the days after `after` on which anything changes, soonest first."""
    return sorted({one.starts_on for one in standings if one.starts_on > after})


def check_from(standings: Sequence[AreaStanding], day: date) -> None:
    """Raise what makes the tree impossible, on this day or any later one on which something is planned."""
    for each in (day, *days_of_change(standings, day)):
        tree_on(standings, each).check()


def rows_on(standings: Sequence[AreaStanding], day: date) -> dict[str, Place]:
    """Return where every area hangs for the rights of a day: those in force as in `tree_on`.

    One that is to come hangs where it will first stand, a closed one where it stood last.
    """
    first: dict[str, AreaStanding] = {}
    for one in standings:
        if one.area_id not in first or one.starts_on < first[one.area_id].starts_on:
            first[one.area_id] = one
    return _places(first | latest_on(standings, day), day)


def told(day: date) -> str:
    """Return a day as sentences tell it, in either language."""
    return f"{day:%d/%m/%Y}"


def _places(present: Mapping[str, AreaStanding], day: date) -> dict[str, Place]:
    paths: dict[str, str] = {}
    for area_id in present:
        _climb(present, area_id, paths, day)
    return {
        area_id: Place(
            area_id=area_id, parent_id=one.parent_id, path=paths[area_id], kind=one.kind, name=one.name
        )
        for area_id, one in present.items()
    }


def _climb(present: Mapping[str, AreaStanding], area_id: str, paths: dict[str, str], day: date) -> None:
    """Find the paths of an area and of all above it that have none yet."""
    way = [area_id]
    while (parent_id := present[way[-1]].parent_id) is not None and parent_id not in paths:
        if parent_id in way:
            raise InvalidError(Code.AREA_CYCLE, field="parent_id", area=present[area_id].name, day=told(day))
        if parent_id not in present:
            name = present[way[-1]].name
            raise InvalidError(Code.AREA_PARENT_GONE, field="parent_id", area=name, day=told(day))
        way.append(parent_id)
    for one in reversed(way):
        if one not in paths:
            paths[one] = f"{paths.get(present[one].parent_id or '', '')}{one}/"
