"""The loudspeaker's performer over a fake way out and the real decoder."""

import queue
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from device_agent.core.ports import Cue, Ended, Faulted, Report, Started
from device_agent.speaker.performer import SpeakerPerformer
from device_agent.speaker.sound import Decoder
from tests.factories.messages import NOW
from tests.fakes.device import FakeClock
from tests.fakes.sound import FakeOutput
from tests.fixtures.agent_bench import a_tone


class Stage:
    """A performer and what it reported."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.output = FakeOutput(self.clock)
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.performer = SpeakerPerformer(
            self.output, decoder=Decoder(), report=self.reports.put, clock=self.clock
        )
        self.performer.start()

    def next_report(self) -> Report:
        return self.reports.get(timeout=5)


def children_of_this_process() -> list[psutil.Process]:
    """Every decoder that still runs."""
    return psutil.Process().children()


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.performer.stop()
    assert children_of_this_process() == []


@pytest.fixture
def cue(tmp_path: Path) -> Cue:
    path = tmp_path / "content"
    path.write_bytes(a_tone(tmp_path, seconds=1))
    return Cue(
        occurrence="occ-1",
        title="",
        start_at=NOW,
        end_at=NOW + timedelta(seconds=30),
        sound_path=path,
    )


def test_a_prepared_cue_is_played_whole(stage: Stage, cue: Cue) -> None:
    stage.performer.prepare(cue)
    stage.performer.prepare(cue)
    stage.performer.perform(cue)
    assert stage.next_report() == Started(occurrence="occ-1", at=NOW)
    ended = stage.next_report()
    assert isinstance(ended, Ended)
    assert ended.is_whole
    assert ended.length_ms == pytest.approx(1_000, abs=25)


def test_a_cue_that_was_never_prepared_is_played_too(stage: Stage, cue: Cue) -> None:
    stage.performer.perform(cue)
    assert isinstance(stage.next_report(), Started)
    assert isinstance(stage.next_report(), Ended)


def test_no_call_keeps_the_loop_waiting(stage: Stage, cue: Cue) -> None:
    for call in (stage.performer.prepare, stage.performer.perform):
        begun = time.perf_counter()
        call(cue)
        assert time.perf_counter() - begun < 0.05


def test_a_sound_longer_than_its_time_is_cut(stage: Stage, cue: Cue) -> None:
    stage.performer.perform(replace(cue, end_at=NOW + timedelta(milliseconds=500)))
    stage.next_report()
    ended = stage.next_report()
    assert isinstance(ended, Ended)
    assert (ended.length_ms, ended.is_whole) == (500, False)


def test_a_cease_ends_it_and_says_that_it_was_not_whole(stage: Stage, cue: Cue) -> None:
    stage.output.is_endless = True
    stage.performer.perform(cue)
    assert stage.output.is_playing.wait(5)
    stage.performer.cease("someone else")
    stage.performer.cease("occ-1")
    assert isinstance(stage.next_report(), Started)
    ended = stage.next_report()
    assert isinstance(ended, Ended)
    assert not ended.is_whole


def test_a_ceased_cue_that_was_only_prepared_leaves_nothing_behind(stage: Stage, cue: Cue) -> None:
    stage.performer.prepare(cue)
    stage.performer.cease("occ-1")
    assert children_of_this_process() == []


def test_the_next_waits_until_the_first_has_left_the_air(stage: Stage, cue: Cue) -> None:
    stage.output.is_endless = True
    stage.performer.perform(cue)
    assert stage.output.is_playing.wait(5)
    stage.performer.perform(replace(cue, occurrence="occ-2"))
    stage.output.is_endless = False
    stage.performer.cease("occ-1")
    names = [stage.next_report().occurrence for _ in range(4)]
    assert names == ["occ-1", "occ-1", "occ-2", "occ-2"]


def test_a_card_that_fails_is_named_and_used_again_when_it_is_back(stage: Stage, cue: Cue) -> None:
    stage.output.is_broken = True
    stage.performer.perform(cue)
    assert stage.next_report() == Faulted(occurrence="occ-1", at=NOW, reason="output_failed")
    stage.output.is_broken = False
    stage.performer.perform(replace(cue, occurrence="occ-2"))
    assert stage.next_report() == Started(occurrence="occ-2", at=NOW)


def test_content_that_is_no_sound_is_named_and_the_next_one_plays(
    stage: Stage, cue: Cue, tmp_path: Path
) -> None:
    spoiled = tmp_path / "spoiled"
    spoiled.write_bytes(b"no sound")
    bad = replace(cue, occurrence="occ-0", sound_path=spoiled)
    stage.performer.prepare(bad)
    stage.performer.perform(bad)
    assert stage.next_report() == Faulted(occurrence="occ-0", at=NOW, reason="undecodable")
    stage.performer.perform(cue)
    assert isinstance(stage.next_report(), Started)


def test_a_cue_without_sound_is_refused(stage: Stage, cue: Cue) -> None:
    stage.performer.perform(replace(cue, sound_path=None, text="chữ"))
    assert stage.next_report() == Faulted(occurrence="occ-1", at=NOW, reason="no_sound")


def test_what_is_ordered_into_another_sound_takes_its_place(stage: Stage, cue: Cue, tmp_path: Path) -> None:
    long = tmp_path / "long"
    long.write_bytes(a_tone(tmp_path, seconds=8))
    stage.performer.perform(replace(cue, sound_path=long))
    assert stage.next_report() == Started(occurrence="occ-1", at=NOW)
    stage.performer.perform(replace(cue, occurrence="occ-2"))
    ended = stage.next_report()
    assert isinstance(ended, Ended)
    assert (ended.occurrence, ended.is_whole) == ("occ-1", False)
    assert ended.length_ms < 8_000
    assert [stage.next_report().occurrence for _ in range(2)] == ["occ-2", "occ-2"]


def test_what_cannot_be_decoded_takes_nobodys_place(stage: Stage, cue: Cue, tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled"
    spoiled.write_bytes(b"no sound")
    stage.performer.perform(cue)
    stage.performer.perform(replace(cue, occurrence="occ-2", sound_path=spoiled))
    reports = [stage.next_report() for _ in range(3)]
    (ended,) = [one for one in reports if isinstance(one, Ended)]
    assert (ended.occurrence, ended.is_whole) == ("occ-1", True)
    assert Faulted(occurrence="occ-2", at=NOW, reason="undecodable") in reports


def test_an_occurrence_is_performed_again_from_where_it_was_cut(stage: Stage, cue: Cue) -> None:
    stage.performer.perform(replace(cue, end_at=NOW + timedelta(milliseconds=400)))
    stage.next_report()
    first = stage.next_report()
    assert isinstance(first, Ended)
    stage.performer.perform(replace(cue, offset=timedelta(milliseconds=first.length_ms)))
    stage.next_report()
    second = stage.next_report()
    assert isinstance(second, Ended)
    assert second.is_whole
    assert first.length_ms + second.length_ms == pytest.approx(1_000, abs=25)
