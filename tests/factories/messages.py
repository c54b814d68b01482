"""Messages, envelopes and keys with defaults; a test names only what it is about."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from protocol import (
    ContentRef,
    Gone,
    Item,
    Journal,
    JournalAck,
    JournalEntry,
    Message,
    Rails,
    State,
    Timetable,
    Want,
)
from protocol._wire import from_plain
from protocol.adapters.jose_keys import SigningKey, TrustedKey

NOW = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # Tuesday 05:30 in Asia/Ho_Chi_Minh
CONTENT = hashlib.sha256(b"sound").hexdigest()


def signing_key(owner: str = "controller") -> SigningKey:
    """Return the key of one party; the same one within a run."""
    return _key_of(owner)


@cache
def _key_of(_owner: str) -> SigningKey:
    return SigningKey.generate()


def trusted_key(owner: str = "controller") -> TrustedKey:
    """Return the public half of `signing_key(owner)`."""
    return TrustedKey(signing_key(owner).public_text())


def an_item(number: int = 1, *, start_at: datetime = NOW, text: str | None = None, title: str = "") -> Item:
    """Return a sound of one minute, or a board text."""
    return Item(
        occurrence=f"occ-{number}",
        title=title or f"Thông báo số {number}",
        start_at=start_at,
        end_at=start_at + timedelta(minutes=1),
        late_limit_s=30,
        priority=10,
        content=None if text else ContentRef(id=CONTENT, size=480_000, media_type="audio/ogg"),
        text=text,
    )


def a_timetable(*items: Item, revision: int = 7) -> Timetable:
    """Return a timetable of the given items, or of one."""
    return Timetable(revision=revision, station="Phường Láng", items=items or (an_item(),))


def some_rails(**limits: object) -> Rails:
    """Return guard rails that have held for ever in Viet Nam and set only these limits."""
    made: Rails = from_plain(
        {"holds_from": "1970-01-01T00:00:00Z", "zone": "Asia/Ho_Chi_Minh", **limits}, Rails
    )
    return made


def an_entry(seq: int = 1) -> JournalEntry:
    """Return the journal's line of an item that was played whole."""
    return JournalEntry(
        seq=seq,
        occurrence=f"occ-{seq}",
        result="done",
        planned_at=NOW,
        noted_at=NOW + timedelta(seconds=61),
        started_at=NOW + timedelta(milliseconds=3),
        ended_at=NOW + timedelta(seconds=60),
        length_ms=59_997,
        deviation_us=3_000,
        volume=80,
        content=CONTENT,
        revision=7,
        boot="b-1",
        up_ms=3_661_000,
    )


def one_of_each() -> tuple[Message, ...]:
    """Return one message of every kind."""
    return (
        replace(
            a_timetable(an_item(1), an_item(2, text="Họp tổ dân phố\nlúc 19 giờ")),
            rails=(some_rails(quiet_hours=[["22:00", "05:00"]], days=[1, 5], night_volume=60),),
        ),
        JournalAck(journal="j-1", upto=12),
        State(
            boot="b-1", seq=3, at=NOW, revision=7, agent_version="0.1.0", playing=("occ-1",), faults=("mute",)
        ),
        Gone(boot="b-1", is_on_purpose=False),
        Want(content=CONTENT, missing=b"\x05\x80"),
        Journal(journal="j-1", entries=(an_entry(1), an_entry(2))),
    )
