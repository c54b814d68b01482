"""Joining sounds with pydub: the one door to it."""

from __future__ import annotations

import warnings
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audio._places import whole_file
from audio.errors import NotSoundError

SAMPLE_RATE = 48_000


class PydubMixer:
    """Mixer over pydub. Reads WAV only, so that pydub never starts a program of its own."""

    def join(self, parts: Sequence[Path], *, gap_ms: int, out: Path) -> None:
        if not parts:
            raise NotSoundError("no parts to join")
        segment_type = _pydub().AudioSegment
        gap = segment_type.silent(duration=gap_ms, frame_rate=SAMPLE_RATE)
        # One join of the raw samples: adding segment to segment would copy the whole programme for each part.
        sounds = [_read(segment_type, part) for part in parts]
        joined = gap.raw_data.join(sound.raw_data for sound in sounds)
        with whole_file(out) as draft, wave.open(str(draft), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(joined)


def _read(segment_type: Any, part: Path) -> Any:
    try:
        # The bytes, not the path: given a path that is no WAV file, pydub would start ffmpeg by itself.
        sound = segment_type(data=part.read_bytes())
    except Exception as error:  # pydub and struct raise many kinds for a file that is not WAV
        raise NotSoundError(f"{part.name} is no WAV file") from error
    return sound.set_channels(1).set_frame_rate(SAMPLE_RATE).set_sample_width(2)


def _pydub() -> Any:
    with warnings.catch_warnings():
        # pydub 0.25.1 has old escapes, imports a deprecated module and looks for ffmpeg; none of it is ours.
        warnings.simplefilter("ignore")
        import pydub
    return pydub
