"""The samples of one performance, cut where they must end and faded so that no cut clicks."""

import threading
from array import array
from typing import Protocol

_SAMPLE_BYTES = 2
FADE_SAMPLES = 480


class Samples(Protocol):
    """Where samples come from."""

    def read(self, byte_count: int) -> bytes:
        """Return up to `byte_count` bytes that are there by now; never waits."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether everything was read and no more will come."""
        ...


class Feed:
    """Gives samples in order until the sound is over, `limit` samples were given, or `ceased` is set.

    One thread takes; any thread may read the counters.
    """

    def __init__(self, samples: Samples, *, limit: int, ceased: threading.Event) -> None:
        self._samples = samples
        self._limit = limit
        self._ceased = ceased
        self._is_ended = False
        self.given = 0
        self.is_cut = False

    def end_at(self, samples: int) -> None:
        """End, faded, when so many samples were given in all, or as soon as that can be done without a click."""
        self._limit = min(self._limit, max(samples, self.given + FADE_SAMPLES))

    def take(self, count: int) -> bytes:
        """Return `count` samples, fewer at the end, none after it.

        Silence stands in for samples that are not decoded yet, as on a sound card.
        """
        if self._is_ended:
            return b""
        count = min(count, self._limit - self.given)
        taken = self._samples.read(count * _SAMPLE_BYTES) if count > 0 else b""
        if len(taken) < count * _SAMPLE_BYTES and not self._samples.is_over:
            taken = taken.ljust(count * _SAMPLE_BYTES, b"\0")
        self.given += len(taken) // _SAMPLE_BYTES
        if self._samples.is_over:
            self._is_ended = True
        elif self._ceased.is_set() or self.given >= self._limit:
            self._is_ended = self.is_cut = True
            taken = _faded(taken)
        return taken

    @property
    def length_ms(self) -> int:
        """How much was given so far."""
        return self.given * 1000 // 48_000


def _faded(samples: bytes) -> bytes:
    """Let the last FADE_SAMPLES samples go down to nothing."""
    values = array("h", samples)
    fade = min(FADE_SAMPLES, len(values))
    first = len(values) - fade
    for position in range(fade):
        values[first + position] = values[first + position] * (fade - position - 1) // fade
    return values.tobytes()
