"""What the core may expect of every device kind, and of the fake that stands for one."""

import queue
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device_agent.board import build_performer as build_board
from device_agent.core.ports import Cue, Ended, Performer, Report, Started
from device_agent.speaker import build_performer as build_speaker
from tests.fakes.device import FakeClock, FakePerformer
from tests.fixtures.agent_bench import a_tone

AHEAD = timedelta(seconds=1.5)  # time enough for ffmpeg on a busy machine


class Performing:
    """A performer at work, and what it reported."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.sound = folder / "sound"
        self.sound.write_bytes(a_tone(folder, seconds=5))
        self.clock = FakeClock(datetime.now(UTC))
        self.performer = self._built(kind, folder)
        self.performer.start()

    def _built(self, kind: str, folder: Path) -> Performer:
        if kind == "fake":
            return FakePerformer(self.reports.put, self.clock)
        build = build_speaker if kind == "speaker" else build_board
        return build("silent:", station="Phường Thử", work_folder=folder / "work", report=self.reports.put)

    def cue(self, occurrence: str = "occ-1") -> Cue:
        start_at = datetime.now(UTC) + AHEAD
        return Cue(
            occurrence=occurrence,
            title="Thông báo",
            start_at=start_at,
            end_at=start_at + timedelta(seconds=10),
            sound_path=self.sound,
            text="Họp thôn lúc 19h30.",
        )

    def next_report(self, timeout_s: float = 5.0) -> Report:
        return self.reports.get(timeout=timeout_s)


@pytest.fixture(params=["speaker", "board", "fake"])
def performing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Performing]:
    made = Performing(request.param, tmp_path)
    yield made
    made.performer.stop()


def test_a_performance_is_reported_as_started_at_its_instant(performing: Performing) -> None:
    cue = performing.cue()
    performing.performer.prepare(cue)
    performing.performer.prepare(cue)
    performing.performer.perform(cue)
    started = performing.next_report()
    assert isinstance(started, Started)
    assert started.occurrence == "occ-1"
    assert abs(started.at - cue.start_at) < timedelta(milliseconds=100)


def test_a_past_instant_begins_at_once(performing: Performing) -> None:
    late = replace(performing.cue(), start_at=datetime.now(UTC) - timedelta(seconds=3))
    performing.performer.perform(late)
    started = performing.next_report()
    assert isinstance(started, Started)
    assert started.at > late.start_at


def test_a_cease_is_answered_within_half_a_second(performing: Performing) -> None:
    performing.performer.perform(performing.cue())
    assert isinstance(performing.next_report(), Started)
    performing.performer.cease("occ-1")
    ended = performing.next_report(timeout_s=0.5)
    assert isinstance(ended, Ended)
    assert (ended.occurrence, ended.is_whole) == ("occ-1", False)


def test_a_cease_of_something_else_changes_nothing(performing: Performing) -> None:
    performing.performer.cease("never heard of")
    performing.performer.perform(performing.cue())
    assert isinstance(performing.next_report(), Started)
    performing.performer.cease("never heard of")
    assert performing.reports.empty()


def test_stopping_twice_is_safe(performing: Performing) -> None:
    performing.performer.perform(performing.cue())
    performing.performer.stop()
    performing.performer.stop()


@pytest.mark.parametrize("kind", ["speaker", "board", "fake"])
def test_stopping_without_a_start_is_safe(kind: str, tmp_path: Path) -> None:
    reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
    if kind == "fake":
        FakePerformer(reports.put, FakeClock()).stop()
    else:
        build = build_speaker if kind == "speaker" else build_board
        build("silent:", station="", work_folder=tmp_path, report=reports.put).stop()
