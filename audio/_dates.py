"""Dates, lists and ranges of dates, months and quarters with their years."""

import re
from typing import NamedTuple

from audio import _numbers as numbers
from audio._contexts import words
from audio._page import Page, Reading
from audio._times import month_name

_DAY = r"(0?[1-9]|[12]\d|3[01])"
_MONTH = r"(0?[1-9]|1[0-2])"
_FULL = re.compile(rf"{_DAY} ?([/.-]) ?{_MONTH} ?\2 ?((?:1[89]|20)\d{{2}})(?![\d/])")
_SHORT_YEAR = re.compile(rf"{_DAY}([/])({_MONTH[1:-1]})/([0-3]\d)(?![\d/])")
_SLASH = re.compile(rf"{_DAY}/{_MONTH}(?![\w/])")
_DASH = re.compile(rf"{_DAY}-{_MONTH}(?![\w/%°-]|[.,]\d)")
_DOT = re.compile(rf"{_DAY}\.{_MONTH}(?![\w/%°-]|[.,]\d)")
_DAYS = re.compile(
    r"(\d{1,2}(?:, ?\d{1,2}){0,8})( ?- ?| ?– ?| ?— ?|, ?| và | & | đến | tới | hoặc |, và )(?:ngày )?"
    rf"(?=(?:{_DAY})[/.]{_MONTH}(?!\d))"
)
_DAYS_OF_MONTH = re.compile(r"\d{1,2}(?:(?:, ?| và | ?[-–] ?| đến | hoặc )\d{1,2}(?!\d)){1,8}(?= tháng )")
_DAY_PART = re.compile(r"\d+")
_ANOTHER = re.compile(r", ?\d")
_LINK = re.compile(r" ?[-–—] ?")
_MONTHS = re.compile(
    r"(\d{1,2})"
    r"((?:(?: ?[-–] ?|, ?| và )\d{1,2}(?![\d.,]\d|[-/]\d{1,2}\b)){0,6})(?:/((?:19|20)\d{2})(?!\d))?(?![\d/])"
)
_MONTH_YEAR = re.compile(rf"{_MONTH}/((?:19|20)\d{{2}})(?![\d/])")
_MONTH_PART = re.compile(r"( ?[-–] ?|, ?| và )(\d{1,2})")

_STATED = frozenset(("ngày", "mùng"))
_HOLIDAY = words("holidays")
_TIMES_OF_DAY = words("times_of_day")
_BEFORE_A_DAY = words("before_a_day")
_RATIOS = words("ratios")
_COUNTED = words("counted")
_PLACES = words("named_by_date")
_NO_DATE = words("undated")
_SCALES = words("scales")
_AFTER_A_DAY = words("after_a_day")


class Date(NamedTuple):
    """A day and month as written, with its year when there is one."""

    end: int
    day: int
    month: int
    year: int | None = None

    def spoken(self, is_plain: bool = False) -> str:
        """Read the date without the word `ngày`."""
        words = f"{day_name(self.day, is_plain)} tháng {month_name(self.month)}"
        return words if self.year is None else f"{words} năm {numbers.cardinal(self.year)}"


def day_name(day: int, is_plain: bool = False) -> str:
    """Read a day of the month; the first ten take `mùng`."""
    return numbers.cardinal(day) if day > 10 or is_plain else "mùng " + numbers.cardinal(day)


def date_at(text: str, pos: int) -> Date | None:
    """Parse d/m/y or d/m at `pos`."""
    if match := _FULL.match(text, pos):
        return Date(match.end(), int(match[1]), int(match[3]), int(match[4]))
    if match := _SLASH.match(text, pos):
        day, month = int(match[1]), int(match[2])
        return Date(match.end(), day, month) if day <= _longest(month) else None
    return None


def _longest(month: int) -> int:
    return 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31


def read_full_date(page: Page, pos: int) -> Reading | None:
    """Read a date with its year."""
    date = date_at(page.text, pos)
    if date is not None and date.year is not None:
        return _say(page, date)
    short = _SHORT_YEAR.match(page.text, pos)
    if short and page.trail[-1] == "ngày":
        return _say(
            page,
            Date(
                short.end(), int(short[1]), int(short[3]), 2000 + int(short[4 if short.re.groups == 4 else 5])
            ),
        )
    return None


