"""The versions of a notice on its page: what is in force, what an edit would change, until when it matters."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from controller.domain.changes import changes
from controller.domain.notices import Notice, NoticeState
from controller.web.console.page import Page
from controller.web.console.start_times import instant_of
from controller.web.console.told_orders import ORDERED, is_of_order, name_in_words, value_in_words

_VERSION = re.compile(r"version (\d+)(.*)")
_FIELD = re.compile(r"([a-z_.]+): (.*) → (.*)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
_ON_BEHALF = "on behalf of "
_NAMES = {"expires_at": "expires_date"}


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


def difference(page: Page, notice: Notice, zone: str) -> list[Change]:
    """Return what approving the working version would change of the one in force; nothing when there is none."""
    if not notice.is_in_force or notice.state is NoticeState.APPROVED:
        return []
    fields = [
        ("title", notice.approved_title, notice.title),
        ("expires_at", notice.approved_expires_at, notice.expires_at),
    ]
    told = changes(version=notice.version, fields=fields, text=(notice.approved_text, notice.text))
    return told_lines(page, told, zone)[1:]


def told_lines(page: Page, told: str, zone: str) -> list[Change]:
    """Return a detail of the trail line by line, in the words of the page; what it does not know stays as it is."""
    return [
        Change(line[0], line[2:])
        if line.startswith(("+ ", "- "))
        else Change("", _in_words(page, line, zone))
        for line in told.splitlines()
    ]


def told_in_short(page: Page, told: str, zone: str) -> str:
    """Return the same on one line."""
    lines = told_lines(page, told, zone)
    return "; ".join(f"{line.mark} {line.text}".strip() for line in lines)


def _in_words(page: Page, line: str, zone: str) -> str:
    if found := _VERSION.fullmatch(line):
        return page.say("trail.version", number=found[1]) + found[2]
    if (found := _FIELD.fullmatch(line)) and is_of_order(found[1]):
        before, after = (value_in_words(page, found[1], found[number], zone) for number in (2, 3))
        return f"{name_in_words(page, found[1])}: {before} → {after}"
    if found := ORDERED.fullmatch(line):
        return f"{_value(page, found[1], zone)}, {found[2]}"
    if found := _FIELD.fullmatch(line):
        before, after = (_value(page, found[number], zone) for number in (2, 3))
        return f"{page.word('field', _NAMES.get(found[1], found[1]))}: {before} → {after}"
    if line.startswith(_ON_BEHALF):
        return page.say("trail.on_behalf", name=line.removeprefix(_ON_BEHALF))
    return page.say("trail.recording") if line == "recording" else line


def _value(page: Page, value: str, zone: str) -> str:
    if value == "none":
        return page.say("trail.nothing")
    try:
        return page.when(datetime.fromisoformat(value), zone) if _INSTANT.match(value) else value
    except ValueError:
        return value
