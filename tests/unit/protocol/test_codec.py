"""Messages by their wire name: every kind has one, unknown ones are told apart from broken ones."""

import pytest

from protocol import Journal, Message, Timetable, name_of
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


_RAILS = {"holds_from": "2026-03-01T17:00:00Z", "zone": "Asia/Ho_Chi_Minh"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Asia/Hà Nội"},
        {"zone": ""},
        {"holds_from": "2026-03-01T17:00:00"},
        {"quiet_hours": [["22:00", "24:00"]]},
        {"quiet_hours": [["22:00", "05:00\n"]]},
        {"quiet_hours": [["22:00", "05:00"]] * 25},
        {"slots": [["5:30", "06:30"]]},
        {"slots": [["05:30"]]},
        {"days": [0]},
        {"days": [1, 2, 3, 4, 5, 6, 7, 7]},
        {"sessions_per_day": -1},
        {"session_minutes": 1_441},
        {"volume_curve": [["06:00", 101]]},
        {"night_volume": 60.5},
        {"emergency_item_minutes": 0},
        {"emergency_day_minutes": 100_000},
    ],
)
def test_guard_rails_out_of_bounds_are_malformed(wrong: dict[str, object]) -> None:
    with pytest.raises(MalformedMessageError):
        decode_body("timetable", {"revision": 1, "station": "", "items": [], "rails": [{**_RAILS, **wrong}]})


def test_at_most_sixteen_guard_rails_travel() -> None:
    body = {"revision": 1, "station": "", "items": [], "rails": [_RAILS] * 16}
    assert name_of(decode_body("timetable", body)) == "timetable"
    with pytest.raises(MalformedMessageError):
        decode_body("timetable", {**body, "rails": [_RAILS] * 17})


def test_messages_of_the_first_version_are_still_understood() -> None:
    item = {
        "occurrence": "o-1", "title": "", "start_at": "2026-03-02T22:30:00Z", "late_limit_s": 60,
        "end_at": "2026-03-02T22:31:00Z", "priority": 50, "text": "chữ",
    }  # fmt: skip
    table = decode_body("timetable", {"revision": 1, "station": "", "items": [item]})
    assert isinstance(table, Timetable)
    assert (table.rails, table.items[0].on_loss, table.items[0].latest_at) == ((), "resume", None)
    entry = {
        "seq": 1, "occurrence": "o-1", "result": "done", "planned_at": "2026-03-02T22:30:00Z",
        "noted_at": "2026-03-02T22:31:00Z",
    }  # fmt: skip
    journal = decode_body("journal", {"journal": "j", "entries": [entry]})
    assert isinstance(journal, Journal)
    assert (journal.entries[0].offset_ms, journal.entries[0].detail) == (0, "")
    assert (journal.entries[0].boot, journal.entries[0].up_ms) == (None, None)
    assert journal.entries[0].dated_by == "clock"


@pytest.mark.parametrize(
    "wrong",
    [
        {"boot": ""},
        {"boot": "b\n"},
        {"boot": "b" * 81},
        {"up_ms": -1},
        {"up_ms": 2**53 + 1},
        {"up_ms": 1.5},
        {"dated_by": ""},
        {"dated_by": None},
        {"dated_by": "the stars"},
    ],
)
def test_an_entry_s_second_clock_is_bounded(wrong: dict[str, object]) -> None:
    entry: dict[str, object] = {
        "seq": 1, "occurrence": "o", "result": "done",
        "planned_at": "2026-03-02T22:30:00Z", "noted_at": "2026-03-02T22:31:00Z",
    }  # fmt: skip
    decode_body("journal", {"journal": "j", "entries": [entry]})
    with pytest.raises(MalformedMessageError):
        decode_body("journal", {"journal": "j", "entries": [{**entry, **wrong}]})
