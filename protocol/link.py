"""The port to an MQTT broker, in the words of both houses. MQTT 3.1.1, QoS 1, clean sessions, nothing retained."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Where the broker is and who we are. `ca_file` empty means plain TCP, for loopback only."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    client_id: str
    ca_file: str = ""
    keepalive_s: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWill:
    """What the broker is to say for us when we vanish."""

    topic: str
    payload: bytes


OnMessage = Callable[[str, bytes], None]
OnConnection = Callable[[bool], None]


class Link(Protocol):
    """A connection that keeps itself up.

    Callbacks run on the link's own thread: they MUST only convert and enqueue.
    """

    def start(self) -> None:
        """Begin connecting in the background; returns at once."""
        ...

    def publish(self, topic: str, payload: bytes) -> bool:
        """Hand a message to the broker. False when there is no connection or the send queue is full.

        True is not delivery: whoever needs delivery waits for the other side's answer and sends again.
        """
        ...

    def stop(self) -> None:
        """Disconnect cleanly and end the thread; safe after a failed or missing start."""
        ...
