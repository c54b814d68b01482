"""Turn a written announcement into the words a newsreader says."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from audio._page import Page, clean
from audio._scanner import Piece, Scanner, own_words

__all__ = ["Script", "Span", "read"]


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of the source that is not read as written, and the rule that read it.

    `start` and `end` count characters of the script's `source`. A reading that a person should
    look at before it goes on air has `is_certain` false.
    """

    start: int
    end: int
    source: str
    spoken: str
    rule: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Script:
    """A text (NFC) with its spoken form: lower-case letters, single spaces, `,` and `.` for pauses."""

    source: str
    spoken: str
    spans: tuple[Span, ...]


def read(text: str, dictionary: Mapping[str, str] | None = None) -> Script:
    """Read `text` aloud on paper; never fails, whatever the text.

    `dictionary` maps the commune's own names and abbreviations, as written, to what is said;
    it wins over the built-in rules. A key also matches in capitals.
    """
    source = unicodedata.normalize("NFC", text)
    cleaned, origins = clean(source)
    pieces = Scanner(Page(cleaned), _own(dictionary) if dictionary else {}).scan()
    return Script(source, _join(pieces), tuple(_spans(source, origins, pieces)))


def _own(dictionary: Mapping[str, str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Prepare the commune's words: their spoken forms obey the output rules like everything else."""
    spoken: dict[str, str] = {}
    for written, said in dictionary.items():
        key = clean(unicodedata.normalize("NFC", written))[0].strip()
        if key:
            words = _join(Scanner(Page(clean(unicodedata.normalize("NFC", said))[0]), {}).scan()).rstrip(".")
            spoken.setdefault(key.upper(), words)
            spoken[key] = words
    return own_words(spoken)


def _join(pieces: Iterable[Piece]) -> str:
    """Put pieces together: one space between words, one mark at a pause, a full stop at the end."""
    said: list[str] = []
    pause = ""
    for piece in pieces:
        spoken = piece.spoken
        if spoken in (",", "."):
            pause = "." if "." in (pause, spoken) else ","
        elif spoken:
            if said and pause:
                said[-1] += pause
            pause = ""
            said.append(spoken)
    return " ".join(said) + "." if said else ""


def _spans(source: str, origins: list[int] | None, pieces: Iterable[Piece]) -> list[Span]:
    spans: list[Span] = []
    for piece in pieces:
        if piece.rule in ("", "pause", "silent"):
            continue
        start, end = piece.start, piece.end
        if origins is not None:
            start, end = origins[start], origins[end - 1] + 1
        if spans and start < spans[-1].end:
            # One character of the source can stand for several (½): its readings share one span.
            spans[-1] = replace(
                spans[-1],
                end=end,
                source=source[spans[-1].start : end],
                spoken=f"{spans[-1].spoken} {piece.spoken}",
            )
        else:
            spans.append(Span(start, end, source[start:end], piece.spoken, piece.rule, piece.is_certain))
    return spans
