"""Our own chime: four soft bells, made by arithmetic, so that nobody owns it but us."""

from __future__ import annotations

import math
from array import array
from functools import cache
from pathlib import Path

from audio.waves import SAMPLE_RATE, write_wave

DURATION_S = 2.8

_NOTES = ((0.0, 392.00), (0.38, 493.88), (0.76, 587.33), (1.14, 783.99))  # start in s, Hz: G4 B4 D5 G5
_PARTIALS = (
    (1.0, 1.0, 1.0),
    (2.0, 0.35, 1.8),
    (3.01, 0.12, 3.0),
    (4.2, 0.05, 5.0),
)  # ratio, strength, damping
_DECAY_S = 0.62
_ATTACK_S = 0.006
_FADE_OUT_S = 0.25
_LEVEL = 0.30


def write_chime(out: Path) -> None:
    """Write the chime as 48 kHz mono WAV, about as loud as the finished sound will be. Always the same bytes."""
    write_wave(out, _samples())


@cache
def _samples() -> bytes:
    mix = [0.0] * int(DURATION_S * SAMPLE_RATE)
    for start_s, pitch in _NOTES:
        _strike(mix, int(start_s * SAMPLE_RATE), pitch)
    _fade_out(mix)
    return array("h", (round(max(-1.0, min(1.0, value * _LEVEL)) * 32767) for value in mix)).tobytes()


def _strike(mix: list[float], start: int, pitch: float) -> None:
    attack = int(_ATTACK_S * SAMPLE_RATE)
    for ratio, strength, damping in _PARTIALS:
        turn = 2 * math.pi * pitch * ratio / SAMPLE_RATE
        fall = math.exp(-damping / (_DECAY_S * SAMPLE_RATE))
        loud = strength
        for index in range(len(mix) - start):
            mix[start + index] += loud * min(1.0, index / attack) * math.sin(turn * index)
            loud *= fall


def _fade_out(mix: list[float]) -> None:
    length = int(_FADE_OUT_S * SAMPLE_RATE)
    for index in range(length):
        mix[-1 - index] *= index / length
