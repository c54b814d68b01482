"""The tables behind the reader: abbreviations, document symbols, words of web names, units.

A line of `dictionary.tsv` is: written, spoken, when. `when` is a list of conditions parted by `;`:

- `dot`: a full stop right after belongs to the abbreviation; `must dot`: without it the line does not fit
- `joined`: digits may stand right after (KP3)
- `name`, `number`, `place` (either), `long number` (three digits), `road number`, `colon`: what follows
- `before a|b`, `not before a|b`: the words that follow; `after a|b`, `not after a|b`: the word just said
- `document`: a document number follows; `any case`: capitals do not matter
- `document kind`, `document issuer`, `web`: used only inside document numbers and web names
"""

import re
from dataclasses import dataclass
from pathlib import Path

from audio._contexts import words
from audio._page import Page

_FOLLOWING = {
    "name": re.compile(r" ?[^\W\d_]{2}"),
    "number": re.compile(r" ?\d"),
    "place": re.compile(r" ?(?:\d|[^\W\d_]{2})"),
    "long number": re.compile(r" ?\d{3}(?!\d)"),
    "road number": re.compile(r" ?\d{2,3}[A-Z]?(?![\w.])"),
    "colon": re.compile(r" ?:"),
    "document": re.compile(r" ?(?:số ?)?\d{1,5}(?:[/-]|\b)"),
}
_TABLES = ("document kind", "document issuer", "web")
LABELLED = words("labelled")
_PERSONS = words("persons")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the dictionary, ready to be tried on a text."""

    written: str
    spoken: str
    takes_dot: bool = False
    needs_dot: bool = False
    is_joined: bool = False
    following: str = ""
    before: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    after: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()

    def is_conditional(self) -> bool:
        """Tell whether this line fits in some places only."""
        return bool(self.following or self.before or self.not_before or self.after or self.needs_dot)

    def end_at(self, page: Page, pos: int) -> int | None:
        """Return where the abbreviation that starts at `pos` ends, or None when this line does not fit."""
        end = pos + len(self.written)
        after = self._after_dot(page, end)
        if after is None or not self._fits_what_follows(page, after):
            return None
        said = page.trail[-1]
        if (self.after and said not in self.after) or said in self.not_after:
            return None
        if len(self.written) == 1 and (said in LABELLED or said in _PERSONS or _ends_a_name(page, pos)):
            return None
        return after

    def _after_dot(self, page: Page, end: int) -> int | None:
        has_dot = page.char(end) == "."
        if self.needs_dot and not has_dot:
            return None
        if has_dot and (self.takes_dot or self.needs_dot) and _CONTINUES.match(page.text, end + 1):
            return end + 1
        return None if self.needs_dot else end

    def _fits_what_follows(self, page: Page, after: int) -> bool:
        if self.following and not self._is_followed(page, after):
            return False
        if not self.before and not self.not_before:
            return True
        rest = page.low[after : after + 24].lstrip(" .")
        return (not self.before or rest.startswith(self.before)) and not (
            self.not_before and rest.startswith(self.not_before)
        )

    def _is_followed(self, page: Page, after: int) -> bool:
        match = _FOLLOWING[self.following].match(page.text, after)
        if match is None:
            return False
        first = match[0].lstrip()[0]
        return self.following not in ("name", "place") or first.isdigit() or first.isupper()


_CONTINUES = re.compile(r"[ ]?[^\W_]|[:,/-]")
_NAME_BEFORE = re.compile(r"[^\W\d_]{1,12} \Z")


def _ends_a_name(page: Page, pos: int) -> bool:
    """Tell whether a lone letter stands for a person's last name, as in "anh Nguyễn Văn B."."""
    match = _NAME_BEFORE.search(page.text[max(0, pos - 14) : pos])
    return match is not None and match[0].istitle() and page.has_said(_PERSONS, 5)


def _rows(name: str) -> list[list[str]]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [[*row, ""][:3] for row in rows]


def _entry(written: str, spoken: str, when: str) -> Entry:
    fields: dict[str, object] = {}
    for condition in filter(None, (part.strip() for part in when.split(";"))):
        if condition in _FOLLOWING:
            fields["following"] = condition
        elif condition == "dot":
            fields["takes_dot"] = True
        elif condition == "joined":
            fields["is_joined"] = True
        elif condition == "must dot":
            fields["needs_dot"] = True
        else:
            key, words = _worded(condition)
            fields[key] = frozenset(words) if key.endswith("after") else words
    return Entry(written, spoken, **fields)  # type: ignore[arg-type]  # checked by the loading test


def _worded(condition: str) -> tuple[str, tuple[str, ...]]:
    for opening in ("not before ", "not after ", "before ", "after "):
        if condition.startswith(opening):
            return opening.strip().replace(" ", "_"), tuple(condition[len(opening) :].split("|"))
    raise ValueError(f"dictionary.tsv: unknown condition {condition!r}")


class Dictionary:
    """The built-in tables, read once."""

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        self.issuers: dict[str, str] = {}
        self.web: dict[str, str] = {}
        self.any_case: dict[str, str] = {}
        self.plain: dict[str, str] = {}
        self.heads: dict[str, tuple[Entry, ...]] = {}
        self.units: dict[str, tuple[str, str]] = {w: (s, kind) for w, s, kind in _rows("units.tsv")}
        tables = dict(zip(_TABLES, (self.kinds, self.issuers, self.web), strict=True))
        entries: list[Entry] = []
        for written, spoken, when in _rows("dictionary.tsv"):
            if when in tables:
                tables[when][written] = spoken
            elif when == "any case":
                self.any_case[written] = spoken
            else:
                entries.append(_entry(written, spoken, when))
        self._file(entries)

    def _file(self, entries: list[Entry]) -> None:
        """Sort entries by their first letters: longest first, conditions before plain."""
        entries.sort(key=lambda entry: (-len(entry.written), not entry.is_conditional()))
        for entry in entries:
            head = head_of(entry.written)
            self.heads[head] = (*self.heads.get(head, ()), entry)
            if not entry.is_conditional():
                self.plain.setdefault(entry.written, entry.spoken)


def head_of(text: str) -> str:
    """Return the run of letters that opens `text`, or its first character."""
    match = _LETTERS.match(text)
    return match[0] if match else text[:1]


_LETTERS = re.compile(r"[^\W\d_²³¹]+")

DICTIONARY = Dictionary()
