"""What the use cases about the tree of areas need from storage."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from controller.domain.areas import AreaStanding, DevicePlacement


class Standings(Protocol):
    """What areas were, are and will be, and where devices stood and will stand."""

    def add(self, thing: AreaStanding | DevicePlacement) -> None: ...
    def drop(self, things: Iterable[Any]) -> None:
        """Delete rows of a decision that was called off; those of areas last."""
        ...

    def all(self) -> Sequence[AreaStanding]:
        """Return every standing of every area, by day."""
        ...

    def upward(self, area_ids: Iterable[str]) -> Sequence[AreaStanding]:
        """Return the standings of these areas and of all that they ever stand below, by day."""
        ...

    def placements(self, *, device_ids: Iterable[str] | None = None) -> Sequence[DevicePlacement]:
        """Return the moves of these devices, or of all, by day."""
        ...

    def granted(self) -> Sequence[str]:
        """Return the ids of the areas in which somebody has a role."""
        ...

    def root_zone(self) -> str:
        """Return the zone whose midnight changes the tree."""
        ...

    def coming_titles(self, area_id: str, after: datetime) -> Sequence[str]:
        """Return the titles of the notices that are ordered for this very area and may be on air after an instant."""
        ...
