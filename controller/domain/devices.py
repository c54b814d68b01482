"""Devices: who they are, what they should hold and what they say they hold."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CLAIM_CODE_LIFETIME = timedelta(hours=24)
# Three missed heartbeats of ten seconds, and the tick that looks.
OFFLINE_AFTER = timedelta(seconds=31)
FIRST_PUSH_RETRY = timedelta(seconds=3)
LAST_PUSH_RETRY = timedelta(minutes=2)


class DeviceKind(StrEnum):
    """Cụm loa, bảng tin điện tử."""

    SPEAKER = "speaker"
    BOARD = "board"


class Neighbour(StrEnum):
    """What stands so near a loudspeaker that it must be quieter: school, clinic, pagoda or church, home for the old."""

    NONE = ""
    SCHOOL = "school"
    CLINIC = "clinic"
    PAGODA = "pagoda"
    ELDERLY = "elderly"


class Presence(StrEnum):
    """Whether a device is in touch. `UNKNOWN` until it first spoke; `STOPPED` when it was switched off on purpose."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    STOPPED = "stopped"


@dataclass(eq=False, kw_only=True)
class Device:
    """One agent. `desired_revision` is the timetable it should hold, `reported_revision` the one it says it holds."""

    id: str
    kind: DeviceKind
    name: str
    area_id: str
    public_key: str
    created_at: datetime
    revoked_at: datetime | None = None
    presence: Presence = Presence.UNKNOWN
    boot: str = ""
    state_seq: int = 0
    last_seen_at: datetime | None = None
    agent_version: str = ""
    missing_contents: int = 0
    unsent_entries: int = 0
    faults: str = ""
    desired_revision: int = 0
    desired_digest: str = ""
    reported_revision: int = 0
    next_push_at: datetime | None = None
    push_attempts: int = 0
    neighbour: Neighbour = Neighbour.NONE

    def desire(self, digest: str, *, now: datetime) -> bool:
        """Ask for a new timetable if its content changed; tell whether it did."""
        if digest == self.desired_digest:
            return False
        self.desired_revision += 1
        self.desired_digest = digest
        self.next_push_at, self.push_attempts = now, 0
        return True

    def report(self, *, boot: str, seq: int, revision: int, now: datetime) -> bool:
        """Take in a state report. A late one of the same boot is ignored (False)."""
        if boot == self.boot and seq <= self.state_seq:
            return False
        is_back = boot != self.boot or self.presence is not Presence.ONLINE
        self.boot, self.state_seq = boot, seq
        self.presence, self.last_seen_at = Presence.ONLINE, now
        self.reported_revision = revision
        self._reconcile(now, is_back=is_back)
        return True

    def leave(self, *, boot: str, on_purpose: bool, now: datetime) -> bool:
        """Take in a last will or farewell. One of an older boot is ignored (False): the device lives on.

        So is a will that follows the farewell: a broker may miss the clean end of a connection.
        """
        if boot != self.boot or self.presence is Presence.STOPPED:
            return False
        self.presence = Presence.STOPPED if on_purpose else Presence.OFFLINE
        self.last_seen_at = now
        return True

    def _reconcile(self, now: datetime, *, is_back: bool) -> None:
        if self.reported_revision > self.desired_revision:
            # The device remembers more than our database, which was restored from a backup: go past it.
            self.desired_revision = self.reported_revision + 1
        if self.reported_revision == self.desired_revision:
            self.next_push_at, self.push_attempts = None, 0
        elif is_back or self.next_push_at is None:
            # Whatever was tried while it was away says nothing of how it listens now.
            self.next_push_at, self.push_attempts = now, 0


def push_retry(attempts: int, spread: float) -> timedelta:
    """Return the wait before the next push of an unconfirmed timetable: doubling, with `spread` (0..1) of jitter."""
    wait: timedelta = min(FIRST_PUSH_RETRY * (1 << min(attempts, 10)), LAST_PUSH_RETRY)
    return wait * (0.75 + 0.5 * spread)


@dataclass(eq=False, kw_only=True)
class ClaimCode:
    """A one-time right to enrol one device in one area."""

    code_hash: str
    kind: DeviceKind
    name: str
    area_id: str
    created_by: str
    expires_at: datetime
    used_at: datetime | None = None
    device_id: str | None = None
