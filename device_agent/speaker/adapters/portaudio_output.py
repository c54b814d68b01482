"""The sound card through PortAudio: the only file that imports sounddevice.

The card's own clock decides: the first sample is put at the place in the stream whose time at the converter is
`start_at`. A stream is opened for each playback, so that a card that was pulled out and came back is found.
"""

import threading
from datetime import timedelta
from typing import Any

from device_agent.core.errors import DeviceError
from device_agent.core.ports import Clock
from device_agent.speaker.output import SAMPLE_BYTES, SAMPLE_RATE, Playback

_BLOCK_SAMPLES = 480
_CEASE_CHECK_S = 0.05
_LATENCY_S = 0.1
_TAIL_BLOCKS = 15
"""Silence after the last sample: some cards drop what is in their buffer when a stream ends."""
_DRAIN_TIMEOUT_S = 1.0


class PortAudioOutput:
    """`speaker.output.Output` to a sound card; `card` empty means the system's default."""

    def __init__(self, card: str, clock: Clock) -> None:
        self._card = card or None
        self._clock = clock
        self._sounddevice: Any = None

    def open(self) -> None:
        try:
            import sounddevice
        except (ImportError, OSError) as error:
            raise DeviceError(
                "portaudio_missing",
                f"PortAudio cannot be used: {error}",
                hint="install it: apt install libportaudio2, and the package's [device] extra",
            ) from error
        self._sounddevice = sounddevice

    def play(self, playback: Playback) -> None:
        run = _Run(playback, self._clock)
        try:
            with self._sounddevice.RawOutputStream(
                samplerate=SAMPLE_RATE,
                channels=1,
                dtype="int16",
                blocksize=_BLOCK_SAMPLES,
                device=self._card,
                latency=_LATENCY_S,
                callback=run.fill,
                finished_callback=run.finished.set,
            ) as stream:
                run.begin(stream.time, stream.latency)
                self._accompany(run, stream)
        except (self._sounddevice.PortAudioError, ValueError) as error:
            raise DeviceError(
                "output_failed",
                f"the sound card {self._card or '(default)'} does not take the sound: {error}",
                hint="list the cards with: python -m sounddevice",
            ) from error

    def close(self) -> None:
        """Nothing is kept open between playbacks."""

    def _accompany(self, run: "_Run", stream: Any) -> None:
        """Report the start and wait for the end, outside the card's own thread."""
        while not run.started.wait(_CEASE_CHECK_S):
            if run.finished.is_set():
                return
            if not stream.active:
                raise DeviceError("output_failed", "the sound card stopped taking sound")
        run.report_start()
        while not run.finished.wait(_CEASE_CHECK_S):
            if not stream.active and not run.finished.wait(_DRAIN_TIMEOUT_S):
                raise DeviceError("output_failed", "the sound card stopped taking sound")


class _Run:
    """One playback in the card's callback, which must never wait."""

    def __init__(self, playback: Playback, clock: Clock) -> None:
        import sounddevice

        self._stop: type[Exception] = sounddevice.CallbackStop
        self._playback = playback
        self._clock = clock
        self._start_s = float("inf")
        self._latency_s = 0.0
        self._first_s = 0.0
        self._tail = 0
        self.started = threading.Event()
        self.finished = threading.Event()

    def begin(self, stream_s: float, latency_s: float) -> None:
        """Fix the start on the stream's clock; until this is called the card gets silence."""
        ahead_s = (self._playback.start_at - self._clock.now()) / timedelta(seconds=1)
        self._latency_s = latency_s
        self._start_s = stream_s + ahead_s

    def fill(self, out: Any, count: int, times: Any, _status: Any) -> None:
        """Fill one buffer: silence before the start, then the feed."""
        leaves_s = times.outputBufferDacTime or times.currentTime + self._latency_s
        skipped = 0
        if not self.started.is_set():
            if self._playback.ceased.is_set():
                out[:] = bytes(len(out))
                raise self._stop
            skipped = max(0, round((self._start_s - leaves_s) * SAMPLE_RATE)) if self._is_known else count
            if skipped >= count:
                out[:] = bytes(len(out))
                return
            self._first_s = leaves_s + skipped / SAMPLE_RATE
            self.started.set()
        samples = bytes(skipped * SAMPLE_BYTES) + self._playback.feed.take(count - skipped)
        out[:] = samples.ljust(len(out), b"\0")
        if len(samples) < len(out):
            self._tail += 1
        if self._tail > _TAIL_BLOCKS:
            raise self._stop

    @property
    def _is_known(self) -> bool:
        return self._start_s != float("inf")

    def report_start(self) -> None:
        """Tell when the first sample left, or will have left, the card."""
        deviation = timedelta(seconds=self._first_s - self._start_s)
        self._playback.on_start(self._playback.start_at + deviation)
