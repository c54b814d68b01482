"""From rules to airings: what is made when, once, and for whom."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest

from controller.domain.airings import TIMETABLE_WINDOW, Airing, AiringState, Broadcast
from controller.domain.devices import Device
from controller.usecases import UseCases, planning
from controller.usecases.broadcast_views import BroadcastView
from schedules import Daily, Once, Recurring, Weekday, Weekly
from tests.factories.controller import ControlRoom, journal_line

TODAY = date(2026, 11, 21)  # a Saturday; the room's clock stands at 16:30 in Viet Nam


def daily(*times: time, until: date | None = None) -> Recurring:
    return Recurring(pattern=Daily(), times=times or (time(17),), valid_from=TODAY, valid_until=until)


def ordered(
    room: ControlRoom, rule: object, *, area: str = "A", title: str = "Tin", **terms: object
) -> BroadcastView:
    """Return an order by a rule for a new notice, let through by a second approver when it needs one."""
    notice = room.approved(area=area, title=title)
    view = room.uses.broadcasts.schedule(
        room.editor(area),
        notice.id,
        area_id=room.tree[area].id,
        rule=rule,
        **terms,  # type: ignore[arg-type]
    )
    if view.broadcast.needs:
        second = room.approver("root")
        room.uses.review.approve_second(second, view.broadcast.id, reason="đã xem")
    return room.uses.broadcasts.view(room.editor(area), view.broadcast.id)


def starts(room: ControlRoom, device: Device) -> list[datetime]:
    return [one.planned_at for one in room.airings_of(device) if one.state is not AiringState.WITHDRAWN]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of November 2026 by the clock in Viet Nam."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


# --- making airings ------------------------------------------------------------------------------------


def test_every_start_of_the_next_seven_days_has_an_airing_on_every_device(room: ControlRoom) -> None:
    speaker, board = room.device(), room.board()
    view = ordered(room, daily(time(8), time(17)))
    expected = [at(21, 17), *(at(day, hour) for day in range(22, 28) for hour in (8, 17)), at(28, 8)]
    assert starts(room, speaker) == starts(room, board) == expected
    first = room.airings_of(speaker)[0]
    assert (first.key, first.day) == ("20261121T1700", TODAY)
    assert first.latest_at == first.ends_at + timedelta(seconds=view.broadcast.window_s)
    assert room.row(Broadcast, view.broadcast.id).planned_until == room.clock.now() + TIMETABLE_WINDOW


@pytest.mark.scenario("S-001")
def test_monday_half_past_five_is_sunday_half_past_ten_in_utc_once(room: ControlRoom) -> None:
    """The host and the database know UTC only: what is stored and sent is 22:30Z on Sunday, one airing a week."""
    device = room.device()
    rule = Recurring(pattern=Weekly(days=frozenset({Weekday.MONDAY})), times=(time(5, 30),), valid_from=TODAY)
    ordered(room, rule)
    for _ in range(24 * 14):
        room.tick(timedelta(hours=1))
    aired = room.airings_of(device)
    assert [one.planned_at for one in aired] == [
        datetime(2026, 11, 22, 22, 30, tzinfo=UTC) + timedelta(weeks=week) for week in range(3)
    ]
    assert [one.day for one in aired] == [date(2026, 11, 23) + timedelta(weeks=week) for week in range(3)]


@pytest.mark.scenario("S-019")
def test_the_schedule_runs_for_a_week_with_nobody_looking(room: ControlRoom) -> None:
    device = room.device()
    ordered(room, daily())
    for _ in range(8 * 24 * 4):
        room.tick(timedelta(minutes=15))
    now = room.clock.now()
    assert starts(room, device) == [at(21, 17) + timedelta(days=day) for day in range(15)]
    room.uses.timetables.push_due()
    _, items = room.downlink.timetables[device.id]
    ahead = [item.airing.planned_at for item in items if item.airing.planned_at > now]
    assert ahead == [at(29, 17) + timedelta(days=day) for day in range(7)], (
        "the device holds a week of its own"
    )


@pytest.mark.scenario("S-010")
def test_two_controllers_on_one_database_make_one_airing_of_each_occurrence(room: ControlRoom) -> None:
    devices = [room.device(name=f"loa {number}") for number in range(6)]
    ordered(room, daily(time(8), time(17)))
    databases = [room.second_database(busy_timeout_s=10) for _ in range(2)]
    rooms = [room.wire(database.unit) for database in databases]
    for _ in range(4):
        room.clock.move(timedelta(days=2))
        barrier = threading.Barrier(len(rooms))

        def plan_and_push(uses: UseCases, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            uses.planning.plan_ahead()
            uses.timetables.push_due()

        threads = [threading.Thread(target=plan_and_push, args=(uses,)) for uses in rooms]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for database in databases:
        database.close()
    for device in devices:
        found = room.airings_of(device)
        assert len(found) == len({one.planned_at for one in found}) == len({one.key for one in found})
        assert starts(room, device)[-1] == at(29, 17) + timedelta(days=7) - timedelta(hours=9)
        revision, items = room.downlink.timetables[device.id]
        assert revision == room.reload(device).desired_revision
        assert len({item.airing.id for item in items}) == len(items)


def test_the_same_rows_come_from_whoever_plans(room: ControlRoom) -> None:
    """Even two that do not see each other's rows make the same ones: the second changes nothing."""
    device = room.device()
    view = ordered(room, daily())
    before = {one.id for one in room.airings_of(device)}
    with room.work() as work:
        broadcast = work.airings.broadcast(view.broadcast.id)
        assert broadcast is not None
        broadcast.planned_until = None
        planning.plan_broadcast(work, broadcast, room.clock.now())
    assert {one.id for one in room.airings_of(device)} == before


