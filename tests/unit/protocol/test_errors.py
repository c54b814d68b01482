"""Each way a message can be wrong has a code of its own."""

from protocol import errors


def test_codes_are_stable_words_and_differ() -> None:
    kinds: list[type[errors.ProtocolError]] = [errors.ProtocolError, *errors.ProtocolError.__subclasses__()]
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)
    assert sorted(codes) == [
        "bad_topic",
        "block_refused",
        "malformed_message",
        "message_expired",
        "message_too_large",
        "protocol_error",
        "signature_refused",
        "unknown_message",
        "wrong_recipient",
    ]
