"""The reader on any text at all."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from audio.script import read

_FRAGMENTS = st.sampled_from(
    [
        "ngày",
        "tháng",
        "thứ",
        "số",
        "gọi",
        "UBND",
        "TP.",
        "Q.",
        "ĐT:",
        "12",
        "5/6",
        "3-4",
        "7h30",
        "08:15",
        "1.500",
        "2,5",
        "%",
        "°C",
        "km/h",
        "/KH-UBND",
        "XVI",
        "(VPCP)",
        "½",
        "m²",
        "đ",
        "—",
        "😀",
    ]
)
_TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="0123456789./,-:hT ", max_size=60),
    st.lists(_FRAGMENTS, max_size=12).map(" ".join),
    st.lists(_FRAGMENTS, max_size=12).map("".join),
)
_DICTIONARIES = st.dictionaries(st.text(max_size=6), st.text(max_size=12), max_size=3)


@given(_TEXTS)
@settings(max_examples=400)
def test_a_reading_has_only_lower_case_letters_spaces_and_two_marks(text: str) -> None:
    spoken = read(text).spoken
    assert spoken == unicodedata.normalize("NFC", spoken)
    assert spoken == spoken.lower()
    assert all(char in " ,." or unicodedata.category(char)[0] == "L" for char in spoken)
    assert "  " not in spoken
    assert spoken == spoken.strip()


@given(_TEXTS)
@settings(max_examples=300)
def test_spans_stand_in_order_and_quote_the_source(text: str) -> None:
    script = read(text)
    assert script.source == unicodedata.normalize("NFC", text)
    last = 0
    for span in script.spans:
        assert last <= span.start < span.end <= len(script.source)
        assert script.source[span.start : span.end] == span.source
        last = span.end


@given(_TEXTS)
@settings(max_examples=200)
def test_composed_and_decomposed_input_read_the_same(text: str) -> None:
    assert read(text) == read(unicodedata.normalize("NFD", text))


@given(_TEXTS, _DICTIONARIES)
@settings(max_examples=200)
def test_the_communes_words_never_break_the_output(text: str, own: dict[str, str]) -> None:
    spoken = read(text, own).spoken
    assert all(char in " ,." or unicodedata.category(char)[0] == "L" for char in spoken)


@given(_TEXTS)
@settings(max_examples=100)
def test_reading_twice_changes_nothing(text: str) -> None:
    assert read(text) == read(text)
