"""Deciding about the tree of areas: what a rename, move, merge, split or closing makes of the standings.

Every standing says the whole of an area, so that a decision about one day has to be carried into those planned for
later days, as far as they have not changed the same thing themselves. No clock, no database.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from controller.domain.area_tree import AreaTree, check_from, told, tree_on
from controller.domain.areas import AreaChange, AreaKind, AreaStanding
from controller.domain.errors import Code, ConflictError, InvalidError
from controller.domain.ids import new_id

MERGEABLE = (AreaKind.PROVINCE, AreaKind.COMMUNE, AreaKind.HAMLET)
_FIELDS = ("parent_id", "kind", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who decided when, and for which local day; `today` is the day on which it was decided."""

    id: str
    day: date
    today: date
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPart:
    """One of the units that a split makes: its name, and the areas and devices that it is given."""

    name: str
    areas: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()


@dataclass
class TreePlan:
    """The standings of all areas, changed by one decision. `new` are the standings that it wrote."""

    standings: list[AreaStanding]
    decision: Decision
    new: list[AreaStanding] = field(default_factory=list)

    def tree(self) -> AreaTree:
        """Return the tree of the decision's day, as far as it is changed by now."""
        return tree_on(self.standings, self.decision.day)

    def check(self) -> None:
        """Raise the refusal of the first day on which the tree would be impossible; see `tree_on`."""
        check_from(self.standings, self.decision.day)

    def begin(
        self, area_id: str, *, parent_id: str | None, kind: AreaKind, name: str, change: AreaChange
    ) -> None:
        """Let a new area stand from the decision's day on."""
        self._add(area_id, parent_id=parent_id, kind=kind, name=name, change=change)

    def change(self, area_id: str, change: AreaChange, **changes: object) -> None:
        """Change what an area is from the decision's day on; `changes` are fields of its standing.

        Raises AREA_CHANGE_CLASH when something else is planned for the area on this very day.
        """
        rows = sorted((one for one in self.standings if one.area_id == area_id), key=_day)
        before = max((one for one in rows if one.starts_on <= self.decision.day), key=_day)
        old = {name: getattr(before, name) for name in _FIELDS}
        if before.starts_on < self.decision.day:
            self._add(area_id, **(old | changes), change=change)
        elif before.starts_on > self.decision.today:
            raise ConflictError(
                Code.AREA_CHANGE_CLASH, field="effective_on", area=before.name, day=told(before.starts_on)
            )
        else:
            # Two changes on one day in force: a day is what the history tells apart.
            for name, value in changes.items():
                setattr(before, name, value)
            before.change, before.decision_id = change, self.decision.id
            before.created_by, before.created_at = self.decision.by, self.decision.at
        later = [one for one in rows if one.starts_on > self.decision.day]
        for name, value in changes.items():
            _carry(later, name, old[name], value)

    def merge(
        self,
        area_ids: Sequence[str],
        *,
        new_area_id: str | None = None,
        name: str = "",
        into: str | None = None,
        granted: Collection[str],
    ) -> None:
        """Put areas of one kind below a new one of that kind, or below `into`; they go on as groupings.

        `granted` are areas in which somebody has a role: none of those may lose what it reached (AREAS_APART).
        """
        tree = self.tree()
        kinds = {tree.places[one].kind for one in area_ids}
        _check_alike(kinds)
        _check_together(tree, area_ids, into or tree.nearest_above_all(area_ids) or "", granted)
        parent_id = into
        if new_area_id is not None:
            parent_id = new_area_id
            above = tree.nearest_above_all(area_ids)
            kind = next(iter(kinds))
            self.begin(new_area_id, parent_id=above, kind=kind, name=name, change=AreaChange.MERGED)
        for one in area_ids:
            if one != into:
                self.change(one, AreaChange.MERGED, parent_id=parent_id, kind=AreaKind.GROUPING)

    def split(self, area_id: str, parts: Sequence[tuple[str, SplitPart]]) -> None:
        """Make new areas below one, which goes on as a grouping, and give them what lay right below it.

        `parts` pairs the id of each new area with what it is. Raises SPLIT_PART_WRONG.
        """
        tree = self.tree()
        place = tree.places[area_id]
        _check_alike({place.kind})
        inside = {one.area_id for one in tree.children(area_id)}
        _check_given([one for _, part in parts for one in part.areas], inside)
        self.change(area_id, AreaChange.SPLIT, kind=AreaKind.GROUPING)
        for new_area_id, part in parts:
            self.begin(
                new_area_id, parent_id=area_id, kind=place.kind, name=part.name, change=AreaChange.SPLIT
            )
            for one in part.areas:
                self.change(one, AreaChange.SPLIT, parent_id=new_area_id)

    def _add(
        self, area_id: str, *, parent_id: str | None, kind: AreaKind, name: str, change: AreaChange
    ) -> None:
        standing = AreaStanding(
            id=new_id(self.decision.at),
            area_id=area_id,
            starts_on=self.decision.day,
            parent_id=parent_id,
            kind=kind,
            name=name,
            change=change,
            decision_id=self.decision.id,
            created_by=self.decision.by,
            created_at=self.decision.at,
        )
        self.standings.append(standing)
        self.new.append(standing)


