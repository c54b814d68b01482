"""The contract between controller and devices: topics, messages, envelope, content blocks and the link.

Imports nothing else of ours. docs/protocol.md is its table of contents.
"""

from protocol.blocks import (
    BLOCK_BYTES,
    BLOCK_NAME,
    MAX_WANTED,
    Block,
    block_count,
    decode_block,
    encode_block,
    from_bitmap,
    to_bitmap,
)
from protocol.codec import name_of
from protocol.envelope import (
    CONTROLLER,
    MAX_MESSAGE_BYTES,
    Envelope,
    Signer,
    Verifier,
    address,
    seal,
    unseal,
)
from protocol.errors import ProtocolError
from protocol.link import LastWill, Link, LinkSettings
from protocol.messages import (
    MAX_ENTRIES,
    MAX_ITEMS,
    MAX_RAILS,
    ContentRef,
    Gone,
    Item,
    Journal,
    JournalAck,
    JournalEntry,
    Message,
    Rails,
    State,
    Timetable,
    Want,
)
from protocol.topics import Direction, Topic

__all__ = [
    "BLOCK_BYTES",
    "BLOCK_NAME",
    "CONTROLLER",
    "MAX_ENTRIES",
    "MAX_ITEMS",
    "MAX_MESSAGE_BYTES",
    "MAX_RAILS",
    "MAX_WANTED",
    "Block",
    "ContentRef",
    "Direction",
    "Envelope",
    "Gone",
    "Item",
    "Journal",
    "JournalAck",
    "JournalEntry",
    "LastWill",
    "Link",
    "LinkSettings",
    "Message",
    "ProtocolError",
    "Rails",
    "Signer",
    "State",
    "Timetable",
    "Topic",
    "Verifier",
    "Want",
    "address",
    "block_count",
    "decode_block",
    "encode_block",
    "from_bitmap",
    "name_of",
    "seal",
    "to_bitmap",
    "unseal",
]