@pytest.mark.scenario("S-008")
@pytest.mark.parametrize("away", [timedelta(seconds=3), timedelta(seconds=90), timedelta(days=9)])
def test_a_controller_that_was_busy_at_the_due_minute_skips_nothing_silently(
    room: ControlRoom, away: timedelta
) -> None:
    """What came into the window, what was to be sent and what passed meanwhile: every start has its row."""
    device = room.device()
    ordered(room, daily(*(time(hour) for hour in range(6, 20))))
    room.tick(at(22, 8) - timedelta(seconds=1) - room.clock.now())
    room.clock.move(away)  # no tick at all
    room.tick()
    expected = [
        at(21, 0) + timedelta(days=day, hours=hour)
        for day in range(30)
        for hour in range(6, 20)
        if at(21, 16, 30)
        <= at(21, 0) + timedelta(days=day, hours=hour)
        < room.clock.now() + timedelta(days=7)
    ]
    room.tick(timedelta(minutes=31))
    found = {one.planned_at: one for one in room.airings_of(device)}
    assert [one for one in expected if one not in found] == []
    passed = [one for one in found.values() if one.state is AiringState.MISSED]
    assert all(one.reason == "not_planned" for one in passed)
    assert bool(passed) is (away > TIMETABLE_WINDOW), "those that no device was ever told of are in the log"
    room.uses.timetables.push_due()
    assert room.downlink.timetables[device.id][0] == room.reload(device).desired_revision


