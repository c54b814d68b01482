"""Cutting scripts for engines that take a hundred letters at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.chunks import split_script

WORDS = st.lists(
    st.text(alphabet="aăâbcđeêghiklmnoôơtuưvy", min_size=1, max_size=12), min_size=1, max_size=120
)


def test_a_short_script_stays_whole() -> None:
    assert split_script("kính mời bà con, chú ý nghe.") == ["kính mời bà con, chú ý nghe."]


def test_a_sentence_end_is_the_best_border() -> None:
    first, second = "một hai ba bốn năm sáu, bảy tám.", "chín mười, mười một, mười hai mười ba."
    assert split_script(f"{first} {second}", limit=60) == [first, second]


def test_a_comma_is_better_than_a_blank() -> None:
    assert split_script("một hai ba bốn, năm sáu bảy tám", limit=22) == ["một hai ba bốn,", "năm sáu bảy tám"]


def test_a_word_longer_than_the_limit_is_cut_rather_than_lost() -> None:
    assert split_script("a" * 25, limit=10) == ["a" * 10, "a" * 10, "a" * 5]


@pytest.mark.parametrize("script", ["", "  ", " . , ."])
def test_nothing_to_say_gives_no_chunk(script: str) -> None:
    assert split_script(script) == []


@given(WORDS, st.sampled_from([" ", ", ", ". "]))
def test_no_word_is_lost_doubled_or_moved(words: list[str], pause: str) -> None:
    script = pause.join(words)
    chunks = split_script(script)
    assert " ".join(chunks).split() == script.split()
    assert all(0 < len(chunk) <= 100 for chunk in chunks)
