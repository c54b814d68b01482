"""Offline speech with eSpeak NG: plain, but always there."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from audio._places import whole_file
from audio.errors import (
    TextEmptyError,
    VoiceIncompleteError,
    VoiceSilentError,
    VoiceTimeoutError,
    VoiceUnavailableError,
)
from audio.pace import Pace

EspeakVoiceName = Literal["vi", "vi-vn-x-central", "vi-vn-x-south"]  # northern, central, southern
_WAV_HEADER_SIZE = 44
_PACES = {  # measured at 150 words a minute, over texts of 3 to 150 syllables
    "vi": Pace(238, 325, 237, 449),
    "vi-vn-x-central": Pace(241, 317, 216, 476),
    "vi-vn-x-south": Pace(254, 321, 59, 471),
}
_AMPLITUDE = "80"  # its own 100 comes within a hair of clipping


@dataclass(frozen=True, slots=True)
class EspeakSettings:
    """`speed` is in words a minute, `pitch` from 0 to 99."""

    voice: EspeakVoiceName = "vi"
    speed: int = 150
    pitch: int = 50
    program: str = "espeak-ng"

    def __post_init__(self) -> None:
        if not 80 <= self.speed <= 300:
            raise ValueError(f"espeak speed must be 80 to 300 words a minute, not {self.speed}")
        if not 0 <= self.pitch <= 99:
            raise ValueError(f"espeak pitch must be 0 to 99, not {self.pitch}")

    @property
    def pace(self) -> Pace:
        return _PACES[self.voice].faster(self.speed / 150)


class EspeakVoice:
    def __init__(self, settings: EspeakSettings | None = None) -> None:
        self._settings = settings or EspeakSettings()

    @property
    def name(self) -> str:
        return f"espeak:{self._settings.voice}"

    def speak(self, script: str, *, out: Path, deadline_s: float) -> None:
        if not script.strip():
            raise TextEmptyError
        spoken = self._run(script, deadline_s)
        if len(spoken) <= _WAV_HEADER_SIZE:
            raise VoiceSilentError(f"{self.name} gave no sound")
        with whole_file(out) as draft:
            draft.write_bytes(_with_true_sizes(spoken))

    def _run(self, script: str, deadline_s: float) -> bytes:
        chosen = self._settings
        command = [chosen.program, "-v", chosen.voice, "-s", str(chosen.speed), "-p", str(chosen.pitch)]
        # To stdout: writing a file by itself it would not notice that the disk is full.
        command += ["-a", _AMPLITUDE, "-b", "1", "--stdin", "--stdout"]
        try:
            # The text goes through stdin: a text starting with "-" is no option, and no list of processes shows it.
            done = subprocess.run(
                command, input=script.encode(), capture_output=True, timeout=deadline_s, check=False
            )
        except FileNotFoundError as error:
            raise VoiceUnavailableError(f"{chosen.program} is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise VoiceTimeoutError(f"{self.name} had {deadline_s:.1f} s") from error
        if done.returncode != 0:
            complaint = done.stderr.decode(errors="replace").strip()[-300:]
            raise VoiceIncompleteError(f"{self.name} ended with {done.returncode}: {complaint}")
        return done.stdout


def _with_true_sizes(spoken: bytes) -> bytes:
    """Write the sizes into the WAV header, which the engine cannot know before it has spoken."""
    size = len(spoken) - _WAV_HEADER_SIZE
    header = bytearray(spoken[:_WAV_HEADER_SIZE])
    header[4:8] = (size + _WAV_HEADER_SIZE - 8).to_bytes(4, "little")
    header[40:44] = size.to_bytes(4, "little")
    return bytes(header) + spoken[_WAV_HEADER_SIZE:]
