"""Broadcasts and airings: what was ordered, and what became of it on each device."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from schedules import OnLoss, Origin

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
    """Dự kiến, đã gửi, đang phát, đã phát, lỗi, bỏ lỡ, bị ngắt; thu hồi when it was called off before its time.

    `HELD`: not for the device yet, somebody has to choose the order first. `REFUSED`: the device's own guard
    rails forbade it.
    """

    HELD = "held"
    PLANNED = "planned"
    PUSHED = "pushed"
    PLAYING = "playing"
    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"
    PREEMPTED = "preempted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (AiringState.PLANNED, AiringState.PUSHED, AiringState.PLAYING)


class BroadcastState(StrEnum):
    """Whether an order may be carried out: `HELD` until a second person has approved it."""

    HELD = "held"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(eq=False, kw_only=True)
class Broadcast:
    """An order to air an approved notice in one area by a rule. `version` rises with every change of the order.

    `rule` is the plain form of a `schedules` rule as JSON. `start_at` is its first start, `until` the last
    instant at which it may be on air (None: for ever). `planned_until`: airings exist for starts before then.
    `window_s` is for how long after its planned end a loser may still be on air; `board_for_s` how long boards
    show each occurrence. `needs` says why a second approver is needed (codes, comma separated; "" for none) and
    `cause` why it was ordered. `changed_by` are the ids of all who changed it, comma separated, `updated_by` the last.
    """

    id: str
    notice_id: str
    notice_version: int
    area_id: str
    content_id: str
    start_at: datetime
    created_by: str
    created_at: datetime
    version: int = 1
    rule: str = ""
    until: datetime | None = None
    planned_until: datetime | None = None
    priority: int = ROUTINE_PRIORITY
    origin: Origin = Origin.COMMUNE
    on_loss: OnLoss = OnLoss.RESUME
    order: int = 0
    window_s: int = 1_800
    board_for_s: int = 86_400
    volume: int = 100
    state: BroadcastState = BroadcastState.APPROVED
    needs: str = ""
    cause: str = ""
    second_by: str | None = None
    second_at: datetime | None = None
    second_reason: str = ""
    updated_by: str | None = None
    changed_by: str = ""
    updated_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by: str | None = None
    stop_reason: str = ""


@dataclass(eq=False, kw_only=True)
class Airing:
    """One occurrence on one device. `id` is the occurrence id that the device knows.

    `ends_at` is the planned end. `content_id` is set for sound, `text` for a board. The title is kept here so
    that the proof of what was aired outlives the notice.

    `key` names the occurrence within its broadcast; (broadcast, device, key) is unique, so that two controllers
    that plan at once make one airing. `latest_at`: a loser may still be on air until then. An emergency carries
    who ordered it (`authorised_by`) and why (`cause`). `day` is the local day to which the occurrence belongs: the
    one on which it was to start by its rule.
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
    key: str = ""
    latest_at: datetime | None = None
    order: int = 0
    origin: Origin = Origin.COMMUNE
    on_loss: OnLoss = OnLoss.RESUME
    authorised_by: str = ""
    cause: str = ""
    day: date | None = None


class InboxState(StrEnum):
    """What a commune made of an item from above."""

    WAITING = "waiting"
    TAKEN = "taken"
    DECLINED = "declined"


@dataclass(eq=False, kw_only=True)
class InboxItem:
    """A broadcast from above that waits for a commune: a routine one for a time, a priority one for an order of play.

    `taken_as` is the commune's own broadcast that came of it.
    """

    id: str
    broadcast_id: str
    area_id: str
    state: InboxState
    received_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str = ""
    taken_as: str | None = None


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
