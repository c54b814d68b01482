"""Counts with their units, rates and sizes; versions and section numbers."""

import re

from audio import _numbers as numbers
from audio._abbreviations import say_code
from audio._contexts import words
from audio._dictionary import DICTIONARY, LABELLED
from audio._page import Page, Reading

_PHYSICAL = frozenset(("h", "giờ", "phút", "giây", "lít", "mét"))
_TIGHT = frozenset(("s", "p", "k", "K", "Đ", "đ", "°", "$", "'", "’", "bar", "T"))
_ordered = sorted(DICTIONARY.units, key=len, reverse=True)
_UNIT = re.compile(f"(?: ?)({'|'.join(map(re.escape, _ordered))})(?:(?![^\\W_])|(?=[x×]\\d))")
_CAPITAL_UNITS = {
    unit.upper(): unit for unit in ("km", "kg", "ha", "cm", "mm", "m", "m2", "m3", "m²", "m³", "km2")
}
_CAPITAL_UNIT = re.compile(r" ?(KM2|KM|KG|HA|CM|MM|M2|M3|M²|M³|M)(?![^\W_])")
_COMRADE = re.compile(r" ?đ/c(?![^\W_])")
_PER = re.compile(r" ?/ ?([^\W\d_]{1,8}[²³23]?)(?![^\W_])")
_BROKEN = re.compile(r"(\d{1,3})(m|tr|kg|km|k)(\d{1,3})(?![^\W_]|[.,]\d)")
_SIZE = re.compile(r" ?[x×X] ?(?=\d)")
_POINTED = re.compile(r"\d{1,4}(?:\.\d{1,3}){1,4}(?![\d]|,\d)")
_DECIMAL_POINT = re.compile(r"(\d{1,4})\.(\d{1,2})(?![\d.]\d|\d)")
_LISTED = re.compile(r"[1-9]\d?[A-Z]?(?:,[1-9]\d?[A-Z]?){1,8}(?![.,]?\d|[A-Z%])")

_SECTIONS = words("sections")
COUNTED = words("counted")
SCALES = words("scales")
_LISTING = words("listing")
PER_NOUNS = words("per")


def read_quantity(page: Page, pos: int) -> Reading | None:
    """Read a number with the unit, the size or the rate that follows it."""
    text = page.text
    if (broken := _BROKEN.match(text, pos)) and (broken[2] + broken[3] not in DICTIONARY.units):
        unit = DICTIONARY.units[broken[2]][0]
        return Reading(
            broken.end(),
            f"{numbers.cardinal(int(broken[1]))} {unit} {numbers.cardinal(int(broken[3]))}",
            "number",
        )
    parsed = _number(page, pos)
    if parsed is None:
        return None
    end, spoken = parsed
    if not page.char(end).isspace() or page.char(end + 1) != "\n":
        end, spoken = with_unit(page, end, spoken)
    if size := _SIZE.match(text, end):
        return Reading(size.end(), spoken + " nhân", "number")
    if page.trail[-1] in ("thứ",) and spoken in ("một", "bốn"):
        spoken = "nhất" if spoken == "một" else "tư"
    return Reading(end, spoken, "number")


def _number(page: Page, pos: int) -> tuple[int, str] | None:
    """Read the bare number at `pos`; a full stop inside is a decimal mark only before a quantity."""
    text = page.text
    pointed = _POINTED.match(text, pos)
    if pointed is None or numbers.GROUPED.match(text, pos):
        return numbers.number_at(text, pos)
    decimal = _DECIMAL_POINT.match(text, pos)
    is_section = page.has_said(_SECTIONS, 2)
    if decimal and not is_section and _is_measured(page, decimal.end()):
        return decimal.end(), f"{numbers.whole(decimal[1])} phẩy {numbers.fraction(decimal[2])}"
    if text[pos] == "0" and not decimal:
        return pointed.end(), numbers.digits(pointed[0])
    return pointed.end(), " chấm ".join(map(numbers.whole, pointed[0].split(".")))


def _is_measured(page: Page, end: int) -> bool:
    if _UNIT.match(page.text, end):
        return True
    follows = page.next_word(end)
    return follows in PER_NOUNS or follows in (
        "triệu",
        "tỷ",
        "tỉ",
        "nghìn",
        "ngàn",
        "trăm",
        "điểm",
        "độ",
        "đô",
        "phần",
    )


def with_unit(page: Page, end: int, spoken: str) -> tuple[int, str]:
    """Add the unit at `end`, and what it is counted per."""
    found = _unit_at(page, end)
    if found is None:
        return end, spoken
    if spoken in numbers.DIGIT_NAMES and page.char(end) == "K":
        return end, spoken
    end, words, kind = found
    if kind == "scale":
        spoken = f"{spoken} {words}"
        end = _skip_scale_dot(page, end)
        money = _unit_at(page, end)
        if money is None or money[2] != "money":
            return _with_rates(page, end, spoken, "money")
        end, words, kind = money
    return _with_rates(page, end, f"{spoken} {words}", kind)


def _unit_at(page: Page, pos: int) -> tuple[int, str, str] | None:
    char = page.char(pos)
    if match := _UNIT.match(page.text, pos):
        if _COMRADE.match(page.low, pos) or (match[1] == "T" and page.trail[-1] in LABELLED):
            return None
        if (
            char == " "
            and match[1] in _TIGHT
            and not (match[1] == "đ" and page.char(match.end()) in ("", "/", ",", ".", ")"))
        ):
            return None
        return match.end(), *DICTIONARY.units[match[1]]
    if match := _CAPITAL_UNIT.match(page.text, pos):
        return match.end(), *DICTIONARY.units[_CAPITAL_UNITS[match[1]]]
    return None


def _skip_scale_dot(page: Page, end: int) -> int:
    is_short = page.char(end) == "." and (page.char(end + 2).islower() or page.char(end + 1) in ("/", "đ"))
    return end + 1 if is_short else end


def _with_rates(page: Page, end: int, spoken: str, kind: str) -> tuple[int, str]:
    for _ in range(3):
        match = _PER.match(page.text, end)
        if match is None:
            break
        word = per_word(match[1])
        if word is None:
            break
        is_physical = kind == "measure" and (match[1] in DICTIONARY.units or match[1] in _PHYSICAL)
        spoken, end = f"{spoken} {'trên' if is_physical else 'một'} {word}", match.end()
    return end, spoken


def per_word(written: str) -> str | None:
    """Return how the noun or unit after a rate's slash is said, or None when the slash is no rate."""
    if written == "h":
        return "giờ"
    if written in DICTIONARY.units:
        return DICTIONARY.units[written][0]
    return written.lower() if written.lower() in PER_NOUNS else None


def read_listed(page: Page, pos: int) -> Reading | None:
    """Read 3,4,5 after `tổ` and the like as a list, not as a decimal."""
    if page.trail[-1] not in _LISTING:
        return None
    match = _LISTED.match(page.text, pos)
    if match is None or page.next_word(match.end()) in SCALES:
        return None
    return Reading(match.end(), ", ".join(map(say_code, match[0].split(","))), "number")
