"""The tree of areas day by day: what it was on a day, and making the rows of today what today's standings say."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from controller.domain.airings import TIMETABLE_WINDOW
from controller.domain.area_tree import AreaTree, Place, rows_on, tree_on
from controller.domain.areas import Area, AreaChange, DevicePlacement
from controller.domain.devices import Device
from controller.domain.ids import new_id
from controller.usecases.planning import plan_devices
from controller.usecases.ports import Unit, Work
from controller.usecases.timetables import PUSH_BATCH, refresh_timetables
from schedules import local_day

_STAYS_IN_PLACE = (AreaChange.ADDED, AreaChange.RENAMED)


def today_of(work: Work, now: datetime) -> date:
    """Return the day that it is for the tree: it changes as a whole, at midnight in the zone of its root."""
    return local_day(now, ZoneInfo(work.standings.root_zone()))


class PlaceBook:
    """Where some areas and devices stood on any day; reads storage once, for reports about many airings."""

    def __init__(self, work: Work, area_ids: Iterable[str], device_ids: Iterable[str] = ()) -> None:
        moves = work.standings.placements(device_ids=device_ids)
        areas = {*area_ids, *(one.from_area_id for one in moves), *(one.area_id for one in moves)}
        self._standings = work.standings.upward(areas)
        self._zone = ZoneInfo(work.standings.root_zone())
        self._moves: dict[str, list[DevicePlacement]] = {}
        for one in moves:
            self._moves.setdefault(one.device_id, []).append(one)
        self._trees: dict[date, AreaTree] = {}

    def place(self, area_id: str, at: datetime) -> Place | None:
        """Return what an area was at an instant; None when it was not in force then."""
        return self._tree(local_day(at, self._zone)).get(area_id)

    def place_of(self, device: Device, at: datetime) -> Place | None:
        """Return what the area was in which a device stood at an instant; None when it was not in force then."""
        return self.place(_area_on(device, self._moves.get(device.id, ()), local_day(at, self._zone)), at)

    def _tree(self, day: date) -> AreaTree:
        if day not in self._trees:
            self._trees[day] = tree_on(self._standings, day)
        return self._trees[day]


def place_at(work: Work, area_id: str, at: datetime) -> Place | None:
    """Return what an area was at an instant: its name, kind and place in the tree; None when it was not in force."""
    return PlaceBook(work, [area_id]).place(area_id, at)


def devices_on(work: Work, area_id: str, day: date) -> list[Device]:
    """Return the devices that stand right in an area on a day, as far as it is planned; no revoked ones."""
    moves: dict[str, list[DevicePlacement]] = {}
    for one in work.standings.placements():
        moves.setdefault(one.device_id, []).append(one)
    coming = [
        device_id for device_id, of_one in moves.items() if any(one.area_id == area_id for one in of_one)
    ]
    here = {one.id: one for one in work.devices.in_areas([area_id])}
    for device_id in coming:
        device = work.devices.get(device_id)
        if device is not None and device.revoked_at is None:
            here[device.id] = device
    return [one for one in here.values() if _area_on(one, moves.get(one.id, ()), day) == area_id]


def settle(work: Work, now: datetime) -> list[str]:
    """Make the rows of areas and devices what the standings say of today; return the devices that this concerns.

    Does nothing where it was done before, by whichever controller.
    """
    work.flush()
    day = today_of(work, now)
    standings = work.standings.all()
    tree, rows = tree_on(standings, day), rows_on(standings, day)
    areas = {area.id: area for area in work.areas.all(with_absent=True)}
    changed = {area.id for area in areas.values() if _settle_area(area, rows.get(area.id), tree)}
    moved = _settle_devices(work, areas, day, now)
    work.flush()
    below = [area.id for area in areas.values() if changed & set(area.path.split("/"))]
    return list(dict.fromkeys([*moved, *(one.id for one in work.devices.in_areas(below))]))


def lately_concerned(work: Work, now: datetime) -> list[str]:
    """Return the devices whose place came to be another within TIMETABLE_WINDOW: what is planned may be of before."""
    day = today_of(work, now)
    since = day - TIMETABLE_WINDOW
    changed = {
        one.area_id
        for one in work.standings.all()
        if since < one.starts_on <= day and one.change not in _STAYS_IN_PLACE
    }
    moved = [one.device_id for one in work.standings.placements() if since < one.starts_on <= day]
    below = [one.id for one in work.areas.all(with_absent=True) if changed & set(one.path.split("/"))]
    return list(dict.fromkeys([*moved, *(one.id for one in work.devices.in_areas(below))]))


def replan_in_parts(unit: Unit, device_ids: Sequence[str], now: datetime) -> None:
    """Plan anew what devices are to air where they stand now, and recompute their timetables, by parts.

    Whoever wants to write meanwhile must not wait for a whole province.
    """
    for first in range(0, len(device_ids), PUSH_BATCH):
        with unit() as work:
            devices = work.devices.many(device_ids[first : first + PUSH_BATCH])
            refresh_timetables(work, plan_devices(work, devices, now), now)


def _settle_area(area: Area, place: Place | None, tree: AreaTree) -> bool:
    if place is None:
        return False
    is_in_force = tree.get(area.id) is not None
    wished = (place.parent_id, place.path, place.kind, place.name, is_in_force)
    if wished == (area.parent_id, area.path, area.kind, area.name, area.is_in_force):
        return False
    area.parent_id, area.path, area.kind, area.name, area.is_in_force = wished
    return True


def _settle_devices(work: Work, areas: dict[str, Area], day: date, now: datetime) -> list[str]:
    """Move the devices whose day has come; one that came into an area after its closing was decided moves up."""
    moved = []
    for device_id, area_id in _latest_areas(work.standings.placements(), day).items():
        device = work.devices.get(device_id)
        if device is not None and device.area_id != area_id:
            device.area_id = area_id
            moved.append(device.id)
    work.flush()
    closed = [area.id for area in areas.values() if not area.is_in_force]
    for device in work.devices.in_areas(closed) if closed else ():
        above = [areas[one] for one in areas[device.area_id].path.split("/") if one in areas]
        standing = [area for area in above if area.is_in_force]
        if standing:
            work.standings.add(_placement(device, standing[-1].id, day, now))
            device.area_id = standing[-1].id
            moved.append(device.id)
    return moved


def _placement(device: Device, area_id: str, day: date, now: datetime) -> DevicePlacement:
    placement_id = new_id(now)
    return DevicePlacement(
        id=placement_id,
        device_id=device.id,
        from_area_id=device.area_id,
        area_id=area_id,
        starts_on=day,
        decision_id=placement_id,
        created_at=now,
    )


def _latest_areas(placements: Sequence[DevicePlacement], day: date) -> dict[str, str]:
    return {one.device_id: one.area_id for one in placements if one.starts_on <= day}


def _area_on(device: Device, moves: Sequence[DevicePlacement], day: date) -> str:
    """Return the area of a device on a day; `moves` are its own, by day."""
    done = [one.area_id for one in moves if one.starts_on <= day]
    if done:
        return done[-1]
    return moves[0].from_area_id if moves else device.area_id
