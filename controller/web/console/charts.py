"""A forecast as one chart of a page: its strips, and what their shades mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from controller.web.console.foreseen import Foreseen, Line, lines_of
from controller.web.console.strips import Known, Strip, day_strip, next_hours_strip, week_strips
from controller.web.wording import Language

View = Literal["hours", "day", "week"]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that will not be on air, on each of these local days."""

    line: Line
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The timeline of devices that do the same. `address` is the page of one of them; `quiet` its quiet hours.

    `shades` are the kinds of shades that it has.
    """

    places: tuple[str, ...]
    zone: str
    strips: tuple[Strip, ...]
    quiet: str
    shades: frozenset[str]
    address: str

    @property
    def wished(self) -> list[Line]:
        """When what is wished will be on air."""
        lines = {line.number: line for strip in self.strips for line in strip.aired if line.is_wish}
        return list(lines.values())

    @property
    def has_wish(self) -> bool:
        return any(line.is_wish for strip in self.strips for line in strip.lines)

    @property
    def warnings(self) -> list[Warned]:
        """What will not be on air: once for all days on which it begins and is the same, what is wished first."""
        found: dict[tuple[str, str, tuple[str, ...]], list[tuple[Line, date]]] = {}
        seen: set[int] = set()
        for strip in self.strips:
            for line in strip.unaired:
                # What lasts into the next day is on the strips of both.
                if line.number in seen:
                    continue
                seen.add(line.number)
                clock = line.start_at.astimezone(ZoneInfo(self.zone)).time().isoformat()
                found.setdefault((clock, line.title, line.reasons), []).append((line, strip.day))
        warned = [Warned(pairs[0][0], tuple(day for _, day in pairs)) for pairs in found.values()]
        return sorted(warned, key=lambda one: (not one.line.is_wish, one.line.start_at))


def chart_of(
    foreseen: Foreseen,
    *,
    view: View,
    now: datetime,
    language: Language,
    day: date | None = None,
    address: str = "",
) -> Chart:
    """Return the chart of a forecast: for the next 24 hours, for the local day `day`, or for all of its days."""
    lines = lines_of(foreseen, language)
    known = Known(
        zone=ZoneInfo(foreseen.zone),
        rails=foreseen.rails,
        start_at=foreseen.start_at,
        end_at=foreseen.end_at,
    )
    strips: Sequence[Strip]
    if view == "week":
        strips = week_strips(lines, known, now)
    elif day is not None and view == "day":
        strips = [day_strip(lines, known, now, day)]
    else:
        strips = [next_hours_strip(lines, known, now)]
    return Chart(
        places=foreseen.places,
        zone=foreseen.zone,
        strips=tuple(strips),
        quiet=_quiet_words(foreseen, strips[0].start_at),
        shades=frozenset(shade.kind for strip in strips for shade in strip.shades),
        address=address,
    )


def alike(charts: Iterable[Chart]) -> list[Chart]:
    """Return the charts with those as one that look the same, whatever else may be different."""
    found: dict[object, Chart] = {}
    for chart in charts:
        key = (chart.zone, tuple((strip.lines, strip.shades) for strip in chart.strips))
        places = (*found[key].places, *chart.places) if key in found else chart.places
        found[key] = replace(found.get(key, chart), places=tuple(sorted(places)))
    return list(found.values())


def _quiet_words(foreseen: Foreseen, at: datetime) -> str:
    quiet = foreseen.rails.at(at).guardrail.quiet_hours
    return ", ".join(f"{slot.start:%H:%M}–{slot.end:%H:%M}" for slot in quiet)
