"""The agent as a process, with a real broker between it and the controller's side of the contract."""

import contextlib
import hashlib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from protocol import BLOCK_BYTES, Block, ContentRef, Gone, Item, JournalEntry, State, Timetable
from protocol.adapters.jose_keys import SigningKey, TrustedKey
from tests.fixtures.agent_bench import (
    AgentProcess,
    BrokerProcess,
    ControllerSide,
    a_tone,
    soon,
    until,
    wait_until,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(90)]


class Bench:
    """Broker, controller's side and one agent, all running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker = BrokerProcess(folder)
        self.broker.start()
        key = SigningKey.generate()
        self.controller = ControllerSide(self.broker.port, TrustedKey(key.public_text()))
        self.controller.start()
        self.agent = AgentProcess(folder)
        self.agent.enrol(port=self.broker.port, key=key, controller=self.controller.key)
        self.agent.start()
        self.controller.wait_for(State)

    def item(
        self, name: str, *, start_at: datetime, seconds: float, frequency: int = 440, **changes: object
    ) -> Item:
        """Return an item whose content the controller's side can serve."""
        whole = a_tone(self.folder, seconds=seconds, frequency=frequency)
        ref = ContentRef(id=hashlib.sha256(whole).hexdigest(), size=len(whole), media_type="audio/ogg")
        self.controller.contents[ref.id] = whole
        item = Item(
            occurrence=name,
            title=name,
            start_at=start_at,
            end_at=start_at + timedelta(seconds=seconds + 1),
            late_limit_s=30,
            priority=10,
            content=ref,
        )
        return replace(item, **changes)  # type: ignore[arg-type]  # a test names fields of Item

    def decoded(self, item: Item) -> bytes:
        """Return every sample of the item's content, as ffmpeg gives them outside the agent."""
        assert item.content is not None
        whole = self.controller.contents[item.content.id]
        command = ["ffmpeg", "-v", "error", "-i", "-", "-ac", "1", "-ar", "48000", "-f", "s16le", "-"]
        return subprocess.run(command, input=whole, capture_output=True, check=True).stdout

    def close(self) -> None:
        self.agent.kill()
        self.controller.stop()
        self.broker.kill()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def assert_aired_on_time(entry: JournalEntry) -> None:
    assert (entry.result, entry.reason) == ("done", "")
    assert entry.deviation_us is not None
    assert abs(entry.deviation_us) < 50_000


def test_a_pushed_item_is_fetched_played_on_time_and_reported(bench: Bench) -> None:
    item = bench.item("sang-1", start_at=soon(4), seconds=2, volume=80)
    assert item.content is not None
    bench.controller.push(item, revision=1)

    entry = bench.controller.wait_for_entry("sang-1")

    assert_aired_on_time(entry)
    assert (entry.content, entry.volume, entry.revision) == (item.content.id, 80, 1)
    assert entry.length_ms == pytest.approx(2000, abs=30)
    assert bench.agent.sound_s() == pytest.approx(2.0, abs=0.03)
    assert max(bench.agent.samples()) > 1_000


def test_a_content_of_many_blocks_comes_whole(bench: Bench) -> None:
    item = bench.item("dai-1", start_at=soon(5), seconds=40)
    assert item.content is not None
    assert item.content.size > 4 * BLOCK_BYTES
    bench.controller.push(item, revision=1)

    bench.controller.wait_for_revision(1)

    stored = bench.agent.state / "contents" / item.content.id
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == item.content.id


def test_broker_and_controller_die_after_the_push_and_the_notice_still_airs(bench: Bench) -> None:
    item = bench.item("mat-mang", start_at=soon(4), seconds=1)
    bench.controller.push(item, revision=1)
    bench.controller.wait_for_revision(1)
    bench.broker.kill()

    until(lambda: bench.agent.sound_s() > 0.95, "the item is played", bench.agent.log_text)
    bench.broker.start()

    entry = bench.controller.wait_for_entry("mat-mang")
    assert_aired_on_time(entry)


