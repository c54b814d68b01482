import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from controller.domain.airings import AiringState
from controller.domain.devices import Device, Presence
from controller.mqtt.gateway import Downlinker, Gateway
from protocol import (
    BLOCK_BYTES,
    CONTROLLER,
    MAX_MESSAGE_BYTES,
    MAX_WANTED,
    Gone,
    Journal,
    JournalAck,
    JournalEntry,
    Message,
    State,
    Timetable,
    Want,
    address,
    decode_block,
    name_of,
    seal,
    to_bitmap,
    unseal,
)
from protocol.adapters.jose_keys import TrustedKey
from tests.factories.controller import ControlRoom
from tests.factories.messages import signing_key, trusted_key
from tests.fakes.device import MemoryLink


class Wire:
    """A gateway on a link without a broker, with one enrolled device that can speak and listen."""

    def __init__(self, room: ControlRoom) -> None:
        self.room = room
        self.device = room.device(public_key=signing_key("device").public_text())
        self.links: list[MemoryLink] = []
        self.downlinker = Downlinker(signer=signing_key(), clock=room.clock)
        room.downlink = self.downlinker  # type: ignore[assignment]
        room.uses = room.wire(room.database.unit)
        self.gateway = Gateway(
            reports=room.uses.reports,
            clock=room.clock,
            link_to=self._link_to,
            downlinker=self.downlinker,
            verifier_for=TrustedKey,
        )

    def _link_to(
        self, on_message: Callable[[str, bytes], None], on_connection: Callable[[bool], None]
    ) -> MemoryLink:
        self.links.append(MemoryLink(on_message, on_connection))
        return self.links[0]

    @property
    def link(self) -> MemoryLink:
        return self.links[0]

    def topic(self, message: Message, device: str = "") -> str:
        return f"loa/v1/device/{device or self.device.id}/up/{name_of(message)}"

    def sealed(
        self, message: Message, *, sender: str = "", recipient: str = CONTROLLER, key: str = "device"
    ) -> bytes:
        envelope = address(
            message, sender=sender or self.device.id, recipient=recipient, now=self.room.clock.now()
        )
        return seal(envelope, signing_key(key))

    def say(self, message: Message) -> None:
        self.link.deliver(self.topic(message), self.sealed(message))

    def settle(self) -> None:
        """Wait until everything that was delivered has been worked on."""
        self.gateway.catch_up()

    def heard(self) -> list[Message]:
        """Return what went down to the device, as it would understand it."""
        return [
            unseal(payload, trusted_key(), recipient=self.device.id, now=self.room.clock.now()).message
            for topic, payload in self.link.sent
            if not topic.endswith("/block")
        ]

    def presence(self) -> Presence:
        return self.room.row(Device, self.device.id).presence


@pytest.fixture
def wire(room: ControlRoom) -> Iterator[Wire]:
    """Give a gateway that is listening."""
    wire = Wire(room)
    wire.gateway.start()
    wire.link.go_up()
    yield wire
    wire.gateway.stop()


def a_state(seq: int = 1, **changes: object) -> State:
    from tests.factories.messages import NOW

    state = State(boot="b-1", seq=seq, at=NOW, revision=1, agent_version="1")
    return replace(state, **changes)  # type: ignore[arg-type]


def an_entry(occurrence: str, seq: int = 1) -> JournalEntry:
    from tests.factories.messages import NOW

    return JournalEntry(
        seq=seq,
        occurrence=occurrence,
        result="done",
        planned_at=NOW,
        noted_at=NOW,
        started_at=NOW,
        length_ms=900,
        volume=70,
    )


# --- what is true reaches the use cases ------------------------------------------------------------------


def test_a_state_makes_a_device_online(wire: Wire) -> None:
    wire.say(a_state(missing_contents=2, faults=("card",)))
    wire.settle()
    device = wire.room.row(Device, wire.device.id)
    assert (device.presence, device.missing_contents, device.faults) == (Presence.ONLINE, 2, "card")
    assert wire.gateway.is_connected


