"""Stand-ins for what surrounds the agent's core: clock, performer and link."""

import queue
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from device_agent.core.ports import Cue, Ended, Faulted, ReportTo, Started
from tests.factories.messages import NOW


class FakeClock:
    """`core.ports.Clock` that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now
        self._monotonic_s = 1_000.0

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def advance(self, seconds: float) -> datetime:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic_s += seconds
        return self._now

    def set_wall(self, now: datetime) -> None:
        """Step the wall clock, as a time server does; the steady clock goes on as before."""
        self._now = now


class FakePerformer:
    """`core.ports.Performer` that remembers every call and starts at once what it is told to perform.

    What is on air and would last into it makes way.

    With `is_mute` it reports nothing by itself. `end` and `fault` are what happens on a stage.
    """

    def __init__(self, report: ReportTo, clock: FakeClock) -> None:
        self._report = report
        self._clock = clock
        self.is_mute = False
        self.calls: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self.cues: dict[str, Cue] = {}
        self.on_air: list[str] = []

    def start(self) -> None:
        self.calls.put(("start", ""))

    def prepare(self, cue: Cue) -> None:
        self.calls.put(("prepare", cue.occurrence))

    def perform(self, cue: Cue) -> None:
        self.calls.put(("perform", cue.occurrence))
        for other in list(self.on_air):
            if self.cues[other].end_at > cue.start_at and not self.is_mute:
                self.end(other, is_whole=False)
        self.cues[cue.occurrence] = cue
        self.on_air.append(cue.occurrence)
        if not self.is_mute:
            self._report(Started(occurrence=cue.occurrence, at=max(cue.start_at, self._clock.now())))

    def cease(self, occurrence: str) -> None:
        self.calls.put(("cease", occurrence))
        if occurrence in self.on_air and not self.is_mute:
            self.end(occurrence, is_whole=False)

    def stop(self) -> None:
        self.calls.put(("stop", ""))

    def end(self, occurrence: str, *, is_whole: bool = True, length_ms: int = 1_000) -> None:
        """Let the performance end."""
        self.on_air.remove(occurrence)
        self._report(
            Ended(occurrence=occurrence, at=self._clock.now(), length_ms=length_ms, is_whole=is_whole)
        )

    def fault(self, occurrence: str, reason: str) -> None:
        """Let the performance fail."""
        self.on_air.remove(occurrence)
        self._report(Faulted(occurrence=occurrence, at=self._clock.now(), reason=reason))

    def next_call(self, timeout_s: float = 5.0) -> tuple[str, str]:
        """Return the next call that was made, waiting for it."""
        return self.calls.get(timeout=timeout_s)


class MemoryLink:
    """`protocol.Link` without a broker. Faults: `is_down`, `is_dropping`, `copies`, `is_delaying`."""

    def __init__(
        self, on_message: Callable[[str, bytes], None], on_connection: Callable[[bool], None]
    ) -> None:
        self._on_message = on_message
        self._on_connection = on_connection
        self._held: list[tuple[str, bytes]] = []
        self._news = threading.Condition()
        self.sent: list[tuple[str, bytes]] = []
        self.is_started = False
        self.is_down = True
        self.is_dropping = False
        self.is_delaying = False
        self.copies = 1

    def start(self) -> None:
        self.is_started = True

    def publish(self, topic: str, payload: bytes) -> bool:
        if self.is_down:
            return False
        with self._news:
            if not self.is_dropping:
                self.sent += [(topic, payload)] * self.copies
            self._news.notify_all()
        return True

    def stop(self) -> None:
        self.is_down = True

    def go_up(self) -> None:
        """The broker is there."""
        self.is_down = False
        self._on_connection(True)

    def go_down(self) -> None:
        """The broker is gone."""
        self.is_down = True
        self._on_connection(False)

    def deliver(self, topic: str, payload: bytes) -> None:
        """Let a message come down: once, several times, later or never, as the faults say."""
        if self.is_dropping:
            return
        for _ in range(self.copies):
            if self.is_delaying:
                self._held.append((topic, payload))
            else:
                self._on_message(topic, payload)

    def release(self, *, is_reversed: bool = False) -> None:
        """Deliver what was delayed."""
        held, self._held = self._held, []
        for topic, payload in reversed(held) if is_reversed else held:
            self._on_message(topic, payload)

    def wait_for_sent(self, is_wanted: Callable[[str, bytes], bool], timeout_s: float = 5.0) -> bytes:
        """Return the payload of the first message that went up and fits, waiting for it; then forget it."""
        found: list[tuple[str, bytes]] = []

        def has_come() -> bool:
            found[:] = [one for one in self.sent if is_wanted(*one)]
            return bool(found)

        with self._news:
            assert self._news.wait_for(has_come, timeout_s), "no such message went up"
            self.sent.remove(found[0])
        return found[0][1]
