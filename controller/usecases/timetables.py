"""Timetables: deciding what each device should hold, and pushing it until the device says that it does."""

import hashlib
import json
import logging
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from controller.domain.airings import KEEP_AFTER_END, TIMETABLE_WINDOW, Airing
from controller.domain.devices import Device, push_retry
from controller.usecases.ports import Clock, Downlink, TimetableItem, Unit, Work
from schedules import Occurrence

_log = logging.getLogger(__name__)
PUSH_BATCH = 200


class TimetablePush:
    """Use cases of the push tick. The row is the queue; a second controller on the same rows is harmless."""

    def __init__(self, *, unit: Unit, clock: Clock, downlink: Downlink, random_source: random.Random) -> None:
        self._unit = unit
        self._clock = clock
        self._downlink = downlink
        self._random = random_source

    def push_due(self) -> int:
        """Send every timetable that is due to the device that lacks it; return how many went out."""
        now = self._clock.now()
        with self._unit() as work:
            due = [
                self._claimed(work, device, now) for device in work.devices.due_pushes(now, limit=PUSH_BATCH)
            ]
            letters = [
                (device, station_name(work, device), timetable_items(work, device.id, now))
                for device in due
                if device is not None
            ]
        sent = [device for device, station, items in letters if self._send(device, station, items)]
        return len(sent)

    def renew_windows(self) -> None:
        """Let timetables take in what has come within TIMETABLE_WINDOW since they were last computed."""
        now = self._clock.now()
        with self._unit() as work:
            devices = work.devices.in_areas([area.id for area in work.areas.all()])
        # By parts: whoever wants to write meanwhile must not wait for the whole tree.
        for first in range(0, len(devices), PUSH_BATCH):
            with self._unit() as work:
                part = devices[first : first + PUSH_BATCH]
                refresh_timetables(work, (device.id for device in part), now)

    def _claimed(self, work: Work, device: Device, now: datetime) -> Device | None:
        until = now + push_retry(device.push_attempts, self._random.random())
        return device if work.devices.claim_push(device, until=until) else None

    def _send(self, device: Device, station: str, items: Sequence[TimetableItem]) -> bool:
        sent = self._downlink.send_timetable(device, station=station, items=items)
        level = logging.INFO if sent else logging.DEBUG
        _log.log(
            level,
            "device %s: revision %s %s",
            device.id,
            device.desired_revision,
            "sent" if sent else "waits",
        )
        return sent


def refresh_timetables(work: Work, device_ids: Iterable[str], now: datetime) -> None:
    """Recompute what these devices should hold; a device whose plan changed gets a new desired revision."""
    work.flush()
    for device_id in device_ids:
        device = work.devices.get(device_id)
        if device is not None and device.revoked_at is None:
            device.desire(_digest(planned_airings(work, device_id, now)), now=now)


def planned_airings(work: Work, device_id: str, now: datetime) -> Sequence[Airing]:
    """Return the airings of a device from now to the end of the window, just ended ones included.

    What ended a moment ago stays, so that a sound that runs a little over is not cut by a new revision.
    """
    return work.airings.for_timetable(
        device_id, ending_after=now - KEEP_AFTER_END, until=now + TIMETABLE_WINDOW
    )


def timetable_items(work: Work, device_id: str, now: datetime) -> Sequence[TimetableItem]:
    """Return a device's timetable as it is to be sent."""
    return [
        TimetableItem(
            airing=airing, content=work.notices.content(airing.content_id) if airing.content_id else None
        )
        for airing in planned_airings(work, device_id, now)
    ]


def station_name(work: Work, device: Device) -> str:
    """Return the name of the place that a board shows and a greeting says: the nearest commune or above."""
    area = work.areas.get(device.area_id)
    while area is not None and area.kind in ("hamlet", "grouping") and area.parent_id is not None:
        area = work.areas.get(area.parent_id)
    return area.name if area is not None else ""


def as_occurrence(airing: Airing) -> Occurrence:
    """Return an airing in the words of `schedules`."""
    return Occurrence(
        id=airing.id, start_at=airing.planned_at, end_at=airing.ends_at, priority=airing.priority
    )


def _digest(airings: Sequence[Airing]) -> str:
    rows = [
        (one.id, one.title, _plain(one.planned_at), _plain(one.ends_at), one.content_id, one.text)
        for one in airings
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _plain(instant: datetime) -> str:
    """Return an instant in UTC: the zone in which somebody typed it is not part of the plan."""
    return instant.astimezone(UTC).isoformat()
