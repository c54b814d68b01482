"""Roman numerals after the words that announce them, and ordinals."""

import re

from audio import _numbers as numbers
from audio._contexts import words
from audio._letters import is_shouted
from audio._page import Page, Reading

_ROMAN = re.compile(r"(?=[IVXL])(XL|L?X{0,3})(IX|IV|V?I{0,3})(?![^\W_])")
_YEAR = re.compile(r"/((?:19|20)\d{2})(?!\d)")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_ANNOUNCING = words("roman")
# Capitals that start an ordinary word even after "loại" or "cấp": LOẠI VI RÚT, CẤP VI PHẠM, LOẠI XI MĂNG.
_COMPOUNDS = {
    "VI": frozenset(("phạm", "rút", "khuẩn", "sinh", "mạch")),
    "XI": frozenset(("măng", "lanh", "rô")),
}
_LINKS = frozenset((",", "và", "-", "–", "đến", "tới", "hoặc"))


def read_roman(page: Page, pos: int) -> Reading | None:
    """Read a Roman numeral, with the year that may follow a slash."""
    match = _ROMAN.match(page.text, pos)
    if match is None or page.char(match.end()) in ("&", "@"):
        return None
    is_item = page.trail[-1] in ("", ".") and page.char(match.end()) == "."
    is_announced = is_item or _is_announced(page)
    if not is_announced and (len(match[0]) < 2 or _may_be_letters(page, pos, match.end())):
        return None
    if page.next_word(match.end()) in _COMPOUNDS.get(match[0], ()):
        return None
    value = _value(match[0])
    spoken = "nhất" if value == 1 and page.trail[-1] == "thứ" else ordinal(page, value)
    end = match.end()
    if year := _YEAR.match(page.text, end):
        spoken, end = f"{spoken} năm {numbers.cardinal(int(year[1]))}", year.end()
    return Reading(end, spoken, "roman", is_announced)


def ordinal(page: Page, value: int) -> str:
    """Read a number that may stand after `thứ`, where 1 and 4 have their own words."""
    if page.trail[-1] == "thứ" and value in (1, 4):
        return "nhất" if value == 1 else "tư"
    return numbers.cardinal(value)


def _is_announced(page: Page) -> bool:
    trail = page.trail
    back = 1
    while back < 8 and (trail[-back] in _LINKS or trail[-back] == "#roman"):
        back += 1
    is_army = trail[-back] == "khu" and trail[-back - 1] == "quân"
    return (is_army or trail[-back] in _ANNOUNCING) and (back == 1 or trail[-back + 1] == "#roman")


def _may_be_letters(page: Page, start: int, end: int) -> bool:
    """Tell whether unannounced capitals are a heading's word or a name rather than a numeral."""
    letters = page.text[start:end]
    return letters in ("XL", "LX", "XX", "LV", "VL") or (
        letters in ("VI", "XI") and is_shouted(page, start, end)
    )


def _value(text: str) -> int:
    total = 0
    for char, following in zip(text, text[1:] + " ", strict=True):
        value = _VALUES[char]
        total += -value if value < _VALUES.get(following, 0) else value
    return total
