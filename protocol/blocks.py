"""Content in blocks: what is missing, and one block as a payload.

Blocks are not signed: the content id in a signed timetable is the SHA-256 that the whole must match.
A block's payload is a JSON line, then the raw bytes.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from protocol import _wire
from protocol._wire import ContentId, Count
from protocol.errors import BlockRefusedError

BLOCK_BYTES = 64 * 1024
BLOCK_NAME = "block"
MAX_WANTED = 64
"""The most blocks that one `want` may ask for; of more, the first ones are answered."""
_MAX_HEADER_BYTES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """DOWN. Bytes `index * BLOCK_BYTES` and following of one content."""

    content: str
    index: int
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    content: ContentId
    index: Count


def block_count(size: int) -> int:
    """Return how many blocks a content of `size` bytes has."""
    return math.ceil(size / BLOCK_BYTES)


def encode_block(block: Block) -> bytes:
    """Return the payload of a block message."""
    return _wire.to_json(_Header(content=block.content, index=block.index)) + b"\n" + block.payload


def decode_block(payload: bytes) -> Block:
    """Read a block message; raise BlockRefusedError or MalformedMessageError."""
    header, newline, body = payload.partition(b"\n")
    if not newline or len(header) > _MAX_HEADER_BYTES:
        raise BlockRefusedError("no header line")
    if not 0 < len(body) <= BLOCK_BYTES:
        raise BlockRefusedError(f"{len(body)} bytes")
    parsed = _wire.from_json(header, _Header)
    return Block(content=parsed.content, index=parsed.index, payload=body)


def to_bitmap(missing: Iterable[int], count: int) -> bytes:
    """Return a bitmap of `count` bits with a 1 for each missing index; bit 0 is the lowest bit of byte 0."""
    bits = bytearray(math.ceil(count / 8))
    for index in missing:
        bits[index // 8] |= 1 << (index % 8)
    return bytes(bits)


def from_bitmap(bitmap: bytes, count: int) -> Iterator[int]:
    """Yield the indices below `count` whose bit is 1, in order."""
    for index in range(min(count, len(bitmap) * 8)):
        if bitmap[index // 8] >> (index % 8) & 1:
            yield index
