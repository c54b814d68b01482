"""Bytes to messages and back, and the link that carries them. Nothing unsigned or foreign passes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from device_agent.core.ports import Clock
from protocol import (
    BLOCK_NAME,
    CONTROLLER,
    Block,
    Direction,
    Envelope,
    Gone,
    JournalAck,
    LastWill,
    Link,
    Message,
    Signer,
    Timetable,
    Topic,
    Verifier,
    address,
    decode_block,
    name_of,
    seal,
    unseal,
)
from protocol.errors import TopicError, UnknownMessageError, WrongRecipientError
from protocol.topics import parse

WILL_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Our own signing key and the one key whose orders we follow."""

    own: Signer
    controller: Verifier


class Uplink:
    """This device's side of the contract. `link` is set once the link is made, since it needs `will`."""

    def __init__(self, device: str, *, boot: str, keys: Keys, clock: Clock) -> None:
        self.device = device
        self.boot = boot
        self._keys = keys
        self._clock = clock
        self.link: Link | None = None

    def open(self, topic: str, payload: bytes, *, now: datetime | None) -> Block | Envelope:
        """Read what came on a topic; raise a ProtocolError for whatever must not be acted on.

        `now` is None while the clock is not trusted.
        """
        parsed = parse(topic)
        if parsed.device != self.device or parsed.direction is not Direction.DOWN:
            raise TopicError(f"not for this device: {topic}")
        if parsed.name == BLOCK_NAME:
            return decode_block(payload)
        envelope = self.unseal(payload, now=now)
        if name_of(envelope.message) != parsed.name:
            raise WrongRecipientError(f"a {name_of(envelope.message)} came as {parsed.name}")
        return envelope

    def unseal(self, payload: bytes, *, now: datetime | None) -> Envelope:
        """Verify and read one order of the controller."""
        envelope = unseal(payload, self._keys.controller, recipient=self.device, now=now)
        if envelope.sender != CONTROLLER:
            raise WrongRecipientError(f"{envelope.sender} may not give orders")
        if not isinstance(envelope.message, Timetable | JournalAck):
            raise UnknownMessageError(f"{name_of(envelope.message)} is not an order")
        return envelope

    def send(self, message: Message) -> bool:
        """Sign and hand over a message; False when there is no connection."""
        if self.link is None:
            return False
        return self.link.publish(self._topic_of(message), self._sealed(message, timedelta(hours=1)))

    def will(self) -> LastWill:
        """Return what the broker is to say when this process vanishes, freshly signed."""
        gone = Gone(boot=self.boot, is_on_purpose=False)
        return LastWill(topic=self._topic_of(gone), payload=self._sealed(gone, WILL_LIFETIME))

    def _topic_of(self, message: Message) -> str:
        return str(Topic(self.device, Direction.UP, name_of(message)))

    def _sealed(self, message: Message, lifetime: timedelta) -> bytes:
        envelope = address(
            message, sender=self.device, recipient=CONTROLLER, now=self._clock.now(), lifetime=lifetime
        )
        return seal(envelope, self._keys.own)


LinkMaker = Callable[[Uplink, Callable[[str, bytes], None], Callable[[bool], None]], Link]
