"""The words of the console by key, in both languages."""

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from controller.web.wording import Language


@cache
def words() -> dict[str, dict[str, str]]:
    """Return every text by key (`section.name`) and language."""
    tree = tomllib.loads(files("controller.web").joinpath("texts/console.toml").read_text("utf-8"))
    return {f"{section}.{name}": texts for section, names in tree.items() for name, texts in names.items()}


def say(key: str, language: Language, **params: Any) -> str:
    """Return the text of a key with its parameters filled in."""
    return words()[key][language].format_map(params)


def word(group: str, value: str, language: Language) -> str:
    """Return the word for a value that comes from outside, such as a device's fault code; unknown ones as they are."""
    texts = words().get(f"{group}.{value}")
    return texts[language] if texts else value


def when(instant: datetime, zone: str, language: Language, *, is_exact: bool = False) -> str:
    """Return an instant as the people of a place say it: `Thứ Bảy 21/11/2026 17:00`; exact with its seconds, if any."""
    local = instant.astimezone(ZoneInfo(zone))
    seconds = f":{local:%S}" if is_exact and local.second else ""
    return f"{say(f'day.d{local.isoweekday()}', language)} {local:%d/%m/%Y %H:%M}{seconds}"


def length(ms: int, language: Language) -> str:
    """Return a length: `1 phút 12 giây`."""
    seconds = round(ms / 1000)
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return say("length.seconds", language, seconds=rest)
    return say("length.minutes", language, minutes=minutes, seconds=rest)


def ago(instant: datetime, now: datetime, language: Language) -> str:
    """Return how long ago something was, in the largest unit that fits."""
    seconds = max(0, round((now - instant).total_seconds()))
    for key, size in (("ago.days", 86_400), ("ago.hours", 3_600), ("ago.minutes", 60)):
        if seconds >= size:
            return say(key, language, count=seconds // size)
    return say("ago.seconds", language, count=seconds)


def deviation(us: int) -> str:
    """Return real minus planned start in milliseconds with its sign."""
    sign = "+" if us >= 0 else "\u2212"
    return f"{sign}{abs(us) / 1000:.0f}\u00a0ms"
