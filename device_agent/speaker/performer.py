"""A loudspeaker at work: `core.ports.Performer` over a decoder and an output."""

import logging
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from device_agent.core.errors import DeviceError
from device_agent.core.ports import Clock, Cue, Ended, Faulted, ReportTo, Started
from device_agent.speaker.feed import Feed
from device_agent.speaker.output import SAMPLE_RATE, Output, Playback
from device_agent.speaker.sound import Decoder, Sound

_READY_TIMEOUT_S = 8.0
_STOP_TIMEOUT_S = 1.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Performance:
    """One cue on its way; `ceased` may be set at any time, from any thread."""

    cue: Cue
    ceased: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class SpeakerPerformer:
    """Decodes ahead, then plays each cue in a thread of its own, one at a time."""

    def __init__(self, output: Output, *, decoder: Decoder, report: ReportTo, clock: Clock) -> None:
        self._output = output
        self._decoder = decoder
        self._report = report
        self._clock = clock
        self._lock = threading.Lock()
        self._air = threading.Lock()
        self._prepared: dict[Cue, Sound] = {}
        self._performances: dict[str, _Performance] = {}

    def start(self) -> None:
        self._decoder.start()
        self._output.open()

    def prepare(self, cue: Cue) -> None:
        with self._lock:
            if cue in self._prepared or cue.occurrence in self._performances:
                return
        try:
            sound = self._decode(cue)
        except DeviceError as error:
            # `perform` will meet the same fault and report it.
            _log.warning("occurrence %s cannot be prepared: %s", cue.occurrence, error)
            return
        with self._lock:
            replaced = [old for old in self._prepared if old.occurrence == cue.occurrence]
            dropped = [self._prepared.pop(old) for old in replaced]
            self._prepared[cue] = sound
        for old_sound in dropped:
            old_sound.close()

    def perform(self, cue: Cue) -> None:
        performance = _Performance(cue)
        with self._lock:
            if cue.occurrence in self._performances:
                return
            self._performances[cue.occurrence] = performance
            self._drop_stale()
        performance.thread = threading.Thread(
            target=self._run, args=(performance,), name="performance", daemon=True
        )
        performance.thread.start()

    def cease(self, occurrence: str) -> None:
        with self._lock:
            performance = self._performances.get(occurrence)
            waiting = [cue for cue in self._prepared if cue.occurrence == occurrence]
            dropped = [] if performance else [self._prepared.pop(cue) for cue in waiting]
        for sound in dropped:
            sound.close()
        if performance is not None:
            performance.ceased.set()

    def stop(self) -> None:
        with self._lock:
            performances = list(self._performances.values())
            sounds = list(self._prepared.values())
            self._prepared.clear()
        for performance in performances:
            performance.ceased.set()
        for performance in performances:
            if performance.thread is not None:
                performance.thread.join(timeout=_STOP_TIMEOUT_S)
        for sound in sounds:
            sound.close()
        self._output.close()

    def _run(self, performance: _Performance) -> None:
        cue = performance.cue
        with self._lock:
            sound = self._prepared.pop(cue, None)
        try:
            sound = sound or self._decode(cue)
            sound.wait_until_ready(_READY_TIMEOUT_S)
            with self._air:
                self._play(performance, sound)
        except DeviceError as error:
            _log.error("occurrence %s cannot sound: %s", cue.occurrence, error)
            self._report(Faulted(occurrence=cue.occurrence, at=self._clock.now(), reason=error.code))
        # A fault nobody foresaw must not look like an airing that never ends.
        except Exception:
            _log.exception("occurrence %s cannot sound", cue.occurrence)
            self._report(Faulted(occurrence=cue.occurrence, at=self._clock.now(), reason="speaker_error"))
        finally:
            if sound is not None:
                sound.close()
            with self._lock:
                self._performances.pop(cue.occurrence, None)

    def _play(self, performance: _Performance, sound: Sound) -> None:
        cue = performance.cue
        first_at = max(cue.start_at, self._clock.now())
        limit = int((cue.end_at - first_at) / timedelta(seconds=1) * SAMPLE_RATE)
        feed = Feed(sound, limit=limit, ceased=performance.ceased)
        self._output.play(
            Playback(
                feed=feed,
                start_at=cue.start_at,
                ceased=performance.ceased,
                on_start=lambda at: self._report(Started(occurrence=cue.occurrence, at=at)),
            )
        )
        if not feed.is_cut and sound.is_damaged():
            raise DeviceError("sound_damaged", "the content ends before its sound does")
        self._report(
            Ended(
                occurrence=cue.occurrence,
                at=self._clock.now(),
                length_ms=feed.length_ms,
                is_whole=feed.given > 0 and not feed.is_cut,
            )
        )

    def _decode(self, cue: Cue) -> Sound:
        if cue.sound_path is None:
            raise DeviceError("no_sound", "a loudspeaker cannot perform an item without sound")
        longest = cue.end_at - cue.start_at + timedelta(seconds=1)
        return self._decoder.decode(
            cue.sound_path, volume=cue.volume, longest_s=longest / timedelta(seconds=1)
        )

    def _drop_stale(self) -> None:
        """Forget what was prepared and never performed; called under the lock."""
        now = self._clock.now()
        for cue in [cue for cue in self._prepared if cue.end_at < now]:
            self._prepared.pop(cue).close()
