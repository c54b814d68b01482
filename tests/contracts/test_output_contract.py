"""Every way out for sound keeps the same promises, in real time."""

import threading
import time
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device_agent.core.clock import SystemClock
from device_agent.core.errors import DeviceError
from device_agent.speaker.adapters.file_output import HEADER_BYTES, FileOutput
from device_agent.speaker.adapters.silent_output import SilentOutput
from device_agent.speaker.feed import Feed
from device_agent.speaker.output import Output, Playback
from tests.fakes.sound import MemorySamples


@pytest.fixture(params=["file", "silent"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Output]:
    clock = SystemClock()
    made: Output = FileOutput(tmp_path / "out.wav", clock) if request.param == "file" else SilentOutput(clock)
    made.open()
    yield made
    made.close()


class Hearing:
    """One playback and what was noticed of it."""

    def __init__(self, *, in_s: float, seconds: float = 0.3, limit_s: float = 60) -> None:
        self.starts: list[datetime] = []
        self.ceased = threading.Event()
        samples = MemorySamples(round(seconds * 48_000))
        self.feed = Feed(samples, limit=round(limit_s * 48_000), ceased=self.ceased)
        self.start_at = datetime.now(UTC) + timedelta(seconds=in_s)
        self.playback = Playback(
            feed=self.feed, start_at=self.start_at, ceased=self.ceased, on_start=self.starts.append
        )


def seconds_of(action: Callable[[], None]) -> float:
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def test_the_first_sample_leaves_at_its_instant(output: Output) -> None:
    deviations = []
    for _ in range(10):
        hearing = Hearing(in_s=0.1, seconds=0.02)
        output.play(hearing.playback)
        deviations.append(abs((hearing.starts[0] - hearing.start_at).total_seconds()))
    assert sorted(deviations)[5] < 0.001
    assert max(deviations) < 0.02


def test_a_past_instant_starts_at_once_and_nothing_is_left_out(output: Output) -> None:
    hearing = Hearing(in_s=-5, seconds=0.1)
    called_at = datetime.now(UTC)
    output.play(hearing.playback)
    assert hearing.starts[0] - called_at < timedelta(milliseconds=50)
    assert hearing.feed.given == 4_800


def test_sound_leaves_in_real_time(output: Output) -> None:
    hearing = Hearing(in_s=0.05, seconds=0.5)
    assert seconds_of(lambda: output.play(hearing.playback)) == pytest.approx(0.55, abs=0.04)


def test_a_cease_before_the_start_lets_nothing_out(output: Output) -> None:
    hearing = Hearing(in_s=30)
    threading.Timer(0.1, hearing.ceased.set).start()
    assert seconds_of(lambda: output.play(hearing.playback)) < 0.3
    assert hearing.starts == []
    assert hearing.feed.given == 0


def test_a_cease_while_it_sounds_ends_it_soon(output: Output) -> None:
    hearing = Hearing(in_s=0, seconds=20)
    threading.Timer(0.2, hearing.ceased.set).start()
    assert seconds_of(lambda: output.play(hearing.playback)) < 0.35
    assert hearing.feed.is_cut


def test_one_after_the_other_may_be_played(output: Output) -> None:
    for _ in range(3):
        hearing = Hearing(in_s=0, seconds=0.02)
        output.play(hearing.playback)
        assert len(hearing.starts) == 1


def test_closing_is_safe_without_an_open(tmp_path: Path) -> None:
    FileOutput(tmp_path / "never.wav", SystemClock()).close()
    SilentOutput(SystemClock()).close()


def play_into(path: Path, seconds: float) -> None:
    output = FileOutput(path, SystemClock())
    output.open()
    output.play(Hearing(in_s=0, seconds=seconds).playback)
    output.close()


def frames_of(path: Path) -> int:
    with wave.open(str(path), "rb") as wav:
        return wav.getnframes()


def test_a_later_airing_is_appended_to_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    play_into(path, 0.1)
    play_into(path, 0.05)
    assert frames_of(path) == 4_800 + 2_400
    assert path.stat().st_size == HEADER_BYTES + 7_200 * 2


def test_a_file_that_a_killed_process_left_is_taken_up_again(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    play_into(path, 0.1)
    with path.open("ab") as file:
        file.write(b"\x01\x02\x03")
    play_into(path, 0.05)
    assert frames_of(path) == 4_800 + 1 + 2_400


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as caught:
        FileOutput(tmp_path / "missing" / "out.wav", SystemClock()).open()
    assert caught.value.code == "output_unusable"
