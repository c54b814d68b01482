"""Messages to bytes and back, by their wire name."""

from protocol import _wire
from protocol.errors import UnknownMessageError
from protocol.messages import NAMES, Message, Rails

_KINDS: dict[str, type[Message]] = {name: kind for kind, name in NAMES.items()}


def name_of(message: Message) -> str:
    """Return the wire name of a message."""
    return NAMES[type(message)]


def decode_body(name: str, body: object) -> Message:
    """Turn the plain body of a message called `name` into its type.

    Unknown fields are ignored. Raises UnknownMessageError or MalformedMessageError.
    """
    kind = _KINDS.get(name)
    if kind is None:
        raise UnknownMessageError(f"no message is called {name[:40]!r}")
    return _wire.from_plain(body, kind)


def rails_from_plain(plain: dict[str, object]) -> Rails:
    """Return guard rails from plain values: instants, texts, numbers, lists. Raises MalformedMessageError."""
    return _wire.from_plain(plain, Rails)


def encode_plain(value: object) -> str:
    """Return a message, or a part of one, as JSON text: for keeping what was said word for word."""
    return _wire.to_json(value).decode()
