"""From what was typed into the schedule form to what the use cases take: a rule, and the terms of the order."""

import re
from collections.abc import Callable
from typing import Any

from controller.domain.errors import Code, InvalidError
from controller.usecases.wishes import OrderWish
from controller.web.console.schedule_inputs import KINDS, UNITS, ScheduleInputs
from controller.web.console.start_times import instant_of
from schedules import Band, OnLoss

_NUMBER = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,6}([.,][0-9]{1,10})?")


def wish_of(inputs: ScheduleInputs, zone: str, before: ScheduleInputs | None = None) -> OrderWish:
    """Return what was wished; of an order that is there already, `before`, only what is different.

    So what nobody touched stays to the microsecond as it is. Raises InvalidError with the field at fault.
    """
    wish: OrderWish = {}
    if not _is_at_once(inputs, before) and (before is None or inputs.of_rule() != before.of_rule()):
        if inputs.kind == "once":
            wish["start_at"] = instant_of(inputs.start_date, inputs.start_time, zone, field="start_at")
        else:
            wish["rule"] = plain_rule_of(inputs, zone)
    if inputs.order or (before is not None and before.order):
        # Left empty, nobody chose an order; emptied, it is no longer chosen.
        wish["order"] = _number(inputs.order or "0", "order")
    for names, read in _TERMS:
        if before is None or any(getattr(inputs, name) != getattr(before, name) for name in names):
            wish |= read(inputs)
    return wish


def _is_at_once(inputs: ScheduleInputs, before: ScheduleInputs | None) -> bool:
    """Tell whether nobody typed a start because an emergency has none: it begins when it is approved."""
    typed = inputs.start_date or inputs.start_time
    return before is None and inputs.kind == "once" and inputs.band == Band.EMERGENCY and not typed


def plain_rule_of(inputs: ScheduleInputs, zone: str) -> dict[str, Any]:
    """Return a rule that repeats in its plain form; instants are those of the wall clock in `zone`."""
    kind = inputs.kind
    if kind not in KINDS:
        raise InvalidError(Code.INPUT_INVALID, field="kind")
    if kind == "campaign":
        start_at = instant_of(inputs.start_date, inputs.start_time, zone, field="start_at")
        until = instant_of(inputs.until_date, inputs.until_time, zone, field="rule.until")
        return {
            "kind": kind,
            "start_at": start_at.isoformat(),
            "until": until.isoformat(),
            "every_minutes": _number(inputs.every_minutes, "rule.every_minutes"),
            "between": _between(inputs),
        }
    return {
        "kind": kind,
        **_pattern(inputs),
        "times": [one for one in inputs.times if one],
        "valid_from": inputs.valid_from,
        "valid_until": inputs.valid_until or None,
        "except_dates": [one for one in inputs.except_dates if one],
        "moved": [{"from": one, "to": other} for one, other in inputs.moved_rows if one or other],
        "holidays": inputs.holidays,
    }


def _pattern(inputs: ScheduleInputs) -> dict[str, Any]:
    match inputs.kind:
        case "daily":
            return {"every": _number(inputs.every, "rule.every")}
        case "weekly":
            days = [_number(one, "rule.days") for one in inputs.days]
            return {"every": _number(inputs.every, "rule.every"), "days": days}
        case "monthly_day":
            return {"day": _number(inputs.day, "rule.day")}
        case "monthly_weekday":
            weekday = _number(inputs.weekday, "rule.weekday")
            return {"nth": _number(inputs.nth, "rule.nth"), "weekday": weekday}
        case "lunar":
            typed = [one for one in re.split(r"[\s,;]+", inputs.lunar_days) if one]
            return {"days": [_number(one, "rule.lunar_days") for one in typed]}
    return {}


def _between(inputs: ScheduleInputs) -> dict[str, str] | None:
    if not inputs.between_from and not inputs.between_to:
        return None
    return {"start": inputs.between_from, "end": inputs.between_to}


def _number(typed: str, field: str) -> int:
    if not _NUMBER.fullmatch(typed):
        raise InvalidError(Code.INPUT_INVALID, field=field)
    return int(typed)


def _minutes(typed: str, field: str) -> int:
    """Return seconds; people may type half a minute with a point or a comma."""
    if not _DECIMAL.fullmatch(typed):
        raise InvalidError(Code.INPUT_INVALID, field=field)
    return round(float(typed.replace(",", ".")) * 60)


def _unit(typed: str) -> int:
    if typed not in UNITS:
        raise InvalidError(Code.INPUT_INVALID, field="board_for_s")
    return UNITS[typed]


def _band(typed: str) -> Band:
    try:
        return Band(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="priority") from error


def _on_loss(typed: str) -> OnLoss:
    try:
        return OnLoss(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="on_loss") from error


_TERMS: tuple[tuple[tuple[str, ...], Callable[[ScheduleInputs], OrderWish]], ...] = (
    (("band",), lambda inputs: {"band": _band(inputs.band)}),
    (("on_loss",), lambda inputs: {"on_loss": _on_loss(inputs.on_loss)}),
    (("window_minutes",), lambda inputs: {"window_s": _minutes(inputs.window_minutes, "window_s")}),
    (
        ("board_for", "board_unit"),
        lambda inputs: {"board_for_s": _number(inputs.board_for, "board_for_s") * _unit(inputs.board_unit)},
    ),
    (("volume",), lambda inputs: {"volume": _number(inputs.volume, "volume")}),
    (("cause",), lambda inputs: {"cause": inputs.cause}),
)
"""inputs, and what they say of an order"""
