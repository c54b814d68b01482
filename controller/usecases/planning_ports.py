"""What planning needs from the outside: many airings at once, the orders that are alive, the inboxes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from controller.domain.airings import Airing, AiringState, Broadcast, InboxItem
from controller.domain.devices import Device, DeviceKind, Neighbour
from schedules import Calendar, ImpossibleRuleError

Row = Mapping[str, object]
"""Field names of an `Airing`, and their values."""


@dataclass(frozen=True, slots=True)
class Target:
    """A device that an order is for."""

    device_id: str
    kind: DeviceKind
    area_id: str
    name: str
    neighbour: Neighbour

    @classmethod
    def of(cls, device: Device) -> "Target":
        """Return a device as a target."""
        return cls(device.id, device.kind, device.area_id, device.name, device.neighbour)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is in the plan already: as much of an airing as planning looks at."""

    id: str
    device_id: str
    key: str
    state: AiringState
    planned_at: datetime


class AiringPlan(Protocol):
    """Airings in bulk. What a unit of work holds of them already is read anew after a change."""

    def targets(self, path: str) -> Sequence[Target]:
        """Return the devices of the area with this path and of all below it; no revoked ones."""
        ...

    def add(self, rows: Sequence[Row]) -> None:
        """Add airings; one that is there already, by broadcast, device and key, is left as it is."""
        ...

    def change(self, rows: Sequence[Row]) -> None:
        """Set the fields of airings, by `id`. Every row has the same fields."""
        ...

    def of(self, broadcast_id: str, device_ids: Sequence[str] | None = None) -> Sequence[Planned]:
        """Return the airings of a broadcast, those of some devices only when they are named."""
        ...

    def reaches(self, broadcast_id: str, at: datetime) -> bool:
        """Tell whether a broadcast has airings that are to begin then or later."""
        ...

    def counts(self, broadcast_id: str) -> Mapping[AiringState, int]:
        """Return how many airings of a broadcast are in each state."""
        ...

    def open_of(self, broadcast_id: str) -> Sequence[Planned]:
        """Return the airings of a broadcast that are not over."""
        ...

    def ahead(self, device_ids: Sequence[str], now: datetime) -> Sequence[tuple[str, Planned]]:
        """Return the airings of devices that are to begin later, each after the id of its broadcast."""
        ...

    def marks(
        self, device_ids: Sequence[str], *, ending_after: datetime, until: datetime
    ) -> Iterable[tuple[str, tuple[str, str, AiringState]]]:
        """Yield, device by device and in one order, broadcast, key and state of what was or will be on air then."""
        ...

    def airings(self, device_id: str, *, ending_after: datetime, until: datetime) -> Sequence[Airing]:
        """Return what was, is or will be on air on a device then, by planned time; what was called off is left out."""
        ...

    def call_off(self, ids: Sequence[str], *, reason: str) -> None:
        """Mark airings withdrawn that have not begun."""
        ...

    def call_off_all(self, broadcast_id: str, *, reason: str = "") -> Sequence[str]:
        """Mark every airing of a broadcast withdrawn that has not begun; return the devices of all its airings."""
        ...

    def lapse_held(self, now: datetime, *, reason: str) -> int:
        """Mark airings missed that were held until their time was over; return how many."""
        ...

    def rows_to_send(
        self, device_ids: Sequence[str], *, ending_after: datetime, until: datetime
    ) -> Iterable[tuple[str, tuple[object, ...]]]:
        """Yield, device by device and in the order of time, everything of each airing that a device is told."""
        ...


class Orders(Protocol):
    """Broadcasts as planning looks for them. Alive: approved, not stopped, not past their last instant."""

    def due(self, planned_before: datetime, *, limit: int) -> Sequence[Broadcast]:
        """Return those alive whose plan does not reach as far as that, the most urgent first."""
        ...

    def behind_their_notice(self, *, limit: int) -> Sequence[Broadcast]:
        """Return those alive whose notice has another version in force by now."""
        ...

    def over(self, area_ids: Iterable[str], *, after: datetime) -> Sequence[Broadcast]:
        """Return those alive, or held for a second approver, for these areas that may still be on air after then."""
        ...


class Inboxes(Protocol):
    """What waits in the communes."""

    def get(self, item_id: str) -> InboxItem | None: ...
    def add_missing(self, items: Sequence[InboxItem]) -> None:
        """Add items; one that is there already, by broadcast and area, is left as it is."""
        ...

    def of_broadcast(self, broadcast_id: str) -> Sequence[InboxItem]: ...
    def in_areas(self, area_ids: Iterable[str], *, is_waiting: bool, limit: int) -> Sequence[InboxItem]:
        """Return the items of areas, the latest received first; only those that wait when asked."""
        ...


class NoCalendar:
    """`usecases.calendars.Calendars` that knows nothing: a rule that asks for a holiday or a lunar day is refused."""

    def calendar(self, first: date, last: date) -> Calendar:
        raise ImpossibleRuleError(
            "calendar_unknown", f"nothing is known of {first} to {last}", field="calendar"
        )
