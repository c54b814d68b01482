"""Content in blocks, and what is missing as a bitmap."""

import pytest

from protocol import BLOCK_BYTES, Block, block_count, decode_block, encode_block, from_bitmap, to_bitmap
from protocol.errors import BlockRefusedError, MalformedMessageError
from tests.factories.messages import CONTENT


@pytest.mark.parametrize(
    ("size", "count"), [(0, 0), (1, 1), (BLOCK_BYTES, 1), (BLOCK_BYTES + 1, 2), (2**31, 32_768)]
)
def test_the_last_block_may_be_short(size: int, count: int) -> None:
    assert block_count(size) == count


def test_a_block_carries_any_bytes() -> None:
    block = Block(content=CONTENT, index=3, payload=b"\n{}\x00\xff" * 100)
    assert decode_block(encode_block(block)) == block


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\n",
        b"no newline",
        b"{}" + b" " * 300 + b"\nx",
        encode_block(Block(content=CONTENT, index=0, payload=b"")),
        encode_block(Block(content=CONTENT, index=0, payload=b"x" * (BLOCK_BYTES + 1))),
    ],
)
def test_a_block_of_no_or_too_many_bytes_is_refused(payload: bytes) -> None:
    with pytest.raises(BlockRefusedError):
        decode_block(payload)


@pytest.mark.parametrize(
    "header",
    [b"", b"[]", b'{"content":"x","index":0}', b'{"content":"' + CONTENT.encode() + b'","index":-1}'],
)
def test_a_header_that_is_none_is_malformed(header: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        decode_block(header + b"\nx")


def test_bit_zero_is_the_lowest_of_byte_zero() -> None:
    assert to_bitmap([0, 9], 10) == b"\x01\x02"
    assert list(from_bitmap(b"\x01\x02", 10)) == [0, 9]


def test_bits_past_the_end_are_ignored() -> None:
    assert list(from_bitmap(b"\xff\xff", 9)) == list(range(9))
    assert list(from_bitmap(b"\x01", 100)) == [0]
    assert to_bitmap([], 0) == b""
