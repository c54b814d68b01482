import threading
from datetime import timedelta, timezone

from controller.domain.airings import TIMETABLE_WINDOW, AiringState
from controller.usecases import UseCases
from controller.usecases.timetables import station_name
from tests.factories.controller import ControlRoom

VIETNAM = timezone(timedelta(hours=7))


def test_a_plan_travels_until_the_device_says_that_it_holds_it(room: ControlRoom) -> None:
    device = room.device()
    view = room.schedule()
    assert room.uses.timetables.push_due() == 1
    revision, items = room.downlink.timetables[device.id]
    assert revision == room.reload(device).desired_revision
    assert [one.airing.id for one in items] == [view.airings[0].id]
    assert [one.content.id for one in items if one.content] == [view.broadcast.content_id]
    assert room.uses.timetables.push_due() == 0, "it was only just sent"
    room.clock.move(timedelta(seconds=4))
    assert room.uses.timetables.push_due() == 1, "and nobody confirmed it"
    room.report(device)
    room.clock.move(timedelta(hours=1))
    assert room.uses.timetables.push_due() == 0
    assert room.airings_of(device)[0].state is AiringState.PUSHED


def test_what_starts_after_the_window_has_no_airing_yet(room: ControlRoom) -> None:
    device = room.device()
    room.schedule(in_s=(TIMETABLE_WINDOW + timedelta(hours=2)).total_seconds())
    room.report(device)
    assert not room.airings_of(device)
    room.tick(timedelta(hours=3))
    room.report(device)
    assert room.airings_of(device)[0].state is AiringState.PUSHED


def test_the_wait_between_pushes_grows_and_is_not_the_same_for_all(room: ControlRoom) -> None:
    devices = [room.device(name=f"loa {number}") for number in range(20)]
    first_waits = []
    for attempt in range(6):
        now = room.clock.now()
        assert room.uses.timetables.push_due() == 20
        due = [room.reload(device).next_push_at for device in devices]
        waits = [(at - now).total_seconds() for at in due if at is not None]
        nominal = min(3 * 2**attempt, 120)
        assert all(0.75 * nominal <= wait <= 1.25 * nominal for wait in waits)
        first_waits.append(len(set(waits)))
        room.clock.move(timedelta(minutes=3))
    assert min(first_waits) > 10


def test_a_plan_that_cannot_be_handed_over_stays_due(room: ControlRoom) -> None:
    device = room.device()
    room.downlink.cut()
    assert room.uses.timetables.push_due() == 0
    assert room.reload(device).next_push_at is not None
    room.downlink.mend()
    room.report(device, revision=0)  # the broker is back, and so is the device
    assert room.uses.timetables.push_due() == 1


def test_two_pushers_on_one_database_send_once(room: ControlRoom) -> None:
    for number in range(8):
        room.device(name=f"loa {number}")
    patient = room.second_database(busy_timeout_s=10)
    pushers = [room.wire(patient.unit) for _ in range(2)]
    sent: list[int] = []
    barrier = threading.Barrier(2)

    def push(uses: UseCases) -> None:
        barrier.wait()
        sent.append(uses.timetables.push_due())

    threads = [threading.Thread(target=push, args=(uses,)) for uses in pushers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    patient.close()
    assert sum(sent) == 8
    assert len(room.downlink.timetables) == 8


def test_a_claim_counts_only_while_the_row_is_as_it_was_seen(room: ControlRoom) -> None:
    device, until = room.device(), room.clock.now() + timedelta(minutes=1)
    seen = room.reload(device)
    room.uses.timetables.push_due()
    with room.work() as work:
        assert not work.devices.claim_push(seen, until=until)
    assert room.reload(device).push_attempts == 1


def test_a_revoked_device_gets_no_timetable(room: ControlRoom) -> None:
    device = room.device()
    room.uses.devices.revoke(room.operator(), device.id)
    assert room.uses.timetables.push_due() == 0


def test_a_start_typed_in_another_zone_is_the_same_plan(room: ControlRoom) -> None:
    device, notice = room.device(), room.approved()
    start_at = (room.clock.now() + timedelta(hours=1)).astimezone(VIETNAM)
    room.uses.broadcasts.schedule(room.editor(), notice.id, area_id=room.tree["A"].id, start_at=start_at)
    revision = room.reload(device).desired_revision
    room.uses.timetables.renew_windows()
    assert room.reload(device).desired_revision == revision


def test_what_lies_beyond_the_window_comes_in_when_its_time_is_near(room: ControlRoom) -> None:
    device = room.device()
    revision = room.reload(device).desired_revision
    ahead = TIMETABLE_WINDOW + timedelta(hours=2)
    room.schedule(in_s=ahead.total_seconds())
    assert room.reload(device).desired_revision == revision
    room.tick(timedelta(hours=3))
    assert room.reload(device).desired_revision == revision + 1
    room.uses.timetables.push_due()
    assert len(room.downlink.timetables[device.id][1]) == 1


def test_what_has_just_ended_is_not_cut_out_and_what_is_long_over_is(room: ControlRoom) -> None:
    device = room.device()
    room.schedule(in_s=60)
    latest_at = room.airings_of(device)[0].latest_at
    assert latest_at is not None
    room.clock.set(latest_at + timedelta(minutes=9))
    room.uses.timetables.renew_windows()
    room.uses.timetables.push_due()
    assert len(room.downlink.timetables[device.id][1]) == 1
    room.clock.move(timedelta(minutes=2))
    room.uses.timetables.renew_windows()
    room.uses.timetables.push_due()
    assert room.downlink.timetables[device.id][1] == ()


def test_the_station_is_the_ward_even_for_a_device_of_a_hamlet(room: ControlRoom) -> None:
    names = {}
    for area in ("A1", "A", "province"):
        device = room.device(area=area)
        with room.work() as work:
            names[area] = station_name(work, device)
    assert names == {"A1": "Phường A", "A": "Phường A", "province": "Tỉnh Đông"}
