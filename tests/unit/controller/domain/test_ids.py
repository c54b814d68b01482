import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.ids import (
    device_id,
    new_claim_code,
    new_id,
    new_token,
    next_id,
    normal_claim_code,
    token_hash,
)
from protocol.topics import check_device_id

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def test_ids_of_one_instant_keep_the_order_in_which_they_were_made() -> None:
    made = [next_id(NOW) for _ in range(200)]
    assert all(earlier < later for earlier, later in pairwise(made))
    assert len(set(made)) == 200
    assert {len(one) for one in made} == {len(new_id(NOW))} == {20}


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [new_id(NOW + timedelta(milliseconds=number)) for number in range(500)]
    assert made == sorted(made)
    assert len(set(made)) == 500


def test_a_token_is_never_made_twice_nor_kept_in_clear() -> None:
    tokens = {new_token() for _ in range(500)}
    assert len(tokens) == 500
    assert all(token not in token_hash(token) for token in tokens)


def test_a_claim_code_has_no_letters_that_look_alike() -> None:
    for _ in range(200):
        assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}", new_claim_code())


@pytest.mark.parametrize(
    "typed", ["ABCD-EFGH-2345", "abcdefgh2345", " abcd efgh 2345\n", "AB-CD-EF-GH-23-45"]
)
def test_a_claim_code_may_be_typed_in_any_way(typed: str) -> None:
    assert normal_claim_code(typed) == "ABCD-EFGH-2345"


@given(st.text(max_size=120))
def test_the_id_of_any_device_fits_into_a_topic(name: str) -> None:
    assert check_device_id(device_id(name, NOW))


def test_the_id_of_a_device_carries_its_name() -> None:
    assert device_id("Cụm loa thôn Đông", NOW).startswith("cum-loa-thon-dong-")
    assert device_id("電", NOW).startswith("thiet-bi-")