def test_a_last_will_makes_it_offline_and_one_of_another_boot_does_not(wire: Wire) -> None:
    wire.say(a_state())
    wire.say(Gone(boot="b-0", is_on_purpose=False))
    wire.settle()
    assert wire.presence() is Presence.ONLINE
    wire.say(Gone(boot="b-1", is_on_purpose=True))
    wire.settle()
    assert wire.presence() is Presence.STOPPED


def test_a_journal_closes_airings_and_is_acknowledged_in_words_that_the_device_trusts(wire: Wire) -> None:
    airing = wire.room.schedule().airings[0]
    wire.say(Journal(journal="j", entries=(an_entry("unknown", 1), an_entry(airing.id, 2))))
    wire.settle()
    closed = wire.room.airings_of(wire.device)[0]
    assert (closed.state, closed.volume, closed.length_ms) == (AiringState.DONE, 70, 900)
    assert wire.heard() == [JournalAck(journal="j", upto=2)]
    with wire.room.work() as work:
        rows = work.areas._session.connection().exec_driver_sql("SELECT body FROM journal_records").scalars()
        bodies = [json.loads(body) for body in rows]
    assert sorted(body["occurrence"] for body in bodies) == sorted([airing.id, "unknown"])


def test_a_device_that_wants_everything_at_once_gets_a_window_of_it(wire: Wire) -> None:
    content_id = wire.room.schedule().broadcast.content_id
    wire.room.contents.path(content_id).write_bytes(bytes(BLOCK_BYTES * (MAX_WANTED + 10)))
    wire.say(Want(content=content_id, missing=to_bitmap(range(3, MAX_WANTED + 10), MAX_WANTED + 10)))
    wire.settle()
    blocks = [decode_block(payload) for topic, payload in wire.link.sent if topic.endswith("/block")]
    assert [block.index for block in blocks] == list(range(3, MAX_WANTED + 3))


def test_wanted_blocks_come_down_and_are_the_content(wire: Wire) -> None:
    content_id = wire.room.schedule().broadcast.content_id
    whole = wire.room.contents.path(content_id).read_bytes()
    wire.say(Want(content=content_id, missing=to_bitmap([0], 1)))
    wire.settle()
    topics = [topic for topic, _ in wire.link.sent]
    assert topics == [f"loa/v1/device/{wire.device.id}/down/block"]
    block = decode_block(wire.link.sent[0][1])
    assert (block.content, block.payload) == (content_id, whole[:BLOCK_BYTES])


def test_a_timetable_is_what_the_device_is_to_air(wire: Wire) -> None:
    airing = wire.room.schedule().airings[0]
    assert wire.room.uses.timetables.push_due() == 1
    (timetable,) = wire.heard()
    assert isinstance(timetable, Timetable)
    assert timetable.station == "Phường A"
    (item,) = timetable.items
    (rails,) = timetable.rails
    assert (rails.zone, rails.has_neighbour, rails.holds_from.year) == ("Asia/Ho_Chi_Minh", False, 1970)
    assert (rails.quiet_hours, rails.night_volume) == ((("22:00", "05:00"),), 60)
    assert item.latest_at is not None
    assert (item.on_loss, item.origin, item.order) == ("resume", "commune", 0)
    assert (item.occurrence, item.start_at, item.end_at) == (airing.id, airing.planned_at, airing.ends_at)
    assert item.content is not None
    assert (item.content.id, item.text) == (airing.content_id, None)


# --- what is not is refused ------------------------------------------------------------------------------


def refused(wire: Wire, topic: str, payload: bytes) -> str:
    """Deliver something wrong; return the code under which it was counted, and see that the loop goes on."""
    before = dict(wire.gateway.refusals)
    wire.link.deliver(topic, payload)
    wire.settle()
    new = [
        code
        for code, count in wire.gateway.refusals.items()
        if count > before.get(code, 0) and " " not in code
    ]
    assert len(new) == 1
    assert wire.presence() is Presence.UNKNOWN, "it was acted on"
    wire.say(a_state())
    wire.settle()
    assert wire.presence() is Presence.ONLINE, "the loop has ended"
    return new[0]


def test_a_word_that_another_key_signed_is_refused(wire: Wire) -> None:
    payload = wire.sealed(a_state(), key="somebody else")
    assert refused(wire, wire.topic(a_state()), payload) == "signature_refused"


