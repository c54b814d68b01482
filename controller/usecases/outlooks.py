"""What devices will really do: the plan, the orders beyond it, one that is only wished, and the guard rails.

Devices that have the same plan, rails and past are foreseen once. Nothing here writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from controller.domain.airings import OPEN_STATES, Airing, AiringState, Broadcast, BroadcastState
from controller.domain.areas import Area
from controller.domain.devices import DeviceKind, Neighbour
from controller.usecases.planning import rows_between
from controller.usecases.planning_ports import Target
from controller.usecases.ports import Work
from controller.usecases.rails_book import GuardrailBook
from controller.usecases.timetables import as_occurrence
from schedules import (
    Aired,
    Band,
    History,
    Occurrence,
    Rails,
    RailsInForce,
    Segment,
    Unaired,
    band_of,
    foresee,
    local_day,
)

PAST = timedelta(days=2)
"""How far back what was on air still counts for the caps of a day."""

OUTRANKED = "outranked"
"""The device's reason for what it cut off and has not given up."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Outcome = Segment | Unaired


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemName:
    """What an occurrence belongs to. `is_wish`: to an order that nobody has saved."""

    title: str
    notice_id: str
    broadcast_id: str
    is_wish: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What will and will not be on air on devices that all do the same, in [start_at, end_at).

    `names` by occurrence id. `held`: what waits for somebody to choose the order of play.
    """

    devices: tuple[Target, ...]
    kind: DeviceKind
    zone: str
    start_at: datetime
    end_at: datetime
    outcome: tuple[Outcome, ...]
    names: Mapping[str, ItemName]
    held: tuple[Occurrence, ...]
    rails: RailsInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """An order that nobody has saved. It takes the place of the order with the same id, if there is one."""

    broadcast: Broadcast


class OrdersBook:
    """The approved orders that may still be on air after an instant, by place. Reads them once."""

    def __init__(self, work: Work, areas: Iterable[Area], *, after: datetime) -> None:
        ids = {step for area in areas for step in _steps(area)}
        self._by_area: dict[str, list[Broadcast]] = {}
        for one in work.orders.over(sorted(ids), after=after):
            if one.state is BroadcastState.APPROVED:
                self._by_area.setdefault(one.area_id, []).append(one)

    def over(self, area: Area) -> list[Broadcast]:
        """Return the orders for an area, those for all of what it lies in included."""
        return [one for step in _steps(area) for one in self._by_area.get(step, ())]


def _steps(area: Area) -> list[str]:
    return area.path.strip("/").split("/")


def outlooks(
    work: Work,
    targets: Sequence[Target],
    *,
    now: datetime,
    start_at: datetime,
    end_at: datetime,
    wish: Wished | None = None,
) -> list[Outlook]:
    """Foresee [start_at, end_at) for every device; `start_at` is `now` or later."""
    areas = {area.id: area for area in work.areas.all(with_absent=True)}
    places = [areas[area_id] for area_id in {one.area_id for one in targets}]
    book = _rails_book(work, places, start_at, end_at)
    orders = OrdersBook(work, places, after=start_at)
    found = []
    for group in _groups(work, targets, areas, book=book, orders=orders, start_at=start_at, end_at=end_at):
        first = group[0]
        zone = areas[first.area_id].zone
        rails = _rails(book, areas[first.area_id], first)
        sheet = _read(
            work,
            first,
            orders.over(areas[first.area_id]),
            rails=rails,
            now=now,
            start_at=start_at,
            end_at=end_at,
            wish=wish,
        )
        begin = sheet.begin(start_at)
        outcome = foresee(
            sheet.occurrences, rails, History(aired=sheet.aired, played=sheet.played), begin, until=end_at
        )
        found.append(
            Outlook(
                devices=tuple(group),
                kind=first.kind,
                zone=zone,
                start_at=start_at,
                end_at=end_at,
                outcome=tuple(one for one in outcome if _is_to_come(one, start_at)),
                names=sheet.names,
                held=tuple(sheet.held),
                rails=rails,
            )
        )
    return found


def _rails_book(work: Work, areas: Sequence[Area], start_at: datetime, end_at: datetime) -> GuardrailBook:
    days = [local_day(at, ZoneInfo(area.zone)) for at in (start_at - PAST, end_at) for area in areas]
    today = start_at.date()
    return GuardrailBook(work, first_day=min(days, default=today), last_day=max(days, default=today))


def _rails(book: GuardrailBook, area: Area, target: Target) -> RailsInForce:
    has_neighbour = target.neighbour is not Neighbour.NONE
    return RailsInForce(
        Rails(guardrail=guardrail, zone=area.zone, has_neighbour=has_neighbour, holds_from=holds_from)
        for holds_from, guardrail in book.of(area)
    )


def _is_to_come(one: Outcome, start_at: datetime) -> bool:
    return one.end_at > start_at if isinstance(one, Segment) else one.at >= start_at


def _groups(
    work: Work,
    targets: Sequence[Target],
    areas: Mapping[str, Area],
    *,
    book: GuardrailBook,
    orders: OrdersBook,
    start_at: datetime,
    end_at: datetime,
) -> Iterable[list[Target]]:
    """Put devices together that share kind, rails, orders to come, and everything planned or past."""
    marks = {one.device_id: sha256() for one in targets}
    for device_id, mark in work.plan.marks(list(marks), ending_after=start_at - PAST, until=end_at):
        marks[device_id].update(repr(mark).encode())
    groups: dict[tuple[object, ...], list[Target]] = {}
    for one in targets:
        area = areas[one.area_id]
        names = tuple(order.id for order in orders.over(area))
        is_beside = one.neighbour is not Neighbour.NONE
        key = (one.kind, area.zone, book.of(area), is_beside, names, marks[one.device_id].digest())
        groups.setdefault(key, []).append(one)
    return groups.values()


@dataclass(slots=True)
class _Reading:
    """What one device has before it, in the words of `schedules`."""

    occurrences: list[Occurrence] = field(default_factory=list)
    aired: tuple[Aired, ...] = ()
    played: dict[str, timedelta] = field(default_factory=dict)
    held: list[Occurrence] = field(default_factory=list)
    names: dict[str, ItemName] = field(default_factory=dict)
    cut_at: datetime = BEGINNING

    def begin(self, start_at: datetime) -> datetime:
        """Return from when on to foresee: from what should be on air by now, and nobody has reported yet."""
        unreported = [one.start_at for one in self.occurrences if one.id not in self.played]
        return max(min([start_at, *unreported]), min(self.cut_at, start_at))

    def take(self, airing: Airing, *, is_wish: bool = False) -> None:
        """Take in an airing that is to come, or may be on air by now."""
        occurrence = as_occurrence(airing)
        (self.held if airing.state is AiringState.HELD else self.occurrences).append(occurrence)
        self.names[airing.id] = ItemName(
            title=airing.title,
            notice_id=airing.notice_id,
            broadcast_id=airing.broadcast_id,
            is_wish=is_wish,
        )


def _read(
    work: Work,
    target: Target,
    orders: Sequence[Broadcast],
    *,
    rails: RailsInForce,
    now: datetime,
    start_at: datetime,
    end_at: datetime,
    wish: Wished | None,
) -> _Reading:
    """Gather what a device has planned, what the orders would add, and what it has aired."""
    reading = _Reading()
    known = work.plan.airings(target.device_id, ending_after=start_at - PAST, until=end_at)
    wished_id = wish.broadcast.id if wish is not None else ""
    for airing in known:
        is_replaced = airing.broadcast_id == wished_id and airing.planned_at > now
        if airing.state in (*OPEN_STATES, AiringState.HELD) and not is_replaced:
            reading.take(airing)
        elif airing.state is AiringState.PREEMPTED and airing.reason == OUTRANKED:
            # The device goes on with it, or begins it anew, as soon as the air is free.
            reading.take(airing)
            reading.played[airing.id] = timedelta(milliseconds=airing.length_ms)
            reading.cut_at = max(reading.cut_at, airing.ended_at or airing.planned_at)
    reading.aired = tuple(_aired(known, rails))
    for order in orders:
        if order.id != wished_id:
            begin = max(order.planned_until or order.start_at, now)
            for row in rows_between(work, order, [target], max(begin, start_at), end_at):
                reading.take(Airing(**row))  # type: ignore[arg-type]  # a row has an airing's fields
    if wish is not None:
        for row in rows_between(work, wish.broadcast, [target], max(now, start_at), end_at):
            reading.take(Airing(**row), is_wish=True)  # type: ignore[arg-type]  # likewise
    return reading


def _aired(airings: Iterable[Airing], rails: RailsInForce) -> Iterable[Aired]:
    """Yield what really sounded, as devices reported it."""
    for one in airings:
        if one.content_id is not None and one.started_at is not None and one.length_ms > 0:
            yield Aired(
                start_at=one.started_at,
                # Its segments added up: what something else had on the air between them does not count.
                end_at=one.started_at + timedelta(milliseconds=one.length_ms),
                day=rails.day_of(one.started_at),
                is_emergency=band_of(one.priority) is Band.EMERGENCY,
            )


__all__ = ["ItemName", "OrdersBook", "Outcome", "Outlook", "Wished", "outlooks"]
