"""The port to whatever carries the sound away, in the words of the speaker."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from device_agent.speaker.feed import Feed

SAMPLE_RATE = 48_000
SAMPLE_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """One sound to let out: mono 16-bit little-endian samples at SAMPLE_RATE, from `feed`.

    `on_start` is to be called once, with the instant at which the first sample left.
    """

    feed: Feed
    start_at: datetime
    ceased: threading.Event
    on_start: Callable[[datetime], None]


class Output(Protocol):
    """One way out for sound. `play` is called from one thread at a time."""

    def open(self) -> None:
        """Check that this way out can work; raise DeviceError when it never will."""
        ...

    def play(self, playback: Playback) -> None:
        """Let the first sample out at `start_at`, or at once when that is past; return when the feed is over.

        MUST return soon after `ceased` is set, before the start too; then `on_start` is not called.
        Raises DeviceError with a stable code when the sound cannot leave.
        """
        ...

    def close(self) -> None:
        """Give back what was taken; safe after a failed open."""
        ...
