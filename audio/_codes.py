"""Digit strings: telephones, accounts, identity numbers, plates, short emergency numbers."""

import re

from audio import _numbers as numbers
from audio._abbreviations import say_code
from audio._contexts import words
from audio._page import Page, Reading
from audio._quantities import COUNTED, PER_NOUNS

_PLATE = re.compile(
    r"(\d{2}) ?-? ?([A-ZĐ]{1,2}\d?)(?: ?- ?| |)(\d{3}\.\d{2}|\d{4,5})(?![\d/])"
    r"|(\d{2})([A-Z]{1,2}\d?)[ -](\d{4,5})(?!\d)"
)
_GROUP = re.compile(r"(?: ?[ .\-)(] ?)(\d{2,7}|\d(?=[ .-]\d{2}))(?![\d/%]|,\d)")
_CODE_GROUP = re.compile(r"(?:[ .-])(\d{2,14}|(?<=[.-])\d(?=[.-]\d))(?![\d/%]|,\d)")
_POINTED = re.compile(r"[.,]\d")
_AMOUNT = re.compile(r"[đ%]|,\d")
_YEARS = re.compile(r"(?:19|20)\d\d ?[-–] ?(?:19|20)\d\d(?!\d)")
_OPENING = re.compile(r"\d{2,20}")
_ABROAD = re.compile(r"\(?\+(\d{1,3})\)? ?")
_AREA = re.compile(r"\((\+?\d{2,4})\)(?=[ .-]?\d{3})")
_CUSTOMER = re.compile(r"[A-ZĐ]{1,6}-?\d{4,20}(?![^\W_])")
_SHORT = frozenset(("111", "112", "113", "114", "115", "1022"))
_CALLING = words("calling")
_REACHING = _CALLING | words("reaching")
_ACCOUNTS = words("accounts")
_NAMING = words("naming")
_MONEY = words("counting")
_DOCUMENTS = words("numbered")
_ADDRESS = words("addresses")
_PHONE_DIGITS = range(8, 12)


def read_phone(page: Page, pos: int) -> Reading | None:
    """Read a telephone number by its shape: it starts with 0, +84, 1800 or 1900."""
    text = page.text
    area = _AREA.match(text, pos)
    abroad = _ABROAD.match(text, pos)
    if abroad:
        return _say_abroad(page, abroad)
    start = pos + 1 if area else pos
    first = _OPENING.match(text, start)
    if first is None or not (first[0][0] == "0" or first[0].startswith(("1800", "1900"))):
        return None
    run, end = _gather(text, first, _GROUP, _PHONE_DIGITS[-1])
    if first[0][0] == "0" and len(run) in _PHONE_DIGITS and (len(first[0]) > 2 or area):
        return Reading(end, numbers.digits(run), "phone")
    if len(run) == 8 or (len(run) == 10 and first[0][0] == "1"):
        return Reading(end, numbers.digits(run), "phone") if _is_service(page, first, end) else None
    return None


def _is_service(page: Page, first: re.Match[str], end: int) -> bool:
    """Tell 1900 6769 from 1900 and another number: one run of digits, or a call before it."""
    return first.end() == end or page.has_said(_CALLING, 6)


def _say_abroad(page: Page, opening: re.Match[str]) -> Reading | None:
    first = _OPENING.match(page.text, opening.end())
    if first is None:
        rest = opening[1]
        return Reading(opening.end(), "cộng " + numbers.digits(rest), "phone") if rest == "84" else None
    run, end = _gather(page.text, first, _GROUP, 12)
    if len(opening[1] + run) < 8:
        return None
    return Reading(end, f"cộng {numbers.digits(opening[1])} {numbers.digits(run)}", "phone")


def _gather(text: str, first: re.Match[str], pattern: re.Pattern[str], longest: int) -> tuple[str, int]:
    """Join groups of digits as long as the whole stays within `longest` digits."""
    run, end = first[0], first.end()
    while len(run) < longest and (group := pattern.match(text, end)) and len(run) + len(group[1]) <= longest:
        run, end = run + group[1], group.end()
    return run, end


def read_account(page: Page, pos: int) -> Reading | None:
    """Read account, identity, tax and customer numbers, and short numbers to call."""
    text = page.text
    first = _OPENING.match(text, pos)
    if first is None:
        return None
    if page.has_said(_CALLING, 10) or page.trail[-1] == "số":
        short = _short_number(page, first)
        if short is not None:
            return short
    has_shape = len(first[0]) in range(9, 16) and not _POINTED.match(text, first.end())
    if not (has_shape or page.has_said(_ACCOUNTS, 5)) or page.trail[-1] in ("năm", "tháng", "ngày", "gọi"):
        return None
    if _YEARS.match(text, pos):
        return None
    run, end = _gather(text, first, _CODE_GROUP, 20)
    follows = page.next_word(end)
    is_amount = follows in _MONEY or _AMOUNT.match(text, end) is not None
    is_near = (
        page.has_said(_NAMING, 3) and len(run) > 2 and follows not in COUNTED and follows not in PER_NOUNS
    )
    if is_amount or (len(run) < 6 and not is_near):
        return None
    return Reading(end, numbers.digits(run), "account")


def _short_number(page: Page, first: re.Match[str]) -> Reading | None:
    digits, end = first[0], first.end()
    if digits in ("1800", "1900"):
        digits, end = _gather(page.text, first, _GROUP, 10)
    is_listed = (
        digits in _SHORT
        or (len(digits) in (3, 4, 5) and _is_dialled(page))
        or (len(digits) in (4, 6, 8, 10) and digits.startswith(("1800", "1900")))
    )
    if not is_listed or page.char(end) in ("/", "%") or page.trail[-1] in ("năm", "tổ", "tháng"):
        return None
    follows = page.next_word(end)
    if follows in _MONEY or follows in _ADDRESS or follows in COUNTED or follows in PER_NOUNS:
        return None
    if page.trail[-1] == "số" and not page.has_said(_REACHING, 4):
        at = end + 1 if page.char(end) == " " else end
        if page.has_said(_DOCUMENTS, 4) or (page.char(at).isupper() and page.char(end) == " "):
            return None
    return Reading(end, numbers.digits(digits), "phone")


def _is_dialled(page: Page) -> bool:
    """Tell whether whatever short number comes next is one to dial."""
    said = [word for word in page.trail[-5:] if word not in ("số", ":", ",", "là", "gửi", "đến", "tới")]
    return " ".join(said[-2:]) in ("tổng đài", "dây nóng", "nhắn tin", "soạn tin") or said[-1:] == ["bấm"]


def read_plate(page: Page, pos: int) -> Reading | None:
    """Read a vehicle plate: 29A-123.45, 29-C1 234.56."""
    match = _PLATE.match(page.text, pos)
    if match is None:
        return None
    province, series, serial = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], match[6])
    if "." not in serial and not page.has_said(("biển", "soát", "xe", "số"), 6):
        return None
    return Reading(
        match.end(), f"{numbers.digits(province)} {say_code(series)}, {numbers.digits(serial)}", "plate"
    )


def read_customer(page: Page, pos: int) -> Reading | None:
    """Read a customer code that opens with letters: PB05020012345."""
    match = _CUSTOMER.match(page.text, pos)
    if match is None or not page.has_said(("mã", "hàng", "hiệu", "seri", "chiếu"), 5):
        return None
    letters = "".join(char for char in match[0] if char.isalpha())
    return Reading(match.end(), f"{say_code(letters)} {numbers.digits(match[0])}", "account")
