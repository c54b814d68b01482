"""The door to msgspec: bounded field types, and JSON to typed values and back."""

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from protocol.errors import MalformedMessageError

__all__ = [
    "Bitmap",
    "Bytes",
    "ClockTime",
    "ContentId",
    "Count",
    "Detail",
    "Identifier",
    "Instant",
    "Meta",
    "Milliseconds",
    "Name",
    "Order",
    "Percent",
    "Rank",
    "Reason",
    "Seconds",
    "Text",
    "Title",
    "Weekday",
    "ZoneName",
    "check_instants",
    "from_json",
    "from_plain",
    "to_json",
]

T = TypeVar("T")

# `\Z` and not `$`: the latter would let a trailing newline through.
Instant = Annotated[datetime, Meta(tz=True)]
Identifier = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,80}\Z")]
ContentId = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Title = Annotated[str, Meta(max_length=300)]
Text = Annotated[str, Meta(max_length=20_000)]
Reason = Annotated[str, Meta(max_length=200)]
Detail = Annotated[str, Meta(max_length=1_000)]
Name = Annotated[str, Meta(max_length=200)]
ZoneName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+/-]{1,60}\Z")]
ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?\Z")]
Weekday = Annotated[int, Meta(ge=1, le=7)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Milliseconds = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Bytes = Annotated[int, Meta(ge=1, le=2**31)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]
Rank = Annotated[int, Meta(ge=0, le=255)]
Order = Annotated[int, Meta(ge=-(2**31), le=2**31)]
Bitmap = Annotated[bytes, Meta(max_length=8_192)]


def check_instants(*instants: datetime | None) -> None:
    """Raise ValueError for an instant that is outside 1970 to 2199: arithmetic with it could overflow.

    1970 is inside: a device without a battery for its clock wakes up there, and says so.
    """
    for one in instants:
        if one is not None and not 1970 <= one.year < 2200:
            raise ValueError(f"instant out of range: {one.isoformat()}")


def to_json(value: object) -> bytes:
    """Encode with sorted keys, so that equal values are equal bytes."""
    return msgspec.json.encode(value, order="deterministic")


def from_json(payload: bytes, kind: type[T]) -> T:
    """Decode and validate; unknown fields are ignored. Raise MalformedMessageError with the place of the fault."""
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedMessageError(str(error)) from error


def from_plain(value: object, kind: type[T]) -> T:
    """Like `from_json`, for a value that is already lists, dicts and strings."""
    try:
        return msgspec.convert(value, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise MalformedMessageError(str(error)) from error
