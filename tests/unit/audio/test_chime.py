"""The chime: made here, always the same."""

from pathlib import Path

from audio.adapters.ffmpeg import FfmpegSound
from audio.chime import DURATION_S, write_chime
from audio.levels import TARGET_LUFS


def test_the_chime_lasts_under_three_seconds_and_is_as_loud_as_the_words(tmp_path: Path) -> None:
    write_chime(tmp_path / "chime.wav")
    sound = FfmpegSound()
    assert sound.probe(tmp_path / "chime.wav").duration_ms == DURATION_S * 1000 < 3000
    loudness = sound.measure(tmp_path / "chime.wav")
    assert abs(loudness.lufs - TARGET_LUFS) < 1.0
    assert loudness.true_peak_dbtp < -3.0


def test_the_chime_is_always_the_same_bytes(tmp_path: Path) -> None:
    write_chime(tmp_path / "one.wav")
    write_chime(tmp_path / "two.wav")
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()
