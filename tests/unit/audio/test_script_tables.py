"""The reader's tables: every line loads, and says only what may be said."""

import unicodedata
from pathlib import Path

import pytest

import audio.script
from audio._dictionary import DICTIONARY
from audio.script import read

_FOLDER = Path(audio.script.__file__).parent


def lines(name: str) -> list[list[str]]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["dictionary.tsv", "units.tsv"])
def test_a_table_says_only_letters_and_commas(name: str) -> None:
    for written, spoken, *_ in lines(name):
        assert spoken == unicodedata.normalize("NFC", spoken).lower(), written
        assert all(char.isalpha() or char in " ," for char in spoken), written


@pytest.mark.parametrize("name", ["dictionary.tsv", "units.tsv"])
def test_a_table_has_no_line_twice(name: str) -> None:
    keys = [(line[0], *line[2:]) for line in lines(name)]
    assert len(keys) == len(set(keys))


def test_every_plain_abbreviation_is_read_as_listed() -> None:
    for written, spoken in DICTIONARY.plain.items():
        assert read(f"xin {written} nhé").spoken == f"xin {spoken} nhé.", written


def test_every_unit_is_read_after_a_number() -> None:
    for written, (spoken, _) in DICTIONARY.units.items():
        assert read(f"chừng 12{written} nhé").spoken == f"chừng mười hai {spoken} nhé.", written
