"""Doubles of the ports of `audio`: they make real sound, only not with an engine."""

import math
import threading
from array import array
from collections.abc import Sequence
from pathlib import Path

from audio.errors import (
    NotSoundError,
    TextEmptyError,
    VoiceIncompleteError,
    VoiceTimeoutError,
    VoiceUnavailableError,
)
from audio.waves import SAMPLE_RATE, SAMPLE_SIZE, read_wave, write_wave

SYLLABLE_S = 0.25


class FakeVoice:
    """Hums as long as the text would take. Its triggers make it fail until `recover()`."""

    def __init__(self, name: str = "fake", *, pitch: float = 220.0) -> None:
        self._name = name
        self._pitch = pitch
        self._fault = ""
        self._released = threading.Event()
        self.scripts: list[str] = []
        self.deadlines: list[float] = []

    @property
    def name(self) -> str:
        return self._name

    def speak(self, script: str, *, out: Path, deadline_s: float) -> None:
        self.scripts.append(script)
        self.deadlines.append(deadline_s)
        if not script.strip():
            raise TextEmptyError
        self._fail(deadline_s)
        write_wave(out, self._hum(len(script.split()) * SYLLABLE_S))
        if self._fault == "empty":
            out.write_bytes(b"")

    def go_away(self) -> None:
        """There is no internet."""
        self._fault = "away"

    def hang(self) -> None:
        """Never answer, but obey the deadline."""
        self._fault = "hang"

    def hang_deaf(self) -> None:
        """Never answer and not obey the deadline either; `release()` ends it."""
        self._fault = "deaf"

    def lose_a_chunk(self) -> None:
        """Notice that a part of the text got no sound."""
        self._fault = "lost"

    def fall_silent(self) -> None:
        """Deliver silence, and not notice."""
        self._fault = "silent"

    def write_nothing(self) -> None:
        """Deliver a file of 0 bytes, and not notice."""
        self._fault = "empty"

    def cut_short(self) -> None:
        """Deliver the first word only, and not notice."""
        self._fault = "short"

    def recover(self) -> None:
        self._fault = ""

    def release(self) -> None:
        self._released.set()

    def _fail(self, deadline_s: float) -> None:
        if self._fault == "away":
            raise VoiceUnavailableError("no internet")
        if self._fault == "lost":
            raise VoiceIncompleteError("part 4 of 6 came without sound")
        if self._fault == "hang":
            self._released.wait(deadline_s)
            raise VoiceTimeoutError(f"{self._name} had {deadline_s:.1f} s")
        if self._fault == "deaf":
            self._released.wait()

    def _hum(self, duration_s: float) -> bytes:
        if self._fault == "short":
            duration_s = SYLLABLE_S
        strength = 0 if self._fault == "silent" else 8000
        turn = 2 * math.pi * self._pitch / SAMPLE_RATE
        one_second = array("h", (round(strength * math.sin(turn * index)) for index in range(SAMPLE_RATE)))
        seconds = one_second.tobytes() * math.ceil(duration_s)
        return seconds[: round(duration_s * SAMPLE_RATE) * SAMPLE_SIZE]


class WaveMixer:
    """Mixer over the standard library."""

    def join(self, parts: Sequence[Path], *, gap_ms: int, out: Path) -> None:
        if not parts:
            raise NotSoundError("no parts to join")
        gap = bytes(gap_ms * SAMPLE_RATE // 1000 * SAMPLE_SIZE)
        write_wave(out, gap.join(read_wave(part) for part in parts))
