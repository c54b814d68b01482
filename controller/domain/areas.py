"""The tree of places that the system speaks to."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

DEFAULT_ZONE = "Asia/Ho_Chi_Minh"


class AreaKind(StrEnum):
    """Địa bàn: central, province, commune, hamlet; `grouping` (a former district, say) fits anywhere between."""

    CENTRAL = "central"
    PROVINCE = "province"
    COMMUNE = "commune"
    HAMLET = "hamlet"
    GROUPING = "grouping"


class AreaChange(StrEnum):
    """What made a standing: the area was added, renamed, moved, merged, split or closed."""

    ADDED = "added"
    RENAMED = "renamed"
    MOVED = "moved"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"


@dataclass(eq=False, kw_only=True)
class Area:
    """One node, as it is today. `path` holds the ids from the root down to this one, each followed by a slash.

    One that is not in force is closed, or is to come with a merge or split that was decided for a later day.
    """

    id: str
    parent_id: str | None
    path: str
    kind: AreaKind
    name: str
    zone: str
    created_at: datetime
    is_in_force: bool = True

    def covers(self, other: "Area") -> bool:
        """Tell whether `other` is this area or lies below it."""
        return other.path.startswith(self.path)


@dataclass(eq=False, kw_only=True)
class AreaStanding:
    """What an area is from the local day `starts_on` until its next standing: its name, kind and place in the tree.

    The rows of one area are its history and its future; `Area` itself is the standing of today. A merged or split
    unit becomes a `grouping`, so that whatever points to it stays right. From a standing whose `change` is CLOSED
    on, the area is no longer in force. One decision may write the standings of several areas: `decision_id`.
    """

    id: str
    area_id: str
    starts_on: date
    parent_id: str | None
    kind: AreaKind
    name: str
    change: str
    decision_id: str
    created_by: str | None
    created_at: datetime


@dataclass(eq=False, kw_only=True)
class DevicePlacement:
    """A device's move from one area to another on a local day, planned or done; a split decides about them."""

    id: str
    device_id: str
    from_area_id: str
    area_id: str
    starts_on: date
    decision_id: str
    created_at: datetime
