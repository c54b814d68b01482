"""Whatever is built can be read; whatever is not, raises ProtocolError and nothing else."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import (
    BLOCK_BYTES,
    Block,
    Direction,
    Envelope,
    ProtocolError,
    Topic,
    block_count,
    decode_block,
    encode_block,
    from_bitmap,
    seal,
    to_bitmap,
    unseal,
)
from protocol.codec import decode_body
from protocol.errors import MessageTooLargeError
from protocol.messages import NAMES
from protocol.topics import check_device_id, device_may_publish, device_may_subscribe, down_filter, parse
from tests.factories.messages import NOW, one_of_each, signing_key, trusted_key
from tests.property.strategies import contents, device_ids, envelopes, plain, texts


def _refusal_of(read: Callable[[], object]) -> str:
    """Return the code with which something is refused, or nothing when it is not."""
    try:
        read()
    except ProtocolError as error:
        return error.code
    return ""


@given(envelopes)
def test_an_envelope_comes_out_as_it_went_in(envelope: Envelope) -> None:
    try:
        token = seal(envelope, signing_key())
    except MessageTooLargeError:
        return
    assert unseal(token, trusted_key(), recipient=envelope.recipient, now=None) == envelope


@given(envelopes, st.sampled_from([None, NOW]), st.text(max_size=20))
def test_whoever_reads_it_whenever_only_protocol_errors_come(
    envelope: Envelope, now: datetime | None, reader: str
) -> None:
    token = seal(envelope, signing_key())
    code = _refusal_of(lambda: unseal(token, trusted_key(), recipient=reader, now=now))
    assert code in {"", "wrong_recipient", "message_expired"}


@given(st.binary(max_size=300) | texts(300).map(str.encode))
def test_random_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        unseal(payload, trusted_key(), recipient="loa-1", now=NOW)
    with pytest.raises(ProtocolError):
        decode_block(payload)


@given(plain | st.binary(max_size=200))
def test_signed_nonsense_is_refused(value: object) -> None:
    payload = value if isinstance(value, bytes) else json.dumps(value).encode()
    with pytest.raises(ProtocolError):
        unseal(signing_key().sign(payload), trusted_key(), recipient="loa-1", now=NOW)


@given(st.sampled_from([*NAMES.values(), "block", "", "x"]), plain)
def test_a_body_of_anything_is_read_or_refused(name: str, body: object) -> None:
    assert _refusal_of(lambda: decode_body(name, body)) in {"", "unknown_message", "malformed_message"}


@settings(max_examples=300)
@given(st.sampled_from(one_of_each()), st.data())
def test_a_body_with_one_wrong_field_is_read_or_refused(message: object, drawn: st.DataObject) -> None:
    kind = type(message)
    name = next(name for one, name in NAMES.items() if one is kind)
    body = {field: getattr(message, field) for field in kind.__slots__}  # type: ignore[attr-defined]
    field = drawn.draw(st.sampled_from(sorted(body)))
    body[field] = drawn.draw(plain)
    assert _refusal_of(lambda: decode_body(name, body)) in {"", "malformed_message"}


@pytest.mark.parametrize("number", range(len(one_of_each())))
def test_every_single_byte_changed_is_refused(number: int) -> None:
    """A flipped bit of base64's padding may spell the same signature; then the content is the same, too."""
    message = one_of_each()[number]
    envelope = Envelope(
        id="e-1", sender="controller", recipient="loa-1", issued_at=NOW, expires_at=NOW, message=message
    )
    token = seal(envelope, signing_key())
    for place in range(len(token)):
        for change in (token[place] ^ 1, token[place] ^ 0x80, 0x2E, 0x00):
            mutated = token[:place] + bytes([change]) + token[place + 1 :]
            try:
                opened = unseal(mutated, trusted_key(), recipient="loa-1", now=NOW)
            except ProtocolError:
                continue
            assert opened == envelope
            assert mutated == token or place == len(token) - 1


@given(st.integers(0, 2_000), st.integers(0, 2_000))
def test_a_cut_or_doubled_token_is_refused(start: int, stop: int) -> None:
    envelope = Envelope(
        id="e-1",
        sender="controller",
        recipient="loa-1",
        issued_at=NOW,
        expires_at=NOW,
        message=one_of_each()[0],
    )
    token = seal(envelope, signing_key())
    mutated = token[:start] + token[stop:]
    if mutated != token:
        with pytest.raises(ProtocolError):
            unseal(mutated, trusted_key(), recipient="loa-1", now=NOW)


@given(contents, st.integers(0, 2**31), st.binary(min_size=1, max_size=2_000) | st.just(b"\n" * BLOCK_BYTES))
def test_a_block_comes_out_as_it_went_in(content: str, index: int, payload: bytes) -> None:
    block = Block(content=content, index=index, payload=payload)
    assert decode_block(encode_block(block)) == block


@given(st.integers(0, 3_000), st.data())
def test_a_bitmap_tells_exactly_what_is_missing(count: int, drawn: st.DataObject) -> None:
    missing = drawn.draw(st.sets(st.integers(0, count - 1), max_size=50)) if count else set()
    assert list(from_bitmap(to_bitmap(missing, count), count)) == sorted(missing)


@given(st.binary(max_size=64), st.integers(0, 600))
def test_any_bitmap_yields_indices_in_order_below_the_count(bitmap: bytes, count: int) -> None:
    found = list(from_bitmap(bitmap, count))
    assert found == sorted(set(found))
    assert all(0 <= index < count for index in found)


@given(st.integers(1, 2**31))
def test_blocks_cover_a_content_with_none_to_spare(size: int) -> None:
    assert (block_count(size) - 1) * BLOCK_BYTES < size <= block_count(size) * BLOCK_BYTES


@given(device_ids, st.sampled_from(list(Direction)), st.sampled_from([*NAMES.values(), "block"]))
def test_a_topic_comes_out_as_it_went_in(device: str, direction: Direction, name: str) -> None:
    topic = Topic(device=device, direction=direction, name=name)
    assert parse(str(topic)) == topic


@given(texts(60) | st.from_regex(r"loa/v1/device/[^/]{0,5}/(up|down)/.{0,8}"))
def test_any_text_is_a_topic_of_ours_or_refused(text: str) -> None:
    parsed: list[Topic] = []
    assert _refusal_of(lambda: parsed.append(parse(text))) in {"", "bad_topic"}
    assert [str(topic) for topic in parsed] in ([], [text])


@given(texts(50), device_ids)
def test_whatever_a_client_calls_itself_it_gets_nothing_of_a_device(name: str, device: str) -> None:
    try:
        check_device_id(name)
    except ProtocolError:
        for topic in (f"loa/v1/device/{name}/up/state", f"loa/v1/device/{device}/up/state"):
            assert not device_may_publish(name, topic)
        assert not device_may_subscribe(name, down_filter(device))
