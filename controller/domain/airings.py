"""Broadcasts and airings: what was ordered, and what became of it on each device."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SCHEDULE_AHEAD = timedelta(days=90)
SHORTEST_NOTICE = timedelta(seconds=2)
DEFAULT_BOARD_TIME = timedelta(hours=24)
LONGEST_BOARD_TIME = timedelta(days=31)
# Codecs pad the end of a sound by some milliseconds; the planned end leaves room for it.
SOUND_TAIL = timedelta(milliseconds=200)
LATE_LIMIT = timedelta(seconds=60)
KEEP_AFTER_END = timedelta(minutes=10)
REPORT_GRACE = timedelta(hours=24)
TIMETABLE_WINDOW = timedelta(days=7)
ROUTINE_PRIORITY = 50


class AiringState(StrEnum):
    """Dự kiến, đã gửi, đang phát, đã phát, lỗi, bỏ lỡ, bị ngắt; thu hồi when it was called off before its time."""

    PLANNED = "planned"
    PUSHED = "pushed"
    PLAYING = "playing"
    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"
    PREEMPTED = "preempted"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (AiringState.PLANNED, AiringState.PUSHED, AiringState.PLAYING)


@dataclass(eq=False, kw_only=True)
class Broadcast:
    """An order to air one approved version of a notice in one area at one time."""

    id: str
    notice_id: str
    notice_version: int
    area_id: str
    content_id: str
    start_at: datetime
    created_by: str
    created_at: datetime
    stopped_at: datetime | None = None
    stopped_by: str | None = None
    stop_reason: str = ""


@dataclass(eq=False, kw_only=True)
class Airing:
    """One occurrence on one device. `id` is the occurrence id that the device knows.

    `ends_at` is the planned end. `content_id` is set for sound, `text` for a board. The title is kept here so
    that the proof of what was aired outlives the notice.
    """

    id: str
    broadcast_id: str
    notice_id: str
    device_id: str
    title: str
    planned_at: datetime
    ends_at: datetime
    state: AiringState
    priority: int = ROUTINE_PRIORITY
    volume: int = 100
    content_id: str | None = None
    text: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    length_ms: int = 0
    deviation_us: int | None = None
    reason: str = ""
    reported_at: datetime | None = None

    def call_off(self) -> None:
        """Take it out of the timetable; what is already on air is closed by the device's own report."""
        if self.state in (AiringState.PLANNED, AiringState.PUSHED):
            self.state = AiringState.WITHDRAWN


@dataclass(eq=False, kw_only=True)
class JournalRecord:
    """One line of a device's journal as it came in. (device, journal, seq) is unique: a repeat changes nothing."""

    id: str
    device_id: str
    journal: str
    seq: int
    airing_id: str
    result: str
    noted_at: datetime
    received_at: datetime
    body: str


@dataclass(eq=False, kw_only=True)
class AuditEntry:
    """Who did what to which thing, from where. Never changed, never deleted."""

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    address: str
    detail: str = ""
