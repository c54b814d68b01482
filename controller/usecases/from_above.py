"""What an order from above the communes means in each of them (Thông tư 39/2020).

Routine: it waits in the commune's inbox until somebody there gives it a time. Priority: it airs, but where it
meets a priority item of the commune's own it waits for the commune to choose the order. Emergency: it airs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from controller.domain.airings import AiringState, Broadcast, BroadcastState, InboxItem, InboxState
from controller.domain.areas import Area, AreaKind
from controller.domain.devices import DeviceKind
from controller.domain.ids import new_id
from controller.domain.orders import end_of, origin_of
from controller.usecases.planning_ports import Target
from controller.usecases.ports import Work
from controller.usecases.rule_starts import starts_between
from schedules import Band, Origin, RuleTime, band_of

_LONGEST_SOUND = timedelta(hours=2)


class PlayOrder(StrEnum):
    """Whether the item from above goes before or after the commune's own; kept as the reason of the decision."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Placing:
    """How one airing goes into the plan."""

    state: AiringState
    priority: int
    order: int


@dataclass(frozen=True, slots=True)
class _Own:
    """A sound of the commune's own, and its rank."""

    start_at: datetime
    end_at: datetime
    priority: int
    order: int


Place = Callable[[Target, RuleTime], Placing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How one order is shared out: `communes` has the commune of every area below, if the order is from above."""

    broadcast: Broadcast
    communes: Mapping[str, Area]

    @classmethod
    def of(cls, work: Work, broadcast: Broadcast, area: Area) -> "Sharing":
        """Return the sharing of an order for an area."""
        if origin_at(work, area) is Origin.COMMUNE:
            return cls(broadcast=broadcast, communes={})
        return cls(broadcast=broadcast, communes=communes_below(work, area))

    @property
    def band(self) -> Band:
        """The class of the order."""
        return band_of(self.broadcast.priority)

    def targets(self, devices: Sequence[Target]) -> list[Target]:
        """Return the devices that get airings without anybody else's word."""
        if self.band is not Band.ROUTINE:
            return list(devices)
        return [one for one in devices if one.area_id not in self.communes]

    def placings(
        self, work: Work, starts: Sequence[RuleTime], *, duration_ms: int, asked_at: datetime | None
    ) -> Place:
        """Return how each airing is placed; put what has to be decided into the inboxes, unless `asked_at` is None."""
        plain = Placing(AiringState.PLANNED, self.broadcast.priority, self.broadcast.order)
        communes = {area.id: area for area in self.communes.values()}
        if not communes or self.band is Band.EMERGENCY:
            return lambda _target, _start: plain
        if self.band is Band.ROUTINE:
            self._ask(work, communes, asked_at)
            return lambda _target, _start: plain
        met = self._meetings(work, communes, starts, duration_ms)
        self._ask(work, {commune_id for commune_id, _ in met}, asked_at)
        decided = {item.area_id: item for item in work.inboxes.of_broadcast(self.broadcast.id)}
        placed = {
            (commune_id, key): _placing(plain, own, decided.get(commune_id))
            for (commune_id, key), own in met.items()
        }

        def place(target: Target, start: RuleTime) -> Placing:
            commune = self.communes.get(target.area_id)
            if commune is None or target.kind is DeviceKind.BOARD:
                return plain
            return placed.get((commune.id, start.key), plain)

        return place

    def _ask(self, work: Work, commune_ids: Iterable[str], now: datetime | None) -> None:
        if now is None:
            return
        work.inboxes.add_missing(
            [
                InboxItem(
                    id=new_id(now),
                    broadcast_id=self.broadcast.id,
                    area_id=commune_id,
                    state=InboxState.WAITING,
                    received_at=now,
                )
                for commune_id in sorted(commune_ids)
            ]
        )
        work.flush()

    def _meetings(
        self, work: Work, communes: Mapping[str, Area], starts: Sequence[RuleTime], duration_ms: int
    ) -> dict[tuple[str, str], _Own]:
        """Return, by commune and key, which starts meet a priority item of the commune's own, and which one."""
        if not starts:
            return {}
        met: dict[tuple[str, str], _Own] = {}
        by_commune: dict[str, list[str]] = {commune_id: [] for commune_id in communes}
        for area_id, commune in self.communes.items():
            by_commune[commune.id].append(area_id)
        for commune_id, area_ids in by_commune.items():
            own = own_sounds(
                work, area_ids, communes[commune_id].zone, starts[0].start_at, starts[-1].start_at
            )
            for start in starts:
                end_at = end_of(start.start_at, duration_ms=duration_ms, board_for_s=None)
                for one in own:
                    if one.start_at < end_at and start.start_at < one.end_at:
                        met.setdefault((commune_id, start.key), one)
        return met


def own_sounds(work: Work, area_ids: Sequence[str], zone: str, first: datetime, last: datetime) -> list[_Own]:
    """Return the priority items of a commune's own that would sound between two instants or touch them."""
    found = []
    begin, end = first - _LONGEST_SOUND, last + _LONGEST_SOUND
    for broadcast in work.orders.over(area_ids, after=begin):
        is_own = broadcast.origin is Origin.COMMUNE and broadcast.state is BroadcastState.APPROVED
        content = work.notices.content(broadcast.content_id)
        if not is_own or content is None or band_of(broadcast.priority) is not Band.PRIORITY:
            continue
        for start in starts_between(work, broadcast, zone, begin, end):
            end_at = end_of(start.start_at, duration_ms=content.duration_ms, board_for_s=None)
            found.append(_Own(start.start_at, end_at, broadcast.priority, broadcast.order))
    return found


def _placing(plain: Placing, own: _Own, item: InboxItem | None) -> Placing:
    if item is None or item.state is not InboxState.TAKEN:
        return Placing(AiringState.HELD, plain.priority, plain.order)
    step = -1 if item.reason == PlayOrder.BEFORE else 1
    return Placing(AiringState.PLANNED, own.priority, own.order + step)


def origin_at(work: Work, area: Area) -> Origin:
    """Return who speaks in an area; a grouping speaks for what it lies in."""
    found: Area | None = area
    while found is not None and found.kind is AreaKind.GROUPING:
        found = work.areas.get(found.parent_id) if found.parent_id else None
    return origin_of(found.kind) if found is not None else Origin.CENTRAL


def communes_below(work: Work, area: Area) -> dict[str, Area]:
    """Return the commune in which each area below this one lies; those in none are left out."""
    below = work.areas.below(area.path)
    communes = {one.path: one for one in below if one.kind is AreaKind.COMMUNE}
    found = {}
    for one in below:
        steps = one.path.strip("/").split("/")
        paths = ("/".join(steps[:count]) + "/" for count in range(len(steps), 0, -1))
        commune = next((communes[path] for path in paths if path in communes), None)
        if commune is not None:
            found[one.id] = commune
    return found
