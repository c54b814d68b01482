"""Abbreviations, capitals, lone letters and letter-digit codes."""

import re

from audio import _numbers as numbers
from audio._dictionary import DICTIONARY, LABELLED, Entry
from audio._letters import could_be_a_name, is_consonant, is_shouted, is_syllable, spell
from audio._page import Page, Reading

_WORD = re.compile(r"[^\W\d_²³¹]+")
_CODE = re.compile(r"[A-ZĐ]{1,5}(?:[.-]?\d{1,4}[A-ZĐ]{0,3}){1,4}(?![^\W_])")
_DIGIT_CODE = re.compile(r"\d{1,4}(?:[A-ZĐ]{1,3}\d{0,4}){1,3}(?![^\W_])|\d{1,4}[a-eđ](?![^\W_])")
_INITIALS = re.compile(r"(?:[A-ZĐ]\.){1,5}[A-ZĐ](?![^\W_])")
_TIMES = re.compile(r"x ?\d")
_RUNS = re.compile(r"(\d+)|([^\W\d_]+)")
_BRACKETED = re.compile(r"\(([^\W\d_][\w&.-]{1,14})\)")
_INITIALS_WITHIN = 12


def read_abbreviation(page: Page, pos: int) -> Reading | None:
    """Expand a listed abbreviation or foreign word."""
    match = _WORD.match(page.text, pos)
    if match is None:
        return None
    for entry in DICTIONARY.heads.get(match[0], ()):
        if (reading := _expand(page, pos, entry)) is not None:
            return reading
    spoken = DICTIONARY.any_case.get(match[0].lower())
    return Reading(match.end(), spoken, "foreign") if spoken else None


def _expand(page: Page, pos: int, entry: Entry) -> Reading | None:
    text = page.text
    if not text.startswith(entry.written, pos):
        return None
    stop = pos + len(entry.written)
    following = page.char(stop)
    if following.isalpha() or (following.isdigit() and not (entry.following or entry.is_joined)):
        return None
    end = entry.end_at(page, pos)
    is_word = not entry.is_conditional() and _is_ordinary_word(entry.written)
    if end is None or (is_word and is_shouted(page, pos, stop)):
        return None
    return Reading(end, entry.spoken, "abbreviation")


def _is_ordinary_word(written: str) -> bool:
    return written.isupper() and len(written) > 1 and is_syllable(written.lower())


def read_capitals(page: Page, pos: int) -> Reading | None:
    """Spell an unknown abbreviation; leave a Vietnamese word in capitals alone."""
    match = _WORD.match(page.text, pos)
    if match is None or len(match[0]) < 2 or not match[0].isupper():
        return None
    word = match[0].lower()
    if is_syllable(word) and (len(word) > 2 or not word.isascii() or is_shouted(page, pos, match.end())):
        return None
    if len(word) > 6 or could_be_a_name(word) or not _is_spellable(word):
        return None
    return Reading(match.end(), spell(word), "spelled", is_certain=False)


def _is_spellable(word: str) -> bool:
    """Tell whether capitals are letters to call by name, not the capitals of another script."""
    return all(letter <= "\u024f" or "\u1ea0" <= letter <= "\u1ef9" for letter in word)


def read_letter(page: Page, pos: int) -> Reading | None:
    """Call a lone consonant, or initials parted by dots, by name; a lone vowel sounds as it stands."""
    if initials := _INITIALS.match(page.text, pos):
        return Reading(initials.end(), spell(initials[0]), "letter")
    if _TIMES.match(page.text, pos) and page.trail[-1] not in LABELLED:
        return Reading(pos + 1, "nhân", "sign")
    match = _WORD.match(page.text, pos)
    if match is None or len(match[0]) != 1 or not is_consonant(match[0].lower()):
        return None
    return Reading(match.end(), spell(match[0]), "letter")


def read_code(page: Page, pos: int) -> Reading | None:
    """Read letters joined to digits, either first: H5N1, C04, 6B2, 4G, 17B."""
    pattern = _DIGIT_CODE if page.text[pos].isdigit() else _CODE
    match = pattern.match(page.text, pos)
    if match is None:
        return None
    return Reading(match.end(), say_code(match[0]), "code" if match[0][0].isdigit() else "label")


def say_code(text: str) -> str:
    """Read each run of letters by name and each run of digits as a short number."""
    return " ".join(numbers.code(run[1]) if run[1] else spell(run[2]) for run in _RUNS.finditer(text))


def read_bracketed(page: Page, pos: int) -> Reading | None:
    """Drop an abbreviation in brackets when its full form has just been said."""
    match = _BRACKETED.match(page.text, pos)
    if match is None or match[1].islower():
        return None
    words = page.trail[-_INITIALS_WITHIN:]
    spoken = DICTIONARY.plain.get(match[1], "").replace(",", "").split()
    has_form = bool(spoken) and [word for word in words if word != ","][-len(spoken) :] == spoken
    return Reading(match.end(), "", "repeated") if has_form or _has_initials(match[1], words) else None


def _has_initials(short: str, words: list[str]) -> bool:
    letters = [char for char in short.lower() if char.isalpha()]
    initials = [word[0] for word in words if word and word.isalpha()]
    return len(letters) > 2 and initials[-len(letters) :] == letters
