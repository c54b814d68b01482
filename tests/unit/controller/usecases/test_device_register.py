import threading
from datetime import timedelta

import pytest

from controller.domain.devices import Device, DeviceKind
from controller.domain.errors import (
    Code,
    DomainError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    ThrottledError,
    UnavailableError,
)
from controller.usecases import DeviceRegister
from controller.usecases.device_register import Enrolled
from tests.factories.controller import ControlRoom

HERE = "192.0.2.1"


def a_code(room: ControlRoom, name: str = "Cụm loa 1") -> str:
    return room.uses.devices.issue_code(
        room.operator(), kind=DeviceKind.SPEAKER, name=name, area_id=room.tree["A"].id
    ).code


def enrol(room: ControlRoom, code: str, *, address: str = HERE) -> Enrolled:
    return room.uses.devices.enrol(code=code, public_key="key", agent_version="1", address=address)


def test_a_claim_code_makes_one_device_with_a_login_of_its_own(room: ControlRoom) -> None:
    enrolled = enrol(room, a_code(room).lower().replace("-", " "))
    device = room.row(Device, enrolled.device.id)
    assert (device.name, device.kind, device.area_id) == ("Cụm loa 1", DeviceKind.SPEAKER, room.tree["A"].id)
    assert enrolled.station == "Phường A"
    assert room.broker.passwords == {device.id: enrolled.broker_password}
    assert device.next_push_at == room.clock.now(), "it gets a timetable, be it an empty one"


def refusal(room: ControlRoom, code: str, *, address: str = HERE) -> tuple[str, str, dict[str, str | int]]:
    with pytest.raises(InvalidError) as refused:
        enrol(room, code, address=address)
    return refused.value.code, refused.value.field, refused.value.params


def test_used_expired_and_made_up_codes_get_one_answer(room: ControlRoom) -> None:
    used, expired = a_code(room), a_code(room)
    enrol(room, used)
    room.clock.move(timedelta(hours=24))
    answers = [refusal(room, code) for code in (used, expired, "ABCD-EFGH-2345", "", "x" * 500, "\x00")]
    assert answers == [(Code.CLAIM_CODE_REFUSED, "code", {})] * 6
    assert room.count("devices") == 1


def test_a_code_works_until_the_last_second_of_its_day(room: ControlRoom) -> None:
    code = a_code(room)
    room.clock.move(timedelta(hours=23, minutes=59, seconds=59))
    assert enrol(room, code).device.id


def test_of_two_who_use_one_code_at_once_one_gets_the_device(room: ControlRoom) -> None:
    code, barrier = a_code(room), threading.Barrier(4)
    outcomes: list[str] = []

    def claim(number: int) -> None:
        barrier.wait()
        try:
            outcomes.append(enrol(room, code, address=f"192.0.2.{number}").device.id)
        except DomainError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert room.count("devices") == 1
    assert outcomes.count(Code.CLAIM_CODE_REFUSED) + outcomes.count(Code.STORAGE_BUSY) == 3
    assert len(room.broker.passwords) == 1


def test_ten_wrong_codes_close_an_address_and_no_other(room: ControlRoom) -> None:
    code = a_code(room)
    for number in range(10):
        refusal(room, f"WRNG-CODE-{number:04}")
    with pytest.raises(ThrottledError) as refused:
        enrol(room, code)
    assert refused.value.retry_after_s == 15 * 60
    with pytest.raises(ThrottledError):
        enrol(room, "WRNG-CODE-9999")
    assert enrol(room, code, address="192.0.2.2").device.id


def test_a_throttled_address_may_try_again_later(room: ControlRoom) -> None:
    for number in range(10):
        refusal(room, f"WRNG-CODE-{number:04}")
    room.clock.move(timedelta(minutes=15, seconds=1))
    assert enrol(room, a_code(room)).device.id