def test_a_word_that_was_changed_on_the_way_is_refused(wire: Wire) -> None:
    payload = bytearray(wire.sealed(a_state()))
    payload[len(payload) // 2] ^= 1
    assert refused(wire, wire.topic(a_state()), bytes(payload)) == "signature_refused"


@pytest.mark.parametrize("payload", [b"", b"{}", b"\x00\xff", b"a.b.c", b"[" * 50_000])
def test_bytes_that_are_no_message_are_refused(wire: Wire, payload: bytes) -> None:
    assert refused(wire, wire.topic(a_state()), payload) == "signature_refused"


def test_a_message_that_is_too_large_is_refused_unread(wire: Wire) -> None:
    assert refused(wire, wire.topic(a_state()), b"x" * (MAX_MESSAGE_BYTES + 1)) == "message_too_large"


@pytest.mark.parametrize(
    "topic",
    ["", "x", "loa/v1/device/+/up/state", "loa/v1/device/A/up/state", "loa/v1/device/x/sideways/state"],
)
def test_a_topic_that_is_none_of_ours_is_refused(wire: Wire, topic: str) -> None:
    assert refused(wire, topic, wire.sealed(a_state())) == "bad_topic"


def test_a_device_does_not_speak_for_another_one(wire: Wire) -> None:
    other = wire.room.device(name="hai", public_key=signing_key("other").public_text())
    for sender, topic_of, key in (
        (wire.device.id, wire.device.id, "other"),  # signs as itself, says it is the first
        (other.id, wire.device.id, "other"),  # says who it is, on the first one's topic
    ):
        payload = wire.sealed(a_state(), sender=sender, key=key)
        wire.link.deliver(wire.topic(a_state(), topic_of), payload)
    payload = wire.sealed(a_state(), sender=other.id, key="device")  # the first one signs as the other
    wire.link.deliver(wire.topic(a_state()), payload)
    wire.settle()
    assert wire.gateway.refusals["signature_refused"] == 2
    assert wire.gateway.refusals["wrong_recipient"] == 1
    assert (wire.presence(), wire.room.row(Device, other.id).presence) == (Presence.UNKNOWN, Presence.UNKNOWN)


def test_a_word_for_somebody_else_is_refused(wire: Wire) -> None:
    payload = wire.sealed(a_state(), recipient="another-controller")
    assert refused(wire, wire.topic(a_state()), payload) == "wrong_recipient"


def test_a_message_on_the_topic_of_another_kind_is_refused(wire: Wire) -> None:
    payload = wire.sealed(Gone(boot="b-1", is_on_purpose=False))
    assert refused(wire, wire.topic(a_state()), payload) == "wrong_recipient"


def test_an_order_that_comes_up_is_refused(wire: Wire) -> None:
    order = JournalAck(journal="j", upto=1)
    assert refused(wire, wire.topic(order), wire.sealed(order)) == "unknown_message"


def test_an_unknown_or_revoked_device_is_not_listened_to(wire: Wire) -> None:
    revoked = wire.room.device(name="hai", public_key=signing_key("device").public_text())
    wire.room.uses.devices.revoke(wire.room.operator(), revoked.id)
    for device in ("loa-nobody", revoked.id):
        wire.link.deliver(wire.topic(a_state(), device), wire.sealed(a_state(), sender=device))
    wire.settle()
    assert wire.gateway.refusals["signature_refused"] == 2
    assert wire.room.row(Device, revoked.id).presence is Presence.UNKNOWN


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seq", "one"),
        ("result", "fine"),
        ("noted_at", "yesterday"),
        ("noted_at", "2026-03-02T22:30:00"),
        ("length_ms", 2**63),
    ],
)
def test_a_malformed_journal_is_refused_and_does_not_hold_up_others(
    wire: Wire, field: str, value: object
) -> None:
    airing = wire.room.schedule().airings[0]
    journal = Journal(journal="j", entries=(an_entry(airing.id),))
    claims = json.loads(trusted_key("device").verify(wire.sealed(journal)))
    claims["body"]["entries"][0][field] = value
    wire.link.deliver(wire.topic(journal), signing_key("device").sign(json.dumps(claims).encode()))
    wire.say(journal)
    wire.settle()
    assert wire.gateway.refusals["malformed_message"] == 1
    assert wire.heard() == [JournalAck(journal="j", upto=1)]
    assert wire.room.airings_of(wire.device)[0].state is AiringState.DONE


