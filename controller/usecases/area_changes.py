"""Changing the tree of areas from a day on: rename, move, merge, split, close, and calling a plan off.

Nothing is orphaned by a merge or split: the old units go on below (or around) the new ones as groupings, with their
devices, hamlets, notices, broadcasts and grants. The tree changes at midnight in the zone of its root.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from controller.domain.area_plans import SplitPart, TreePlan, check_without, without_decision
from controller.domain.area_tree import told
from controller.domain.areas import AreaChange, AreaStanding
from controller.domain.errors import Code, ConflictError, InvalidError, NotFoundError
from controller.domain.people import Permission
from controller.domain.texts import clean_line
from controller.usecases.area_days import lately_concerned, replan_in_parts, settle, today_of
from controller.usecases.area_decisions import DecisionTable, decision_for, drop_decision, rows_for
from controller.usecases.ports import Clock, News, Unit
from controller.usecases.rights import Actor
from controller.usecases.trail import note

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a decision does to one area: its standing from the day on, and the one before (None for a new area)."""

    standing: AreaStanding
    before: AreaStanding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """A decision whose day has not come, as far as it concerns areas that somebody may see."""

    decision_id: str
    change: str
    starts_on: date
    decided_by: str | None
    decided_at: datetime
    steps: tuple[Step, ...]


