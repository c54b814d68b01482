"""Joining sounds with pydub: the one door to it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audio.errors import NotSoundError
from audio.waves import SAMPLE_RATE, SAMPLE_SIZE, open_wave


class PydubMixer:
    """Mixer over pydub. Reads WAV only, so that pydub never starts a program of its own."""

    def join(self, parts: Sequence[Path], *, gap_ms: int, out: Path) -> None:
        if not parts:
            raise NotSoundError("no parts to join")
        segment_type = _pydub().AudioSegment
        gap = segment_type.silent(duration=gap_ms, frame_rate=SAMPLE_RATE).raw_data
        # One part at a time: adding segment to segment, as pydub would, copies the whole programme for each part.
        with open_wave(out) as file:
            for position, part in enumerate(parts):
                file.writeframesraw(gap if position else b"")
                file.writeframesraw(_read(segment_type, part).raw_data)


def _read(segment_type: Any, part: Path) -> Any:
    try:
        # The bytes, not the path: given a path that is no WAV file, pydub would start ffmpeg by itself.
        sound = segment_type(data=part.read_bytes())
    except Exception as error:  # pydub and struct raise many kinds for a file that is not WAV
        raise NotSoundError(f"{part.name} is no WAV file") from error
    return sound.set_channels(1).set_frame_rate(SAMPLE_RATE).set_sample_width(SAMPLE_SIZE)


def _pydub() -> Any:
    with warnings.catch_warnings():
        # pydub 0.25.1 has old escapes, imports a deprecated module and looks for ffmpeg; none of it is ours.
        warnings.simplefilter("ignore")
        import pydub
    return pydub
