"""The walk over a page: at each place the first rule that fits says how to read it."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from audio._abbreviations import read_abbreviation, read_bracketed, read_capitals, read_code, read_letter
from audio._codes import read_account, read_customer, read_phone, read_plate
from audio._dates import read_day, read_days, read_full_date, read_marked_date, read_month
from audio._dictionary import DICTIONARY, head_of
from audio._documents import read_document
from audio._marks import read_mark
from audio._page import Page, Reading, Rule
from audio._quantities import read_listed, read_quantity
from audio._ratios import read_score, read_slashed
from audio._roman import read_roman
from audio._times import read_time, read_weekday, read_weekday_number
from audio._web import read_web

_WORD = re.compile(r"[^\W\d_²³¹]+")

# Order matters: a narrower shape stands before a wider one.
_DIGIT_RULES: tuple[Rule, ...] = (
    read_document,
    read_plate,
    read_account,
    read_phone,
    read_weekday_number,
    read_days,
    read_full_date,
    read_month,
    read_day,
    read_score,
    read_time,
    read_marked_date,
    read_slashed,
    read_listed,
    read_quantity,
)
_UNSEEN = ("pause", "silent")
# What these rules read is not a number to be counted, ranged or added.
_SAID_IN_WORDS = frozenset(
    ("abbreviation", "foreign", "spelled", "letter", "own", "web", "rate", "sign", "range", "repeated")
)


class Piece(NamedTuple):
    """One stretch of the text and how it is said; `rule` is '' for a word that stands as written."""

    start: int
    end: int
    spoken: str
    rule: str
    is_certain: bool


class Scanner:
    """Walks one page with the built-in rules and the commune's own words."""

    def __init__(self, page: Page, own: Mapping[str, tuple[tuple[str, str], ...]]) -> None:
        self.page = page
        self.own = own
        self.pieces: list[Piece] = []

    def scan(self) -> list[Piece]:
        """Return the pieces of the page in order, without gaps in meaning."""
        page, text, pos = self.page, self.page.text, 0
        while pos < len(text):
            char = text[pos]
            if char == " ":
                pos += 1
            elif char.isdigit():
                pos = self._take(pos, self._read_digits(pos))
            elif match := _WORD.match(text, pos):
                pos = self._read_word(pos, match.end())
            else:
                pos = self._take(pos, self._own_word(pos, char) or self._read_sign(page, pos))
        return self.pieces

    def _read_digits(self, pos: int) -> Reading:
        reading = self._own_word(pos, self.page.text[pos])
        for rule in () if reading else _DIGIT_RULES:
            if (reading := rule(self.page, pos)) is not None:
                break
        return reading or Reading(pos + 1, "", "silent")

    def _read_word(self, pos: int, end: int) -> int:
        page = self.page
        word, following = page.text[pos:end], page.char(end)
        reading = self._own_word(pos, word)
        if reading is None and _is_worth_a_look(word, following):
            reading = _read_special_word(page, pos, end)
        if reading is not None:
            return self._take(pos, reading)
        page.note(page.low[pos:end])
        self.pieces.append(Piece(pos, end, page.low[pos:end], "", True))
        return end

    def _own_word(self, pos: int, head: str) -> Reading | None:
        """Read one of the commune's own words; they win over every rule."""
        for written, spoken in self.own.get(head, ()):
            end = pos + len(written)
            if self.page.text.startswith(written, pos) and not (
                written[-1].isalnum() and self.page.char(end).isalnum()
            ):
                return Reading(end, spoken, "own")
        return None

    def _read_sign(self, page: Page, pos: int) -> Reading:
        char = page.text[pos]
        if char == "(" and (bracketed := read_bracketed(page, pos)):
            return bracketed
        if char in "(+" and (phone := read_phone(page, pos)):
            return phone
        return read_mark(page, pos)

    def _take(self, pos: int, reading: Reading) -> int:
        page, rule = self.page, reading.rule
        self.pieces.append(Piece(pos, reading.end, reading.spoken, rule, reading.is_certain))
        if rule in _UNSEEN:
            page.trail.append("-" if page.text[pos] in "-–" else reading.spoken or page.trail[-1])
        elif rule in _SAID_IN_WORDS:
            page.trail.extend(reading.spoken.replace(",", "").split())
        else:
            page.trail.append("#2" if reading.spoken == "hai" else "#" + rule)
        return reading.end


def _is_worth_a_look(word: str, following: str) -> bool:
    """Tell whether a word can be anything but an ordinary one; most cannot, and this decides the speed."""
    if word in DICTIONARY.heads or (following and following in "0123456789.@-_:"):
        return True
    return len(word) == 1 or word.isupper() or word.lower() in DICTIONARY.any_case


def _read_special_word(page: Page, pos: int, end: int) -> Reading | None:
    following = page.char(end)
    if following and following in "0123456789.@-_:" and (reading := read_web(page, pos)):
        return reading
    for rule in (
        read_weekday,
        read_customer,
        read_roman,
        read_abbreviation,
        read_code,
        read_capitals,
        read_letter,
    ):
        if (reading := rule(page, pos)) is not None:
            return reading
    return None


def own_words(dictionary: Mapping[str, str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Arrange the commune's own words by their first letters, longest first."""
    arranged: dict[str, tuple[tuple[str, str], ...]] = {}
    for written in sorted(dictionary, key=len, reverse=True):
        head = head_of(written)
        arranged[head] = (*arranged.get(head, ()), (written, dictionary[written]))
    return arranged
