"""What every Mixer keeps."""

import wave
from pathlib import Path

import pytest

from audio.adapters.pydub_mixer import PydubMixer
from audio.errors import NotSoundError
from audio.ports import Mixer
from audio.waves import read_wave, write_wave
from tests.fakes.audio import WaveMixer

MILLISECOND = 48 * 2  # bytes


@pytest.fixture(params=[PydubMixer, WaveMixer])
def mixer(request: pytest.FixtureRequest) -> Mixer:
    made: Mixer = request.param()
    return made


def part(path: Path, pattern: bytes, duration_ms: int) -> Path:
    write_wave(path, (pattern * (duration_ms * MILLISECOND))[: duration_ms * MILLISECOND])
    return path


def test_every_sample_of_every_part_is_there_in_order(mixer: Mixer, tmp_path: Path) -> None:
    parts = [part(tmp_path / f"{mark}.wav", bytes([mark]), 100 * mark) for mark in (1, 2, 3)]
    mixer.join(parts, gap_ms=50, out=tmp_path / "out.wav")
    gap = bytes(50 * MILLISECOND)
    assert read_wave(tmp_path / "out.wav") == gap.join(read_wave(each) for each in parts)


def test_one_part_has_no_gap(mixer: Mixer, tmp_path: Path) -> None:
    only = part(tmp_path / "only.wav", b"\1\2", 20)
    mixer.join([only], gap_ms=500, out=tmp_path / "out.wav")
    assert read_wave(tmp_path / "out.wav") == read_wave(only)


def test_the_result_is_48_khz_mono(mixer: Mixer, tmp_path: Path) -> None:
    mixer.join([part(tmp_path / "a.wav", b"\1", 10)], gap_ms=0, out=tmp_path / "out.wav")
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"ID3\x04 not a wave at all" * 20])
def test_a_part_that_is_no_sound_leaves_nothing(mixer: Mixer, tmp_path: Path, content: bytes) -> None:
    bad, out = tmp_path / "bad.wav", tmp_path / "out" / "out.wav"
    bad.write_bytes(content)
    out.parent.mkdir()
    with pytest.raises(NotSoundError):
        mixer.join([part(tmp_path / "a.wav", b"\1", 10), bad], gap_ms=0, out=out)
    assert list(out.parent.iterdir()) == []


def test_nothing_to_join_is_an_error(mixer: Mixer, tmp_path: Path) -> None:
    with pytest.raises(NotSoundError):
        mixer.join([], gap_ms=0, out=tmp_path / "out.wav")
