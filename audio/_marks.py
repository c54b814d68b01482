"""Signs and punctuation: what is said, what is a pause, what is silent."""

import re

from audio._contexts import words
from audio._page import Page, Reading
from audio._quantities import per_word, read_quantity

_PAUSES = {
    ",": ",", ".": ".", ";": ",", ":": ",", "!": ".", "?": ".", "(": ",", ")": ",", "[": ",", "]": ",",
    "{": ",", "}": ",", "-": ",", "–": ",", "—": ",", "\n": ".", "|": ",",
}  # fmt: skip
_SIGNS = {
    "&": "và", "%": "phần trăm", "‰": "phần nghìn", "@": "a còng", "$": "đô la", "₫": "đồng",
    "€": "ơ rô", "№": "số", "×": "nhân", "±": "cộng trừ", "²": "bình phương", "³": "lập phương",
}  # fmt: skip
_UNRANGED = frozenset(("#phone", "#account", "#document", "#plate", "#label"))
_CURRENCIES = "$€"
_DASHES = "-–—−→÷"
_NUMBER_AHEAD = re.compile(r" ?\d")
_RANGE_AHEAD = re.compile(
    r" ?(?:(?!0\d{3})\d|T[2-7](?!\w)|CN(?!\w)|[Tt]hứ (?:[2-7]|[hbtns])|K[mM]|[Cc]hủ nhật|[IVXL]{1,6}(?!\w))"
)
_DATE_AHEAD = re.compile(r" ?\d{1,2}/\d")
_BELOW_ZERO = re.compile(r"[-–−]\d")
_LIMIT = re.compile(r"(>=|=>|<=|=<|[≥≤><]) ?(?=\d)")
_END_MARK = re.compile(r"\./\.|\.{2,}")
_SCALE = re.compile(r"(?: (?:trăm|nghìn|ngàn|triệu|tỷ|tỉ)(?![^\W_])){0,2}")
_SPANNED = words("spanned")
_LISTING = words("listing")
_LIMITED = words("limited")


def read_mark(page: Page, pos: int) -> Reading:
    """Read the sign at `pos`; every character has an answer, so the reader never stops here."""
    char = page.text[pos]
    if end := _END_MARK.match(page.text, pos):
        return Reading(end.end(), "" if end[0].startswith("..") and len(end[0]) > 1 else ".", "pause")
    if char == "\n":
        return Reading(pos + 1, "" if page.text[pos + 1 : pos + 2].islower() else ".", "pause")
    if char in _DASHES:
        return _read_dash(page, pos)
    if char == "/":
        return _read_slash(page, pos)
    if reading := _read_comparison(page, pos):
        return reading
    if char in _PAUSES:
        return Reading(pos + 1, _PAUSES[char], "pause")
    if char in _CURRENCIES and (amount := read_quantity(page, pos + 1)):
        return Reading(amount.end, f"{amount.spoken} {_SIGNS[char]}", "number")
    if char in _SIGNS:
        return Reading(pos + 1, _SIGNS[char], "sign")
    return _read_sum(page, pos)


def _read_dash(page: Page, pos: int) -> Reading:
    before, said = page.char(pos - 1), page.trail[-1]
    after_space = before in (" ", "(", "") and not page.char(pos + 1).isspace()
    if after_space and _BELOW_ZERO.match(page.text, pos) and not said.startswith("#"):
        return Reading(pos + 1, "" if said == "" else "âm", "sign")
    is_number = said.startswith("#") and said not in _UNRANGED
    is_number = is_number or _ends_a_quantity(page)
    is_range = not (said == "#time" and _DATE_AHEAD.match(page.text, pos + 1))
    if is_number and is_range and _RANGE_AHEAD.match(page.text, pos + 1):
        return Reading(pos + 1, "đến", "range")
    if before.isalpha() and page.char(pos + 1).isalnum():
        follows = page.char(pos + 1)
        return Reading(pos + 1, "," if follows.isupper() else "", "pause")
    return Reading(pos + 1, "" if said in ("", ".") else ",", "pause")


def _ends_a_quantity(page: Page) -> bool:
    """Tell whether the word just said is the noun of a number, as in `7 giờ - 9 giờ`."""
    return page.trail[-1] in _SPANNED and (page.trail[-2].startswith("#") or page.trail[-3].startswith("#"))


def _read_slash(page: Page, pos: int) -> Reading:
    """Read a rate's slash as `một`; a slash between words is silent."""
    word, said = page.next_word(pos + 1), page.trail[-1]
    if said.startswith("#") and said not in _UNRANGED and page.char(pos + 1).isdigit():
        return Reading(pos + 1, "trên", "ratio")
    is_counted = page.trail[-1] == "đồng" or any(said.startswith("#") for said in page.trail[-6:])
    match = _RATED.match(page.text, pos)
    if (
        match
        and is_counted
        and (spoken := per_word(match[1]))
        and page.trail[-1] not in ("anh", "ông", "vợ", "cha")
    ):
        return Reading(match.end(), "một " + spoken, "rate")
    return Reading(pos + 1, "" if word else ",", "pause")


_RATED = re.compile(r"/ ?([^\W\d_]{1,8}[²³23]?)(?![^\W_])")


def _read_comparison(page: Page, pos: int) -> Reading | None:
    match = _LIMIT.match(page.text, pos)
    if match is None:
        return None
    sign = match[1]
    if sign in (">", "<"):
        return Reading(match.end(), "trên" if sign == ">" else "dưới", "sign")
    if sign in ("≤", "<=", "=<"):
        return Reading(match.end(), "không quá", "sign")
    quantity = read_quantity(page, match.end())
    if quantity is None:
        return Reading(match.end(), "ít nhất", "sign")
    end, spoken = _with_noun(page, quantity)
    if end == quantity.end and page.next_word(end) and page.char(end + 1).islower():
        # The noun may have more words than one: the limit is said before it, where no end is needed.
        return Reading(end, f"ít nhất {spoken}", "sign")
    return Reading(end, f"từ {spoken} trở lên", "sign")


def _with_noun(page: Page, quantity: Reading) -> tuple[int, str]:
    """Add the scale and the one-word noun after a quantity."""
    end = quantity.end
    if scale := _SCALE.match(page.low, end):
        end = scale.end()
    noun = page.next_word(end)
    if noun in _LIMITED:
        end = page.low.index(noun, end) + len(noun)
    return end, quantity.spoken + page.low[quantity.end : end]


def _read_sum(page: Page, pos: int) -> Reading:
    char, said = page.text[pos], page.trail[-1]
    has_number = _NUMBER_AHEAD.match(page.text, pos + 1) is not None
    is_between = said not in ("", ".", ",") and page.char(pos + 1) not in ("", char)
    if char == "+" and is_between:
        is_sum = has_number and not page.has_said(_LISTING, 5)
        return Reading(pos + 1, "cộng" if is_sum else "và", "sign")
    if char == "=" and is_between and page.char(pos - 1) != "=":
        return Reading(pos + 1, "bằng", "sign")
    if char in "~≈" and has_number and said.startswith("#"):
        return Reading(pos + 1, "đến", "range")
    if char in "~≈" and has_number:
        return Reading(pos + 1, "khoảng", "sign")
    if char == "°":
        return _read_degree(page, pos)
    return Reading(pos + 1, "", "silent")


def _read_degree(page: Page, pos: int) -> Reading:
    is_celsius = page.char(pos + 1) == "C" and not page.char(pos + 2).isalnum()
    return Reading(pos + 1 + is_celsius, "độ xê" if is_celsius else "độ", "sign")
