"""Document numbers: number, year, kind, issuer."""

import re

from audio import _numbers as numbers
from audio._dictionary import DICTIONARY
from audio._letters import spell
from audio._page import Page, Reading

_NUMBER = re.compile(
    r"(\d{1,5})([a-zA-Z]?)(?:/((?:19|20)\d{2}))?[/-]"
    r"((?:[A-ZĐƯ][A-Za-zĐđƯưÔô&]{0,11}\d{0,2})(?:[-/.][A-ZĐƯ][A-Za-zĐđƯưÔô&]{0,11}\d{0,2}){0,4})(?![^\W_])"
)
_SYMBOL = re.compile(r"[^-/.]+")
_TERM = re.compile(r"([^\W\d]+?)(\d{1,2})")
_BODY = re.compile(
    r",? ?(?:ngày (?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2} tháng \d{1,2} năm \d{4}),? )?của [^\W\d_]"
)
_WINDOW = 9


def read_document(page: Page, pos: int) -> Reading | None:
    """Read 179/KH-UBND, 39/2020/TT-BTTTT, 29-CT/TW; known symbols in words, unknown ones spelled."""
    match = _NUMBER.match(page.text, pos)
    if match is None or not _is_document(match):
        return None
    parts = [_say_number(match)]
    if match[3]:
        parts.append("năm " + numbers.cardinal(int(match[3])))
    symbols = _SYMBOL.findall(match[4])
    kind = DICTIONARY.kinds.get(symbols[0])
    # The kind is taken only when an issuer follows: 45/TB-PKV, but 318/UBND-VX has none.
    if kind is not None and _has_just_said(page, kind):
        kind, symbols, is_said = None, symbols[1:], True
    else:
        is_said = kind is None and _names_any_kind(page)
        symbols = symbols[1:] if kind is not None else symbols
    if kind is not None:
        parts.append(kind)
    if not (is_said and _BODY.match(page.low, match.end())):
        parts.extend(_issuer(symbol) for symbol in symbols)
    return Reading(match.end(), ", ".join(parts), "document", all(map(_is_known, symbols)))


def _is_document(match: re.Match[str]) -> bool:
    """Tell a document symbol from a house number or a shift: 12/B is none, 12/QĐ is one."""
    symbols = _SYMBOL.findall(match[4])
    if len(symbols) == 1 and match[3] is None:
        return symbols[0] in DICTIONARY.kinds or (len(symbols[0]) > 2 and symbols[0] in DICTIONARY.issuers)
    return len(symbols[0]) > 1 or symbols[0] in DICTIONARY.kinds


def _say_number(match: re.Match[str]) -> str:
    digits = match[1]
    words = (
        "không " + numbers.whole(digits[1:])
        if digits[0] == "0" and len(digits) == 2
        else numbers.whole(digits)
    )
    return f"{words} {spell(match[2])}" if match[2] else words


def _has_just_said(page: Page, kind: str) -> bool:
    words = page.trail[-_WINDOW:]
    if "." in words:
        words = words[len(words) - words[::-1].index(".") :]
    return f" {kind} " in f" {' '.join(words)} "


def _names_any_kind(page: Page) -> bool:
    return any(_has_just_said(page, kind) for kind in ("công văn", "văn bản", "tờ trình", "giấy mời"))


def _is_known(symbol: str) -> bool:
    return _known(symbol) is not None or _TERM.fullmatch(symbol) is not None


def _known(symbol: str) -> str | None:
    return DICTIONARY.issuers.get(symbol) or DICTIONARY.plain.get(symbol) or DICTIONARY.kinds.get(symbol)


def _issuer(symbol: str) -> str:
    if known := _known(symbol):
        return known
    # QH15, UBTVQH14: a body and its term.
    term = _TERM.fullmatch(symbol)
    if term and (body := _known(term[1])):
        return f"{body} khóa {numbers.cardinal(int(term[2]))}"
    return " ".join(spell(char) if char.isalpha() else numbers.digits(char) for char in symbol).strip()