def test_a_large_order_is_planned_in_parts(room: ControlRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = [room.device(name=f"loa {number}") for number in range(4)]
    monkeypatch.setattr(planning, "MOST_ROWS", 8)
    ordered(room, daily())
    assert room.count("airings") == 8
    room.tick()
    assert [len(room.airings_of(device)) for device in devices] == [7] * 4


def test_a_large_order_is_changed_in_parts(room: ControlRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = [room.device(name=f"loa {number}") for number in range(4)]
    view = ordered(room, daily(time(8), time(17)))
    monkeypatch.setattr(planning, "MOST_ROWS", 8)
    room.uses.broadcasts.reschedule(
        room.editor(), view.broadcast.id, seen_version=1, rule=daily(time(17), time(18)), volume=70
    )
    for device in devices:
        kept = [one for one in room.airings_of(device) if one.state is not AiringState.WITHDRAWN]
        assert {one.planned_at for one in kept} >= {at(day, 17) for day in range(21, 28)}, (
            "nothing is missing"
        )
    room.tick()
    for device in devices:
        kept = [one for one in room.airings_of(device) if one.state is AiringState.PLANNED]
        assert [one.planned_at for one in kept] == [
            at(day, hour) for day in range(21, 28) for hour in (17, 18)
        ]
        assert {one.volume for one in kept} == {70}


# --- for whom ------------------------------------------------------------------------------------------


def test_a_device_that_comes_later_gets_what_is_to_come(room: ControlRoom) -> None:
    room.device()
    ordered(room, daily())
    room.tick(timedelta(days=1))
    late = room.device(area="A1", name="đến sau")
    assert starts(room, late) == [at(22, 17) + timedelta(days=day) for day in range(7)]
    assert room.reload(late).desired_revision == 1
    elsewhere = room.device(area="B")
    assert not room.airings_of(elsewhere)


def test_a_revoked_device_keeps_no_plan(room: ControlRoom) -> None:
    device, other = room.device(name="đi"), room.device(name="ở")
    ordered(room, daily())
    room.uses.devices.revoke(room.operator(), device.id)
    assert not starts(room, device)
    room.tick(timedelta(days=3))
    assert not starts(room, device)
    assert len(starts(room, other)) == 10


def test_a_change_in_a_hamlet_touches_its_devices_alone(room: ControlRoom) -> None:
    inside, ward, other = room.device(area="A1"), room.device(area="A"), room.device(area="B")
    before = {one.id: room.reload(one).desired_revision for one in (ward, other)}
    notice = room.approved(area="A")
    room.uses.broadcasts.schedule(room.editor("A"), notice.id, area_id=room.tree["A1"].id, rule=daily())
    assert room.reload(inside).desired_revision == 2
    assert {one.id: room.reload(one).desired_revision for one in (ward, other)} == before


# --- changing ------------------------------------------------------------------------------------------


@pytest.mark.scenario("S-011")
@pytest.mark.parametrize("is_reported", [True, False])
def test_a_change_leaves_what_is_on_air_as_it_is(room: ControlRoom, is_reported: bool) -> None:
    """No gap and no restart: the airing keeps its id, its times and its words, and stays in the timetable.

    Also while the device has not yet said that it is on air.
    """
    speaker, board = room.device(), room.board()
    view = ordered(room, daily(), board_for_s=3_600)
    room.clock.set(at(21, 17) + timedelta(seconds=1))
    on_air = {one.id: room.airings_of(one)[0] for one in (speaker, board)}
    for device in (speaker, board):
        room.report(device, playing=(on_air[device.id].id,) if is_reported else ())
    room.uses.broadcasts.reschedule(
        room.editor(), view.broadcast.id, seen_version=1, rule=daily(time(17, 15)), volume=70
    )
    room.uses.timetables.push_due()
    for device in (speaker, board):
        first, *later = (one for one in room.airings_of(device) if one.state is not AiringState.WITHDRAWN)
        assert _told(first) == _told(on_air[device.id])
        assert first.state is (AiringState.PLAYING if is_reported else AiringState.PUSHED)
        assert [one.planned_at for one in later] == [at(21, 17, 15) + timedelta(days=day) for day in range(7)]
        assert {one.volume for one in later} == {70}
        items = room.downlink.timetables[device.id][1]
        assert first.id in {item.airing.id for item in items}


def _told(airing: Airing) -> tuple[object, ...]:
    return airing.id, airing.planned_at, airing.ends_at, airing.text, airing.content_id, airing.volume


def test_what_stays_is_changed_in_place_and_what_goes_is_called_off(room: ControlRoom) -> None:
    device = room.device()
    view = ordered(room, daily(time(8), time(17)))
    ids = {one.planned_at: one.id for one in room.airings_of(device)}
    room.uses.broadcasts.reschedule(
        room.editor(), view.broadcast.id, seen_version=1, rule=daily(time(17), time(18)), volume=80
    )
    found = room.airings_of(device)
    kept = [one for one in found if one.state is AiringState.PLANNED and one.planned_at in ids]
    assert kept
    assert all(one.id == ids[one.planned_at] and one.volume == 80 for one in kept)
    gone = [one for one in found if one.state is AiringState.WITHDRAWN]
    assert {one.reason for one in gone} == {"rescheduled"}
    assert [one.planned_at for one in gone] == [at(day, 8) for day in range(22, 29)]
    room.uses.broadcasts.reschedule(
        room.editor(), view.broadcast.id, seen_version=2, rule=daily(time(8), time(17))
    )
    again = [one for one in room.airings_of(device) if one.planned_at == at(22, 8)]
    assert {one.state for one in again} == {AiringState.WITHDRAWN, AiringState.PLANNED}
    assert len({one.id for one in again}) == 2, "a device begins nothing that it was told to forget"


def test_a_new_version_of_the_notice_comes_in_even_when_nobody_said_so(room: ControlRoom) -> None:
    board = room.board()
    view = ordered(room, daily())
    with room.work() as work:
        notice = work.notices.get(view.broadcast.notice_id)
        assert notice is not None
        notice.approved_text, notice.approved_version, notice.version = "Mới", 2, 2
        rendering = work.notices.rendering(notice.id, 1)
        assert rendering is not None
        rendering.version = 2
    room.tick()
    assert {one.text for one in room.airings_of(board)} == {"Mới"}
    assert room.row(Broadcast, view.broadcast.id).notice_version == 2


def test_a_bulletin_that_came_back_does_not_count_as_another_occurrence(room: ControlRoom) -> None:
    board = room.board()
    ordered(room, daily(), board_for_s=3_600)
    room.clock.set(at(21, 17, 10))
    first = room.airings_of(board)[0]
    line = journal_line(first, result=AiringState.FAILED, reason="renderer_lost", ended_at=room.clock.now())
    room.uses.reports.take_journal(board.id, "j", [line])
    rest = room.airings_of(board)[1]
    assert (rest.key, rest.planned_at, rest.day) == ("20261121T1700+1", at(21, 17, 10), TODAY)
    assert rest.ends_at == at(21, 18)


def test_a_start_by_the_clock_stays_with_the_rule_of_once(room: ControlRoom) -> None:
    device = room.device()
    ordered(room, Once(start_at=at(21, 18)))
    assert [(one.planned_at, one.day) for one in room.airings_of(device)] == [(at(21, 18), TODAY)]
