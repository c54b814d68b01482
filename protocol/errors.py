"""Everything that can be wrong with a message. A bad message is refused, counted and logged; it never ends a loop."""


class ProtocolError(Exception):
    """A message that must not be acted on.

    `code` is stable (docs/protocol.md lists every one) and is what gets counted and logged.
    """

    code = "protocol_error"


class TopicError(ProtocolError):
    """The topic is not one of ours, or an identity does not fit into a topic."""

    code = "bad_topic"


class MessageTooLargeError(ProtocolError):
    """The payload is over `protocol.MAX_MESSAGE_BYTES`."""

    code = "message_too_large"


class MalformedMessageError(ProtocolError):
    """The payload is not what its type promises: bad JSON, a missing field, a value out of bounds."""

    code = "malformed_message"


class UnknownMessageError(ProtocolError):
    """A well-formed message of a type or version that this side does not speak."""

    code = "unknown_message"


class SignatureRefusedError(ProtocolError):
    """The signature is missing, broken, or made by a key that this side does not trust."""

    code = "signature_refused"


class WrongRecipientError(ProtocolError):
    """A signed message that was meant for another device, or came by another device's topic."""

    code = "wrong_recipient"


class ExpiredMessageError(ProtocolError):
    """A signed message past its not-after instant, or issued implausibly far in the future."""

    code = "message_expired"


class BlockRefusedError(ProtocolError):
    """A content block whose index or length does not fit the content it names."""

    code = "block_refused"
