"""What `step` wants done. The stage does it, in order."""

from dataclasses import dataclass
from datetime import datetime

from protocol import ContentRef, Item, JournalEntry
from schedules import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveTimetable:
    """Keep these signed bytes as the held timetable, over a power cut."""

    sealed: bytes
    revision: int
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Keep:
    """Drop every stored content that is not one of these."""

    contents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Want:
    """Fetch these contents, in this order, and no others."""

    contents: tuple[ContentRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare:
    """Let the performer get ready for this segment of an item."""

    item: Item
    segment: Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Perform:
    """Mark the segment as begun, durably, and only then perform it. It takes the place of what is on air."""

    item: Item
    revision: int
    segment: Segment


@dataclass(frozen=True, slots=True)
class Unmark:
    """Forget the mark of a segment that was taken back before any of it was heard."""

    occurrence: str


@dataclass(frozen=True, slots=True)
class Cease:
    """Take this occurrence off the air at once."""

    occurrence: str


@dataclass(frozen=True, slots=True)
class Note:
    """Write this entry into the journal; its `seq` is given there."""

    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class DateNotes:
    """The clock is believed from now on: date what was noted before in this run, by the time that passed since."""


@dataclass(frozen=True, slots=True)
class Forget:
    """The controller has these entries: they need not be sent again."""

    journal: str
    upto: int


@dataclass(frozen=True, slots=True)
class SendState:
    """Report the present state now, not only with the next heartbeat."""


@dataclass(frozen=True, slots=True)
class SendJournal:
    """Deliver what the controller has not acknowledged."""


Effect = (
    SaveTimetable
    | Keep
    | Want
    | Prepare
    | Perform
    | Unmark
    | Cease
    | Note
    | DateNotes
    | Forget
    | SendState
    | SendJournal
)
