"""How loud a finished sound is, and what to do when it is not. Pure: decibels in, decibels out.

The target is EBU R128 loudness of -16 LUFS (horns outdoors, over traffic) with a true peak of at most -1.5 dBTP,
so that no cheap amplifier or lossy codec after us clips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TARGET_LUFS = -16.0
TOLERANCE_LU = 0.5
MAX_TRUE_PEAK_DBTP = -1.5
SILENCE_LUFS = -60.0  # below this nobody hears anything; the meter itself stops at -70
MAX_ROUNDS = 3

_CLOSE_ENOUGH_LU = 0.41  # stricter than the tolerance: meters round to 0.1 and differ a little between makers
_SAFE_PEAK_DBTP = -1.6
_FIRST_CEILING_DBTP = -3.0  # Opus at 24 kb/s overshoots the limiter by about 1 dB
_LOWEST_CEILING_DBTP = -12.0  # of the corrections for loudness; the last one for peaks may go lower
_MAX_GAIN_DB = 60.0
_MAKE_UP = (
    0.7  # learned from speech and music: what the limiter cuts from the peaks costs most of that in loudness
)
_MAX_MAKE_UP_DB = 6.0
_LIMITED_YIELD = 0.6
_LEAST_YIELD = 0.3


@dataclass(frozen=True, slots=True)
class Loudness:
    lufs: float
    true_peak_dbtp: float

    @property
    def is_silent(self) -> bool:
        return self.lufs <= SILENCE_LUFS

    @property
    def is_on_target(self) -> bool:
        """Whether the sound may be delivered as it is."""
        return abs(self.lufs - TARGET_LUFS) <= TOLERANCE_LU and self.true_peak_dbtp <= MAX_TRUE_PEAK_DBTP


@dataclass(frozen=True, slots=True)
class Move:
    """One pass: gain first, then a limiter that lets no peak above the ceiling."""

    gain_db: float
    ceiling_dbtp: float = _FIRST_CEILING_DBTP


@dataclass(frozen=True, slots=True)
class Trial:
    move: Move
    result: Loudness


def first_move(measured: Loudness) -> Move:
    """Close the whole distance to the target, and make up for what the limiter will eat of it."""
    gain_db = TARGET_LUFS - measured.lufs
    limited_db = max(0.0, measured.true_peak_dbtp + gain_db - _FIRST_CEILING_DBTP)
    return Move(_bounded(gain_db + min(_MAX_MAKE_UP_DB, _MAKE_UP * limited_db)))


def next_move(trials: Sequence[Trial]) -> Move | None:
    """Decide the correction after the last trial, or None when nothing needs correcting."""
    last = trials[-1]
    missing_db = TARGET_LUFS - last.result.lufs
    overshoot_db = last.result.true_peak_dbtp - _SAFE_PEAK_DBTP
    if abs(missing_db) <= _CLOSE_ENOUGH_LU and overshoot_db <= 0:
        return None
    ceiling = last.move.ceiling_dbtp
    if overshoot_db > 0 and len(trials) == MAX_ROUNDS - 1:
        # No further chance: the same shape, only quieter. Less loud is better than clipped.
        return Move(_bounded(last.move.gain_db - overshoot_db - 0.3), ceiling - overshoot_db - 0.3)
    if overshoot_db > 0:
        ceiling = max(_LOWEST_CEILING_DBTP, ceiling - overshoot_db - 0.2)
    return Move(_bounded(last.move.gain_db + missing_db / _yield(trials)), ceiling)


def best_trial(trials: Sequence[Trial]) -> Trial:
    """Choose the result to deliver: a peak that is too high is worse than any error of loudness."""
    return min(trials, key=lambda trial: _badness(trial.result))


def _yield(trials: Sequence[Trial]) -> float:
    """Estimate how much loudness one decibel of gain brings: less than 1 where the limiter eats a part of it."""
    last = trials[-1]
    if len(trials) > 1:
        before = trials[-2]
        gain_db = last.move.gain_db - before.move.gain_db
        if abs(gain_db) > 0.1:
            return max(_LEAST_YIELD, min(1.0, (last.result.lufs - before.result.lufs) / gain_db))
    is_limited = last.result.true_peak_dbtp > last.move.ceiling_dbtp - 1.0
    return _LIMITED_YIELD if is_limited else 1.0


def _badness(loudness: Loudness) -> tuple[float, float]:
    return max(0.0, loudness.true_peak_dbtp - MAX_TRUE_PEAK_DBTP), abs(loudness.lufs - TARGET_LUFS)


def _bounded(gain_db: float) -> float:
    return round(max(-_MAX_GAIN_DB, min(_MAX_GAIN_DB, gain_db)), 2)
