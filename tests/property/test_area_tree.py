"""Whatever is decided about the tree of areas, in whatever order and for whatever days, it stays a tree."""

from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from controller.domain.area_plans import (
    Decision,
    SplitPart,
    TreePlan,
    check_without,
    left_over,
    without_decision,
)
from controller.domain.area_tree import check_from, days_of_change, rows_on, tree_on
from controller.domain.areas import AreaChange, AreaKind, AreaStanding
from controller.domain.errors import DomainError
from tests.factories.areas import FIRST_DAY, SOME_INSTANT, standing

LAST_DAY = FIRST_DAY + timedelta(days=40)
KEEPING = ("rename", "merge", "split")
CHANGING = (*KEEPING, "move", "close", "call_off")


@dataclass
class Land:
    """A small country in which decisions are made. Each hamlet and commune has a device right in it."""

    standings: list[AreaStanding] = field(default_factory=list)
    moves: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    decisions: int = 0
    granted: frozenset[str] = frozenset()
    """areas in which somebody has a role"""

    def area_of(self, device: str, day: date) -> str:
        return [area for starts_on, area in sorted(self.moves[device]) if starts_on <= day][-1]

    def devices_in(self, area_id: str, day: date) -> list[str]:
        return [one for one in self.moves if self.area_of(one, day) == area_id]

    def reach(self, day: date) -> dict[str, set[str]]:
        """Return the devices that a role in each area reaches on a day."""
        tree = tree_on(self.standings, day)
        found: dict[str, set[str]] = {area_id: set() for area_id in self.known()}
        for device in self.moves:
            for area_id in tree.places[self.area_of(device, day)].path.rstrip("/").split("/"):
                found[area_id].add(device)
        return found

    def known(self) -> list[str]:
        return sorted({one.area_id for one in self.standings})


def a_land() -> Land:
    rows = [standing("root", kind=AreaKind.CENTRAL)]
    for province in ("P", "Q"):
        rows.append(standing(province, above="root", kind=AreaKind.PROVINCE))
        rows.append(standing(f"{province}-group", above=province))
        for number in (1, 2):
            commune = f"{province}{number}"
            above = f"{province}-group" if number == 1 else province
            rows.append(standing(commune, above=above, kind=AreaKind.COMMUNE))
            rows += [
                standing(f"{commune}{hamlet}", above=commune, kind=AreaKind.HAMLET) for hamlet in ("a", "b")
            ]
    placed = [one.area_id for one in rows if one.kind in (AreaKind.COMMUNE, AreaKind.HAMLET)]
    return Land(standings=rows, moves={f"device-{one}": [(FIRST_DAY, one)] for one in placed})


def decide(land: Land, verb: str, day: date, today: date, draw: st.DataObject) -> bool:
    """Make one decision as the use case does, on copies; keep it when it is allowed, and tell whether it was."""
    land.decisions += 1
    rows = [copy(one) for one in land.standings]
    moves = {device: list(of_one) for device, of_one in land.moves.items()}
    areas = draw.draw(st.lists(st.sampled_from(land.known()), min_size=2, max_size=3, unique=True))
    plan = TreePlan(rows, Decision(id=f"d{land.decisions}", day=day, today=today, by=None, at=SOME_INSTANT))
    try:
        if verb == "call_off":
            rows, gone = without_decision(rows, f"d{draw.draw(st.integers(1, land.decisions))}")
            assume(gone)
            if any(one.starts_on <= today for one in gone):
                return False
            check_without(rows, today, gone[0])
            made = {one.area_id for one in gone} - {one.area_id for one in rows}
            moves = {
                device: [one for one in of_one if one[1] not in made] for device, of_one in moves.items()
            }
        else:
            _change(land, plan, verb, areas, moves)
            plan.check()
    except DomainError:
        return False
    land.standings, land.moves = plan.standings if verb != "call_off" else rows, moves
    return True


