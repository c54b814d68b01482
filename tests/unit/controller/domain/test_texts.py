import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import Code, DomainError, InvalidError
from controller.domain.texts import MAX_NAME, MAX_TEXT, clean_line, clean_text


def refusal_of(text: str, **choices: int) -> InvalidError:
    with pytest.raises(InvalidError) as refused:
        clean_text(text, **choices)  # type: ignore[arg-type]
    return refused.value


@pytest.mark.parametrize("empty", ["", "   ", "\n\n\t\r\n", "\u200b\ufeff", "\u202e"])
def test_a_text_of_nothing_readable_is_empty(empty: str) -> None:
    assert refusal_of(empty).code is Code.TEXT_EMPTY


def test_twenty_thousand_characters_are_taken_and_one_more_is_not() -> None:
    assert len(clean_text("a" * MAX_TEXT)) == 20_000
    error = refusal_of("a" * 20_001)
    assert (error.code, error.field) == (Code.TEXT_TOO_LONG, "text")
    assert error.params == {"length": 20_001, "limit": 20_000}


def test_length_is_counted_in_letters_and_not_in_how_they_were_typed() -> None:
    nfd = unicodedata.normalize("NFD", "ệ" * MAX_TEXT)
    assert len(nfd) == 3 * MAX_TEXT
    assert clean_text(nfd) == "ệ" * MAX_TEXT


def test_decomposed_letters_become_the_usual_ones() -> None:
    text = "Phường Thống Nhất, tổ dân phố số 5"
    assert clean_text(unicodedata.normalize("NFD", text)) == text
    assert clean_line(unicodedata.normalize("NFD", text), field="title") == text


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x9f", "\ud800", "\uffff"])
def test_a_control_character_is_refused_with_its_line(character: str) -> None:
    error = refusal_of(f"Dòng một\nDòng {character} hai")
    assert error.code is Code.CONTROL_CHARACTERS
    assert error.params == {"line": 2, "character": f"U+{ord(character):04X}"}


@pytest.mark.parametrize("clean", [clean_text, clean_line])
@pytest.mark.parametrize("pairs", [20, 500_000], ids=["few", "a megabyte"])
def test_marks_heaped_on_one_letter_are_refused_before_they_cost_minutes(
    clean: Callable[..., str], pairs: int
) -> None:
    began_s = time.process_time()
    with pytest.raises(InvalidError) as refused:
        clean("Họp\na" + "\u0301\u0316" * pairs, field="text")
    assert time.process_time() - began_s < 2
    assert refused.value.code in (Code.CONTROL_CHARACTERS, Code.TEXT_TOO_LONG, Code.NAME_TOO_LONG)
    if refused.value.code is Code.CONTROL_CHARACTERS:
        assert refused.value.params["line"] == 2


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\ud800"])
def test_a_control_character_in_a_name_is_refused(character: str) -> None:
    with pytest.raises(InvalidError) as refused:
        clean_line(f"Loa {character} 1", field="name")
    assert (refused.value.code, refused.value.field) == (Code.CONTROL_CHARACTERS, "name")


@pytest.mark.parametrize("found", ["a\r\nb", "a\rb", "a\vb", "a\fb", "a\u2028b"])
def test_every_line_break_is_one_line_break(found: str) -> None:
    assert clean_text(found) == "a\nb"


def test_invisible_characters_and_turned_writing_are_dropped() -> None:
    assert clean_text("gi\u00ado\u200b \u202e7\u2066:\u206930") == "gio 7:30"


def test_a_name_is_one_line_with_single_spaces() -> None:
    assert clean_line("  Cụm loa \n thôn\tĐông ", field="name") == "Cụm loa thôn Đông"


@pytest.mark.parametrize(
    ("name", "code"), [(" \n ", Code.NAME_EMPTY), ("a" * (MAX_NAME + 1), Code.NAME_TOO_LONG)]
)
def test_a_name_has_a_length(name: str, code: Code) -> None:
    with pytest.raises(InvalidError) as refused:
        clean_line(name, field="name")
    assert (refused.value.code, refused.value.field) == (code, "name")


@given(st.text(alphabet=st.characters(), max_size=300))
def test_whatever_is_typed_is_refused_or_clean_for_good(typed: str) -> None:
    try:
        text = clean_text(typed)
    except DomainError:
        return
    assert clean_text(text) == text == unicodedata.normalize("NFC", text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in text.replace("\n", ""))
