"""A loudspeaker at work: `core.ports.Performer` over a decoder and an output."""

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from device_agent.core.errors import DeviceError
from device_agent.core.ports import Clock, Cue, Ended, Faulted, Report, ReportTo, Started
from device_agent.speaker.feed import Feed
from device_agent.speaker.output import SAMPLE_RATE, Output, Playback
from device_agent.speaker.sound import Decoder, Sound

_READY_TIMEOUT_S = 8.0
_STOP_TIMEOUT_S = 1.0
_MAKE_WAY_AHEAD_S = 0.2
_LONGEST_WAIT_S = 0.5
_log = logging.getLogger(__name__)


_Key = tuple[str, Path | None, timedelta, int]


@dataclass(slots=True)
class _Performance:
    """One cue on its way; `ceased` may be set at any time, from any thread.

    `feed` and `first_at` are there once it plays. `make_way_at`: something else takes its place then.
    """

    cue: Cue
    ceased: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    feed: Feed | None = None
    first_at: datetime | None = None
    make_way_at: datetime | None = None

    def make_way(self, at: datetime) -> None:
        """End at an instant, faded; at once when that is past, and without a sound when it has not begun."""
        self.make_way_at = at
        if self.feed is not None and self.first_at is not None:
            self.feed.end_at(int((at - self.first_at) / timedelta(seconds=1) * SAMPLE_RATE))


class SpeakerPerformer:
    """Decodes ahead, then plays each cue in a thread of its own, one at a time."""

    def __init__(self, output: Output, *, decoder: Decoder, report: ReportTo, clock: Clock) -> None:
        self._output = output
        self._decoder = decoder
        self._report = report
        self._clock = clock
        self._lock = threading.Lock()
        self._air = threading.Lock()
        self._prepared: dict[_Key, Sound] = {}
        self._stale_at: dict[str, datetime] = {}
        self._performances: dict[str, _Performance] = {}

    def start(self) -> None:
        self._decoder.start()
        self._output.open()

    def prepare(self, cue: Cue) -> None:
        with self._lock:
            if _key(cue) in self._prepared or cue.occurrence in self._performances:
                return
        try:
            sound = self._decode(cue)
        except DeviceError as error:
            # `perform` will meet the same fault and report it.
            _log.warning("occurrence %s cannot be prepared: %s", cue.occurrence, error)
            return
        with self._lock:
            dropped = self._forget_prepared(cue.occurrence)
            self._prepared[_key(cue)] = sound
            self._stale_at[cue.occurrence] = cue.end_at
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
            dropped = [] if performance else self._forget_prepared(occurrence)
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
            sound = self._prepared.pop(_key(cue), None)
        try:
            sound = sound or self._decode(cue)
            sound.wait_until_ready(_READY_TIMEOUT_S)
            self._take_the_air(performance)
            with self._air:
                # Reported while nobody else has the air: an end is told before the next start.
                self._leave(performance, sound, self._play(performance, sound))
        except DeviceError as error:
            _log.error("occurrence %s cannot sound: %s", cue.occurrence, error)
            fault = Faulted(occurrence=cue.occurrence, at=self._clock.now(), reason=error.code)
            self._leave(performance, sound, fault)
        # A fault nobody foresaw must not look like an airing that never ends.
        except Exception:
            _log.exception("occurrence %s cannot sound", cue.occurrence)
            fault = Faulted(occurrence=cue.occurrence, at=self._clock.now(), reason="speaker_error")
            self._leave(performance, sound, fault)

    def _leave(self, performance: _Performance, sound: Sound | None, report: Report) -> None:
        """Give everything back, and only then report: whoever hears of the end may want the rest performed."""
        if sound is not None:
            sound.close()
        with self._lock:
            self._performances.pop(performance.cue.occurrence, None)
        self._report(report)

    def _take_the_air(self, performance: _Performance) -> None:
        """Wait until shortly before the start, and let what is on air then end at the start."""
        cue = performance.cue
        while not performance.ceased.is_set():
            left_s = (cue.start_at - self._clock.now()).total_seconds() - _MAKE_WAY_AHEAD_S
            with self._lock:
                earlier = self._earlier_than(performance)
            if left_s <= 0 or not earlier:
                break
            performance.ceased.wait(min(left_s, _LONGEST_WAIT_S))
        if performance.ceased.is_set():
            return
        for other in earlier:
            if other.cue.end_at > cue.start_at:
                other.make_way(max(cue.start_at, self._clock.now()))

    def _earlier_than(self, performance: _Performance) -> list[_Performance]:
        names = list(self._performances)
        own = names.index(performance.cue.occurrence)
        return [self._performances[name] for name in names[:own]]

    def _play(self, performance: _Performance, sound: Sound) -> Ended:
        cue = performance.cue
        first_at = max(cue.start_at, self._clock.now())
        limit = int((cue.end_at - first_at) / timedelta(seconds=1) * SAMPLE_RATE)
        if performance.make_way_at is not None and performance.make_way_at <= first_at:
            performance.ceased.set()
        feed = Feed(sound, limit=limit, ceased=performance.ceased)
        performance.first_at, performance.feed = first_at, feed
        if performance.make_way_at is not None:
            performance.make_way(performance.make_way_at)
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
        return Ended(
            occurrence=cue.occurrence,
            at=self._clock.now(),
            length_ms=feed.length_ms,
            is_whole=feed.given > 0 and not feed.is_cut,
        )

    def _decode(self, cue: Cue) -> Sound:
        if cue.sound_path is None:
            raise DeviceError("no_sound", "a loudspeaker cannot perform an item without sound")
        longest = cue.end_at - cue.start_at + timedelta(seconds=1)
        return self._decoder.decode(
            cue.sound_path,
            volume=cue.volume,
            longest_s=longest / timedelta(seconds=1),
            offset=cue.offset,
        )

    def _forget_prepared(self, occurrence: str) -> list[Sound]:
        """Take out what was prepared for an occurrence; called under the lock."""
        self._stale_at.pop(occurrence, None)
        return [self._prepared.pop(key) for key in list(self._prepared) if key[0] == occurrence]

    def _drop_stale(self) -> None:
        """Forget what was prepared and never performed; called under the lock."""
        now = self._clock.now()
        for occurrence in [name for name, end_at in self._stale_at.items() if end_at < now]:
            for sound in self._forget_prepared(occurrence):
                sound.close()


def _key(cue: Cue) -> _Key:
    """Return what makes one decoded sound as good as another for a cue."""
    return (cue.occurrence, cue.sound_path, cue.offset, cue.volume)
