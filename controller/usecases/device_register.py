"""Devices: claim codes, enrolment, revocation, and what each one is planned to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.domain.airings import Airing
from controller.domain.areas import Area
from controller.domain.devices import CLAIM_CODE_LIFETIME, ClaimCode, Device, DeviceKind
from controller.domain.errors import Code, InvalidError, NotFoundError
from controller.domain.ids import device_id, new_claim_code, new_id, new_token, normal_claim_code, token_hash
from controller.domain.people import FailedTry, Permission
from controller.domain.texts import clean_line
from controller.usecases.planning import plan_devices
from controller.usecases.ports import BrokerAccess, BrokerAddress, Clock, News, Unit, Work
from controller.usecases.rights import Actor, area_for, visible_areas
from controller.usecases.sign_ins import check_tries
from controller.usecases.timetables import refresh_timetables, station_name
from controller.usecases.trail import note, note_stranger

MAX_CLAIM_TRIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCode:
    """A claim code in clear: shown once, stored as a hash."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What a new device must keep. `broker_password` is stored here only as a hash."""

    device: Device
    station: str
    broker: BrokerAddress
    broker_password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """A device with the name of its area."""

    device: Device
    area: Area


class DeviceRegister:
    """Use cases about devices as things that exist. `check_key` raises KEY_REFUSED for an unusable public key."""

    def __init__(
        self, *, unit: Unit, clock: Clock, broker: BrokerAccess, news: News, check_key: Callable[[str], None]
    ) -> None:
        self._unit = unit
        self._clock = clock
        self._broker = broker
        self._news = news
        self._check_key = check_key

    def issue_code(self, actor: Actor, *, kind: DeviceKind, name: str, area_id: str) -> IssuedCode:
        """Return a one-time claim code for a new device."""
        now = self._clock.now()
        name = clean_line(name, field="name")
        code = new_claim_code()
        with self._unit() as work:
            area_for(work, actor, area_id, Permission.OPERATE)
            claim = ClaimCode(
                code_hash=token_hash(code),
                kind=kind,
                name=name,
                area_id=area_id,
                created_by=actor.user_id,
                expires_at=now + CLAIM_CODE_LIFETIME,
            )
            work.devices.add(claim)
            note(work, actor, "issue_claim_code", f"area:{area_id}", now=now, detail=name)
        return IssuedCode(code=code, expires_at=claim.expires_at)

    def enrol(self, *, code: str, public_key: str, agent_version: str, address: str) -> Enrolled:
        """Turn a claim code into a device. Raises CLAIM_CODE_REFUSED, one answer for every reason, or THROTTLED."""
        now = self._clock.now()
        self._check_key(public_key)
        code_hash = token_hash(normal_claim_code(code))
        try:
            with self._unit() as work:
                check_tries(
                    work, f"claim:{address}", limit=MAX_CLAIM_TRIES, now=now, code=Code.SIGN_IN_THROTTLED
                )
                device = _new_device(
                    work, code_hash, public_key=public_key, agent_version=agent_version, now=now
                )
                note_stranger(work, device.id, "enrol", f"device:{device.id}", address=address, now=now)
                refresh_timetables(work, plan_devices(work, [device], now), now)
                station = station_name(work, device)
                # Inside the unit: when the broker's list cannot be written, the code stays unused.
                password = new_token()
                self._broker.grant(device.id, password)
        except InvalidError:
            self._note_failure(address, now)
            raise
        self._news.publish("devices")
        return Enrolled(device=device, station=station, broker=self._broker.address, broker_password=password)

    def revoke(self, actor: Actor, device_id: str) -> None:
        """Shut a device out for good; its log stays."""
        now = self._clock.now()
        with self._unit() as work:
            device = _device_for(work, actor, device_id, Permission.OPERATE)
            if device.revoked_at is None:
                device.revoked_at, device.next_push_at = now, None
                plan_devices(work, [device], now)
                note(work, actor, "revoke", f"device:{device.id}", now=now)
                self._broker.revoke(device.id)
        self._news.publish("devices")

    def listed(self, actor: Actor) -> Sequence[DeviceView]:
        """Return the devices the actor may see, by area and name."""
        with self._unit() as work:
            areas = {area.id: area for area in visible_areas(work, actor)}
            devices = work.devices.in_areas(areas)
            views = [DeviceView(device=device, area=areas[device.area_id]) for device in devices]
            return sorted(views, key=lambda view: (view.area.path, view.device.name))

    def view(self, actor: Actor, device_id: str) -> DeviceView:
        """Return one device."""
        with self._unit() as work:
            device = _device_for(work, actor, device_id, Permission.VIEW)
            area = work.areas.get(device.area_id)
            if area is None:
                raise NotFoundError
            return DeviceView(device=device, area=area)

    def timetable(self, actor: Actor | None, device_id: str, *, hours: int) -> Sequence[Airing]:
        """Return what a device is to air within the next hours; `actor` None is the machine's own command line."""
        now = self._clock.now()
        with self._unit() as work:
            device = work.devices.get(device_id) if actor is None else None
            if actor is not None:
                device = _device_for(work, actor, device_id, Permission.VIEW)
            if device is None:
                raise NotFoundError
            until = now + timedelta(hours=hours)
            return work.airings.for_timetable(device.id, ending_after=now, until=until)

    def _note_failure(self, address: str, now: datetime) -> None:
        with self._unit() as work:
            work.people.add(FailedTry(id=new_id(now), key=f"claim:{address}", at=now))
            note_stranger(work, "unknown device", "enrol_refused", "claim code", address=address, now=now)


def _new_device(work: Work, code_hash: str, *, public_key: str, agent_version: str, now: datetime) -> Device:
    claim = work.devices.claim_code(code_hash)
    area = work.areas.get(claim.area_id) if claim is not None else None
    if claim is None or area is None or not area.is_in_force:
        raise InvalidError(Code.CLAIM_CODE_REFUSED, field="code")
    device = Device(
        id=device_id(claim.name, now),
        kind=claim.kind,
        name=claim.name,
        area_id=claim.area_id,
        public_key=public_key,
        created_at=now,
        agent_version=agent_version[:40],
    )
    work.devices.add(device)
    work.flush()
    if not work.devices.take_claim_code(code_hash, device_id=device.id, now=now):
        raise InvalidError(Code.CLAIM_CODE_REFUSED, field="code")
    return device


def _device_for(work: Work, actor: Actor, device_id: str, permission: Permission) -> Device:
    device = work.devices.get(device_id)
    if device is None:
        raise NotFoundError
    area_for(work, actor, device.area_id, permission)
    return device
