"""Offline speech beyond the contract of voices."""

import wave
from pathlib import Path

import pytest

from audio.adapters.espeak_voice import EspeakSettings, EspeakVoice, EspeakVoiceName
from audio.adapters.ffmpeg import FfmpegSound
from audio.errors import AudioError, VoiceIncompleteError, VoiceSilentError

TEXT = "kính mời bà con chú ý nghe thông báo của ủy ban nhân dân phường."


def duration_ms(settings: EspeakSettings, folder: Path) -> int:
    EspeakVoice(settings).speak(TEXT, out=folder / "voice.wav", deadline_s=20)
    return FfmpegSound().probe(folder / "voice.wav").duration_ms or 0


def test_speed_is_heard(tmp_path: Path) -> None:
    slow, fast = (duration_ms(EspeakSettings(speed=speed), tmp_path) for speed in (100, 200))
    assert slow > 1.5 * fast


@pytest.mark.parametrize("voice", ["vi", "vi-vn-x-central", "vi-vn-x-south"])
def test_the_three_regions_speak(tmp_path: Path, voice: EspeakVoiceName) -> None:
    assert duration_ms(EspeakSettings(voice=voice), tmp_path) > 2000
    assert EspeakVoice(EspeakSettings(voice=voice)).name == f"espeak:{voice}"


def test_the_file_is_a_wave_of_true_length(tmp_path: Path) -> None:
    told_ms = duration_ms(EspeakSettings(), tmp_path)
    with wave.open(str(tmp_path / "voice.wav")) as file:
        assert file.getnframes() * 1000 / file.getframerate() == pytest.approx(told_ms, abs=2)
        assert len(file.readframes(file.getnframes())) == file.getnframes() * 2


def test_the_same_text_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.wav", "two.wav"):
        EspeakVoice().speak(TEXT, out=tmp_path / name, deadline_s=20)
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


@pytest.mark.parametrize(("speed", "pitch"), [(0, 50), (1000, 50), (150, -1), (150, 100)])
def test_settings_out_of_range_are_refused(speed: int, pitch: int) -> None:
    with pytest.raises(ValueError, match="espeak"):
        EspeakSettings(speed=speed, pitch=pitch)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("exit 0", VoiceSilentError),
        ("exit 3", VoiceIncompleteError),
    ],
)
def test_a_bad_end_of_the_program_is_an_error(tmp_path: Path, script: str, kind: type[AudioError]) -> None:
    fake = tmp_path / "espeak"
    fake.write_text(f"#!/bin/sh\ncat > /dev/null\n{script}\n")
    fake.chmod(0o755)
    with pytest.raises(kind):
        EspeakVoice(EspeakSettings(program=str(fake))).speak(TEXT, out=tmp_path / "voice.wav", deadline_s=20)
    assert list(tmp_path.iterdir()) == [fake]
