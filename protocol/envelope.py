"""The signed envelope around every message: a compact JWS whose payload names type, parties and life time.

The signature is checked before anything inside is read. Orders and reports use the same envelope: the
controller signs with its order key, a device with the key that was born on it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from protocol import _wire, codec
from protocol._wire import Identifier, Instant
from protocol.errors import (
    ExpiredMessageError,
    MessageTooLargeError,
    UnknownMessageError,
    WrongRecipientError,
)
from protocol.messages import Message
from protocol.topics import CONTROLLER

__all__ = ["CONTROLLER", "MAX_MESSAGE_BYTES", "Envelope", "Signer", "Verifier", "address", "seal", "unseal"]

VERSION = 1
MAX_MESSAGE_BYTES = 128 * 1024
CLOCK_TOLERANCE = timedelta(minutes=10)


class Signer(Protocol):
    """Signs for one party. `key_id` tells the verifier which key to use."""

    @property
    def key_id(self) -> str:
        """Thumbprint of the public key."""
        ...

    def sign(self, payload: bytes) -> bytes:
        """Return a compact JWS over `payload`."""
        ...


class Verifier(Protocol):
    """Knows the public keys of one party."""

    def verify(self, token: bytes) -> bytes:
        """Return the payload of a compact JWS; MUST raise SignatureRefusedError if any trust is missing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message with its parties. `sender` and `recipient` are device ids or `CONTROLLER`."""

    id: str
    sender: str
    recipient: str
    issued_at: datetime
    expires_at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claims:
    v: int
    type: Identifier
    id: Identifier
    sender: Identifier
    recipient: Identifier
    issued_at: Instant
    expires_at: Instant
    body: Any

    def __post_init__(self) -> None:
        _wire.check_instants(self.issued_at, self.expires_at)


def address(
    message: Message, *, sender: str, recipient: str, now: datetime, lifetime: timedelta = timedelta(hours=1)
) -> Envelope:
    """Put a message into a fresh envelope that is valid from `now` for `lifetime`."""
    return Envelope(
        id=uuid4().hex,
        sender=sender,
        recipient=recipient,
        issued_at=now,
        expires_at=now + lifetime,
        message=message,
    )


def seal(envelope: Envelope, signer: Signer) -> bytes:
    """Sign an envelope. Raises MessageTooLargeError over MAX_MESSAGE_BYTES."""
    claims = _Claims(
        v=VERSION,
        type=codec.name_of(envelope.message),
        id=envelope.id,
        sender=envelope.sender,
        recipient=envelope.recipient,
        issued_at=envelope.issued_at.astimezone(UTC),
        expires_at=envelope.expires_at.astimezone(UTC),
        body=envelope.message,
    )
    sealed = signer.sign(_wire.to_json(claims))
    if len(sealed) > MAX_MESSAGE_BYTES:
        raise MessageTooLargeError(f"{claims.type} of {len(sealed)} bytes")
    return sealed


def unseal(payload: bytes, verifier: Verifier, *, recipient: str, now: datetime | None) -> Envelope:
    """Verify, then read, an envelope meant for `recipient`.

    `now` is None while the reader's clock is not trusted: life time cannot be judged then, and the caller
    must not act on anything dated. Raises a ProtocolError subclass for each way a message can be wrong.
    """
    if len(payload) > MAX_MESSAGE_BYTES:
        raise MessageTooLargeError(f"{len(payload)} bytes")
    claims = _wire.from_json(verifier.verify(payload), _Claims)
    if claims.v != VERSION:
        raise UnknownMessageError(f"envelope version {claims.v}")
    if claims.recipient != recipient:
        raise WrongRecipientError(f"meant for {claims.recipient}")
    if now is not None:
        _check_lifetime(claims, now)
    return Envelope(
        id=claims.id,
        sender=claims.sender,
        recipient=claims.recipient,
        issued_at=claims.issued_at,
        expires_at=claims.expires_at,
        message=codec.decode_body(claims.type, claims.body),
    )


def _check_lifetime(claims: _Claims, now: datetime) -> None:
    if now - CLOCK_TOLERANCE > claims.expires_at:
        raise ExpiredMessageError(f"not valid after {claims.expires_at.isoformat()}")
    if claims.issued_at > now + CLOCK_TOLERANCE:
        raise ExpiredMessageError(f"issued in the future, at {claims.issued_at.isoformat()}")
