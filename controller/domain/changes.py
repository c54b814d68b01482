"""What changed, in few words: for the trail, and for whoever was about to overwrite it."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from difflib import SequenceMatcher

MOST_CHARACTERS = 2_000
_LONGEST_VALUE = 200
_SENTENCE_END = re.compile(r"(?<=[.!?…;])\s+|\n+")


def changes(*, version: int, fields: Iterable[tuple[str, object, object]], text: tuple[str, str]) -> str:
    """Return one line for each thing that became another, the new version first, MOST_CHARACTERS at most.

    `fields` are name, before and after. `text` is told by its sentences: `- gone`, `+ new`.
    """
    lines = [f"version {version}"]
    lines += [
        f"{name}: {_plain(before)} → {_plain(after)}" for name, before, after in fields if before != after
    ]
    return bounded("\n".join([*lines, *_sentences(*text)]))


def bounded(told: str, *, limit: int = MOST_CHARACTERS) -> str:
    """Return what fits; an ellipsis says that there was more."""
    return told if len(told) <= limit else f"{told[: limit - 1]}…"


def _sentences(before: str, after: str) -> Iterator[str]:
    old, new = (_SENTENCE_END.split(text) for text in (before, after))
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            yield from (f"- {one}" for one in old[old_from:old_to])
            yield from (f"+ {one}" for one in new[new_from:new_to])


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "none" if value in (None, "") else bounded(str(value), limit=_LONGEST_VALUE)