@pytest.mark.scenario("S-091")
def test_the_same_order_fifty_times_is_one_airing_and_one_proof(bench: Bench) -> None:
    item = bench.item("mot-lan", start_at=soon(3), seconds=1)
    bench.controller.push(item, revision=1, times=50)
    bench.controller.wait_for_entry("mot-lan")
    bench.controller.push(item, revision=1, times=50)
    bench.controller.forget()
    bench.controller.wait_for(State, lambda state: state.unsent_entries == 0)
    wait_until(item.end_at + timedelta(seconds=1))

    assert bench.controller.entries() == []
    assert bench.agent.sound_s() == pytest.approx(1.0, abs=0.03)


@pytest.mark.scenario("S-046", "S-090")
def test_a_cancel_that_overtakes_its_order_wins(bench: Bench) -> None:
    item = bench.item("da-huy", start_at=soon(2.5), seconds=1)
    bench.controller.push(revision=2)
    bench.controller.push(item, revision=1)
    bench.controller.wait_for_revision(2)
    wait_until(item.end_at + timedelta(seconds=1))

    assert bench.agent.sound_s() == 0
    assert bench.controller.entries() == []


@pytest.mark.scenario("S-046")
def test_a_device_that_was_away_never_starts_what_was_cancelled_meanwhile(bench: Bench) -> None:
    item = bench.item("huy-khi-vang", start_at=soon(7), seconds=1)
    bench.controller.push(item, revision=1)
    bench.controller.wait_for_revision(1)
    bench.broker.kill()
    bench.broker.start()

    bench.controller.forget()
    bench.controller.wait_for_revision(1)
    bench.controller.push(revision=2)
    bench.controller.wait_for_revision(2)
    wait_until(item.end_at)

    assert datetime.now(UTC) > item.start_at
    assert bench.agent.sound_s() == 0


@pytest.mark.scenario("S-046")
@pytest.mark.parametrize("run", range(3))
def test_a_withdrawn_item_falls_silent_within_half_a_second(bench: Bench, run: int) -> None:
    item = bench.item("dang-phat", start_at=soon(3), seconds=20)
    bench.controller.push(item, revision=1)
    started = bench.controller.wait_for(State, lambda state: state.playing == ("dang-phat",))
    wait_until(started.at + timedelta(seconds=1 + run / 7))

    told_at = datetime.now(UTC)
    bench.controller.push(revision=2)
    entry = bench.controller.wait_for_entry("dang-phat")

    assert (entry.result, entry.reason) == ("preempted", "withdrawn")
    assert entry.started_at is not None
    silent_at = entry.started_at + timedelta(seconds=bench.agent.sound_s())
    assert silent_at - told_at < timedelta(milliseconds=500)
    length_s = bench.agent.sound_s()
    wait_until(soon(1))
    assert bench.agent.sound_s() == length_s


def test_an_order_of_another_key_is_refused_and_reported(bench: Bench) -> None:
    item = bench.item("gia-mao", start_at=soon(2.5), seconds=1)
    forger = SigningKey.generate()
    forged = bench.controller.sealed(Timetable(revision=9, station="", items=(item,)), key=forger)
    bench.controller.publish("timetable", forged)

    state = bench.controller.wait_for(State, lambda one: "signature_refused" in one.faults)
    wait_until(item.end_at)

    assert state.revision == 0
    assert bench.agent.sound_s() == 0


def test_a_killed_agent_does_not_air_the_item_again(bench: Bench) -> None:
    item = bench.item("bi-ngat", start_at=soon(3), seconds=15)
    bench.controller.push(item, revision=1)
    bench.controller.wait_for(State, lambda state: state.playing == ("bi-ngat",))
    until(lambda: bench.agent.sound_s() > 0.5, "it sounds")
    bench.agent.kill()
    length_s = bench.agent.sound_s()

    bench.agent.start()
    entry = bench.controller.wait_for_entry("bi-ngat")
    wait_until(soon(2))

    assert (entry.result, entry.reason) == ("failed", "interrupted")
    assert bench.agent.sound_s() == length_s


def test_a_device_that_vanishes_leaves_its_will_and_one_that_stops_says_so(bench: Bench) -> None:
    bench.agent.kill()
    assert not bench.controller.wait_for(Gone).is_on_purpose

    bench.controller.forget()
    bench.agent.start()
    bench.controller.wait_for(State)
    begun = time.monotonic()
    assert bench.agent.stop() == 0
    assert time.monotonic() - begun < 3
    assert bench.controller.wait_for(Gone).is_on_purpose


