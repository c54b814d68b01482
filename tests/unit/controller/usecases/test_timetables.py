import threading
from dataclasses import replace
from datetime import timedelta, timezone

from controller.domain.airings import TIMETABLE_WINDOW, AiringState
from controller.domain.devices import Neighbour
from controller.mqtt.wording import timetable_message
from controller.usecases import UseCases
from controller.usecases.ports import TimetableItem
from controller.usecases.timetables import as_occurrence, station_name
from device_agent.core.forecast import occurrence_of
from schedules import STANDARD
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


def test_the_guard_rails_of_its_area_travel_with_the_timetable_of_a_device(room: ControlRoom) -> None:
    device = room.device()
    room.uses.timetables.push_due()
    (rails,) = room.downlink.rails[device.id]
    assert (rails.guardrail, rails.zone, rails.has_neighbour) == (STANDARD, "Asia/Ho_Chi_Minh", False)


def test_a_change_of_the_guard_rails_is_a_new_revision(room: ControlRoom) -> None:
    device = room.device()
    before = room.reload(device).desired_revision
    with room.work() as work:
        found = work.devices.get(device.id)
        assert found is not None
        found.neighbour = Neighbour.SCHOOL
    room.uses.timetables.renew_windows()
    assert room.reload(device).desired_revision == before + 1
    room.uses.timetables.push_due()
    assert room.downlink.rails[device.id][0].has_neighbour
    room.clock.move(timedelta(days=3))
    room.uses.timetables.renew_windows()
    assert room.reload(device).desired_revision == before + 1, "a new day alone is no news"


def test_an_airing_and_the_item_that_a_device_is_sent_mean_the_same(room: ControlRoom) -> None:
    device, board = room.device(), room.board()
    room.schedule(in_s=600)
    for one in (device, board):
        (airing,) = room.airings_of(one)
        for latest_at in (airing.latest_at, None):
            airing.latest_at = latest_at
            with room.work() as work:
                content = work.notices.content(airing.content_id) if airing.content_id else None
            message = timetable_message(
                one, station="", items=[TimetableItem(airing=airing, content=content)], rails=()
            )
            own = occurrence_of(message.items[0])
            assert own is not None
            wanted = as_occurrence(airing)
            # How late a text may begin is not asked: it shows whenever nothing outranks it.
            assert replace(own, late_limit=wanted.late_limit) == wanted
            assert own.is_text or own.late_limit == wanted.late_limit
