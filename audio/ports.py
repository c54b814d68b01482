"""What sound production needs from the outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from audio.levels import Loudness


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file truly is, whatever its name says. `duration_ms` is None when the container does not tell."""

    duration_ms: int | None
    sample_rate: int
    channels: int
    codec: str


class Voice(Protocol):
    """One speech engine with one choice of voice."""

    @property
    def name(self) -> str: ...

    def speak(self, script: str, *, out: Path, deadline_s: float) -> None:
        """Read `script` into a WAV file at `out`.

        MUST hold the whole script or raise AudioError, MUST leave no file on failure, and MUST give up with
        VoiceTimeoutError when `deadline_s` seconds have passed.
        """


class Mixer(Protocol):
    def join(self, parts: Sequence[Path], *, gap_ms: int, out: Path) -> None:
        """Put parts one after another with `gap_ms` of silence between them; parts and `out` are 48 kHz mono WAV.

        Raises NotSoundError when a part is no WAV file or there is none. MUST leave no file on failure.
        """


class SoundTool(Protocol):
    """Decoding, measuring and finishing. Every method raises AudioError and leaves no file on failure."""

    def probe(self, source: Path) -> Probe:
        """Look into the file; NotSoundError when it holds no sound."""

    def measure(self, source: Path) -> Loudness:
        """Measure EBU R128 loudness and true peak; a clip shorter than 3 s is measured as if repeated."""

    def to_wav(
        self, source: Path, *, out: Path, gain_db: float = 0.0, max_duration_s: float | None = None
    ) -> None:
        """Decode to 48 kHz mono WAV, with gain under a limiter, and cut at `max_duration_s`."""

    def master(self, source: Path, *, out: Path, bit_rate_kbps: int = 24) -> Loudness:
        """Finish to the delivery format (48 kHz mono Opus in Ogg) at the target loudness.

        Returns what was measured in the finished file. The same source gives the same bytes.
        `out` appears whole or not at all.
        """