def _change(
    land: Land, plan: TreePlan, verb: str, areas: list[str], moves: dict[str, list[tuple[date, str]]]
) -> None:
    day, tree = plan.decision.day, plan.tree()
    granted = land.granted
    for one in areas:
        tree.required(one, name=one, field="areas")
    first, number = areas[0], land.decisions
    if verb == "rename":
        plan.change(first, AreaChange.RENAMED, name=f"{first} {number}")
    elif verb == "move":
        plan.change(first, AreaChange.MOVED, parent_id=areas[1])
    elif verb == "close":
        assume(not tree.children(first) and not land.devices_in(first, LAST_DAY))
        plan.change(first, AreaChange.CLOSED)
    elif verb == "merge" and number % 2:
        plan.merge(areas, into=first, granted=granted)
    elif verb == "merge":
        plan.merge(areas, new_area_id=f"merged-{number}", name="new", granted=granted)
    else:
        children, devices = tree.children(first), land.devices_in(first, day)
        halves = [
            SplitPart(name="one", areas=tuple(one.area_id for one in children[::2]), devices=tuple(devices)),
            SplitPart(name="two", areas=tuple(one.area_id for one in children[1::2])),
        ]
        assert left_over(tree, first, halves, dict.fromkeys(devices, "x")) == []
        new = [f"part-{number}-{half}" for half in range(2)]
        plan.split(first, list(zip(new, halves, strict=True)))
        for device in devices:
            moves[device].append((day, new[0]))


def live(data: st.DataObject, verbs: tuple[str, ...], land: Land | None = None) -> tuple[Land, date]:
    """Let some decisions be made as days go by; return the land and the last day that was today."""
    land, today = land or a_land(), FIRST_DAY
    for _ in range(data.draw(st.integers(1, 8))):
        today += timedelta(days=data.draw(st.integers(0, 3)))
        day = today + timedelta(days=data.draw(st.integers(0, 9)))
        decide(land, data.draw(st.sampled_from(verbs)), day, today, data)
    return land, today


@given(st.data())
def test_the_tree_of_every_day_is_a_tree_in_which_each_area_has_one_place(data: st.DataObject) -> None:
    land, today = live(data, CHANGING)
    check_from(land.standings, FIRST_DAY)
    for day in [FIRST_DAY, today, *days_of_change(land.standings, FIRST_DAY)]:
        tree = tree_on(land.standings, day)
        roots = [place for place in tree.places.values() if place.parent_id is None]
        assert [place.area_id for place in roots] == ["root"]
        for place in tree.places.values():
            steps = place.path.rstrip("/").split("/")
            assert (steps[0], steps[-1]) == ("root", place.area_id)
            assert len(set(steps)) == len(steps)
            assert place.parent_id is None or place.parent_id == steps[-2]
        assert set(rows_on(land.standings, day)) == set(land.known())


@given(st.data())
def test_no_area_has_two_standings_on_one_day(data: st.DataObject) -> None:
    land, _ = live(data, CHANGING)
    days = [(one.area_id, one.starts_on) for one in land.standings]
    assert len(days) == len(set(days))


@given(st.data())
def test_rename_merge_and_split_keep_every_device_and_the_reach_of_every_role(data: st.DataObject) -> None:
    land = a_land()
    reach = land.reach(FIRST_DAY)
    land.granted = frozenset(reach)
    grown, today = live(data, KEEPING, land)
    for day in [today, *days_of_change(grown.standings, FIRST_DAY), LAST_DAY]:
        later = grown.reach(day)  # fails for a device whose area is not in the tree
        for area_id, devices in reach.items():
            assert devices <= later[area_id], (area_id, day)


@given(st.data())
def test_calling_a_plan_off_brings_back_the_tree_without_it(data: st.DataObject) -> None:
    land, today = live(data, ("rename", "merge", "split", "move"))
    before = {day: tree_on(land.standings, day).places for day in days_of_change(land.standings, FIRST_DAY)}
    before[today] = tree_on(land.standings, today).places
    verb = data.draw(st.sampled_from(("rename", "merge", "split", "move")))
    # Plans are called off the last one first.
    day = max([today, *before]) + timedelta(days=data.draw(st.integers(1, 9)))
    assume(decide(land, verb, day, today, data))
    stay, gone = without_decision(land.standings, f"d{land.decisions}")
    check_without(stay, today, gone[0])
    for each, places in before.items():
        assert tree_on(stay, each).places == places