def test_a_refusal_is_logged_once_for_each_device_and_then_only_counted(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for number in range(30):
        wire.link.deliver(wire.topic(a_state()), b"forged")
        made_up = "x" * (1 + number)
        wire.link.deliver(f"loa/v1/device/{wire.device.id}/up/{made_up}", b"forged")
    wire.settle()
    assert wire.gateway.refusals["signature_refused"] == 60
    assert len([one for one in caplog.records if one.message.startswith("refused")]) == 1
    assert len(wire.gateway.refusals) == 2, "what a device makes up is not remembered"


# --- faults of ours --------------------------------------------------------------------------------------


def test_a_fault_of_ours_in_one_message_does_not_end_the_loop(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(wire.room.uses.reports, "take_farewell", stumble)
        wire.say(a_state())
        wire.say(Gone(boot="b-1", is_on_purpose=False))
        wire.settle()
    assert "ZeroDivisionError" in caplog.text
    wire.say(Gone(boot="b-1", is_on_purpose=False))
    wire.settle()
    assert wire.presence() is Presence.OFFLINE


def test_a_journal_that_finds_the_database_busy_is_not_acknowledged_and_its_repetition_counts(
    wire: Wire,
) -> None:
    import sqlite3

    airing = wire.room.schedule().airings[0]
    journal = Journal(journal="j", entries=(an_entry(airing.id),))
    lock = sqlite3.connect(wire.room.folder / "loa.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    wire.say(journal)
    wire.settle()
    lock.close()
    assert wire.heard() == []
    wire.say(journal)
    wire.settle()
    assert wire.heard() == [JournalAck(journal="j", upto=1)]


def test_more_than_can_wait_is_dropped_and_counted(room: ControlRoom) -> None:
    wire = Wire(room)  # nobody works yet
    for _ in range(20_005):
        wire.link.deliver("topic", b"")
    assert wire.gateway.refusals["queue_full"] == 5


def test_a_plan_that_is_too_long_for_one_message_travels_with_its_soonest_part(wire: Wire) -> None:
    """Three bulletins of the greatest length do not fit; the first ones do, and nobody else waits for them."""
    board = wire.room.board()
    for number in range(6):
        notice = wire.room.approved(text=f"{number} " + "ầ" * 19_990)
        wire.room.schedule(notice, in_s=600 + number * 60, board_for_s=60)
    wire.room.uses.timetables.push_due()
    sent = [payload for topic, payload in wire.link.sent if board.id in topic]
    assert len(sent) == 1
    timetable = unseal(sent[0], trusted_key(), recipient=board.id, now=None).message
    assert isinstance(timetable, Timetable)
    assert 0 < len(timetable.items) < 6
    assert [(item.text or "")[0] for item in timetable.items] == ["0", "1", "2", "3", "4", "5"][
        : len(timetable.items)
    ]
    assert any(wire.device.id in topic for topic, _ in wire.link.sent), "the loudspeaker was not served"


def test_nothing_is_said_to_go_down_before_there_is_a_link(room: ControlRoom) -> None:
    downlinker = Downlinker(signer=signing_key(), clock=room.clock)
    assert not downlinker.acknowledge_journal("loa-1", journal="j", upto=1)


def test_an_order_is_valid_for_an_hour(wire: Wire) -> None:
    wire.downlinker.acknowledge_journal(wire.device.id, journal="j", upto=1)
    later = wire.room.clock.now() + timedelta(minutes=59)
    unseal(wire.link.sent[0][1], trusted_key(), recipient=wire.device.id, now=later)


def test_stopping_finishes_what_has_arrived_and_may_be_done_twice(room: ControlRoom) -> None:
    wire = Wire(room)
    wire.gateway.start()
    wire.link.go_up()
    wire.say(a_state())
    wire.gateway.stop()
    wire.gateway.stop()
    assert wire.presence() is Presence.ONLINE


def test_stopping_what_never_started_is_harmless(room: ControlRoom) -> None:
    Wire(room).gateway.stop()
