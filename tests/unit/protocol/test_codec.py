"""Messages by their wire name: every kind has one, unknown ones are told apart from broken ones."""

import pytest

from protocol import Message, name_of
from protocol.codec import decode_body
from protocol.errors import MalformedMessageError, UnknownMessageError
from protocol.messages import NAMES
from tests.factories.messages import CONTENT, one_of_each


def test_every_message_has_a_name_of_its_own() -> None:
    assert {type(message) for message in one_of_each()} == set(NAMES)
    assert len(set(NAMES.values())) == len(NAMES)


@pytest.mark.parametrize("name", ["", "order", "TIMETABLE", "__class__", "x" * 1_000])
def test_an_unknown_name_is_told_apart(name: str) -> None:
    with pytest.raises(UnknownMessageError) as caught:
        decode_body(name, {})
    assert len(str(caught.value)) < 100


def test_fields_of_a_later_version_are_ignored() -> None:
    decoded = decode_body("journal_ack", {"journal": "j", "upto": 1, "since": 2030})
    assert name_of(decoded) == "journal_ack"


_WRONG: list[tuple[str, object]] = [
    ("journal_ack", None),
    ("journal_ack", []),
    ("journal_ack", {"journal": "j"}),
    ("journal_ack", {"journal": "j", "upto": "1"}),
    ("journal_ack", {"journal": "j", "upto": -1}),
    ("journal_ack", {"journal": "j", "upto": 2**53 + 1}),
    ("journal_ack", {"journal": "", "upto": 1}),
    ("journal_ack", {"journal": "j\n", "upto": 1}),
    ("journal_ack", {"journal": "../j", "upto": 1}),
    ("want", {"content": CONTENT + "\n", "missing": ""}),
    ("want", {"content": CONTENT.upper(), "missing": ""}),
    ("want", {"content": CONTENT, "missing": "not base64!"}),
    ("gone", {"boot": "b", "is_on_purpose": 1}),
    ("journal", {"journal": "j", "entries": []}),
]


@pytest.mark.parametrize(("name", "body"), _WRONG)
def test_a_body_out_of_bounds_is_malformed(name: str, body: object) -> None:
    with pytest.raises(MalformedMessageError):
        decode_body(name, body)


def _state(**changes: object) -> dict[str, object]:
    return {
        "boot": "b", "seq": 1, "at": "2026-03-02T22:30:00Z", "revision": 0, "agent_version": "0", **changes
    }  # fmt: skip


@pytest.mark.parametrize(
    "at",
    [
        "2026-03-02T22:30:00",
        "9999-12-31T23:59:59-10:00",
        "0001-01-01T00:00:00+14:00",
        "2200-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "yesterday",
        1,
    ],
)
def test_an_instant_without_zone_or_far_away_is_malformed(at: object) -> None:
    with pytest.raises(MalformedMessageError):
        decode_body("state", _state(at=at))


def test_a_device_that_wakes_up_in_1970_is_heard() -> None:
    message: Message = decode_body("state", _state(at="1970-01-01T00:00:03Z"))
    assert name_of(message) == "state"


def test_too_many_parts_are_malformed() -> None:
    with pytest.raises(MalformedMessageError):
        decode_body("state", _state(faults=["x"] * 21))
