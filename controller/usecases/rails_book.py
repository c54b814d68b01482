"""The guard rails that hold in areas over some days: their own settings tightened by those of everything above.

Where nobody has set anything, STANDARD holds: it is what the root has until somebody sets another profile there.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from controller.domain.area_tree import AreaTree, days_of_change, tree_on
from controller.domain.areas import Area
from controller.domain.devices import Device, Neighbour
from controller.domain.guardrails import GuardrailSetting
from controller.usecases.ports import Work
from schedules import BUILT_IN, Guardrail, Rails, at_local, guardrail_from_plain, local_day, tighten

NOTHING_SET = Guardrail()
_DAY = timedelta(days=1)


class RailsBook:
    """The guard rails of several areas from the local day `first_day` to `last_day`; reads storage once.

    Areas and settings of one area change at its own midnight; `of` and `of_device` are cheap to ask again.
    """

    def __init__(self, work: Work, area_ids: Iterable[str], *, first_day: date, last_day: date) -> None:
        self._standings = work.standings.upward(area_ids)
        self._settings: dict[str, list[GuardrailSetting]] = {}
        settings = work.guardrails.of_areas({one.area_id for one in self._standings})
        for one in settings:
            self._settings.setdefault(one.area_id, []).append(one)
        turns = {one.starts_on for one in settings} | {one.ends_on + _DAY for one in settings if one.ends_on}
        turns.update(days_of_change(self._standings, first_day))
        self._days = [first_day, *sorted(day for day in turns if first_day < day <= last_day)]
        self._trees: dict[date, AreaTree] = {}
        self._folds: dict[tuple[date, str], Guardrail] = {}

    def on(self, area_id: str, day: date) -> Guardrail:
        """Return what holds in an area on a day."""
        place = self._tree(day).get(area_id)
        way = place.path.rstrip("/").split("/") if place is not None else [area_id]
        return self._fold(tuple(way), day)

    def above(self, area_id: str, day: date) -> Guardrail:
        """Return what holds right above an area on a day; for the root, what holds where nobody has set anything."""
        place = self._tree(day).get(area_id)
        way = place.path.rstrip("/").split("/") if place is not None else [area_id]
        return self._fold(tuple(way[:-1]), day) if way[:-1] else BUILT_IN["standard"]

    def of(self, area: Area) -> tuple[tuple[datetime, Guardrail], ...]:
        """Return what holds in an area, each with the instant (UTC) from which it holds, soonest first."""
        zone = ZoneInfo(area.zone)
        found: list[tuple[datetime, Guardrail]] = []
        for day in self._days:
            guardrail = self.on(area.id, day)
            if not found or found[-1][1] != guardrail:
                found.append((at_local(day, time(0), zone), guardrail))
        return tuple(found)

    def of_device(self, device: Device, area: Area) -> tuple[Rails, ...]:
        """Return the rails of one device that stands in `area`, its neighbour included."""
        has_neighbour = device.neighbour is not Neighbour.NONE
        return tuple(
            Rails(guardrail=guardrail, zone=area.zone, has_neighbour=has_neighbour, holds_from=holds_from)
            for holds_from, guardrail in self.of(area)
        )

    def _tree(self, day: date) -> AreaTree:
        if day not in self._trees:
            self._trees[day] = tree_on(self._standings, day)
        return self._trees[day]

    def _fold(self, way: tuple[str, ...], day: date) -> Guardrail:
        key = (day, "/".join(way))
        if key not in self._folds:
            own = own_setting(self._settings.get(way[-1], ()), day)
            if len(way) == 1:
                self._folds[key] = profile_of(own) if own is not None else BUILT_IN["standard"]
            else:
                above = self._fold(way[:-1], day)
                self._folds[key] = tighten(above, profile_of(own)) if own is not None else above
        return self._folds[key]


def rails_for(
    work: Work, area: Area, first_day: date, last_day: date
) -> tuple[tuple[datetime, Guardrail], ...]:
    """Return what holds in one area from a local day to another, each with the instant (UTC) from which it holds."""
    return RailsBook(work, [area.id], first_day=first_day, last_day=last_day).of(area)


def rails_of(
    work: Work, devices: Sequence[tuple[Device, Area]], start_at: datetime, end_at: datetime
) -> dict[str, tuple[Rails, ...]]:
    """Return the rails of devices, by their id, for whatever may sound in [start_at, end_at)."""
    zones = {area.zone for _, area in devices} or {"UTC"}
    days = [local_day(at, ZoneInfo(zone)) for at in (start_at, end_at) for zone in zones]
    book = RailsBook(work, {area.id for _, area in devices}, first_day=min(days) - _DAY, last_day=max(days))
    return {device.id: book.of_device(device, area) for device, area in devices}


def own_setting(settings: Sequence[GuardrailSetting], day: date) -> GuardrailSetting | None:
    """Return the one of an area's settings that counts on a day: one with an end goes before one without.

    Then the one that starts later, then the one that was made later.
    """
    in_force = [
        one for one in settings if one.starts_on <= day and (one.ends_on is None or day <= one.ends_on)
    ]
    if not in_force:
        return None
    return max(
        enumerate(in_force),
        key=lambda found: (found[1].ends_on is not None, found[1].starts_on, found[1].set_at, found[0]),
    )[1]


def profile_of(setting: GuardrailSetting) -> Guardrail:
    """Return the guard rails that a setting states."""
    return guardrail_from_plain(json.loads(setting.profile))
