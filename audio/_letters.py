"""Letters and syllables: what is a Vietnamese word, and how a letter is called."""

import re
import unicodedata
from functools import lru_cache

from audio._page import Page

_NAMES = {
    "a": "a", "b": "bê", "c": "xê", "d": "đê", "đ": "đê", "e": "e", "f": "ép", "g": "gờ", "h": "hát",
    "i": "i", "j": "gi", "k": "ca", "l": "lờ", "m": "em", "n": "en", "o": "o", "p": "pê", "q": "quy",
    "r": "rờ", "s": "ét", "t": "tê", "u": "u", "v": "vê", "w": "vê kép", "x": "ích", "y": "i", "z": "dét",
}  # fmt: skip
_ONSET = "ngh|ng|nh|th|tr|ch|gh|gi|kh|ph|qu|[bcdđghklmnprstvx]"
_NUCLEUS = (
    "iêu|yêu|uôi|ươi|ươu|oai|oay|oao|oeo|uây|uya|uyê|uyu|uêu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|ôi|ơi"
    "|oo|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|ya|yê|[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_NUCLEUS})(?:(ch|[cpt])|(?:ng|nh|[mn]))?")
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_WORD_NEAR = re.compile(r"[ ,.:;!?()\"“”-]{1,3}([^\W\d_]{2,12})")
_WORD_BEFORE = re.compile(r"([^\W\d_]{2,12})[ ,.:;!?()\"“”-]{1,3}\Z")


def spell(text: str) -> str:
    """Call every letter of `text` by its name; a letter without a name stays itself."""
    return " ".join(_NAMES.get(char, char) for char in text.lower() if char.isalpha())


def is_consonant(letter: str) -> bool:
    """Tell whether a lone letter has no sound of its own."""
    return letter in _NAMES and letter not in "aeiouy"


@lru_cache(maxsize=4096)
def is_syllable(word: str) -> bool:
    """Tell whether a lower-case word can be one Vietnamese syllable, tone marks included."""
    if len(word) > 7:
        return False
    marked = unicodedata.normalize("NFD", word)
    toneless = unicodedata.normalize("NFC", marked.translate(_TONES))
    match = _SYLLABLE.fullmatch(toneless)
    # A syllable that stops in c, ch, p or t always carries a rising or a heavy tone.
    return match is not None and (match[1] is None or "\u0301" in marked or "\u0323" in marked)


def could_be_bare_syllable(word: str) -> bool:
    """Tell whether lower-case letters without any accent can be one Vietnamese syllable."""
    return _BARE.fullmatch(word) is not None


def could_be_a_name(word: str) -> bool:
    """Tell whether lower-case letters without accents sound like two Vietnamese syllables: hanoi."""
    return 4 < len(word) < 9 and _BARE_NAME.fullmatch(word) is not None


_BARE_PATTERN = (
    "(?:ngh|ng|nh|th|tr|ch|gh|gi|kh|ph|qu|[bcdghklmnprstvx])?"
    "(?:ieu|yeu|uoi|uou|oai|oay|oao|oeo|uay|uya|uye|uyu|[aeiouy]{1,2})(?:ng|nh|ch|[cmnpt])?"
)
_BARE = re.compile(_BARE_PATTERN)
_BARE_NAME = re.compile(f"(?:{_BARE_PATTERN}){{2}}")


def is_shouted(page: Page, start: int, end: int) -> bool:
    """Tell whether the capitals at `start:end` stand in a heading: a word beside them is in capitals."""
    after = _WORD_NEAR.match(page.text, end)
    if after and _is_capital_word(after[1]):
        return True
    before = _WORD_BEFORE.search(page.text[max(0, start - 16) : start])
    return before is not None and _is_capital_word(before[1])


def _is_capital_word(word: str) -> bool:
    return word.isupper() and is_syllable(word.lower())
