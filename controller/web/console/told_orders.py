"""What the trail keeps about an order, in the words of the form with which it is changed."""

import re
from ast import literal_eval
from datetime import date, datetime

from controller.web.console.page import Page
from controller.web.console.schedule_inputs import input_of
from schedules import band_of

ORDERED = re.compile(r"(\d{4}-\d\d-\d\dT\S+) (.+)")
"""the first start of an order and its area"""
_FIELDS = {"priority", "on_loss", "order", "window_s", "board_for_s", "volume", "cause", "needs"}
_GROUPS = {"rule.kind": "rule_kind", "rule.holidays": "holidays", "on_loss": "on_loss"}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def is_of_order(name: str) -> bool:
    """Return whether a field of the trail belongs to an order."""
    return name.startswith("rule.") or name in _FIELDS


def name_in_words(page: Page, name: str) -> str:
    """Return what the form calls a field of an order."""
    return page.say("review.title") if name == "needs" else page.word("input", input_of(name, ""))


def value_in_words(page: Page, name: str, value: str, zone: str) -> str:
    """Return a value of a field as a person reads it; one that was cut or is unknown stays as it is."""
    if value in ("none", "None", "[]"):
        return page.say("trail.nothing")
    try:
        return _in_words(page, name, value, zone)
    except (ValueError, SyntaxError, TypeError, KeyError):
        return value


def _in_words(page: Page, name: str, value: str, zone: str) -> str:
    if _INSTANT.match(value):
        return page.when(datetime.fromisoformat(value), zone)
    if name in _GROUPS:
        return page.word(_GROUPS[name], value)
    if name == "priority":
        return page.word("band", band_of(int(value)))
    if name in ("window_s", "board_for_s"):
        return page.length(round(float(value) * 1000))
    if name == "needs":
        return ", ".join(page.word("need", one) for one in value.split(","))
    if name == "rule.weekday":
        return page.word("day", f"d{value}")
    told = literal_eval(value) if value.startswith(("[", "{")) else value
    return ", ".join(_part(one) for one in told) if isinstance(told, list) else _part(told)


def _part(one: object) -> str:
    """Return one element: a moved day as `from → to`, a slot as `05:00–06:00`, a day as people write it."""
    match one:
        case {"from": before, "to": after}:
            return f"{_part(before)} → {_part(after)}"
        case {"start": start, "end": end}:
            return f"{start}–{end}"
        case str() if _DAY.fullmatch(one):
            return f"{date.fromisoformat(one):%d/%m/%Y}"
        case _:
            return str(one)
