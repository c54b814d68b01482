"""What can happen to the agent. The performer's reports (`ports.Report`) are events too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from device_agent.core.ports import Report
from protocol import JournalEntry, Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounded:
    """A sound that left this device in [start_at, end_at)."""

    start_at: datetime
    end_at: datetime
    is_emergency: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The agent came up with what its state folder held.

    `interrupted`: entries for occurrences that were begun and never noted, because the process was killed.
    `played`: how far those came that were cut and may go on. `sounded`: what the guard rails have to count.
    """

    timetable: Timetable
    stored: frozenset[str]
    settled: frozenset[str]
    interrupted: tuple[JournalEntry, ...] = ()
    played: Mapping[str, timedelta] = field(default_factory=dict)
    sounded: tuple[Sounded, ...] = ()
    trusted_from: datetime
    is_memory_lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableArrived:
    """A verified timetable, signed by the controller at `issued_at`; `sealed` are the bytes that prove it."""

    timetable: Timetable
    issued_at: datetime
    sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class ContentStored:
    """A content is whole on disk and its hash was checked."""

    content: str


@dataclass(frozen=True, slots=True)
class ContentLost:
    """A content that was ready is gone or damaged."""

    content: str


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The broker can be reached."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The broker cannot be reached."""


@dataclass(frozen=True, slots=True)
class JournalAcked:
    """The controller has stored `journal` up to and including `upto`."""

    journal: str
    upto: int


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """Something around the core is wrong; `code` goes into every state report until it is cleared."""

    code: str


@dataclass(frozen=True, slots=True)
class FaultCleared:
    """The fault `code` is over."""

    code: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The agent is being stopped on purpose: leave the air and begin nothing."""


Event = (
    Restored
    | TimetableArrived
    | ContentStored
    | ContentLost
    | LinkUp
    | LinkDown
    | JournalAcked
    | FaultRaised
    | FaultCleared
    | Tick
    | Stopping
    | Report
)
