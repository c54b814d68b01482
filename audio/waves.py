"""The one shape of sound between our own steps: WAV, 48 kHz, mono, 16 bit."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audio._places import whole_file
from audio.errors import NotSoundError

SAMPLE_RATE = 48_000
SAMPLE_SIZE = 2


def write_wave(out: Path, samples: bytes) -> None:
    with open_wave(out) as file:
        file.writeframes(samples)


@contextmanager
def open_wave(out: Path) -> Iterator[wave.Wave_write]:
    """Open a new file of our shape for writing piece by piece; it appears whole or not at all."""
    with whole_file(out) as draft, wave.open(str(draft), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_SIZE)
        file.setframerate(SAMPLE_RATE)
        yield file


def read_wave(source: Path) -> bytes:
    """Return the samples; NotSoundError when the file is not of our shape."""
    with _opened(source) as file:
        shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if shape != (SAMPLE_RATE, 1, SAMPLE_SIZE):
            raise NotSoundError(f"{source.name} has rate, channels, width {shape}")
        return file.readframes(file.getnframes())


def wave_duration_ms(source: Path) -> int:
    """Return the length that the header of a WAV file tells; NotSoundError when it is none."""
    with _opened(source) as file:
        return file.getnframes() * 1000 // file.getframerate()


@contextmanager
def _opened(source: Path) -> Iterator[wave.Wave_read]:
    try:
        with wave.open(str(source), "rb") as file:
            yield file
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise NotSoundError(f"{source.name} is no WAV file") from error
