"""The guard rails that hold in areas over some days: their own settings tightened by those of everything above.

Where nobody has set anything, STANDARD holds: it is what the root has until somebody sets another profile there.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from controller.domain.area_tree import AreaTree, days_of_change, rows_on, tree_on
from controller.domain.areas import Area, AreaStanding
from controller.domain.guardrails import GuardrailSetting
from controller.usecases.ports import Work
from schedules import BUILT_IN, Guardrail, at_local, guardrail_from_plain, tighten

_DAY = timedelta(days=1)


class GuardrailBook:
    """The guard rails of areas from the local day `first_day` to `last_day`. Cheap to ask again.

    Settings and areas change at the midnight of the area that is asked about.
    """

    def __init__(self, work: Work, *, first_day: date, last_day: date) -> None:
        self._work = work
        self._first_day, self._last_day = first_day, last_day
        self._standings: Sequence[AreaStanding] = ()
        self._settings: dict[str, list[GuardrailSetting]] = {}
        self._known: set[str] = set()
        self._days = [first_day]
        self._trees: dict[date, AreaTree] = {}
        self._folds: dict[tuple[date, str], Guardrail] = {}
        self._found: dict[tuple[str, str], tuple[tuple[datetime, Guardrail], ...]] = {}

    def on(self, area_id: str, day: date) -> Guardrail:
        """Return what holds in an area on a day."""
        self._read(area_id)
        way = self._way(area_id, day)
        return self._fold(way, day)

    def above(self, area_id: str, day: date) -> Guardrail:
        """Return what holds right above an area on a day; for the root, what holds where nobody has set anything."""
        self._read(area_id)
        way = self._way(area_id, day)
        return self._fold(way[:-1], day) if way[:-1] else BUILT_IN["standard"]

    def of(self, area: Area) -> tuple[tuple[datetime, Guardrail], ...]:
        """Return what holds in an area, each with the instant (UTC) from which it holds, soonest first."""
        self._read(area.id)
        key = (area.id, area.zone)
        if key not in self._found:
            zone = ZoneInfo(area.zone)
            found: list[tuple[datetime, Guardrail]] = []
            for day in self._days:
                guardrail = self.on(area.id, day)
                if not found or found[-1][1] != guardrail:
                    found.append((at_local(day, time(0), zone), guardrail))
            self._found[key] = tuple(found)
        return self._found[key]

    def _read(self, area_id: str) -> None:
        """Read what is needed about one area; when another one is asked about, about all of them at once."""
        if area_id in self._known:
            return
        is_first = not self._known
        self._standings = self._work.standings.upward([area_id]) if is_first else self._work.standings.all()
        self._known = {area_id, *(one.area_id for one in self._standings)}
        settings = self._work.guardrails.of_areas(self._known if is_first else None)
        self._settings = {}
        for one in settings:
            self._settings.setdefault(one.area_id, []).append(one)
        turns = {one.starts_on for one in settings} | {one.ends_on + _DAY for one in settings if one.ends_on}
        turns.update(days_of_change(self._standings, self._first_day))
        inside = [day for day in turns if self._first_day < day <= self._last_day]
        self._days = [self._first_day, *sorted(inside)]
        self._trees, self._folds, self._found = {}, {}, {}

    def _tree(self, day: date) -> AreaTree:
        if day not in self._trees:
            self._trees[day] = tree_on(self._standings, day)
        return self._trees[day]

    def _way(self, area_id: str, day: date) -> tuple[str, ...]:
        """Return the ids from the root to an area; on a day on which it is not in force, where it will be or was."""
        place = self._tree(day).get(area_id)
        if place is None:
            place = rows_on(self._standings, day).get(area_id)
        return tuple(place.path.rstrip("/").split("/")) if place is not None else (area_id,)

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
    return GuardrailBook(work, first_day=first_day, last_day=last_day).of(area)


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
