"""Standing in for an approver, and reminding one."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(eq=False, kw_only=True)
class Delegation:
    """While an approver is away another person decides in their place, from the local day `starts_on` to `ends_on`."""

    id: str
    area_id: str
    from_user_id: str
    to_user_id: str
    starts_on: date
    ends_on: date
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(eq=False, kw_only=True)
class Reminder:
    """A word to one person about what waits for their decision: `subject` is `notice:ID` or `broadcast:ID`."""

    id: str
    user_id: str
    subject: str
    number: int
    at: datetime
    seen_at: datetime | None = None
