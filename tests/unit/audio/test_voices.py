"""The ladder of engines."""

import time
from pathlib import Path

import pytest

from audio.adapters.ffmpeg import FfmpegSound
from audio.errors import DiskFullError, NoVoiceError, TextEmptyError, VoiceIncompleteError
from audio.ports import Voice
from audio.voices import VoiceLadder, check_length
from tests.fakes.audio import FakeVoice

SCRIPT = "kính mời bà con nhân dân trong phường chú ý nghe thông báo."


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ladder(*voices: Voice, budget_s: float = 10.0, clock: Clock | None = None) -> VoiceLadder:
    return VoiceLadder(voices, sound=FfmpegSound(), budget_s=budget_s, clock=clock or Clock())


def failing(fault: str, name: str = "online") -> FakeVoice:
    voice = FakeVoice(name)
    getattr(voice, fault)()
    return voice


def test_the_first_engine_that_works_reads_alone(tmp_path: Path) -> None:
    online, offline = FakeVoice("online"), FakeVoice("offline")
    spoken = ladder(online, offline).speak(SCRIPT, out=tmp_path / "voice.wav")
    assert (spoken.engine, spoken.failures, offline.scripts) == ("online", (), [])
    assert list(tmp_path.iterdir()) == [tmp_path / "voice.wav"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("go_away", "voice_unavailable"),
        ("lose_a_chunk", "voice_incomplete"),
        ("fall_silent", "voice_silent"),
        ("write_nothing", "voice_silent"),
        ("cut_short", "voice_incomplete"),
    ],
)
def test_the_next_engine_reads_the_whole_text_and_the_failure_is_told(
    tmp_path: Path, fault: str, code: str
) -> None:
    offline = FakeVoice("offline")
    spoken = ladder(failing(fault), offline).speak(SCRIPT, out=tmp_path / "voice.wav")
    assert spoken.engine == "offline"
    assert [(failure.engine, failure.code) for failure in spoken.failures] == [("online", code)]
    assert offline.scripts == [SCRIPT]
    assert list(tmp_path.iterdir()) == [tmp_path / "voice.wav"]


@pytest.mark.parametrize("fault", ["hang", "hang_deaf"])
def test_an_engine_that_hangs_is_left_within_the_budget(tmp_path: Path, fault: str) -> None:
    online, offline = failing(fault), FakeVoice("offline")
    started_at = time.monotonic()
    spoken = ladder(online, offline, budget_s=0.8).speak(SCRIPT, out=tmp_path / "voice.wav")
    online.release()
    assert spoken.failures[0].code == "voice_timeout"
    assert online.deadlines == [pytest.approx(0.3)]
    assert time.monotonic() - started_at < 5


def test_engines_before_the_last_share_the_budget(tmp_path: Path) -> None:
    first, second = failing("go_away", "first"), failing("go_away", "second")
    ladder(first, second, FakeVoice("last")).speak(SCRIPT, out=tmp_path / "voice.wav")
    assert first.deadlines == [pytest.approx(4.75)]
    assert second.deadlines == [pytest.approx(9.5)]


def test_when_all_fail_there_is_no_file_and_every_failure_is_known(tmp_path: Path) -> None:
    with pytest.raises(NoVoiceError) as caught:
        ladder(failing("go_away", "a"), failing("fall_silent", "b")).speak(SCRIPT, out=tmp_path / "voice.wav")
    codes = [failure.code for failure in caught.value.failures]
    assert codes == ["voice_unavailable", "voice_silent"]
    assert list(tmp_path.iterdir()) == []


def test_a_failed_engine_rests_for_a_minute_and_the_reader_is_told(tmp_path: Path) -> None:
    clock, online = Clock(), failing("go_away")
    voices = ladder(online, FakeVoice("offline"), clock=clock)
    voices.speak(SCRIPT, out=tmp_path / "one.wav")
    clock.now += 59
    second = voices.speak(SCRIPT, out=tmp_path / "two.wav")
    assert len(online.scripts) == 1
    assert second.failures[0].is_skipped
    online.recover()
    clock.now += 2
    assert voices.speak(SCRIPT, out=tmp_path / "three.wav").engine == "online"


def test_the_last_engine_never_rests(tmp_path: Path) -> None:
    offline = failing("go_away", "offline")
    voices = ladder(offline)
    with pytest.raises(NoVoiceError):
        voices.speak(SCRIPT, out=tmp_path / "voice.wav")
    offline.recover()
    assert voices.speak(SCRIPT, out=tmp_path / "voice.wav").engine == "offline"


def test_an_engine_that_breaks_in_an_unknown_way_does_not_stop_the_next(tmp_path: Path) -> None:
    class Broken(FakeVoice):
        def speak(self, script: str, *, out: Path, deadline_s: float) -> None:
            raise KeyError("a fault in the plug-in")

    spoken = ladder(Broken("online"), FakeVoice("offline")).speak(SCRIPT, out=tmp_path / "voice.wav")
    assert spoken.engine == "offline"
    assert "KeyError" in spoken.failures[0].detail


def test_a_full_disk_is_not_blamed_on_the_engines(tmp_path: Path) -> None:
    class NoSpace(FakeVoice):
        def speak(self, script: str, *, out: Path, deadline_s: float) -> None:
            raise DiskFullError

    with pytest.raises(DiskFullError):
        ladder(NoSpace(), FakeVoice("offline")).speak(SCRIPT, out=tmp_path / "voice.wav")


def test_nothing_to_read_asks_no_engine(tmp_path: Path) -> None:
    online = FakeVoice()
    with pytest.raises(TextEmptyError):
        ladder(online).speak(" ", out=tmp_path / "voice.wav")
    assert online.scripts == []


def test_a_ladder_without_voices_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ladder()


@pytest.mark.parametrize("duration_s", [0.5, 60.0])
def test_a_length_that_nobody_can_read_in_is_incomplete(duration_s: float) -> None:
    with pytest.raises(VoiceIncompleteError):
        check_length(SCRIPT, duration_s)
