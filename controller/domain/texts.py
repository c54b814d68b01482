"""What a person typed or pasted, made safe to keep, to read aloud and to show."""

import unicodedata

from controller.domain.errors import Code, InvalidError

MAX_TEXT = 20_000
MAX_TITLE = 200
MAX_NAME = 120
MAX_REASON = 2_000
# Word processors leave these behind; they carry no meaning in a notice.
_LINE_BREAKS = {"\r\n": "\n", "\r": "\n", "\v": "\n", "\f": "\n", "\u2028": "\n", "\u2029": "\n\n"}
_SILENT = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), None)
# These turn the order of letters round: what an approver reads would not be what is spoken and kept.
_SILENT |= dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), None)
# As in Unicode's Stream-Safe Text Format: no language needs more, and putting a long run in order takes minutes.
_MOST_MARKS = 30
_CHARACTERS_A_LETTER = 4


def clean_text(raw: str, *, field: str = "text", limit: int = MAX_TEXT) -> str:
    """Return `raw` in NFC with plain line breaks and without invisible characters.

    Raises InvalidError: TEXT_EMPTY, TEXT_TOO_LONG (with both lengths) or CONTROL_CHARACTERS (with the line).
    """
    _refuse_unwieldy(raw, Code.TEXT_TOO_LONG, field=field, limit=limit)
    text = raw
    for found, instead in _LINE_BREAKS.items():
        text = text.replace(found, instead)
    text = unicodedata.normalize("NFC", text.translate(_SILENT).replace("\t", " ")).strip()
    _refuse_control_characters(text, field)
    if not text:
        raise InvalidError(Code.TEXT_EMPTY, field=field)
    if len(text) > limit:
        raise InvalidError(Code.TEXT_TOO_LONG, field=field, length=len(text), limit=limit)
    return text


def clean_line(raw: str, *, field: str, limit: int = MAX_NAME) -> str:
    """Return a one-line name or title in NFC. Raises InvalidError NAME_EMPTY, NAME_TOO_LONG or CONTROL_CHARACTERS."""
    _refuse_unwieldy(raw, Code.NAME_TOO_LONG, field=field, limit=limit)
    line = " ".join(unicodedata.normalize("NFC", raw.translate(_SILENT)).split())
    _refuse_control_characters(line, field)
    if not line:
        raise InvalidError(Code.NAME_EMPTY, field=field)
    if len(line) > limit:
        raise InvalidError(Code.NAME_TOO_LONG, field=field, length=len(line), limit=limit)
    return line


def _refuse_unwieldy(raw: str, too_long: Code, *, field: str, limit: int) -> None:
    """Refuse, before any work is put into it, what no spelling of an allowed text can be."""
    if len(raw) > limit * _CHARACTERS_A_LETTER:
        raise InvalidError(too_long, field=field, length=len(raw), limit=limit)
    marks = 0
    for place, char in enumerate(raw):
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks > _MOST_MARKS:
            line = raw.count("\n", 0, place) + 1
            raise InvalidError(
                Code.CONTROL_CHARACTERS, field=field, line=line, character=f"U+{ord(char):04X}"
            )


def _refuse_control_characters(text: str, field: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        for char in line:
            if unicodedata.category(char) in ("Cc", "Cs", "Cn"):
                raise InvalidError(
                    Code.CONTROL_CHARACTERS, field=field, line=number, character=f"U+{ord(char):04X}"
                )
