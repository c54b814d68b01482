"""The reading cases: sentences with every reading that is accepted for them."""

import unicodedata
from pathlib import Path

import pytest

from audio.script import read

_ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "reading-cases.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


def words(text: str) -> list[str]:
    """Return the words alone: a pause more or less is no fault."""
    return text.lower().replace(",", " ").replace(".", " ").split()


@pytest.mark.scenario("S-033")
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("text", "spoken", "alternates"), [row[1:4] for row in _ROWS], ids=[r[0] for r in _ROWS]
)
def test_a_case_comes_out_as_given(text: str, spoken: str, alternates: str, form: str) -> None:
    accepted = [words(one) for one in (spoken, *filter(None, alternates.split(" || ")))]
    assert words(read(unicodedata.normalize(form, text)).spoken) in accepted  # type: ignore[arg-type]
