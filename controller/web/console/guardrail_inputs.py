"""Guard rails as a form and a table show them, and a typed form as the plain form that storage keeps."""

from typing import Any

from controller.web.console.typed_forms import TypedForm
from controller.web.console.words import say
from controller.web.wording import Language
from schedules import Guardrail, guardrail_to_plain

SLOTS = ("quiet_hours", "slots")
MINUTES = ("session_minutes", "day_minutes", "emergency_item_minutes", "emergency_day_minutes")
VOLUMES = ("night_volume", "neighbour_volume", "emergency_volume")
NUMBERS = ("sessions_per_day", *MINUTES, *VOLUMES)


def typed_profile(form: TypedForm) -> dict[str, Any] | str:
    """Return what was typed as a plain profile, or the name of a built-in one; whoever sets it finds what is wrong."""
    if built_in := form.one("built_in"):
        return built_in
    profile: dict[str, Any] = {name: _number(form.one(name)) for name in NUMBERS if form.one(name)}
    for name in SLOTS:
        if form.one(name):
            profile[name] = [_pair(one, "-") for one in _listed(form.one(name))]
    if form.one("volume_curve"):
        steps = [_pair(one, "=") for one in _listed(form.one("volume_curve"))]
        profile["volume_curve"] = [[at, _number(volume)] for at, volume in steps]
    if days := form.all("days"):
        profile["days"] = [_number(day) for day in days]
    return profile


def inputs_of(guardrail: Guardrail) -> dict[str, str]:
    """Return the values of the form for a profile; weekdays are `days`, comma separated."""
    plain = guardrail_to_plain(guardrail)
    values = {name: str(plain[name]) for name in NUMBERS if name in plain}
    for name in SLOTS:
        values[name] = ", ".join(f"{start}-{end}" for start, end in plain.get(name, ()))
    values["volume_curve"] = ", ".join(f"{at}={volume}" for at, volume in plain.get("volume_curve", ()))
    values["days"] = ",".join(map(str, plain.get("days", ())))
    return values


def told(guardrail: Guardrail, name: str, language: Language) -> str:
    """Return one field of a profile in words; "–" when it says nothing."""
    plain = guardrail_to_plain(guardrail)
    if name not in plain:
        return "–"
    value = plain[name]
    if name in SLOTS:
        spans = ", ".join(f"{start}–{end}" for start, end in value)
        return spans or say("guardrails.no_slot", language)
    if name == "volume_curve":
        return ", ".join(f"{at}: {volume}%" for at, volume in value)
    if name == "days":
        return ", ".join(say(f"day.s{day}", language) for day in value)
    if name in VOLUMES:
        return f"{value}%"
    return say("guardrails.minutes", language, count=value) if name in MINUTES else str(value)


def _listed(typed: str) -> list[str]:
    return [one.strip() for one in typed.replace("\n", ",").replace(";", ",").split(",") if one.strip()]


def _pair(typed: str, mark: str) -> list[str]:
    """Return the two sides of a span or step; times may be typed with a long dash."""
    first, _, second = typed.replace("–", "-").partition(mark)
    return [first.strip(), second.strip().removesuffix("%")]


def _number(typed: str) -> int | str:
    return int(typed) if typed.isdecimal() and len(typed) < 10 else typed