def is_dated(page: Page) -> bool:
    """Tell whether what was just said can only be followed by a date."""
    said = page.trail[-1]
    if said == "ngày" and page.trail[-2] in ("#number", "hai", "ba", "mấy", "một", "mỗi"):
        return page.trail[-2] not in ("một", "mỗi")
    before = page.trail[-2] if said == "," else said
    return said in _STATED or before in _TIMES_OF_DAY or said in ("lễ", "tết", "khánh", "dịp")


def read_short_date(page: Page, pos: int) -> Reading | None:
    """Read d/m as a date; the caller has ruled out addresses, fractions and counts."""
    date = date_at(page.text, pos)
    return None if date is None else _say(page, date)


def read_marked_date(page: Page, pos: int) -> Reading | None:
    """Read d-m and d.m where only a date makes sense."""
    match = _DASH.match(page.text, pos)
    if match:
        if not _can_be_dashed_date(page, match):
            return None
    else:
        match = _DOT.match(page.text, pos)
        if match is None or not _can_be_dotted_date(page, match):
            return None
    day, month = int(match[1]), int(match[2])
    return _say(page, Date(match.end(), day, month)) if day <= _longest(month) else None


def _can_be_dashed_date(page: Page, match: re.Match[str]) -> bool:
    said, follows = page.trail[-1], page.next_word(match.end())
    if said in _NO_DATE or follows in ("tháng", "giờ", "tuổi", "người", "ngày", "tết") or follows in _SCALES:
        return False
    if is_dated(page) or (said in _PLACES and match[2][0] != "0"):
        return True
    if int(match[1]) > int(match[2]):  # a range never falls
        return follows not in _COUNTED
    return not follows and (said in _BEFORE_A_DAY or page.has_said(_HOLIDAY | _STATED, 6))


def _can_be_dotted_date(page: Page, match: re.Match[str]) -> bool:
    follows = page.next_word(match.end())
    if is_dated(page):
        return follows not in _SCALES
    return (
        follows not in _SCALES
        and not page.has_said(_NO_DATE, 2)
        and page.trail[-1] != "#number"
        and (
            page.trail[-1] in _BEFORE_A_DAY
            or page.trail[-1] in _PLACES
            or page.has_said(_HOLIDAY | _STATED, 6)
        )
    )


def _say(page: Page, date: Date) -> Reading:
    """Read a date, and the one that a dash joins to it."""
    lead = _lead(page)
    is_plain = page.trail[-1] == "mùng" or page.trail[-1] in _PLACES
    spoken, end = lead + date.spoken(is_plain), date.end
    link = _LINK.match(page.text, end)
    second = date_at(page.text, link.end()) if link else None
    if second is not None:
        is_pair = (date.day, date.month, second.day, second.month) == (30, 4, 1, 5)
        joint = " và " if is_pair and page.has_said(_HOLIDAY, 6) and page.trail[-1] != "từ" else " đến "
        again = "ngày " if joint == " đến " and (lead or page.trail[-1] == "ngày") else ""
        spoken, end = spoken + joint + again + second.spoken(), second.end
    return Reading(end, spoken, "date")


def _lead(page: Page) -> str:
    """Return `ngày ` where a newsreader puts it and the text has not."""
    said = page.trail[-1]
    if said in _BEFORE_A_DAY or said in _TIMES_OF_DAY or said == "":
        return "ngày "
    return "ngày " if said == "," and page.trail[-2] == "#weekday" else ""


def read_days(page: Page, pos: int) -> Reading | None:
    """Read 10-15/6, and 3, 4 và 5/9: several days of one month."""
    match = _DAYS.match(page.text, pos)
    if match is None:
        return None
    last = date_at(page.text, match.end()) or _dotted(page, match.end())
    days = [int(day) for day in re.findall(r"\d+", match[1])]
    if last is None or not all(0 < day < 32 for day in days) or not _are_days(page, match, days, last):
        return None
    said = page.trail[-1]
    counted = said == "ngày" and page.trail[-2] in ("hai", "#2")
    link = match[2].strip(" ,")
    joint = {"-": "đến", "–": "đến", "—": "đến", "&": "và", "": ","}.get(link, link)
    if counted and joint == "đến":
        joint = "và"
    lead = _lead(page)
    again = (
        "ngày "
        if joint in ("đến", "tới")
        and (lead or said == "ngày")
        and page.trail[-2] not in ("#number", "hai", "ba", "#2")
        else ""
    )
    first = ", ".join(day_name(day, said == "mùng" and not at) for at, day in enumerate(days))
    space = "" if joint == "," else " "
    return Reading(last.end, f"{lead}{first}{space}{joint} {again}{last.spoken()}", "date")


