"""The tree of places that the system speaks to."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from controller.domain.errors import Code, InvalidError

DEFAULT_ZONE = "Asia/Ho_Chi_Minh"


class AreaKind(StrEnum):
    """Địa bàn: central, province, commune, hamlet; `grouping` (a former district, say) fits anywhere between."""

    CENTRAL = "central"
    PROVINCE = "province"
    COMMUNE = "commune"
    HAMLET = "hamlet"
    GROUPING = "grouping"


_ORDER = [AreaKind.CENTRAL, AreaKind.PROVINCE, AreaKind.COMMUNE, AreaKind.HAMLET]


@dataclass(eq=False, kw_only=True)
class Area:
    """One node. `path` holds the ids from the root down to this one, each followed by a slash."""

    id: str
    parent_id: str | None
    path: str
    kind: AreaKind
    name: str
    zone: str
    created_at: datetime

    def covers(self, other: "Area") -> bool:
        """Tell whether `other` is this area or lies below it."""
        return other.path.startswith(self.path)

    def check_may_hold(self, kind: AreaKind) -> None:
        """Raise InvalidError when an area of `kind` cannot stand below this one."""
        if AreaKind.GROUPING in (kind, self.kind):
            return
        if _ORDER.index(kind) <= _ORDER.index(self.kind):
            raise InvalidError(Code.AREA_KIND_MISPLACED, field="kind", kind=kind, parent=self.name)


@dataclass(eq=False, kw_only=True)
class AreaStanding:
    """What an area is from the local day `starts_on` until its next standing: its name, kind and place in the tree.

    The rows of one area are its history and its future; `Area` itself is the standing of today. A merged or split
    unit becomes a `grouping`, so that whatever points to it stays right.
    """

    id: str
    area_id: str
    starts_on: date
    parent_id: str | None
    kind: AreaKind
    name: str
    change: str
    created_by: str | None
    created_at: datetime
