"""What devices say: state, farewell, journal, wanted content. A repeated or late word changes nothing."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from controller.domain.airings import OPEN_STATES, REPORT_GRACE, Airing, AiringState, JournalRecord
from controller.domain.devices import OFFLINE_AFTER, Device, Presence
from controller.domain.ids import new_id
from controller.usecases.board_returns import bring_back
from controller.usecases.ports import Clock, ContentStore, Downlink, News, Unit, Work
from controller.usecases.timetables import planned_airings

_log = logging.getLogger(__name__)
_ENDED_EARLY = (AiringState.FAILED, AiringState.MISSED)
_WAS_DARK = frozenset({"renderer_lost", "renderer_hung", "page_broken", "paint_timeout", "no_start"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StateReport:
    """A device's birth or heartbeat, in domain words."""

    boot: str
    seq: int
    revision: int
    agent_version: str
    playing: tuple[str, ...]
    missing_contents: int
    unsent_entries: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """One line of a device's journal. `body` is the line as it came, kept as proof."""

    seq: int
    airing_id: str
    result: AiringState
    noted_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    length_ms: int
    deviation_us: int | None
    volume: int | None
    reason: str
    body: str


class DeviceReports:
    """Use cases of the MQTT gateway. Callers have verified that the words are the device's own."""

    def __init__(
        self, *, unit: Unit, clock: Clock, downlink: Downlink, contents: ContentStore, news: News
    ) -> None:
        self._unit = unit
        self._clock = clock
        self._downlink = downlink
        self._contents = contents
        self._news = news

    def public_key(self, device_id: str) -> str | None:
        """Return the key that a device's words must be signed with; None for unknown and revoked devices."""
        with self._unit() as work:
            device = work.devices.get(device_id)
            return device.public_key if device is not None and device.revoked_at is None else None

    def take_state(self, device_id: str, report: StateReport) -> None:
        """Note what a device holds and does; a device that lacks its desired timetable becomes due for a push."""
        now = self._clock.now()
        with self._unit() as work:
            device = work.devices.get(device_id)
            if device is None or not device.report(
                boot=report.boot, seq=report.seq, revision=report.revision, now=now
            ):
                return
            device.agent_version = report.agent_version
            device.missing_contents = report.missing_contents
            device.unsent_entries = report.unsent_entries
            device.faults = "\n".join(report.faults)
            if device.reported_revision == device.desired_revision:
                _mark_pushed(work, device, now)
            _mark_playing(work, device, report.playing)
        self._news.publish("devices")
        if report.playing:
            self._news.publish("airings")

    def take_farewell(self, device_id: str, *, boot: str, on_purpose: bool) -> None:
        """Note that a device is gone, unless it has come back as another boot since."""
        with self._unit() as work:
            device = work.devices.get(device_id)
            if device is not None and device.leave(boot=boot, on_purpose=on_purpose, now=self._clock.now()):
                _log.info("device %s is %s", device_id, device.presence)
        self._news.publish("devices")

    def take_journal(self, device_id: str, journal: str, lines: Sequence[JournalLine]) -> None:
        """Store journal lines, close their airings, and acknowledge; a line that came before is only acknowledged."""
        now = self._clock.now()
        with self._unit() as work:
            for line in lines:
                if not work.airings.has_record(device_id, journal, line.seq):
                    _store(work, device_id, journal, line, now)
        self._downlink.acknowledge_journal(device_id, journal=journal, upto=max(line.seq for line in lines))
        self._news.publish("airings")

    def send_content(
        self, device_id: str, content_id: str, indices: Iterable[int], *, block_bytes: int
    ) -> int:
        """Send the wanted blocks of a content that is in this device's own plan; return how many went out."""
        with self._unit() as work:
            is_theirs = work.airings.uses_content(device_id, content_id)
        if not is_theirs:
            _log.warning("device %s wants content %s, which is not in its plan", device_id, content_id)
            return 0
        sent = 0
        try:
            with self._contents.path(content_id).open("rb") as file:
                for index in indices:
                    file.seek(index * block_bytes)
                    payload = file.read(block_bytes)
                    if not payload or not self._downlink.send_block(
                        device_id, content_id=content_id, index=index, payload=payload
                    ):
                        break
                    sent += 1
        except OSError as error:
            _log.error("content %s cannot be read for device %s: %s", content_id, device_id, error)
        return sent

    def mark_silent(self) -> int:
        """Mark devices offline that have said nothing for OFFLINE_AFTER; return how many."""
        now = self._clock.now()
        with self._unit() as work:
            silent = work.devices.silent_since(now - OFFLINE_AFTER)
            for device in silent:
                device.presence = Presence.OFFLINE
                _log.warning("device %s has been silent since %s", device.id, device.last_seen_at)
        if silent:
            self._news.publish("devices")
        return len(silent)

    def close_unreported(self) -> int:
        """Mark airings missed whose device said nothing for REPORT_GRACE after their end; return how many.

        A journal that arrives even later still has the last word.
        """
        now = self._clock.now()
        with self._unit() as work:
            overdue = work.airings.overdue(now - REPORT_GRACE, limit=1_000)
            for airing in overdue:
                airing.state, airing.reason = AiringState.MISSED, "no_report"
        return len(overdue)


def _mark_pushed(work: Work, device: Device, now: datetime) -> None:
    for airing in planned_airings(work, device.id, now):
        if airing.state is AiringState.PLANNED:
            airing.state = AiringState.PUSHED


def _mark_playing(work: Work, device: Device, playing: Sequence[str]) -> None:
    for airing_id in playing:
        airing = work.airings.get(airing_id)
        if airing is not None and airing.device_id == device.id and _may_go_on(airing):
            airing.state = AiringState.PLAYING


def _may_go_on(airing: Airing) -> bool:
    """Tell whether an airing may be on air (again): a cut one goes on, and a text that was interrupted returns."""
    is_cut = airing.state is AiringState.PREEMPTED
    return airing.state in OPEN_STATES or is_cut or (airing.text is not None and airing.state in _ENDED_EARLY)


def _store(work: Work, device_id: str, journal: str, line: JournalLine, now: datetime) -> None:
    record = JournalRecord(
        id=new_id(now),
        device_id=device_id,
        journal=journal,
        seq=line.seq,
        airing_id=line.airing_id,
        result=line.result,
        noted_at=line.noted_at,
        received_at=now,
        body=line.body,
    )
    work.airings.add(record)
    airing = work.airings.get(line.airing_id)
    if airing is not None and airing.device_id == device_id:
        was_open = airing.state in OPEN_STATES
        _close(airing, line, now)
        if was_open and airing.text is not None and airing.reason in _WAS_DARK:
            bring_back(work, airing, now)


def _close(airing: Airing, line: JournalLine, now: datetime) -> None:
    """Add a line to its airing: several segments add up, and the result of the last one counts.

    A line that came before is not added again: its record is known. Whatever was said before the device reported
    anything (that it is playing, that nothing was heard of it) gives way.
    """
    if airing.reported_at is None or airing.started_at is None:
        airing.started_at, airing.deviation_us = line.started_at, line.deviation_us
        airing.length_ms = 0
    airing.state = line.result
    airing.ended_at = line.ended_at or airing.ended_at
    airing.length_ms += line.length_ms
    airing.volume = line.volume if line.volume is not None else airing.volume
    airing.reason, airing.reported_at = line.reason, now
