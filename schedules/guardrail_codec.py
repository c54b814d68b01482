"""The plain form of a guard rail, for JSON: times as "HH:MM", slots as ["22:00", "05:00"]."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from schedules.errors import ImpossibleGuardrailError
from schedules.guardrails import LIMITS, Guardrail
from schedules.slots import Slot

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")


def guardrail_to_plain(guardrail: Guardrail) -> dict[str, Any]:
    """Return what is stated, as values that JSON knows."""
    plain: dict[str, Any] = {}
    for name in LIMITS:
        value = getattr(guardrail, name)
        if value is None or (value == () and name != "slots"):
            continue
        if name in ("quiet_hours", "slots"):
            plain[name] = [[_text(slot.start), _text(slot.end)] for slot in value]
        elif name == "volume_curve":
            plain[name] = [[_text(at), volume] for at, volume in value]
        else:
            plain[name] = sorted(value) if name == "days" else value
    return plain


def guardrail_from_plain(plain: object) -> Guardrail:
    """Return the guard rail of a plain form. Raises ImpossibleGuardrailError with the field."""
    if not isinstance(plain, Mapping):
        raise ImpossibleGuardrailError("guardrail_malformed", "an object is needed")
    if unknown := [name for name in plain if name not in LIMITS]:
        raise ImpossibleGuardrailError("guardrail_malformed", "unknown field", field=str(unknown[0])[:60])
    return Guardrail(**{name: _value(name, plain[name]) for name in plain if plain[name] is not None})


def _value(name: str, value: object) -> Any:
    try:
        if name in ("quiet_hours", "slots"):
            return tuple(Slot(_clock(start), _clock(end)) for start, end in map(_list, _list(value)))
        if name == "volume_curve":
            return tuple((_clock(at), _whole(volume)) for at, volume in map(_list, _list(value)))
        return frozenset(_whole(day) for day in _list(value)) if name == "days" else _whole(value)
    except (TypeError, ValueError) as error:
        raise ImpossibleGuardrailError("guardrail_malformed", str(error), field=name) from error


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError("a list is needed")
    return list(value)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a whole number is needed")
    return value


def _clock(value: object) -> time:
    # Not left to `fromisoformat` alone: it takes "0530" and more, and newer versions take "24:00".
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise TypeError('a time like "05:30" is needed')
    return time.fromisoformat(value)


def _text(clock: time) -> str:
    return clock.isoformat("seconds" if clock.second else "minutes")
