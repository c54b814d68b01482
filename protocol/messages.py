"""The messages, one class each. Instants are aware UTC; every text, number and list has a bound.

A field may be added with a default; a field may not change its meaning (that is a new message name).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from protocol._wire import (
    Bitmap,
    Bytes,
    ClockTime,
    ContentId,
    Count,
    Detail,
    Identifier,
    Instant,
    Meta,
    Milliseconds,
    Name,
    Order,
    Percent,
    Rank,
    Reason,
    Seconds,
    Text,
    Title,
    Weekday,
    ZoneName,
    check_instants,
)

MAX_ITEMS = 400
MAX_ENTRIES = 50
MAX_RAILS = 16
MAX_SLOTS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRef:
    """A sound or picture by the SHA-256 of its bytes; `size` in bytes."""

    id: ContentId
    size: Bytes
    media_type: Annotated[str, Meta(max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One occurrence on one device: sound when `content` is there, board text when `text` is.

    It starts at `start_at`; a device that could not start within `late_limit_s` must not start it at all, unless
    it lost its time to something of higher rank: then `on_loss` says what becomes of it, until `latest_at` (none:
    `end_at`). `order` is what people decided among equal priorities, lower first. An emergency (priority 200 to
    255) names who ordered it and why, or the device refuses it.
    """

    occurrence: Identifier
    title: Title
    start_at: Instant
    end_at: Instant
    late_limit_s: Seconds
    priority: Rank
    volume: Percent = 100
    content: ContentRef | None = None
    text: Text | None = None
    latest_at: Instant | None = None
    order: Order = 0
    origin: Literal["central", "province", "commune"] = "commune"
    on_loss: Literal["resume", "restart", "later", "skip"] = "resume"
    authorised_by: Name = ""
    cause: Detail = ""

    def __post_init__(self) -> None:
        check_instants(self.start_at, self.end_at, self.latest_at)


_Slots = Annotated[tuple[tuple[ClockTime, ClockTime], ...], Meta(max_length=MAX_SLOTS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rails:
    """The guard rails of the device for what is planned from `holds_from` on: limits that it keeps by itself.

    Times are local to `zone`, weekdays ISO (1 is Monday), volumes percent of the device's full level. A field
    that is null sets no limit. `has_neighbour`: a school, a clinic, a pagoda or the like is near.
    """

    holds_from: Instant
    zone: ZoneName
    has_neighbour: bool = False
    quiet_hours: _Slots = ()
    slots: _Slots | None = None
    days: Annotated[tuple[Weekday, ...], Meta(max_length=7)] | None = None
    sessions_per_day: Annotated[int, Meta(ge=0, le=48)] | None = None
    session_minutes: Annotated[int, Meta(ge=0, le=1_440)] | None = None
    day_minutes: Annotated[int, Meta(ge=0, le=1_440)] | None = None
    volume_curve: Annotated[tuple[tuple[ClockTime, Percent], ...], Meta(max_length=MAX_SLOTS)] = ()
    night_volume: Percent | None = None
    neighbour_volume: Percent | None = None
    emergency_volume: Percent | None = None
    emergency_item_minutes: Annotated[int, Meta(ge=1, le=240)] | None = None
    emergency_day_minutes: Annotated[int, Meta(ge=1, le=1_440)] | None = None

    def __post_init__(self) -> None:
        check_instants(self.holds_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """DOWN. All that the device is to play or show; replaces every earlier revision as a whole.

    A device MUST ignore a revision that is not above the one it holds, and MUST silence or blank an
    occurrence that is on air and not in the new revision. `rails` bind it, whatever the items ask for; without
    any, and for one that it cannot read, it MUST keep to its built-in standard.
    """

    revision: Count
    station: Title
    items: Annotated[tuple[Item, ...], Meta(max_length=MAX_ITEMS)]
    rails: Annotated[tuple[Rails, ...], Meta(max_length=MAX_RAILS)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalAck:
    """DOWN. The controller has stored the journal `journal` up to and including `upto`."""

    journal: Identifier
    upto: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """UP. Birth and heartbeat: what the device holds and does. `seq` counts within one `boot`."""

    boot: Identifier
    seq: Count
    at: Instant
    revision: Count
    agent_version: Annotated[str, Meta(max_length=40)]
    playing: Annotated[tuple[Identifier, ...], Meta(max_length=20)] = ()
    missing_contents: Count = 0
    unsent_entries: Count = 0
    faults: Annotated[tuple[Reason, ...], Meta(max_length=20)] = ()

    def __post_init__(self) -> None:
        check_instants(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """UP. The device of boot `boot` is gone: as last will when it vanished, or on purpose when it was stopped.

    A controller MUST ignore it when it has since seen another boot.
    """

    boot: Identifier
    is_on_purpose: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """UP. Please send the blocks of this content whose bit is 1 in `missing` (bit 0 = lowest bit of byte 0)."""

    content: ContentId
    missing: Bitmap


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """What became of one occurrence, or of one segment of it: something of higher rank may cut it in parts.

    `seq` rises by one within a journal and never repeats. The segment began `offset_ms` into the sound. The
    result of the last entry counts. `detail` holds what `reason` does not say: each rule that a refused one would
    have broken, as "code name=value ...; ...", or what kept it off the air.

    It was noted `up_ms` after the start of the agent's run `boot`, by a clock that never steps. `dated_by` tells
    where `noted_at` is from: a `clock` that was believed; the `uptime`, reckoned back from when the clock was
    believed; or `nothing`: the run ended before, and `noted_at` is 1970-01-01T00:00:00Z and no date at all.
    """

    seq: Count
    occurrence: Identifier
    result: Literal["done", "failed", "missed", "preempted", "refused"]
    planned_at: Instant
    noted_at: Instant
    started_at: Instant | None = None
    ended_at: Instant | None = None
    length_ms: Milliseconds = 0
    deviation_us: Milliseconds | None = None
    volume: Percent | None = None
    content: ContentId | None = None
    revision: Count = 0
    reason: Reason = ""
    offset_ms: Count = 0
    detail: Detail = ""
    boot: Identifier | None = None
    up_ms: Count | None = None
    dated_by: Literal["clock", "uptime", "nothing"] = "clock"

    def __post_init__(self) -> None:
        check_instants(self.planned_at, self.noted_at, self.started_at, self.ended_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """UP. Entries not yet acknowledged, oldest first. `journal` names the device's journal file."""

    journal: Identifier
    entries: Annotated[tuple[JournalEntry, ...], Meta(min_length=1, max_length=MAX_ENTRIES)]


Message = Timetable | JournalAck | State | Gone | Want | Journal

NAMES: dict[type[Message], str] = {
    Timetable: "timetable",
    JournalAck: "journal_ack",
    State: "state",
    Gone: "gone",
    Want: "want",
    Journal: "journal",
}
"""Wire name of each message: its last topic level and the `type` in its envelope."""
