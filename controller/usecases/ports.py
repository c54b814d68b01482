"""What the use cases need from the outside, in their own words.

Repositories hand out live objects: a change made inside `with unit() as work:` is written when the block ends
without an exception, and undone when it ends with one.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from controller.domain.airings import Airing, AiringState, AuditEntry, Broadcast, JournalRecord
from controller.domain.areas import Area
from controller.domain.devices import ClaimCode, Device
from controller.domain.notices import Content, Notice, Rendering
from controller.domain.people import FailedTry, Grant, Invitation, Session, User
from controller.usecases.area_ports import Standings
from controller.usecases.calendars import Calendars
from controller.usecases.guardrail_ports import Guardrails
from controller.usecases.planning_ports import AiringPlan, Inboxes, Orders
from controller.usecases.review_ports import Review
from schedules import Rails


class Areas(Protocol):
    """The tree of areas."""

    def add(self, area: Area) -> None: ...
    def get(self, area_id: str) -> Area | None: ...
    def all(self, *, with_absent: bool = False) -> Sequence[Area]:
        """Return the areas in force, by path; closed ones and those to come only when asked."""
        ...

    def below(self, path: str) -> Sequence[Area]:
        """Return the area with this path and all below it that are in force, by path."""
        ...


class People(Protocol):
    """Accounts, their grants and their sessions."""

    def add(self, thing: User | Grant | Session | Invitation | FailedTry) -> None: ...
    def get(self, user_id: str) -> User | None: ...
    def by_username(self, username: str) -> User | None: ...
    def all(self) -> Sequence[User]: ...
    def grants(self, user_id: str) -> Sequence[Grant]: ...
    def session(self, token_hash: str) -> Session | None: ...
    def end_sessions(self, user_id: str, now: datetime) -> None: ...
    def invitation(self, token_hash: str) -> Invitation | None: ...
    def drop_invitations(self, user_id: str) -> None: ...
    def failed_tries(self, key: str, since: datetime) -> Sequence[datetime]:
        """Return when tries of this key failed since then, oldest first."""
        ...

    def forget_tries(self, ids: Iterable[str]) -> None:
        """Delete tries that were counted and did not fail."""
        ...

    def forget(self, before: datetime) -> None:
        """Delete sessions, invitations and failed tries that ended before then."""
        ...


class Notices(Protocol):
    """Notices, their renderings and contents."""

    def add(self, thing: Notice | Rendering | Content) -> None: ...
    def get(self, notice_id: str) -> Notice | None: ...
    def in_areas(self, area_ids: Iterable[str], *, limit: int) -> Sequence[Notice]:
        """Return the latest changed first."""
        ...

    def rendering(self, notice_id: str, version: int) -> Rendering | None:
        """Return the latest rendering of one version."""
        ...

    def claim_rendering(self, now: datetime, *, give_up_after: datetime) -> Rendering | None:
        """Take one queued rendering that is due, or one whose worker died before `give_up_after`; None when idle.

        The claim is a conditional update: of two callers, one gets the row.
        """
        ...

    def unmade_uploads(self) -> Sequence[str]:
        """Return the upload path of every rendering that has one and is not ready."""
        ...

    def rendering_by_id(self, rendering_id: str) -> Rendering | None: ...
    def content(self, content_id: str) -> Content | None: ...


class Devices(Protocol):
    """Devices and claim codes."""

    def add(self, thing: Device | ClaimCode) -> None: ...
    def get(self, device_id: str) -> Device | None: ...
    def many(self, device_ids: Sequence[str]) -> Sequence[Device]: ...
    def in_areas(self, area_ids: Iterable[str], *, with_revoked: bool = False) -> Sequence[Device]:
        """Return devices by name; revoked ones only when asked, for the log of what they aired."""
        ...

    def claim_code(self, code_hash: str) -> ClaimCode | None: ...
    def take_claim_code(self, code_hash: str, *, device_id: str, now: datetime) -> bool:
        """Mark a code used, if nobody else has; conditional update."""
        ...

    def due_pushes(self, now: datetime, *, limit: int) -> Sequence[Device]: ...
    def claim_push(self, device: Device, *, until: datetime) -> bool:
        """Push this row's next try to `until` if nobody else has meanwhile; conditional update."""
        ...

    def silent_since(self, before: datetime) -> Sequence[Device]:
        """Return devices marked online that were last heard before then."""
        ...


