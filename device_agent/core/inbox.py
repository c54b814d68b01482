"""The loop's inbox: everything that happens comes through here, from any thread."""

import queue
from dataclasses import dataclass

from device_agent.core.events import Event

MAX_WAITING = 200


@dataclass(frozen=True, slots=True)
class Received:
    """A payload as it came from the broker, not yet judged."""

    topic: str
    payload: bytes


class Inbox:
    """A queue that never blocks a sender. What the network sends is dropped when too much of it waits:
    the controller says it again. What the performer reports is never dropped.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Event | Received] = queue.SimpleQueue()
        self.dropped = 0

    def received(self, topic: str, payload: bytes) -> None:
        """Put in a payload from the network, or drop it."""
        if self._queue.qsize() >= MAX_WAITING:
            self.dropped += 1
        else:
            self._queue.put(Received(topic, payload))

    def put(self, event: Event) -> None:
        """Put in an event."""
        self._queue.put(event)

    def take(self, timeout_s: float) -> Event | Received | None:
        """Return what came first; None when nothing came in time."""
        try:
            return self._queue.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return None
