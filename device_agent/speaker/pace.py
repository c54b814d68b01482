"""Letting samples out in real time without a sound card: the beat that a card would give."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from device_agent.core.ports import Clock
from device_agent.speaker.output import SAMPLE_RATE, Playback

FRAME_SAMPLES = 480
_FRAME_S = FRAME_SAMPLES / SAMPLE_RATE
_SPIN_S = 0.002
_COARSE_STEP_S = 0.5


def monotonic_of(instant: datetime, clock: Clock) -> float:
    """Return the monotonic second that belongs to a wall-clock instant, as the clocks stand now."""
    return clock.monotonic_s() + (instant - clock.now()).total_seconds()


def play_paced(playback: Playback, write: Callable[[bytes], None], clock: Clock) -> None:
    """Write the feed in frames of 10 ms, the first at `start_at`, each one when it would leave a sound card."""
    start_s = _wait_for_start(playback, clock)
    if start_s is None:
        return
    number = 0
    while frame := playback.feed.take(FRAME_SAMPLES):
        if number:
            time.sleep(max(0.0, start_s + number * _FRAME_S - clock.monotonic_s()))
        write(frame)
        if number == 0:
            playback.on_start(clock.now())
        number += 1


def _wait_for_start(playback: Playback, clock: Clock) -> float | None:
    """Return the monotonic instant of the start when it has come, or None when ceased before."""
    while True:
        # Asked anew each time: the wall clock may be corrected while we wait.
        start_s = monotonic_of(playback.start_at, clock)
        left_s = start_s - clock.monotonic_s()
        if playback.ceased.is_set():
            return None
        if left_s <= 0:
            return clock.monotonic_s()
        if left_s <= _SPIN_S * 2:
            return _spin_until(start_s, playback.ceased, clock)
        playback.ceased.wait(min(_COARSE_STEP_S, left_s - _SPIN_S))


def _spin_until(start_s: float, ceased: threading.Event, clock: Clock) -> float | None:
    """Wait the last two milliseconds awake: a sleeping thread wakes up to a millisecond late."""
    time.sleep(max(0.0, start_s - clock.monotonic_s() - _SPIN_S / 2))
    while clock.monotonic_s() < start_s:
        pass
    return None if ceased.is_set() else start_s