def test_an_agent_that_starts_without_a_network_plays_what_it_holds(bench: Bench) -> None:
    item = bench.item("khong-mang", start_at=soon(6), seconds=1)
    bench.controller.push(item, revision=1)
    bench.controller.wait_for_revision(1)
    assert bench.agent.stop() == 0
    bench.broker.kill()

    bench.agent.start()
    until(lambda: bench.agent.sound_s() > 0.95, "the item is played", bench.agent.log_text)
    bench.broker.start()

    assert_aired_on_time(bench.controller.wait_for_entry("khong-mang"))


def test_damaged_content_is_never_played_and_fetched_again(bench: Bench) -> None:
    item = bench.item("hong", start_at=soon(12), seconds=1)
    tries = []

    def damage(block: Block) -> Block:
        tries.append(block)
        is_first = len(tries) == 1
        return replace(block, payload=bytes(len(block.payload))) if is_first else block

    bench.controller.damage = damage
    bench.controller.push(item, revision=1)

    bench.controller.wait_for(State, lambda state: "content_damaged" in state.faults)
    assert_aired_on_time(bench.controller.wait_for_entry("hong"))


def test_an_idle_agent_is_small_and_rests(bench: Bench) -> None:
    assert bench.agent.process is not None
    process = psutil.Process(bench.agent.process.pid)
    before = process.cpu_times()
    wait_until(soon(5))
    after = process.cpu_times()

    assert process.memory_info().rss < 100 * 1024 * 1024
    assert (after.user + after.system) - (before.user + before.system) < 0.25


@pytest.mark.scenario("S-011", "S-045")
def test_an_edit_of_other_items_leaves_what_is_on_air_whole_to_the_last_sample(bench: Bench) -> None:
    item = bench.item("dang-phat", start_at=soon(3), seconds=4)
    later = bench.item("mai", start_at=soon(3600), seconds=1)
    bench.controller.push(item, later, revision=1)
    bench.controller.wait_for(State, lambda state: state.playing == ("dang-phat",))
    for revision in range(2, 12):
        edited = replace(
            later, title=f"sửa lần {revision}", start_at=later.start_at + timedelta(minutes=revision)
        )
        bench.controller.push(
            item, replace(edited, end_at=edited.start_at + timedelta(minutes=1)), revision=revision
        )
    bench.controller.wait_for_revision(11)

    entry = bench.controller.wait_for_entry("dang-phat")

    assert_aired_on_time(entry)
    assert bytes(bench.agent.samples()) == bench.decoded(item)


@pytest.mark.scenario("S-012")
def test_an_item_that_is_edited_after_it_was_fetched_airs_in_its_new_version(bench: Bench) -> None:
    old = bench.item("sua", start_at=soon(4), seconds=1)
    new = replace(bench.item("sua", start_at=old.start_at, seconds=1.5), end_at=old.end_at)
    bench.controller.push(old, revision=1)
    bench.controller.wait_for_revision(1)
    bench.controller.push(new, revision=2)

    entry = bench.controller.wait_for_entry("sua")

    assert new.content is not None
    assert (entry.content, entry.revision) == (new.content.id, 2)
    assert bytes(bench.agent.samples()) == bench.decoded(new)


@pytest.mark.scenario("S-012")
def test_a_device_that_was_away_airs_the_newest_version_it_has_and_says_which(bench: Bench) -> None:
    old = bench.item("sua", start_at=soon(4), seconds=1)
    bench.controller.push(old, revision=1)
    bench.controller.wait_for_revision(1)
    bench.broker.kill()
    until(lambda: bench.agent.sound_s() > 0.95, "the old version is played", bench.agent.log_text)
    bench.broker.start()

    entry = bench.controller.wait_for_entry("sua")

    assert old.content is not None
    assert (entry.content, entry.revision) == (old.content.id, 1)


