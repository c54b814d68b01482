"""Breaches, endings and losses in words: codes and parameters from `schedules`, sentences from the texts."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from controller.web.console.words import say
from controller.web.wording import Language
from schedules import Band, Breach


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """Return a local time: `05:30`, with seconds only when there are some."""
    local = instant.astimezone(zone)
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def exact(instant: datetime, zone: ZoneInfo) -> str:
    """Return a local time to the second: `05:30:00`."""
    return f"{instant.astimezone(zone):%H:%M:%S}"


def breach_sentence(breach: Breach, language: Language) -> str:
    """Return why a guard rail forbids something: what was wished and what is allowed."""
    params = dict(breach.params)
    key = f"breach.{breach.code}"
    if breach.code == "quiet_hours" and not _begins_inside(params):
        key = "breach.quiet_hours_reached"
    if "weekday" in params:
        params["weekday"] = say(f"day.d{params['weekday']}", language)
    return say(key, language, **params)


def named(band: Band | None, title: str, language: Language) -> str:
    """Return what to call something that kept another off the air: its class and its title, as far as known."""
    if band is None:
        return say("winner.titled", language, title=title) if title else say("winner.unknown", language)
    plain = say(f"winner.{band}", language)
    return f"{plain} “{title}”" if title else plain


def _begins_inside(params: dict[str, str | int]) -> bool:
    at, start, end = (time.fromisoformat(str(params[name])) for name in ("at", "quiet_from", "quiet_to"))
    return start <= at < end if start < end else at >= start or at < end