def _dotted(page: Page, pos: int) -> Date | None:
    match = _DOT.match(page.text, pos)
    return Date(match.end(), int(match[1]), int(match[2])) if match else None


def _are_days(page: Page, match: re.Match[str], days: list[int], last: Date) -> bool:
    """Tell days of one month from a count and a fraction."""
    if days[-1] >= last.day:
        return False
    said = page.trail[-1]
    if is_dated(page) or said in _HOLIDAY:
        return True
    is_range = match[2].strip() in ("-", "–", "—")
    if said in _NO_DATE or said in ("ngõ", "ngách", "hẻm", "kiệt", "nhà"):
        return False
    return is_range or (said in _BEFORE_A_DAY and match[2].strip() in ("đến", "tới"))


def read_day(page: Page, pos: int) -> Reading | None:
    """Read the bare number after `ngày` as a day of the month where it can be one."""
    if page.trail[-1] != "ngày" or page.trail[-2] in ("mỗi", "một", "#number", "hai", "ba", "#2"):
        return None
    match = numbers.PLAIN.match(page.text, pos)
    if match is None or len(match[0]) > 2 or not 1 <= int(match[0]) <= 10:
        return None
    if days := _DAYS_OF_MONTH.match(page.low, pos):
        return _say_days(days)
    if _ANOTHER.match(page.text, match.end()):
        return None
    follows = page.next_word(match.end())
    mark = page.text[match.end() : match.end() + 2]
    if follows in _AFTER_A_DAY or (
        not follows and mark[:1] in ("", ".", ";", ")", "\n", ",") and not mark[1:].isdigit()
    ):
        return Reading(match.end(), day_name(int(match[0])), "date")
    return None


def _say_days(match: re.Match[str]) -> Reading:
    """Read several days before the word `tháng`: 1, 2 và 3 tháng 9."""
    spoken = _DAY_PART.sub(lambda part: day_name(int(part[0])), match[0])
    return Reading(match.end(), " ".join(_LINK.sub(" đến ", spoken).split()), "date")


def read_month(page: Page, pos: int) -> Reading | None:
    """Read what follows `tháng`, `quý` and other numbered spans: 9/2025, 9-10/2025, 4."""
    said = page.trail[-1]
    if said in ("tháng", "quý"):
        return _read_months(page, pos, said)
    match = _MONTH_YEAR.match(page.text, pos)
    if match is None:
        return None
    year = numbers.cardinal(int(match[2]))
    if said in ("đợt", "kỳ", "vụ", "lần", "khóa", "tuần"):
        return Reading(match.end(), f"{numbers.cardinal(int(match[1]))} năm {year}", "date")
    if said in _RATIOS or said in ("số", "luật", "định", "tư", "quyết", "thị"):
        return None
    lead = "tháng " if said in _BEFORE_A_DAY or page.has_said(("tháng",), 4) else ""
    return Reading(match.end(), f"{lead}{month_name(int(match[1]))} năm {year}", "date", bool(lead))


def _read_months(page: Page, pos: int, said: str) -> Reading | None:
    match = _MONTHS.match(page.text, pos)
    if match is None or int(match[1]) > 12:
        return None
    name = month_name if said == "tháng" else numbers.cardinal
    spoken, end = name(int(match[1])), match.end(1)
    parts = _MONTH_PART.findall(match[2])
    if (
        parts
        and all(1 <= int(part[1]) <= 12 for part in parts)
        and (match[3] or _only_range(page, match, parts))
    ):
        for link, month in parts:
            joint = {"": ",", "-": " đến", "–": " đến", ",": ",", "và": " và"}[link.strip()]
            again = f"{said} " if joint == " đến" else ""
            spoken += f"{joint} {again}{name(int(month))}"
        end = match.end(2)
    if match[3] and end == match.end(2):
        spoken, end = f"{spoken} năm {numbers.cardinal(int(match[3]))}", match.end()
    return Reading(end, spoken, "date")


def _only_range(page: Page, match: re.Match[str], parts: list[tuple[str, str]]) -> bool:
    """Accept a list without a year only when no counted noun follows it."""
    is_range = parts[0][0].strip() in ("-", "–")
    return is_range or not page.next_word(match.end())
