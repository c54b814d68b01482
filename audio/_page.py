"""One text on its way to being read: its clean form, and what has been said so far."""

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import NamedTuple

_NEXT_WORD = re.compile(r"[ ]{0,3}([^\W\d_]{1,40})")
# Everything outside this set takes the slow path of `clean`: rare in real announcements.
_ODD = re.compile("[^ -~\n\u00a1-\u00ac\u00ae-\u00bb\u00bf-\u012f\u0131-\u024f\u1ea0-\u1ef9–—‘’“”•…‰≤≥₫]")
_COMPATIBLE = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff\u2103\u3380-\u33df]")
# Two spellings of one word: the rules know the second only.
_SPELLINGS = {"khoá": "khóa", "hoà": "hòa", "quí": "quý", "kỉ": "kỷ", "tỉ": "tỷ", "mồng": "mùng", "sỹ": "sĩ"}


class Reading(NamedTuple):
    """What a rule proposes: read the text up to `end` as `spoken`."""

    end: int
    spoken: str
    rule: str
    is_certain: bool = True


class Page:
    """The clean text with its lower-case twin (same offsets) and the trail of what was said."""

    __slots__ = ("low", "text", "trail")

    def __init__(self, text: str) -> None:
        self.text = text
        self.low = text.lower()
        # Words as said; a number leaves "#rule", a mark leaves itself. Padded so that looking back is safe.
        self.trail: list[str] = [""] * 12

    def note(self, word: str) -> None:
        """Remember one source word as said."""
        self.trail.append(_SPELLINGS.get(word, word))

    def has_said(self, words: Collection[str], within: int) -> bool:
        """Tell whether one of `words` is among the last `within` in the same sentence."""
        for said in reversed(self.trail[-within:]):
            if said == ".":
                return False
            if said in words:
                return True
        return False

    def said(self, count: int) -> str:
        """Return the last `count` words joined by spaces."""
        return " ".join(self.trail[-count:])

    def next_word(self, pos: int) -> str:
        """Return the lower-case word that starts at `pos`, after up to three spaces, or ''."""
        match = _NEXT_WORD.match(self.low, pos)
        return match[1] if match else ""

    def char(self, pos: int) -> str:
        """Return the character at `pos`, or '' outside the text."""
        return self.text[pos] if 0 <= pos < len(self.text) else ""


Rule = Callable[[Page, int], Reading | None]


def clean(source: str) -> tuple[str, list[int] | None]:
    """Return `source` (NFC) without silent characters, and where each kept character came from.

    The list is None when nothing moved. The result has only letters, ASCII digits, the superscripts
    of square and cubic units, spaces, newlines and visible marks.
    """
    if _ODD.search(source) is None:
        return source, None
    kept: list[str] = []
    origins: list[int] = []
    for at, char in enumerate(source):
        if unicodedata.category(char)[0] == "M":
            _compose(kept, char)
            continue
        for plain in _plain(char):
            kept.append(plain)
            origins.append(at)
    return "".join(kept), origins


def _compose(kept: list[str], mark: str) -> None:
    """Put a combining mark on the letter before it, or drop it when no single letter comes out."""
    if kept:
        whole = unicodedata.normalize("NFC", kept[-1] + mark)
        if len(whole) == 1:
            kept[-1] = whole


def _plain(char: str) -> str:
    """Return what stays of one character; '' when it is silent inside a word."""
    if _ODD.match(char) is None:
        return char
    if char in "\u2028\u2029\x85":
        return "\n"
    kind = unicodedata.category(char)
    if kind == "Cf":
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind in ("No", "Nl") or _COMPATIBLE.match(char):
        return _compatible(char)
    if kind[0] == "L":
        return char if len(char.lower()) == 1 else unicodedata.normalize("NFD", char)[0]
    # Emoji, private and control characters are silent but part words; other marks are read as marks.
    return char if kind[0] == "P" or kind in ("Sm", "Sc") else " "


def _compatible(char: str) -> str:
    """Return the everyday characters that a styled letter, digit or unit sign stands for."""
    plain = unicodedata.normalize("NFKC", char).replace("\u2044", "/")
    everyday = "".join(c for c in plain if _ODD.match(c) is None) or " "
    return " " + everyday if "/" in everyday else everyday
