"""Numbers as words: cardinals, digit strings, decimals."""

import re

DIGIT_NAMES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_TENS = ("", " mốt", " hai", " ba", " tư", " lăm", " sáu", " bảy", " tám", " chín")
_SCALES = ("", " nghìn", " triệu")
_LONGEST_CARDINAL = 15

GROUPED = re.compile(r"\d{1,3}(?:\.\d{3}){1,5}(?!\d|\.\d)(?:,\d{1,6}(?!\d))?")
COMMA_GROUPED = re.compile(r"\d{1,3}(?:(?:,\d{3}){2,5}|,000)(?!\d|,\d)(?:\.\d{1,4}(?!\d))?")
DECIMAL = re.compile(r"(\d{1,15}),(\d{1,9})(?!\d)")
PLAIN = re.compile(r"\d+")


def digits(text: str) -> str:
    """Read every digit of `text` by itself; anything else is silent."""
    return " ".join(DIGIT_NAMES[int(char)] for char in text if char in "0123456789")


def _below_hundred(number: int) -> str:
    tens, units = divmod(number, 10)
    if tens == 0:
        return DIGIT_NAMES[units]
    if tens == 1:
        return "mười" + (" lăm" if units == 5 else " " + DIGIT_NAMES[units] if units else "")
    return DIGIT_NAMES[tens] + " mươi" + _AFTER_TENS[units]


def _with_hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    head = DIGIT_NAMES[hundreds] + " trăm"
    if rest == 0:
        return head
    return head + (" linh " if rest < 10 else " ") + _below_hundred(rest)


# A later group is always read with its hundred, so one table of 1,000 serves every scale.
_GROUPS = tuple(_with_hundreds(number) for number in range(1000))
_SMALL = tuple(_below_hundred(number) for number in range(100)) + _GROUPS[100:]


def cardinal(number: int) -> str:
    """Read a whole number from 0 up to 15 digits."""
    if number < 1000:
        return _SMALL[number]
    billions, rest = divmod(number, 1_000_000_000)
    words = [cardinal(billions) + " tỷ"] if billions else []
    for power in (2, 1, 0):
        group, rest = divmod(rest, 1000**power)
        if group:
            words.append((_GROUPS if words else _SMALL)[group] + _SCALES[power])
    return " ".join(words)


def whole(text: str) -> str:
    """Read a run of digits: as a number, or digit by digit when it cannot be a count."""
    if len(text) > _LONGEST_CARDINAL or (len(text) > 2 and text[0] == "0"):
        return digits(text)
    return cardinal(int(text))


def code(text: str) -> str:
    """Read the digits of a short code: 6B2, C04, B12."""
    return digits(text) if len(text) > 2 or text[0] == "0" else cardinal(int(text))


def fraction(text: str) -> str:
    """Read the digits after a decimal mark."""
    if len(text) == 2 and text[0] != "0":
        return cardinal(int(text))
    return digits(text)


def number_at(text: str, pos: int) -> tuple[int, str] | None:
    """Read the number at `pos` in Vietnamese notation; return its end and its words."""
    if match := GROUPED.match(text, pos):
        if text[pos] == "0":
            return match.end(), digits(match[0])
        return match.end(), _grouped(match[0], ".", ",")
    if match := COMMA_GROUPED.match(text, pos):
        return match.end(), _grouped(match[0], ",", ".")
    if match := DECIMAL.match(text, pos):
        return match.end(), f"{whole(match[1])} phẩy {fraction(match[2])}"
    if match := PLAIN.match(text, pos):
        return match.end(), whole(match[0])
    return None


def _grouped(text: str, group: str, mark: str) -> str:
    head, _, tail = text.partition(mark)
    words = cardinal(int(head.replace(group, "")))
    return f"{words} phẩy {fraction(tail)}" if tail else words