def left_over(tree: AreaTree, area_id: str, parts: Iterable[SplitPart], devices: dict[str, str]) -> list[str]:
    """Return the names of what lies right in an area and was given to no part; `devices` are names by id."""
    given = {one for part in parts for one in (*part.areas, *part.devices)}
    areas = [one.name for one in tree.children(area_id) if one.area_id not in given]
    return areas + sorted(name for one, name in devices.items() if one not in given)


def without_decision(
    standings: Sequence[AreaStanding], decision_id: str
) -> tuple[list[AreaStanding], list[AreaStanding]]:
    """Take a decision back: return the standings that stay and those that go.

    Raises AREA_CHANGE_NEEDED when something is planned for one of its areas after it: what was carried into that
    cannot be told from what was meant there, so plans are taken back the last one first.
    """
    gone = [one for one in standings if one.decision_id == decision_id]
    stay = [one for one in standings if one.decision_id != decision_id]
    first = {one.area_id: one.starts_on for one in gone}
    later = [one for one in stay if one.area_id in first and one.starts_on > first[one.area_id]]
    if later:
        last = max(later, key=_day)
        raise ConflictError(Code.AREA_CHANGE_NEEDED, area=last.name, day=told(last.starts_on))
    return stay, gone


def check_without(standings: Sequence[AreaStanding], today: date, named: AreaStanding) -> None:
    """Raise AREA_CHANGE_NEEDED when what is planned cannot be without the decision that wrote `named`."""
    try:
        check_from(standings, today)
    except InvalidError as error:
        day = str(error.params.get("day", told(named.starts_on)))
        raise ConflictError(Code.AREA_CHANGE_NEEDED, area=named.name, day=day) from error


def _carry(later: Iterable[AreaStanding], name: str, old: object, new: object) -> None:
    for one in later:
        if getattr(one, name) != old:
            return
        setattr(one, name, new)


def _check_alike(kinds: set[AreaKind]) -> None:
    if len(kinds) > 1:
        raise InvalidError(Code.AREAS_NOT_ALIKE, field="areas")
    kind = next(iter(kinds))
    if kind not in MERGEABLE:
        raise InvalidError(Code.AREA_KIND_FIXED, field="areas", kind=kind)


def _check_together(tree: AreaTree, area_ids: Sequence[str], target: str, granted: Collection[str]) -> None:
    """Raise AREAS_APART when a merger would take an area out of another province or commune, or from a role."""
    kept = set(tree.places[target].path.split("/")) if target in tree.places else set()
    for one in area_ids:
        for above in tree.places[one].path.rstrip("/").split("/")[:-1]:
            place = tree.places[above]
            counts = place.kind is not AreaKind.GROUPING or above in granted
            if counts and above not in kept and one != target:
                lost = tree.places[one].name
                raise ConflictError(Code.AREAS_APART, field="areas", area=place.name, lost=lost)


def _check_given(given: Sequence[str], inside: set[str]) -> None:
    if len(set(given)) < len(given) or not set(given) <= inside:
        raise InvalidError(Code.SPLIT_PART_WRONG, field="parts")


def _day(standing: AreaStanding) -> date:
    return standing.starts_on


__all__ = [
    "Decision",
    "SplitPart",
    "TreePlan",
    "check_without",
    "left_over",
    "without_decision",
]