class Airings(Protocol):
    """Broadcasts, airings and what devices said of them."""

    def add(self, thing: Broadcast | Airing | JournalRecord) -> None: ...
    def get(self, airing_id: str) -> Airing | None: ...
    def broadcast(self, broadcast_id: str) -> Broadcast | None: ...
    def of_broadcast(self, broadcast_id: str, *, limit: int | None = None) -> Sequence[Airing]:
        """Return the airings of a broadcast, the soonest planned first."""
        ...

    def broadcasts_of_notice(self, notice_id: str) -> Sequence[Broadcast]: ...
    def for_timetable(self, device_id: str, *, ending_after: datetime, until: datetime) -> Sequence[Airing]:
        """Return what belongs in a device's timetable, by planned time: nothing called off, nothing long over."""
        ...

    def listed(
        self,
        device_ids: Iterable[str],
        *,
        broadcast_id: str | None = None,
        states: Iterable[AiringState] = (),
        before: datetime | None = None,
        after: str = "",
        limit: int,
    ) -> Sequence[Airing]:
        """Return the latest planned first, those of one instant by id.

        `before` leaves out what is planned then or later, but for those of that very instant that come after the
        id `after`: with both taken from the last airing of a page, the next page follows it.
        """
        ...

    def open_between(
        self,
        device_ids: Iterable[str],
        *,
        start_at: datetime,
        end_at: datetime,
        limit: int | None = None,
    ) -> Sequence[Airing]:
        """Return airings that are not over or called off and touch [start_at, end_at), by planned time."""
        ...

    def overdue(self, ended_before: datetime, *, limit: int) -> Sequence[Airing]: ...
    def has_record(self, device_id: str, journal: str, seq: int) -> bool: ...
    def uses_content(self, device_id: str, content_id: str) -> bool:
        """Tell whether any airing of this device carries this content."""
        ...


class Audit(Protocol):
    """The append-only trail."""

    def add(self, entry: AuditEntry) -> None: ...
    def of_subject(self, subject: str) -> Sequence[AuditEntry]: ...


class Work(Protocol):
    """One unit of work."""

    @property
    def areas(self) -> Areas: ...
    @property
    def people(self) -> People: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def devices(self) -> Devices: ...
    @property
    def airings(self) -> Airings: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def plan(self) -> AiringPlan: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def inboxes(self) -> Inboxes: ...
    @property
    def calendars(self) -> Calendars: ...
    @property
    def standings(self) -> Standings: ...
    @property
    def guardrails(self) -> Guardrails: ...
    @property
    def review(self) -> Review: ...
    def flush(self) -> None:
        """Send pending changes to the database, so that later queries of this unit see them."""
        ...


Unit = Callable[[], AbstractContextManager[Work]]
"""Opens a unit of work: commits when the block ends well, rolls back when it does not."""


class Clock(Protocol):
    """Where the present instant comes from."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        ...


class PasswordHasher(Protocol):
    """A slow, salted password hash."""

    def hash(self, password: str) -> str: ...
    def matches(self, password_hash: str, password: str) -> bool:
        """Compare; MUST take as long for an empty hash as for a wrong password."""
        ...


class ContentStore(Protocol):
    """Files named by their SHA-256."""

    def new_file(self) -> Path:
        """Return a path, beside the store, to write new content to."""
        ...

    def keep(self, path: Path) -> str:
        """Move a finished file into the store and return its id; raises UnavailableError DISK_FULL."""
        ...

    def path(self, content_id: str) -> Path: ...
    def drop_file(self, path: Path) -> None:
        """Remove a file got from `new_file`, if it is there."""
        ...

    def sweep(self, keep: Iterable[Path]) -> None:
        """Remove every file got from `new_file`, by whomever, that is none of these."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A finished sound file, ready for devices. `fell_back` lists voices that failed, as `engine:code`."""

    path: Path
    media_type: str
    duration_ms: int
    engine: str
    fell_back: tuple[str, ...]


class Studio(Protocol):
    """Turns words or an uploaded recording into the sound that devices play, chime first, at one loudness."""

    def announce(self, text: str, *, out: Path) -> Sound:
        """Speak; raises UnavailableError VOICES_FAILED or DISK_FULL. Never leaves half a file at `out`."""
        ...

    def record(self, upload: Path, *, out: Path) -> Sound:
        """Take in a recording; raises InvalidError NOT_SOUND or SOUND_TOO_LONG."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableItem:
    """One airing as a device is told of it."""

    airing: Airing
    content: Content | None


class Downlink(Protocol):
    """The way to devices. Every call returns False when it could not be handed to the broker now."""

    def send_timetable(
        self, device: Device, *, station: str, items: Sequence[TimetableItem], rails: Sequence[Rails]
    ) -> bool: ...
    def acknowledge_journal(self, device_id: str, *, journal: str, upto: int) -> bool: ...
    def send_block(self, device_id: str, *, content_id: str, index: int, payload: bytes) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where devices find the broker. `ca_pem` is empty for plain TCP on loopback."""

    host: str
    port: int
    ca_pem: str = ""


class BrokerAccess(Protocol):
    """Who may log in to the broker. Takes effect at once."""

    @property
    def address(self) -> BrokerAddress: ...
    def grant(self, device_id: str, password: str) -> None: ...
    def revoke(self, device_id: str) -> None: ...


class News(Protocol):
    """Tells open console pages that something changed; never carries the truth itself."""

    def publish(self, topic: str) -> None:
        """`topic` is "devices", "airings" or "notices"; what waits and reminders count as notices."""
        ...
