"""Mail addresses, sites and links."""

import re
from functools import lru_cache

from audio import _numbers as numbers
from audio._contexts import words as word_list
from audio._dictionary import DICTIONARY
from audio._letters import could_be_bare_syllable, spell
from audio._page import Page, Reading

_MAIL = re.compile(r"([A-Za-z0-9._%+-]{1,64})@([A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,40}){1,5})")
_SITE = re.compile(
    r"(?:[Hh]ttps?://)?((?:[A-Za-z0-9-]{1,40}\.){1,5}([A-Za-z]{2,6}))(?![A-Za-z0-9@])((?:/[A-Za-z0-9._~%?=&#+-]{0,60}){0,6})"
)
_ENDINGS = word_list("web_endings")
_PIECE = re.compile(r"[A-Za-z]+|\d+|[.@_/-]")
_MARKS = {".": "chấm", "@": "a còng", "-": "gạch ngang", "_": "gạch dưới", "/": "gạch chéo"}
_LONGEST_WORD = 18


def read_web(page: Page, pos: int) -> Reading | None:
    """Read a mail address, a site name or a link."""
    if mail := _MAIL.match(page.text, pos):
        return Reading(mail.end(), _say(mail[0]), "web")
    site = _SITE.match(page.text, pos)
    if site is None or site[2].lower() not in _ENDINGS:
        return None
    path = site[3].rstrip("./?&-")
    return Reading(site.end() - len(site[3]) + len(path), _say(site[1] + path), "web")


def _say(text: str) -> str:
    words = []
    for piece in _PIECE.findall(text):
        if piece in _MARKS:
            words.append(_MARKS[piece])
        else:
            words.append(numbers.code(piece) if piece.isdigit() else say_label(piece.lower()))
    return " ".join(words)


@lru_cache(maxsize=512)
def say_label(label: str) -> str:
    """Split glued words and give known ones their tones; spell what cannot be spoken."""
    if label in DICTIONARY.web:
        return DICTIONARY.web[label]
    if label in DICTIONARY.any_case:
        return DICTIONARY.any_case[label]
    if len(label) > 3 and (spoken := DICTIONARY.plain.get(label.upper())):
        return spoken.replace(",", "")
    split = _split(label)
    if split is not None:
        return " ".join(DICTIONARY.web.get(word, word) for word in split)
    return spell(label) if len(label) < 5 and not set(label) & set("aeiouy") else label


def _split(label: str) -> list[str] | None:
    """Cut a label into the fewest words; a known word costs less than a guessed syllable."""
    best: list[tuple[int, list[str]] | None] = [(0, [])]
    for end in range(1, len(label) + 1):
        found: tuple[int, list[str]] | None = None
        for start in range(max(0, end - _LONGEST_WORD), end):
            before, cost = best[start], _cost(label[start:end])
            if before is not None and cost and (found is None or before[0] + cost < found[0]):
                found = before[0] + cost, [*before[1], label[start:end]]
        best.append(found)
    last = best[-1]
    return last[1] if last else None


def _cost(word: str) -> int:
    if word in DICTIONARY.web:
        return 2 + len(word) // 8
    return 3 if len(word) > 1 and could_be_bare_syllable(word) else 0
