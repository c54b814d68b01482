"""Decoding with the real ffmpeg."""

import subprocess
from array import array
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from device_agent.core.errors import DeviceError
from device_agent.speaker.sound import Decoder, Sound


@pytest.fixture
def decoder() -> Decoder:
    made = Decoder()
    made.start()
    return made


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "tone.ogg"
    source = "sine=frequency=440:duration=1.5:sample_rate=44100"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-ac", "2", "-c:a", "libopus", str(path)]
    subprocess.run(command, check=True)
    return path


def samples_of(sound: Sound) -> "array[int]":
    sound.wait_until_ready(5)
    found = array("h")
    while not sound.is_over:
        found.frombytes(sound.read(9_600))
    return found


def test_any_file_becomes_mono_samples_of_one_rate(decoder: Decoder, tone: Path) -> None:
    sound = decoder.decode(tone, volume=100, longest_s=10)
    samples = samples_of(sound)
    assert len(samples) == pytest.approx(1.5 * 48_000, abs=500)
    crossings = sum(1 for early, late in pairwise(samples) if early < 0 <= late)
    assert crossings == pytest.approx(440 * 1.5, abs=3)
    assert not sound.is_damaged()
    sound.close()


def test_the_volume_is_applied(decoder: Decoder, tone: Path) -> None:
    full, half, none = (decoder.decode(tone, volume=volume, longest_s=10) for volume in (100, 50, 0))
    loudest = max(samples_of(full))
    assert max(samples_of(half)) == pytest.approx(loudest / 2, rel=0.02)
    assert max(samples_of(none)) == 0
    for sound in (full, half, none):
        sound.close()


def test_a_longer_sound_is_not_decoded_beyond_its_end(decoder: Decoder, tone: Path) -> None:
    sound = decoder.decode(tone, volume=100, longest_s=0.5)
    assert len(samples_of(sound)) == pytest.approx(24_000, abs=10)
    sound.close()


@pytest.mark.parametrize("content", [b"", b"this is no sound", bytes(range(256)) * 100])
def test_what_is_no_sound_is_named(decoder: Decoder, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "content"
    path.write_bytes(content)
    sound = decoder.decode(path, volume=100, longest_s=10)
    with pytest.raises(DeviceError) as caught:
        sound.wait_until_ready(5)
    assert caught.value.code == "undecodable"
    sound.close()


def test_a_content_cannot_make_ffmpeg_open_another_address(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n")
    sound = decoder.decode(path, volume=100, longest_s=10)
    with pytest.raises(DeviceError):
        sound.wait_until_ready(5)
    sound.close()


def test_closing_ends_ffmpeg_and_gives_the_pipe_back(decoder: Decoder, tone: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    sound = decoder.decode(tone, volume=100, longest_s=10)
    sound.close()
    sound.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert psutil.Process().children() == []


def test_a_long_sound_waits_in_the_pipe_and_comes_whole(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    source = "sine=frequency=440:duration=30:sample_rate=48000"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, str(path)], check=True)
    sound = decoder.decode(path, volume=100, longest_s=60)
    assert len(samples_of(sound)) == 30 * 48_000
    assert not sound.is_damaged()
    sound.close()


def test_a_decoder_that_dies_is_told_from_a_sound_that_ends(decoder: Decoder, tone: Path) -> None:
    sound = decoder.decode(tone, volume=100, longest_s=10)
    for child in psutil.Process().children():
        child.kill()
    with pytest.raises(DeviceError):
        sound.wait_until_ready(5)
    assert sound.is_damaged()
    sound.close()


def test_a_machine_without_ffmpeg_is_told_what_to_install() -> None:
    with pytest.raises(DeviceError) as caught:
        Decoder("ffmpeg-that-is-not-there").start()
    assert caught.value.code == "ffmpeg_missing"
    assert "apt install ffmpeg" in caught.value.hint


@pytest.mark.parametrize("offset_ms", [0, 1, 700, 5_000, 12_345])
@pytest.mark.parametrize("ending", ["ogg", "mp3", "wav"])
def test_a_sound_goes_on_at_the_very_sample(
    decoder: Decoder, tmp_path: Path, ending: str, offset_ms: int
) -> None:
    """A sweep never repeats itself: a shift of one sample would show."""
    path = tmp_path / f"sweep.{ending}"
    source = "aevalsrc=0.4*sin(2*PI*(200*t+40*t*t)):d=15:s=48000"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, str(path)], check=True)
    whole_sound = decoder.decode(path, volume=100, longest_s=60)
    rest_sound = decoder.decode(
        path, volume=100, longest_s=16 - offset_ms / 1000, offset=timedelta(milliseconds=offset_ms)
    )
    whole, rest = samples_of(whole_sound), samples_of(rest_sound)
    whole_sound.close()
    rest_sound.close()
    assert rest == whole[offset_ms * 48 :]
