"""Vietnamese or English: which one to answer in, and the sentences for refusals."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from controller.domain.errors import DomainError

Language = Literal["vi", "en"]

WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
"""by ISO number, Monday first"""


def language(accept_language: str) -> Language:
    """Return the language to answer in: English only when it is preferred to Vietnamese (RFC 9110 weights)."""
    best: dict[str, float] = {}
    for part in accept_language[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        best[primary] = max(best.get(primary, 0.0), _weight(parameters))
    return "en" if best.get("en", 0.0) > best.get("vi", 0.0) else "vi"


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def sentence(error: DomainError, chosen: Language) -> str:
    """Return what to tell a person about a refusal: what is wrong and what to do."""
    return fill(error.code, chosen, {"field": error.field, **error.params})


def fill(code: str, chosen: Language, params: dict[str, str | int]) -> str:
    """Return the sentence of a code in a language, with its parameters filled in."""
    told = {key: str(value) for key, value in params.items()}
    if isinstance(number := params.get("weekday"), int) and 1 <= number <= 7:
        told["weekday"] = WEEKDAYS[chosen][number - 1]
    return sentences()[code][chosen].format_map(_Told(told))


class _Told(dict[str, str]):
    """What a sentence is filled with; a word that the refusal did not bring must not hide the refusal."""

    def __missing__(self, key: str) -> str:
        return "…"


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Return every sentence by code and language."""
    return tomllib.loads(files("controller.web").joinpath("texts/problems.toml").read_text("utf-8"))