def test_a_claim_code_is_not_in_the_database(room: ControlRoom) -> None:
    code = a_code(room)
    room.database.close()
    kept = b"".join(path.read_bytes() for path in room.folder.glob("loa.db*"))
    assert code.encode() not in kept
    assert code.replace("-", "").encode() not in kept


def test_a_key_that_cannot_be_used_does_not_use_the_code_up(room: ControlRoom) -> None:
    def refuse(_key: str) -> None:
        raise InvalidError(Code.KEY_REFUSED, field="public_key")

    strict = DeviceRegister(
        unit=room.database.unit, clock=room.clock, broker=room.broker, news=room.news, check_key=refuse
    )
    code = a_code(room)
    with pytest.raises(InvalidError) as refused:
        strict.enrol(code=code, public_key="?", agent_version="1", address=HERE)
    assert refused.value.code is Code.KEY_REFUSED
    assert enrol(room, code).device.id


def test_a_full_disk_does_not_use_the_code_up(room: ControlRoom) -> None:
    code = a_code(room)
    room.broker.fill_the_disk()
    with pytest.raises(UnavailableError):
        enrol(room, code)
    assert room.count("devices") == 0
    room.broker.recover()
    assert enrol(room, code).device.id


def test_a_code_is_issued_by_an_operator_of_the_place(room: ControlRoom) -> None:
    def issue(who: str, area: str) -> None:
        actor = room.operator("A") if who == "operator" else room.editor("A")
        room.uses.devices.issue_code(actor, kind=DeviceKind.BOARD, name="Bảng", area_id=room.tree[area].id)

    issue("operator", "A1")
    with pytest.raises(NotPermittedError):
        issue("editor", "A")
    with pytest.raises(NotFoundError):
        issue("operator", "B")
    with pytest.raises(NotFoundError):
        issue("operator", "province")


def test_revoking_takes_the_login_and_keeps_the_log(room: ControlRoom) -> None:
    device = room.device()
    room.schedule()
    room.uses.devices.revoke(room.operator(), device.id)
    room.uses.devices.revoke(room.operator(), device.id)
    assert room.broker.passwords == {}
    assert room.uses.devices.listed(room.operator()) == []
    assert [one.device.id for one in room.uses.broadcasts.log(room.editor())] == [device.id]
    assert room.audited().count("revoke") == 1


def test_a_device_stays_in_when_its_login_could_not_be_taken(room: ControlRoom) -> None:
    device = room.device()
    room.broker.fill_the_disk()
    with pytest.raises(UnavailableError):
        room.uses.devices.revoke(room.operator(), device.id)
    assert room.reload(device).revoked_at is None
    room.broker.recover()
    room.uses.devices.revoke(room.operator(), device.id)
    assert room.reload(device).revoked_at is not None


def test_a_device_of_another_ward_does_not_exist(room: ControlRoom) -> None:
    device, stranger = room.device(area="A"), room.operator("B")
    for deed in (
        lambda: room.uses.devices.view(stranger, device.id),
        lambda: room.uses.devices.revoke(stranger, device.id),
        lambda: room.uses.devices.timetable(stranger, device.id, hours=1),
        lambda: room.uses.devices.timetable(None, "nobody", hours=1),
    ):
        with pytest.raises(NotFoundError):
            deed()
    assert room.uses.devices.listed(stranger) == []
    assert room.uses.devices.view(room.operator("province"), device.id).area.name == "Phường A"


def test_devices_are_listed_by_place_and_name(room: ControlRoom) -> None:
    for area, name in (("B", "a"), ("A1", "b"), ("A", "d"), ("A", "c")):
        room.device(area=area, name=name)
    names = [one.device.name for one in room.uses.devices.listed(room.operator("province"))]
    by_path = sorted(("A", "A1", "B"), key=lambda area: room.tree[area].path)
    wanted = {"A": ["c", "d"], "A1": ["b"], "B": ["a"]}
    assert names == [name for area in by_path for name in wanted[area]]