@pytest.mark.scenario("S-013")
def test_an_item_that_overruns_is_trimmed_and_the_next_starts_on_time(bench: Bench) -> None:
    start_at = soon(3)
    long = bench.item("dai", start_at=start_at, seconds=7, end_at=start_at + timedelta(seconds=3))
    following = bench.item("sau", start_at=start_at + timedelta(seconds=3), seconds=1)
    bench.controller.push(long, following, revision=1)

    entry = bench.controller.wait_for_entry("dai")
    assert (entry.result, entry.reason, entry.length_ms) == ("done", "trimmed", 3_000)
    entry = bench.controller.wait_for_entry("sau")
    assert_aired_on_time(entry)
    cut = 3 * 48_000
    samples = bench.agent.samples()
    assert bytes(samples[cut:]) == bench.decoded(following)
    assert max(samples[cut - 2_000 : cut - 500]) > 1_000
    assert abs(samples[cut - 1]) <= 1


def test_what_cannot_be_decoded_is_named_and_the_rest_of_the_programme_is_on_time(bench: Bench) -> None:
    broken = b"this is no sound at all"
    ref = ContentRef(id=hashlib.sha256(broken).hexdigest(), size=len(broken), media_type="audio/ogg")
    bench.controller.contents[ref.id] = broken
    start_at = soon(3)
    bad = bench.item("hong", start_at=start_at, seconds=1, content=ref)
    good = bench.item("tot", start_at=start_at + timedelta(seconds=2), seconds=1)
    bench.controller.push(bad, good, revision=1)

    entry = bench.controller.wait_for_entry("hong")
    assert (entry.result, entry.reason) == ("failed", "undecodable")
    assert_aired_on_time(bench.controller.wait_for_entry("tot"))


def test_a_stop_is_quick_when_the_broker_does_not_even_answer(tmp_path: Path) -> None:
    """A full backlog lets a connect hang, as a firewall that drops everything does."""
    key = SigningKey.generate()
    with socket.socket() as deaf, contextlib.ExitStack() as callers:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(4):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        agent = AgentProcess(tmp_path)
        agent.enrol(port=deaf.getsockname()[1], key=key, controller=SigningKey.generate())
        agent.start()
        callers.callback(agent.kill)
        begun = time.monotonic()
        assert agent.stop() == 0
        assert time.monotonic() - begun < 3


def test_an_emergency_cuts_in_and_what_it_cut_goes_on_at_its_very_sample(bench: Bench) -> None:
    """Sound, measured in the recording: nothing is lost, nothing is heard twice, and the cut does not click."""
    routine = bench.item("thuong", start_at=soon(3), seconds=6)
    routine = replace(routine, latest_at=routine.end_at + timedelta(minutes=5))
    urgent = bench.item("khan", start_at=soon(0), seconds=1.5, frequency=900, priority=250,
                        authorised_by="Chủ tịch UBND phường", cause="vỡ đê")  # fmt: skip
    stored = replace(urgent, start_at=soon(3600), end_at=soon(3602))
    bench.controller.push(routine, stored, revision=1)
    bench.controller.wait_for(State, lambda state: state.playing == ("thuong",))
    until(lambda: bench.agent.sound_s() > 1.5, "the routine item plays", bench.agent.log_text)

    ordered_at = soon(0)
    now = replace(urgent, start_at=ordered_at, end_at=ordered_at + timedelta(seconds=2.5))
    bench.controller.push(routine, now, revision=2)
    cut = bench.controller.wait_for_entry("thuong", result="preempted")
    siren = bench.controller.wait_for_entry("khan")
    rest = bench.controller.wait_for_entry("thuong", result="done")
    assert (cut.result, cut.reason, cut.detail) == ("preempted", "outranked", "winner=khan")
    assert (siren.result, rest.result) == ("done", "done")
    assert siren.started_at is not None
    # All the way: signed, sent, verified, marked on the disk, decoded; on a machine that may be busy.
    assert siren.started_at - ordered_at < timedelta(seconds=1)
    assert rest.offset_ms == cut.length_ms
    recorded, whole, urgent_whole = bytes(bench.agent.samples()), bench.decoded(routine), bench.decoded(now)
    before = cut.length_ms * 48 * 2
    fade = 480 * 2
    assert recorded[: before - fade] == whole[: before - fade]
    at = recorded.index(urgent_whole)
    # What left of the last millisecond is in the recording; the rest begins at the whole millisecond before.
    assert 0 <= at - before < 48 * 2
    assert abs(memoryview(recorded).cast("h")[at // 2 - 1]) <= 1
    assert recorded[at + len(urgent_whole) :] == whole[before:]
