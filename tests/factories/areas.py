"""Standings of areas, written short: `standing("A", above="province", kind=COMMUNE)`."""

from datetime import UTC, date, datetime

from controller.domain.areas import AreaChange, AreaKind, AreaStanding

SOME_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 1)


def standing(
    area_id: str,
    *,
    above: str | None = None,
    kind: AreaKind = AreaKind.GROUPING,
    on: date = FIRST_DAY,
    name: str = "",
    change: AreaChange = AreaChange.ADDED,
) -> AreaStanding:
    """Return what an area is from a day on."""
    return AreaStanding(
        id=f"{area_id}@{on}",
        area_id=area_id,
        starts_on=on,
        parent_id=above,
        kind=kind,
        name=name or area_id,
        change=change,
        decision_id=f"{area_id}@{on}",
        created_by=None,
        created_at=SOME_INSTANT,
    )