class AreaChanges:
    """Use cases about changes of the tree. `effective_on` is the first local day of what is decided."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news
        self._settled_on: date | None = None

    def rename(self, actor: Actor, area_id: str, *, name: str, effective_on: date) -> str:
        """Give an area another name; return the id of the decision."""
        name = clean_line(name, field="name")

        def decide(table: DecisionTable) -> str:
            place = table.own(area_id, field="area_id")
            table.plan.change(area_id, AreaChange.RENAMED, name=name)
            return f"{place.name} -> {name}"

        return self._decide(actor, "rename_area", area_id, effective_on, decide)

    def move(self, actor: Actor, area_id: str, *, parent_id: str, effective_on: date) -> str:
        """Put an area, with all below it, below another parent. Raises AREA_CYCLE."""

        def decide(table: DecisionTable) -> str:
            place = table.own(area_id, field="area_id")
            above = table.own_above(area_id, field="area_id")
            parent = table.own(parent_id, field="parent_id")
            if parent.lies_in([area_id]):
                raise InvalidError(
                    Code.AREA_CYCLE, field="parent_id", area=place.name, day=told(effective_on)
                )
            table.plan.change(area_id, AreaChange.MOVED, parent_id=parent_id)
            return f"{above} -> {parent.name}"

        return self._decide(actor, "move_area", area_id, effective_on, decide)

    def merge(
        self, actor: Actor, area_id: str, *, others: Sequence[str], name: str | None, effective_on: date
    ) -> str:
        """Merge areas of one kind: into a new one with a name, or, without one, into `area_id` itself.

        The old units go on below it as groupings; whoever had a role in one keeps it there, and there only.
        """
        cleaned = clean_line(name, field="name") if name is not None else ""
        area_ids = [area_id, *others]

        def decide(table: DecisionTable) -> str:
            names = [table.own(one, field="areas").name for one in area_ids]
            if len(set(area_ids)) < max(2, len(area_ids)):
                raise InvalidError(Code.AREAS_NOT_ALIKE, field="areas")
            for one in area_ids if name is not None else others:
                table.own_above(one, field="areas")
            if name is None:
                table.plan.merge(area_ids, into=area_id, granted=table.granted())
                return f"{', '.join(names[1:])} -> {names[0]}"
            above = table.plan.tree().nearest_above_all(area_ids)
            if above is None:
                raise InvalidError(Code.AREA_KIND_FIXED, field="areas", kind="central")
            table.own(above, field="areas")
            new_area_id = table.new_area(cleaned, above, like=area_id)
            table.plan.merge(area_ids, new_area_id=new_area_id, name=cleaned, granted=table.granted())
            return f"{', '.join(names)} -> {cleaned}"

        return self._decide(actor, "merge_areas", area_id, effective_on, decide)

    def split(self, actor: Actor, area_id: str, *, parts: Sequence[SplitPart], effective_on: date) -> str:
        """Split an area; it goes on as a grouping around the new ones, and roles in it go on covering all of them.

        Raises SPLIT_LEAVES_OVER, naming the areas and devices right in it that no part was given.
        """
        named = [
            SplitPart(name=clean_line(one.name, field="parts"), areas=one.areas, devices=one.devices)
            for one in parts
        ]
        if len(named) < 2:
            raise InvalidError(Code.SPLIT_PART_WRONG, field="parts")

        def decide(table: DecisionTable) -> str:
            place = table.own(area_id, field="area_id")
            table.own_above(area_id, field="area_id")
            table.split(area_id, named)
            return f"{place.name} -> {', '.join(one.name for one in named)}"

        return self._decide(actor, "split_area", area_id, effective_on, decide)

    def close(self, actor: Actor, area_id: str, *, effective_on: date) -> str:
        """Let an area end. Raises AREA_NOT_EMPTY while it holds devices, areas or broadcasts to come."""

        def decide(table: DecisionTable) -> str:
            place = table.own(area_id, field="area_id")
            table.own_above(area_id, field="area_id")
            table.check_empty(area_id, place.name)
            table.plan.change(area_id, AreaChange.CLOSED)
            return place.name

        return self._decide(actor, "close_area", area_id, effective_on, decide)

    def call_off(self, actor: Actor, decision_id: str) -> None:
        """Take back a decision before its day. Raises AREA_CHANGE_PAST, or AREA_CHANGE_NEEDED if others build on it."""
        now = self._clock.now()
        with self._unit() as work:
            standings = work.standings.all()
            rows = rows_for(work, actor, [one for one in standings if one.decision_id == decision_id])
            today = today_of(work, now)
            if any(one.starts_on <= today for one in rows):
                raise ConflictError(Code.AREA_CHANGE_PAST)
            stay, gone = without_decision(standings, decision_id)
            check_without(stay, today, gone[0])
            drop_decision(work, stay, gone, decision_id)
            detail = f"{gone[0].change} {told(gone[0].starts_on)}: {', '.join(one.name for one in gone)}"
            note(work, actor, "call_off_area_change", f"area:{gone[0].area_id}", now=now, detail=detail)

    def coming(self, actor: Actor) -> Sequence[PlannedChange]:
        """Return the decisions whose day has not come, soonest first, as far as the actor may see their areas."""
        now = self._clock.now()
        with self._unit() as work:
            today = today_of(work, now)
            visible = {
                area.id for area in work.areas.all(with_absent=True) if actor.may(Permission.VIEW, area)
            }
            steps: dict[str, list[Step]] = {}
            for step in _steps(work.standings.all()):
                if step.standing.starts_on > today and step.standing.area_id in visible:
                    steps.setdefault(step.standing.decision_id, []).append(step)
            return [_planned_change(tuple(of_one)) for of_one in steps.values()]

    def history(self, actor: Actor, area_id: str) -> Sequence[Step]:
        """Return what an area was, is and will be, from its first day on."""
        with self._unit() as work:
            area = work.areas.get(area_id)
            if area is None or not actor.may(Permission.VIEW, area):
                raise NotFoundError
            own = [one for one in work.standings.upward([area_id]) if one.area_id == area_id]
            return _steps(own)

    def apply_due(self) -> int:
        """Carry out what is due today; return how many devices it concerns. For the tick; safe to repeat.

        Once a day, and after a start, the devices of the latest changes are planned anew even if their areas were
        settled: whoever settled them may have been cut short before the devices had their turn.
        """
        now = self._clock.now()
        with self._unit() as work:
            day = today_of(work, now)
            if day == self._settled_on:
                return 0
            concerned = settle(work, now)
            lately = lately_concerned(work, now)
        replan_in_parts(self._unit, list(dict.fromkeys([*concerned, *lately])), now)
        self._settled_on = day
        if concerned:
            _log.info("the tree of areas is that of %s; %d devices are concerned", day, len(concerned))
            self._news.publish("devices")
        return len(concerned)

    def _decide(
        self,
        actor: Actor,
        action: str,
        area_id: str,
        effective_on: date,
        decide: Callable[[DecisionTable], str],
    ) -> str:
        """Carry a decision through in one unit of work: all of it, or nothing."""
        now = self._clock.now()
        concerned: list[str] = []
        with self._unit() as work:
            decision = decision_for(work, actor, effective_on, now)
            standings = list(work.standings.all())
            table = DecisionTable(
                work=work, actor=actor, plan=TreePlan(standings=standings, decision=decision)
            )
            detail = decide(table)
            table.plan.check()
            for one in table.plan.new:
                work.standings.add(one)
            note(work, actor, action, f"area:{area_id}", now=now, detail=f"{detail} ({told(effective_on)})")
            if decision.day == decision.today:
                concerned = settle(work, now)
        # Should this be cut short, the next tick does it again.
        settled_on, self._settled_on = self._settled_on, None
        replan_in_parts(self._unit, concerned, now)
        self._settled_on = settled_on
        self._news.publish("devices")
        return decision.id


def _steps(standings: Sequence[AreaStanding]) -> list[Step]:
    """Pair each standing with the one before it; `standings` are by day."""
    last: dict[str, AreaStanding] = {}
    steps = []
    for one in standings:
        steps.append(Step(standing=one, before=last.get(one.area_id)))
        last[one.area_id] = one
    return steps


def _planned_change(steps: tuple[Step, ...]) -> PlannedChange:
    first = steps[0].standing
    return PlannedChange(
        decision_id=first.decision_id,
        change=first.change,
        starts_on=first.starts_on,
        decided_by=first.created_by,
        decided_at=first.created_at,
        steps=steps,
    )
