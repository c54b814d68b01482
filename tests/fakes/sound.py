"""Stand-ins for decoded sound and for the way out."""

import threading
import time
from array import array

from device_agent.core.errors import DeviceError
from device_agent.speaker.output import Playback
from tests.fakes.device import FakeClock


class MemorySamples:
    """`speaker.feed.Samples` from memory; `there` says how many bytes are decoded by now."""

    def __init__(self, count: int, *, level: int = 1_000) -> None:
        self._whole = array("h", [level] * count).tobytes()
        self._position = 0
        self.there = len(self._whole)

    def read(self, byte_count: int) -> bytes:
        end = min(self._position + byte_count, self.there)
        found = self._whole[self._position : end]
        self._position = end
        return found

    @property
    def is_over(self) -> bool:
        return self._position >= len(self._whole)


class FakeOutput:
    """`speaker.output.Output` that is ten times as fast as sound. Faults: `is_broken`, `is_endless`."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.is_open = False
        self.is_broken = False
        self.is_endless = False
        self.left: list[bytes] = []
        self.is_playing = threading.Event()

    def open(self) -> None:
        self.is_open = True

    def play(self, playback: Playback) -> None:
        if self.is_broken:
            raise DeviceError("output_failed", "the card is gone")
        if playback.ceased.is_set():
            return
        playback.on_start(max(playback.start_at, self._clock.now()))
        self.is_playing.set()
        if self.is_endless:
            playback.ceased.wait(5)
        while frame := playback.feed.take(480):
            self.left.append(frame)
            time.sleep(0.001)  # ten times as fast as sound, and still slower than the decoder

    def close(self) -> None:
        self.is_open = False
