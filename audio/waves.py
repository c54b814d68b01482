"""The one shape of sound between our own steps: WAV, 48 kHz, mono, 16 bit."""

from __future__ import annotations

import wave
from pathlib import Path

from audio._places import whole_file
from audio.errors import NotSoundError

SAMPLE_RATE = 48_000
SAMPLE_SIZE = 2


def write_wave(out: Path, samples: bytes) -> None:
    with whole_file(out) as draft, wave.open(str(draft), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_SIZE)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples)


def read_wave(source: Path) -> bytes:
    """Return the samples; NotSoundError when the file is not of our shape."""
    try:
        with wave.open(str(source), "rb") as file:
            shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            if shape != (SAMPLE_RATE, 1, SAMPLE_SIZE):
                raise NotSoundError(f"{source.name} has rate, channels, width {shape}")
            return file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise NotSoundError(f"{source.name} is no WAV file") from error
