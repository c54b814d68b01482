"""What every Voice keeps, the fake one and the real ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from audio.adapters.espeak_voice import EspeakSettings, EspeakVoice
from audio.adapters.ffmpeg import FfmpegSound
from audio.adapters.gtts_voice import GttsSettings, GttsVoice
from audio.errors import AudioError, TextEmptyError, VoiceTimeoutError, VoiceUnavailableError
from audio.ports import Voice
from audio.voices import check_length
from tests.fakes.audio import FakeVoice
from tests.fakes.google_speech import FakeGoogle

SHORT = "kính mời bà con chú ý nghe thông báo."
LONG = " ".join([SHORT, "sáng ngày mai, trạm y tế phường tổ chức tiêm chủng cho trẻ em dưới năm tuổi."] * 4)


@dataclass(frozen=True)
class Case:
    """A working voice, and how to get one that hangs and one that cannot be reached."""

    voice: Voice
    hanging: Callable[[], Voice]
    unreachable: Callable[[], Voice]


@pytest.fixture
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGoogle]:
    server = FakeGoogle(tmp_path_factory.mktemp("google"))
    server.start()
    yield server
    server.stop()


def fake_case() -> Case:
    hanging, unreachable = FakeVoice(), FakeVoice()
    hanging.hang()
    unreachable.go_away()
    return Case(FakeVoice(), lambda: hanging, lambda: unreachable)


def espeak_case(folder: Path) -> Case:
    sleeper = folder / "sleeping-espeak"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n")
    sleeper.chmod(0o755)
    return Case(
        EspeakVoice(),
        lambda: EspeakVoice(EspeakSettings(program=str(sleeper))),
        lambda: EspeakVoice(EspeakSettings(program="no-such-espeak")),
    )


def gtts_case(google: FakeGoogle) -> Case:
    settings = GttsSettings(proxy=google.proxy, ca_bundle=google.ca_bundle)
    voice = GttsVoice(settings, sound=FfmpegSound(), pause=lambda _: None)
    closed = GttsSettings(proxy="http://127.0.0.1:9", ca_bundle=google.ca_bundle)

    def hanging() -> Voice:
        google.hang()
        return voice

    return Case(voice, hanging, lambda: GttsVoice(closed, sound=FfmpegSound(), pause=lambda _: None))


@pytest.fixture(params=["fake", "espeak", "gtts"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    if request.param == "fake":
        return fake_case()
    if request.param == "espeak":
        return espeak_case(tmp_path_factory.mktemp("programs"))
    return gtts_case(request.getfixturevalue("google"))


def test_the_whole_script_becomes_sound_and_nothing_else_stays(case: Case, tmp_path: Path) -> None:
    out = tmp_path / "voice.wav"
    case.voice.speak(LONG, out=out, deadline_s=30)
    sound = FfmpegSound()
    duration_ms = sound.probe(out).duration_ms
    assert duration_ms is not None
    check_length(LONG, duration_ms / 1000)
    assert not sound.measure(out).is_silent
    assert list(tmp_path.iterdir()) == [out]


def test_more_text_takes_more_time(case: Case, tmp_path: Path) -> None:
    sizes = []
    for script in (SHORT, LONG):
        case.voice.speak(script, out=tmp_path / "voice.wav", deadline_s=30)
        sizes.append((tmp_path / "voice.wav").stat().st_size)
    assert sizes[1] > 5 * sizes[0]


def test_a_text_like_an_option_is_only_read(case: Case, tmp_path: Path) -> None:
    case.voice.speak("--version", out=tmp_path / "voice.wav", deadline_s=30)
    assert (tmp_path / "voice.wav").stat().st_size > 1000


@pytest.mark.parametrize("script", ["", " \n "])
def test_nothing_to_read_is_an_error(case: Case, tmp_path: Path, script: str) -> None:
    fails(case.voice, TextEmptyError, tmp_path, script=script)


def test_an_engine_that_hangs_is_left_at_the_deadline(case: Case, tmp_path: Path) -> None:
    fails(case.hanging(), VoiceTimeoutError, tmp_path, deadline_s=0.3)


def test_an_engine_out_of_reach_says_so(case: Case, tmp_path: Path) -> None:
    fails(case.unreachable(), VoiceUnavailableError, tmp_path)


def test_a_name_tells_the_engine(case: Case) -> None:
    assert case.voice.name


def fails(
    voice: Voice, kind: type[AudioError], folder: Path, *, script: str = SHORT, deadline_s: float = 30
) -> None:
    with pytest.raises(kind):
        voice.speak(script, out=folder / "voice.wav", deadline_s=deadline_s)
    assert list(folder.iterdir()) == []
