"""Timetables: deciding what each device should hold, and pushing it until the device says that it does."""

import hashlib
import json
import logging
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from controller.domain.airings import KEEP_AFTER_END, LATE_LIMIT, TIMETABLE_WINDOW, Airing
from controller.domain.areas import DEFAULT_ZONE, AreaKind
from controller.domain.devices import Device, Neighbour, push_retry
from controller.usecases.ports import Clock, Downlink, TimetableItem, Unit, Work
from controller.usecases.rails_book import GuardrailBook
from schedules import Occurrence, Rails, guardrail_to_plain

_log = logging.getLogger(__name__)
PUSH_BATCH = 200
REFRESH_BATCH = 1_000
TEXT_LATE_LIMIT = timedelta(days=1)
_DAY = timedelta(days=1)
_EVER = Rails().holds_from
_UNDER_A_STATION = (AreaKind.HAMLET, AreaKind.GROUPING)


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
                (
                    device,
                    station_name(work, device),
                    timetable_items(work, device.id, now),
                    rails_of(work, device, now),
                )
                for device in due
                if device is not None
            ]
        return sum(self._send(*letter) for letter in letters)

    def renew_windows(self) -> None:
        """Let go of what is over in the timetables of all devices."""
        now = self._clock.now()
        with self._unit() as work:
            device_ids = [one.device_id for one in work.plan.targets("")]
        refresh_in_parts(self._unit, device_ids, now)

    def _claimed(self, work: Work, device: Device, now: datetime) -> Device | None:
        until = now + push_retry(device.push_attempts, self._random.random())
        return device if work.devices.claim_push(device, until=until) else None

    def _send(
        self, device: Device, station: str, items: Sequence[TimetableItem], rails: Sequence[Rails]
    ) -> bool:
        sent = self._downlink.send_timetable(device, station=station, items=items, rails=rails)
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
    ids = list(dict.fromkeys(device_ids))
    devices = work.devices.many(ids)
    stations, rails = Stations(work), DeviceRails(work, now)
    digests = {device.id: hashlib.sha256(stations.name_at(device.area_id).encode()) for device in devices}
    for device in devices:
        digests[device.id].update(rails.mark(device))
    told = work.plan.rows_to_send(
        list(digests), ending_after=now - KEEP_AFTER_END, until=now + TIMETABLE_WINDOW
    )
    for device_id, row in told:
        digests[device_id].update(repr(row).encode())
    for device in devices:
        if device.revoked_at is None:
            device.desire(digests[device.id].hexdigest(), now=now)


def refresh_in_parts(unit: Unit, device_ids: Sequence[str], now: datetime) -> None:
    """Do the same by parts: whoever wants to write meanwhile must not wait for a whole province.

    Should this be cut short, the hourly renewal of all timetables makes it good.
    """
    for first in range(0, len(device_ids), REFRESH_BATCH):
        with unit() as work:
            refresh_timetables(work, device_ids[first : first + REFRESH_BATCH], now)


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


class Stations:
    """The names of the places that boards show and greetings say: the nearest commune or above. Reads each once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._names: dict[str, str] = {}

    def name_at(self, area_id: str) -> str:
        """Return the name for the devices of an area."""
        if area_id not in self._names:
            area = self._work.areas.get(area_id)
            if area is not None and area.kind in _UNDER_A_STATION and area.parent_id is not None:
                self._names[area_id] = self.name_at(area.parent_id)
            else:
                self._names[area_id] = area.name if area is not None else ""
        return self._names[area_id]


def station_name(work: Work, device: Device) -> str:
    """Return the name of the place that a board shows and a greeting says: the nearest commune or above."""
    return Stations(work).name_at(device.area_id)


class DeviceRails:
    """The guard rails that devices are sent with their timetables. Cheap to ask again."""

    def __init__(self, work: Work, now: datetime) -> None:
        today = now.astimezone(UTC).date()
        # What was planned for yesterday may still be on air; a local day is never more than one off.
        first_day, last_day = today - 2 * _DAY, (now + TIMETABLE_WINDOW).astimezone(UTC).date() + _DAY
        self._work = work
        self._book = GuardrailBook(work, first_day=first_day, last_day=last_day)
        self._found: dict[tuple[str, bool], tuple[Rails, ...]] = {}
        self._marks: dict[tuple[str, bool], bytes] = {}

    def of(self, device: Device) -> tuple[Rails, ...]:
        """Return what holds on a device, the first one since ever. STANDARD when its area is not known."""
        key = self._key(device)
        if key not in self._found:
            area = self._work.areas.get(device.area_id)
            held = self._book.of(area) if area is not None else ()
            zone = area.zone if area is not None else DEFAULT_ZONE
            made = tuple(
                Rails(
                    guardrail=guardrail,
                    zone=zone,
                    has_neighbour=key[1],
                    holds_from=holds_from if number else _EVER,
                )
                for number, (holds_from, guardrail) in enumerate(held)
            )
            self._found[key] = made or (Rails(zone=zone, has_neighbour=key[1]),)
        return self._found[key]

    def mark(self, device: Device) -> bytes:
        """Return bytes that are others when the guard rails are."""
        key = self._key(device)
        if key not in self._marks:
            told = [
                (one.zone, one.has_neighbour, one.holds_from.isoformat(), guardrail_to_plain(one.guardrail))
                for one in self.of(device)
            ]
            self._marks[key] = json.dumps(told).encode()
        return self._marks[key]

    def _key(self, device: Device) -> tuple[str, bool]:
        return device.area_id, device.neighbour is not Neighbour.NONE


def rails_of(work: Work, device: Device, now: datetime) -> tuple[Rails, ...]:
    """Return the guard rails that a device is sent with its timetable."""
    return DeviceRails(work, now).of(device)


def as_occurrence(airing: Airing) -> Occurrence:
    """Return an airing in the words of `schedules`: what the device makes of the item that it is sent."""
    is_text = airing.content_id is None
    return Occurrence(
        id=airing.id,
        start_at=airing.planned_at,
        end_at=airing.ends_at,
        priority=airing.priority,
        late_limit=TEXT_LATE_LIMIT if is_text else LATE_LIMIT,
        latest_at=airing.latest_at or airing.ends_at,
        order=airing.order,
        origin=airing.origin,
        on_loss=airing.on_loss,
        is_text=is_text,
        volume=airing.volume,
        authorised_by=airing.authorised_by,
        cause=airing.cause,
    )
