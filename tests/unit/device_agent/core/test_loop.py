"""The loop with everything of the core behind it, and fakes around it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from device_agent.core.errors import DeviceError
from device_agent.core.inbox import MAX_WAITING, Inbox, Received
from device_agent.core.journal import Held
from protocol import (
    BLOCK_BYTES,
    CONTROLLER,
    Direction,
    Gone,
    Journal,
    JournalAck,
    State,
    Timetable,
    Topic,
    Want,
    address,
    from_bitmap,
    seal,
)
from tests.factories.messages import NOW, signing_key
from tests.fakes.device import FakeClock
from tests.fixtures.agent_rig import DEVICE, AgentRig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[AgentRig]:
    made = AgentRig(tmp_path)
    yield made
    made.agent.stop()


def test_an_item_goes_all_the_way_from_the_push_to_the_acknowledged_proof(rig: AgentRig) -> None:
    rig.start()
    rig.push(rig.item(seconds=10))
    assert rig.performer.next_call() == ("prepare", "occ-1")
    rig.advance(8)
    assert rig.performer.next_call() == ("perform", "occ-1")
    assert rig.wait_for(State, lambda state: state.playing == ("occ-1",)).revision == 1
    rig.advance(3)
    rig.performer.end("occ-1")
    journal = rig.wait_for(Journal)
    assert [(entry.occurrence, entry.result) for entry in journal.entries] == [("occ-1", "done")]
    rig.say(JournalAck(journal=journal.journal, upto=journal.entries[-1].seq))
    rig.advance(11)
    rig.wait_for(State, lambda state: state.unsent_entries == 0 and not state.playing)


def test_a_heartbeat_comes_every_ten_seconds_and_counts_on(rig: AgentRig) -> None:
    rig.start()
    rig.advance(9)
    second = rig.wait_for(State)
    assert (rig.born.boot, second.boot) == ("boot-1", "boot-1")
    assert (rig.born.seq, second.seq) == (1, 2)
    rig.advance(10)
    assert rig.wait_for(State).at == rig.clock.now()


@pytest.mark.parametrize("copies", [1, 2])
def test_content_is_asked_for_until_it_came_and_then_prepared(rig: AgentRig, copies: int) -> None:
    rig.start()
    rig.link.copies = copies
    content = bytes(BLOCK_BYTES + 5)
    item = rig.item(content=content, is_stored=False, seconds=200)
    rig.push(item)
    assert item.content is not None
    want = rig.wait_for(Want)
    assert list(from_bitmap(want.missing, 2)) == [0, 1]
    rig.advance(61)
    rig.wait_for(Want)
    rig.send_blocks(content, of=item.content)
    rig.wait_for(State, lambda state: state.missing_contents == 0 and state.revision == 1)
    rig.advance(120)
    assert rig.performer.next_call() == ("prepare", "occ-1")


@pytest.mark.scenario("S-114")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[: len(whole) * 6 // 10],
        lambda whole: whole[:70_000] + bytes([whole[70_000] ^ 1]) + whole[70_001:],
        lambda _whole: b"",
    ],
    ids=["cut at 60 %", "one bit flipped", "nothing"],
)
def test_spoiled_content_is_never_ready_never_aired_and_fetched_again(rig: AgentRig, spoil: object) -> None:
    assert callable(spoil)
    whole = bytes(range(256)) * 1024
    item = rig.item(content=whole, seconds=10)
    assert item.content is not None
    rig.cache.path(item.content.id).write_bytes(spoil(whole))
    rig.journal.start()
    envelope = address(
        Timetable(revision=4, station="", items=(item,)), sender=CONTROLLER, recipient=DEVICE, now=NOW
    )
    sealed = seal(envelope, signing_key())
    rig.journal.hold(Held(sealed=sealed, revision=4, issued_at=NOW))
    rig.journal.stop()

    rig.start()

    assert (rig.born.revision, rig.born.missing_contents) == (4, 1)
    want = rig.wait_for(Want)
    assert list(from_bitmap(want.missing, 4)) == [0, 1, 2, 3]
    rig.advance(9)
    rig.wait_for(State, lambda state: state.missing_contents == 1)
    rig.advance(60)
    entry = rig.wait_for(Journal).entries[0]
    assert (entry.result, entry.reason) == ("missed", "content_missing")
    assert rig.performer.calls.empty()


def test_damage_while_running_is_found_before_the_item_is_prepared(rig: AgentRig) -> None:
    rig.start()
    item = rig.item(seconds=60, is_stored=False)
    rig.push(item)
    assert rig.wait_for(State, lambda state: state.revision == 1).missing_contents == 1
    assert item.content is not None
    rig.send_blocks(b"sound", of=item.content)
    rig.wait_for(State, lambda state: state.revision == 1 and state.missing_contents == 0)
    rig.cache.path(item.content.id).write_bytes(b"sOund")
    rig.advance(41)
    rig.wait_for(State, lambda state: "content_damaged" in state.faults and state.missing_contents == 1)
    rig.send_blocks(b"sound", of=item.content)
    assert rig.performer.next_call() == ("prepare", "occ-1")


def test_orders_of_another_key_are_refused_counted_and_reported_but_only_for_a_while(rig: AgentRig) -> None:
    rig.start()
    table = Timetable(revision=9, station="", items=())
    envelope = address(table, sender=CONTROLLER, recipient=DEVICE, now=rig.clock.now())
    topic = str(Topic(DEVICE, Direction.DOWN, "timetable"))
    for _ in range(3):
        rig.link.deliver(topic, seal(envelope, signing_key("forger")))
    state = rig.wait_for(State, lambda one: "signature_refused" in one.faults)
    assert state.revision == 0
    rig.push(revision=1)
    rig.wait_for(State, lambda one: one.revision == 1)
    assert rig.loop.refused["signature_refused"] == 3
    rig.advance(121)
    rig.wait_for(State, lambda one: one.faults == ())


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("loa/v1/device/other-device/down/timetable", b"x"),
        ("nonsense", b""),
        (f"loa/v1/device/{DEVICE}/down/timetable", b"\xff\x00"),
        (f"loa/v1/device/{DEVICE}/down/block", b"no header"),
        (f"loa/v1/device/{DEVICE}/down/block", b'{"content":"' + b"a" * 64 + b'","index":0}\nabc'),
        (f"loa/v1/device/{DEVICE}/up/state", b"x"),
    ],
)
def test_a_bad_message_never_ends_the_loop(rig: AgentRig, topic: str, payload: bytes) -> None:
    rig.start()
    rig.link.deliver(topic, payload)
    rig.push(revision=1)
    rig.wait_for(State, lambda state: state.revision == 1)
    assert rig.loop.refused.total() == 1


def test_a_message_under_another_name_is_refused(rig: AgentRig) -> None:
    rig.start()
    envelope = address(
        JournalAck(journal="j", upto=1), sender=CONTROLLER, recipient=DEVICE, now=rig.clock.now()
    )
    rig.link.deliver(str(Topic(DEVICE, Direction.DOWN, "timetable")), seal(envelope, signing_key()))
    rig.wait_for(State, lambda state: "wrong_recipient" in state.faults)


def test_a_turn_that_raises_does_not_end_the_loop(rig: AgentRig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.start()

    def stumble(_cue: object) -> None:
        monkeypatch.undo()
        raise RuntimeError("a fault nobody foresaw")

    monkeypatch.setattr(rig.performer, "prepare", stumble)
    rig.push(rig.item(1, seconds=10), rig.item(2, seconds=200))
    rig.wait_for(State, lambda state: "agent_error" in state.faults)
    rig.advance(181)
    assert rig.performer.next_call() == ("prepare", "occ-2")


def test_a_link_that_comes_back_is_told_everything_that_was_not_answered(rig: AgentRig) -> None:
    rig.start()
    rig.push(rig.item(1, seconds=-40), rig.item(2, content=b"other", is_stored=False, seconds=600))
    rig.wait_for(Want)
    first = rig.wait_for(Journal)
    rig.link.go_down()
    rig.advance(5)
    rig.link.sent.clear()
    rig.link.go_up()
    rig.wait_for(State)
    rig.advance(1)
    assert rig.wait_for(Journal) == first
    rig.wait_for(Want)


def test_a_long_journal_is_delivered_in_batches_each_after_the_last_was_acknowledged(rig: AgentRig) -> None:
    rig.start()
    rig.push(*(replace(rig.item(number, seconds=-100), late_limit_s=0) for number in range(120)))
    got: list[int] = []
    while len(got) < 120:
        journal = rig.wait_for(Journal)
        assert len(journal.entries) <= 50
        got += [entry.seq for entry in journal.entries]
        rig.say(JournalAck(journal=journal.journal, upto=got[-1]))
    assert got == list(range(1, 121))


def test_a_full_disk_neither_silences_the_device_nor_loses_the_proof(
    rig: AgentRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_entry: object, **_more: object) -> None:
        raise DeviceError("disk_full", "no room")

    rig.start()
    monkeypatch.setattr(rig.journal, "mark_begun", refuse)
    monkeypatch.setattr(rig.journal, "note", refuse)
    rig.push(rig.item(seconds=1))
    state = rig.wait_for(State, lambda one: one.playing == ("occ-1",))
    assert "disk_full" in state.faults
    rig.performer.end("occ-1")
    rig.wait_for(State, lambda one: one.unsent_entries == 1 and not one.playing)
    monkeypatch.undo()
    rig.advance(70)
    assert rig.wait_for(Journal).entries[0].result == "done"


def test_a_stop_leaves_the_air_notes_it_and_says_goodbye(rig: AgentRig) -> None:
    rig.start()
    rig.push(rig.item(seconds=1))
    rig.wait_for(State, lambda state: state.playing == ("occ-1",))
    rig.agent.stop()
    assert rig.wait_for(Gone).is_on_purpose
    rig.journal.start()
    (entry,) = rig.journal.unsent(9)
    assert (entry.result, entry.reason) == ("preempted", "agent_stopped")


def test_a_held_timetable_of_another_controller_is_not_used(rig: AgentRig) -> None:
    rig.journal.start()
    envelope = address(
        Timetable(revision=5, station="", items=(rig.item(),)), sender=CONTROLLER, recipient=DEVICE, now=NOW
    )
    rig.journal.hold(Held(sealed=seal(envelope, signing_key("forger")), revision=5, issued_at=NOW))
    rig.journal.stop()
    rig.start()
    assert rig.born.revision == 0


def test_a_message_signed_in_our_future_proves_our_clock_wrong(tmp_path: Path) -> None:
    rig = AgentRig(tmp_path, clock=FakeClock(NOW - timedelta(days=14)))
    rig.start()
    assert rig.born.faults == ()
    slow = rig.clock.now()
    rig.clock.set_wall(NOW)
    item = rig.item(seconds=1)
    rig.clock.set_wall(slow)
    envelope = address(
        Timetable(revision=5, station="", items=(item,)), sender=CONTROLLER, recipient=DEVICE, now=NOW
    )
    rig.link.deliver(str(Topic(DEVICE, Direction.DOWN, "timetable")), seal(envelope, signing_key()))
    rig.wait_for(State, lambda state: state.revision == 5 and state.faults == ("clock_untrusted",))
    assert rig.performer.calls.empty()
    rig.agent.stop()


@pytest.mark.parametrize("name", ["block", "timetable"])
def test_a_network_that_never_falls_silent_keeps_nothing_from_its_time(
    rig: AgentRig, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    rig.start()
    rig.push(rig.item(seconds=10))
    assert rig.performer.next_call() == ("prepare", "occ-1")
    noise = Received(str(Topic(DEVICE, Direction.DOWN, name)), b"noise")
    take = rig.inbox.take
    monkeypatch.setattr(rig.inbox, "take", lambda _timeout_s: take(0) or noise)
    rig.advance(1)
    while not rig.loop.refused:
        pass

    rig.clock.advance(8)

    assert rig.performer.next_call() == ("perform", "occ-1")


def test_the_inbox_drops_what_the_network_floods_and_keeps_what_the_performer_reports() -> None:
    from device_agent.core.events import Tick

    inbox = Inbox()
    for _ in range(MAX_WAITING + 7):
        inbox.received("topic", b"")
    inbox.put(Tick())
    assert inbox.dropped == 7
    taken = [inbox.take(0) for _ in range(MAX_WAITING + 1)]
    assert taken[-1] == Tick()
    assert inbox.take(0) is None


def test_what_an_emergency_cut_goes_on_where_it_was_even_after_the_process_was_killed(tmp_path: Path) -> None:
    rig = AgentRig(tmp_path).start()
    routine = rig.item(1, seconds=1)
    routine = replace(routine, latest_at=routine.end_at + timedelta(minutes=30))
    rig.push(routine)
    rig.wait_for(State, lambda state: state.playing == ("occ-1",))
    rig.advance(11)
    urgent = replace(rig.item(2, seconds=0), priority=250, authorised_by="Chủ tịch", cause="vỡ đê")
    rig.push(routine, urgent, revision=2)
    rig.wait_for(State, lambda state: state.playing == ("occ-2",))
    assert rig.wait_for(Journal).entries[0].detail == "winner=occ-2"
    rig.journal.stop()  # from here on nothing reaches the disk: the process is as good as killed
    rig.clock.advance(30)

    again = AgentRig(tmp_path, clock=rig.clock).start()
    again.wait_for(State, lambda state: state.playing == ("occ-1",))
    cue = again.performer.cues["occ-1"]
    assert cue.offset == timedelta(seconds=1), "what the fake performer says that it played"
    assert cue.start_at == NOW + timedelta(seconds=42), "as soon as it is up again"
    assert "occ-2" not in again.performer.cues
    again.agent.stop()
    rig.agent.stop()
