"""Clock times, durations and weekdays."""

import re

from audio import _numbers as numbers
from audio._contexts import words
from audio._page import Page, Reading

_HOURS = re.compile(r"(\d{1,3})(?:h|H|(?<=\d)g(?=\d\d))(?:([0-5]\d)(?!\d))?(?![^\W\d_])")
_WHOLE_HOUR = re.compile(r"(\d{1,2}) giờ 00(?!\d)(?: phút)?")
_HOUR_ONLY = re.compile(r"(\d{1,2})g()(?![^\W_])")
_AT = frozenset(("lúc", "hồi", "vào", "sáng", "chiều", "tối"))
_SPACED = re.compile(r"(\d{1,2}) [hH](?: ?([0-5]\d)(?!\d))?(?![^\W_])")
_COLON = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\d:])")
_MINUTE_MARK = re.compile(r" ?(?:['’′]|ph?(?![^\W_])|phút(?![^\W_]))")
_HALF_DAY = re.compile(r" ?([AaPp])\.?[Mm]\b\.?")
_ROUND_THE_CLOCK = re.compile(r"24 ?/ ?(?:(24)(?: ?(?:h\b|giờ))?|7(?![\d/]))")
_WEEKDAY = re.compile(r" ?(?:[2-7]|0[2-7])(?!\d)")
_SHORT = re.compile(r"T([2-7])(?![\w/]|\.\d)")
_LIST = re.compile(r"(?:, ?| ?và | ?& ?| ?- ?| ?– ?|/)([2-7])(?![\d%]|\.\d|,(?:\d\d|[0189])|[/h]|:\d)")
_SHORT_MONTH = re.compile(r"T(0?[1-9]|1[0-2])/((?:19|20)\d{2})(?!\d)")
_ROW = re.compile(r"[2-7](?: ?- ?[2-7]){2,5}(?![\w/-]|:\d)")
_DAYTIMES = words("times_of_day") | {"ngày", "từ", "đến", "trước", "sau"}
_DAYS = {"2": "hai", "3": "ba", "4": "tư", "5": "năm", "6": "sáu", "7": "bảy"}
_PLACES = words("buildings")
_ORDINALS = words("ranked")


def read_time(page: Page, pos: int) -> Reading | None:
    """Read 5h30, 5g30, 05:30, 48h, 3:20 PM, 24/24."""
    if row := _ROW.match(page.text, pos):
        return Reading(row.end(), ", ".join(_DAYS[day] for day in row[0] if day in _DAYS), "weekday")
    if whole := _WHOLE_HOUR.match(page.low, pos):
        return Reading(whole.end(), numbers.cardinal(int(whole[1])) + " giờ", "time")
    if (clock := _ROUND_THE_CLOCK.match(page.low, pos)) and (clock[1] or page.trail[-1] not in _DAYTIMES):
        tail = " giờ" if "h" in clock[0] or "giờ" in clock[0] else ""
        return Reading(
            clock.end(),
            ("hai mươi tư trên hai mươi tư" if clock[1] else "hai mươi tư trên bảy") + tail,
            "time",
        )
    match = (
        _HOURS.match(page.text, pos)
        or (_is_timed(page) and _HOUR_ONLY.match(page.text, pos))
        or _COLON.match(page.text, pos)
        or _SPACED.match(page.text, pos)
    )
    if not match or page.has_said(("lệ",), 3):
        return None
    hour, minute, end = int(match[1]), int(match[2] or 0), match.end()
    tail = ""
    if half := _HALF_DAY.match(page.text, end):
        tail, end = _half_day(hour, half[1].lower()), half.end()
    elif match[2] and (mark := _MINUTE_MARK.match(page.text, end)):
        end = mark.end()
    spoken = numbers.cardinal(hour) + " giờ"
    if minute:
        spoken += f" {numbers.cardinal(minute)} phút"
    return Reading(end, spoken + tail, "time")


def _is_timed(page: Page) -> bool:
    """Tell whether 8g can only be an hour here, not a weight."""
    return page.trail[-1] in _AT or (page.trail[-1] in ("đến", "tới") and page.trail[-2] == "#time")


def _half_day(hour: int, letter: str) -> str:
    if letter == "a":
        return " sáng"
    if hour == 12:
        return " trưa"
    return " tối" if hour >= 7 else " chiều"


def read_weekday(page: Page, pos: int) -> Reading | None:
    """Read T2 to T7, CN and T9/2025 (a month)."""
    if month := _SHORT_MONTH.match(page.text, pos):
        return Reading(
            month.end(), f"tháng {month_name(int(month[1]))} năm {numbers.cardinal(int(month[2]))}", "date"
        )
    if page.trail[-1] in _PLACES:
        return None
    if match := _SHORT.match(page.text, pos):
        return Reading(match.end(), "thứ " + _DAYS[match[1]], "weekday")
    if (
        page.text.startswith("CN", pos)
        and not page.char(pos + 2).isalnum()
        and page.char(pos + 2) not in ("-", ".")
    ):
        return Reading(pos + 2, "chủ nhật", "weekday")
    if page.text.startswith("CN.", pos) and not page.text[pos + 3 : pos + 5].strip()[:1].isupper():
        return Reading(pos + 2, "chủ nhật", "weekday")
    return None


def read_weekday_number(page: Page, pos: int) -> Reading | None:
    """Read the number after `thứ`: an ordinal, or a list or range of weekdays (thứ 3, 5, 7)."""
    if page.trail[-1] != "thứ":
        return None
    if row := _ROW.match(page.text, pos):
        return Reading(row.end(), ", thứ ".join(_DAYS[day] for day in row[0] if day in _DAYS), "weekday")
    first = numbers.PLAIN.match(page.text, pos)
    if first is None or len(first[0]) > 3:
        return None
    value, end = int(first[0]), first.end()
    if page.text[end : end + 1] in ("/", ":", "h"):
        return _out_of(page, pos)
    spoken = {1: "nhất", 4: "tư"}.get(value) or numbers.cardinal(value)
    if not 2 <= value <= 7 or page.trail[-2] in _ORDINALS:
        return Reading(end, spoken, "ordinal")
    while (more := _LIST.match(page.text, end)) and not _counts(page, more.end()):
        link = (
            "đến" if "-" in more[0] or "–" in more[0] else "và" if "v" in more[0] or "&" in more[0] else ","
        )
        spoken += f"{link if link == ',' else ' ' + link} thứ {_DAYS[more[1]]}"
        end = more.end()
    return Reading(end, spoken, "weekday")


def _out_of(page: Page, pos: int) -> Reading | None:
    match = _RANK.match(page.text, pos)
    if match is None:
        return None
    value = int(match[1])
    place = {1: "nhất", 4: "tư"}.get(value) or numbers.cardinal(value)
    return Reading(match.end(), f"{place} trên {numbers.cardinal(int(match[2]))}", "ordinal")


_RANK = re.compile(r"(\d{1,3})/(\d{1,3})(?![\d/])")
_COUNTED = words("not_weekdays")


def _counts(page: Page, end: int) -> bool:
    return page.next_word(end) in _COUNTED or page.char(end) in ("%", "m", "k")


def month_name(month: int) -> str:
    """Read the number of a month; April has its own word."""
    return "tư" if month == 4 else numbers.cardinal(month)
