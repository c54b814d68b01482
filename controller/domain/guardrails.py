"""The guard rails that an area has set, with the days on which they hold."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(eq=False, kw_only=True)
class GuardrailSetting:
    """A profile set on one area, in force from the local day `starts_on` to `ends_on` (None: until replaced).

    `profile` is the plain form of a `schedules.Guardrail` as JSON. What holds in an area is its own setting
    tightened by those of all areas above; a setting with an end goes before one without.
    """

    id: str
    area_id: str
    profile: str
    starts_on: date
    ends_on: date | None
    reason: str
    set_by: str | None
    set_at: datetime
    replaced_at: datetime | None = None
