"""The versions of a notice on its page: what is in force, what an edit would change, until when it matters."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from controller.domain.changes import changes
from controller.domain.notices import Notice, NoticeState
from controller.web.console.start_times import instant_of


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what became another: `mark` is "+", "-" or "" for a field."""

    mark: str
    text: str


def expiry_of(day: str, clock: str, zone: str) -> datetime | None:
    """Return the typed expiry, None when it was left empty; a day alone means its end. Raises INPUT_INVALID."""
    if not day.strip() and not clock.strip():
        return None
    return instant_of(day, clock.strip() or "23:59", zone, field="expires_at")


def expiry_fields(expires_at: datetime | None, zone: str) -> dict[str, str]:
    """Return an expiry as the two inputs show it."""
    if expires_at is None:
        return {"expires_date": "", "expires_time": ""}
    local = expires_at.astimezone(ZoneInfo(zone))
    return {"expires_date": f"{local:%Y-%m-%d}", "expires_time": f"{local:%H:%M}"}


def difference(notice: Notice) -> list[Change]:
    """Return what approving the working version would change of the one in force; nothing when there is none."""
    if not notice.is_in_force or notice.state is NoticeState.APPROVED:
        return []
    fields = [("", notice.approved_title, notice.title)]
    told = changes(version=notice.version, fields=fields, text=(notice.approved_text, notice.text))
    return told_lines(told)[1:]


def told_lines(told: str) -> list[Change]:
    """Return the detail of an edit, as the trail has it, line by line."""
    return [
        Change(line[0], line[2:]) if line.startswith(("+ ", "- ")) else Change("", line.removeprefix(": "))
        for line in told.splitlines()
    ]
