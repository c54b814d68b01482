"""Airings as a person thinks of them: one broadcast, many devices."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.domain.airings import AiringState
from controller.domain.areas import DEFAULT_ZONE, Area
from controller.usecases.broadcast_desk import AiringView

_AHEAD = (AiringState.HELD, AiringState.PLANNED, AiringState.PUSHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AiringGroup:
    """The airings of one broadcast that start together. `zone` is the one of the first device's area."""

    views: tuple[AiringView, ...]
    zone: str
    place: str

    @property
    def title(self) -> str:
        return self.views[0].airing.title

    @property
    def notice_id(self) -> str:
        return self.views[0].airing.notice_id

    @property
    def planned_at(self) -> datetime:
        return self.views[0].airing.planned_at

    @property
    def lines(self) -> tuple[AiringView, ...]:
        """The airings by device."""
        return tuple(sorted(self.views, key=lambda view: view.device.name))

    @property
    def has_begun(self) -> bool:
        """Whether any device has done something about it."""
        return any(view.airing.state not in _AHEAD for view in self.views)

    @property
    def is_over(self) -> bool:
        return all(view.airing.state not in (*_AHEAD, AiringState.PLAYING) for view in self.views)

    @property
    def is_on_air(self) -> bool:
        return any(view.airing.state is AiringState.PLAYING for view in self.views)

    @property
    def states(self) -> Counter[AiringState]:
        """How many devices are in each state."""
        return Counter(view.airing.state for view in self.views)


def grouped(views: Iterable[AiringView], areas: Mapping[str, Area]) -> list[AiringGroup]:
    """Group airings by broadcast and planned start, in the order in which they come."""
    groups: dict[tuple[str, datetime], list[AiringView]] = {}
    for view in views:
        groups.setdefault((view.airing.broadcast_id, view.airing.planned_at), []).append(view)
    return [_group(tuple(members), areas) for members in groups.values()]


def zone_of(area_id: str, areas: Mapping[str, Area]) -> str:
    """Return the zone of an area that may be beyond the visitor's sight."""
    area = areas.get(area_id)
    return area.zone if area is not None else DEFAULT_ZONE


def _group(views: tuple[AiringView, ...], areas: Mapping[str, Area]) -> AiringGroup:
    held = [areas[one] for one in dict.fromkeys(view.device.area_id for view in views) if one in areas]
    tops = [one for one in held if not any(other is not one and other.covers(one) for other in held)]
    names = sorted(area.name for area in tops)
    place = ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")
    return AiringGroup(views=views, zone=zone_of(views[0].device.area_id, areas), place=place)
