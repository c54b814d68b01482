"""Two numbers and a sign between them: addresses, ratios, dates, fractions, counts out of a total, scores."""

import re

from audio import _numbers as numbers
from audio._abbreviations import say_code
from audio._contexts import words
from audio._dates import is_dated, read_short_date
from audio._page import Page, Reading
from audio._quantities import COUNTED, PER_NOUNS, SCALES, with_unit

_SLASHED = re.compile(
    r"(\d{1,5}[A-Za-zĐđ]?)/(\d{1,5}[A-Za-zĐđ]?)((?:/\d{1,4}[A-Za-zĐđ]?){0,3})(?![^\W_]|/\d)"
)
_SCORE = re.compile(r"(\d{1,2}) ?[-–:] ?(\d{1,2}|(?<=:)\d{3,6})(?![\d/.,:]\d|\d|[%°])")
_ADDRESS = words("slashed_addresses")
_RATIOS = words("ratios")
_PARTS = words("wholes")
_APPROXIMATE = words("approximations")
_LANES = frozenset(("ngõ", "ngách", "hẻm", "kiệt"))
_MATCHES = words("matches")
_TALLYING = words("tallying")
_DAYS_ONLY = words("days_only")
_BEFORE_A_DAY = words("before_a_day")
_AFTER_A_DATE = words("after_a_date")
_HOLIDAYS = words("holidays") | {"ngày"}
_SIMPLE = frozenset(((1, 2), (1, 3), (2, 3), (1, 4), (3, 4)))
_RESIDENCES = words("residences")
_MEASURES = ("thị lực", "huyết áp", "tỷ lệ")
_SCALE = re.compile(r"1/(\d{1,3}(?:\.\d{3}){1,2})(?![\d.]\d)")
_SCORING = words("scoring")


def read_slashed(page: Page, pos: int) -> Reading | None:
    """Tell apart addresses, ratios, dates, fractions and counts out of a total; read the one it is."""
    if scale := _SCALE.match(page.text, pos):
        return Reading(scale.end(), "một trên " + numbers.cardinal(int(scale[1].replace(".", ""))), "ratio")
    match = _SLASHED.match(page.text, pos)
    if match is None:
        return None
    if match[1][-1].isalpha() and match[2][-1].isalpha() and page.trail[-1] not in _ADDRESS:
        return Reading(match.end(1), say_code(match[1]), "code")
    if not (match[1].isdigit() and match[2].isdigit()) or match[3] or _is_ratio(page, match.end()):
        return Reading(*with_unit(page, match.end(), _over(match)), "ratio")
    return _read_pair(page, match)


def _read_pair(page: Page, match: re.Match[str]) -> Reading:
    """Read two plain numbers: the surest reading first."""
    date = read_short_date(page, match.start())
    if date is not None and is_dated(page):
        return date
    over, under = int(match[1]), int(match[2])
    follows = page.next_word(match.end())
    if over < under and _is_part(page, follows, over, under):
        return Reading(match.end(), _part(over, under), "fraction")
    if date is None or (over <= under and _is_tally(page, follows)):
        return Reading(match.end(), _over(match), "ratio")
    if (over, under) in _SIMPLE and follows and follows not in _AFTER_A_DATE and not _opens_a_date(page):
        return Reading(match.end(), _part(over, under), "fraction", is_certain=False)
    return Reading(date.end, date.spoken, "date", page.trail[-1] in _BEFORE_A_DAY)


def _is_ratio(page: Page, end: int) -> bool:
    """Tell whether what was said makes the pair an address or a ratio, whatever its numbers."""
    said = page.trail[-1]
    if said in _ADDRESS or said in _RATIOS or any(measure in page.said(4) for measure in _MEASURES):
        return True
    is_nested = page.has_said(_LANES, 8) and said in (",", "và", "#ratio", "#number")
    return is_nested or (said in _RESIDENCES and page.text[end + 1 : end + 3].istitle())


def _is_part(page: Page, follows: str, over: int, under: int) -> bool:
    """Tell a fraction of a whole: 2/5 số hộ, hơn 1/3, 1/2 ngày."""
    if follows in _PARTS and not (follows in COUNTED and under > 10):
        return True
    if (over, under) == (1, 2) and follows in COUNTED:
        return True
    return page.has_said(_APPROXIMATE, 2) and (under in range(2, 6) or follows not in COUNTED)


def _is_tally(page: Page, follows: str) -> bool:
    """Tell a count out of a total: 25/30 phiếu, có 4/5."""
    said = page.trail[-1]
    return said not in _DAYS_ONLY and (follows in COUNTED or said in _TALLYING)


def _opens_a_date(page: Page) -> bool:
    """Tell whether a day may well follow what was just said."""
    return page.trail[-1] in ("", ".", ",") or page.trail[-1] in _BEFORE_A_DAY or page.has_said(_HOLIDAYS, 8)


def _part(over: int, under: int) -> str:
    below = "tư" if under == 4 else numbers.cardinal(under)
    return f"{numbers.cardinal(over)} phần {below}"


def _over(match: re.Match[str]) -> str:
    return " trên ".join(
        say_code(part) if len(part) < 3 or not part.isdigit() else numbers.whole(part)
        for part in match[0].split("/")
    )


def read_score(page: Page, pos: int) -> Reading | None:
    """Read the result of a match: thắng 3-1."""
    is_ratio = page.said(2) == "tỷ lệ"
    if not (is_ratio or page.has_said(_SCORING, 6) or page.has_said(_MATCHES, 12) or "tỷ số" in page.said(4)):
        return None
    match = _SCORE.match(page.text, pos)
    if match is None or page.next_word(match.end()) in COUNTED | PER_NOUNS | SCALES:
        return None
    if is_ratio:
        return Reading(match.end(), f"{numbers.whole(match[1])} trên {numbers.whole(match[2])}", "ratio")
    return Reading(match.end(), f"{numbers.whole(match[1])} {numbers.whole(match[2])}", "score")
