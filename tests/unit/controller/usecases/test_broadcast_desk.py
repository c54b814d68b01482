from datetime import UTC, datetime, timedelta, timezone

import pytest

from controller.domain.airings import AiringState
from controller.domain.errors import (
    Code,
    ConflictError,
    DomainError,
    NotFoundError,
    NotPermittedError,
)
from controller.domain.notices import NoticeState
from controller.domain.people import Role
from tests.factories.controller import ControlRoom, journal_line


def refusal(room: ControlRoom, start_at: datetime, board_until: datetime | None = None) -> DomainError:
    """Return why an otherwise good broadcast is refused."""
    room.device()
    notice = room.approved()
    with pytest.raises(DomainError) as refused:
        room.uses.broadcasts.schedule(
            room.editor(),
            notice.id,
            area_id=room.tree["A"].id,
            start_at=start_at,
            board_until=board_until,
        )
    assert (room.count("broadcasts"), room.count("airings")) == (0, 0)
    return refused.value


# --- scheduling ----------------------------------------------------------------------------------------


def test_every_device_of_the_area_and_below_gets_an_airing(room: ControlRoom) -> None:
    speaker, board, below = room.device(), room.board(), room.device(area="A1")
    room.device(area="B")
    view = room.schedule(room.approved(text="Đúng 7 giờ."))
    by_device = {one.device_id: one for one in view.airings}
    assert set(by_device) == {speaker.id, board.id, below.id}
    assert by_device[board.id].text == "Đúng 7 giờ."
    assert by_device[board.id].content_id is None
    assert by_device[speaker.id].content_id == view.broadcast.content_id
    assert by_device[speaker.id].text is None
    assert {one.state for one in view.airings} == {AiringState.PLANNED}


def test_a_revoked_device_gets_none(room: ControlRoom) -> None:
    kept, gone = room.device(name="còn"), room.device(name="mất")
    room.uses.devices.revoke(room.operator(), gone.id)
    assert [one.device_id for one in room.schedule().airings] == [kept.id]


def test_the_devices_become_due_for_a_new_timetable(room: ControlRoom) -> None:
    device = room.device()
    before = room.reload(device).desired_revision
    room.schedule()
    after = room.reload(device)
    assert (after.desired_revision, after.next_push_at) == (before + 1, room.clock.now())


@pytest.mark.parametrize("seconds", [-86_400, -1, 0, 1.9])
def test_a_time_in_the_past_or_too_close_is_refused(room: ControlRoom, seconds: float) -> None:
    error = refusal(room, room.clock.now() + timedelta(seconds=seconds))
    assert (error.code, error.field) == (Code.TIME_IN_THE_PAST, "start_at")


def test_the_past_is_judged_by_the_instant_and_not_by_the_hour_on_the_wall(room: ControlRoom) -> None:
    vietnam = timezone(timedelta(hours=7))
    later_on_the_wall = room.clock.now().astimezone(vietnam) - timedelta(minutes=1)
    assert refusal(room, later_on_the_wall).code is Code.TIME_IN_THE_PAST


def test_more_than_ninety_days_ahead_is_refused(room: ControlRoom) -> None:
    error = refusal(room, room.clock.now() + timedelta(days=90, seconds=1))
    assert (error.code, error.params) == (Code.TIME_TOO_FAR, {"days": 90})


@pytest.mark.parametrize("start_at", [datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_times_at_the_ends_of_the_calendar_are_refused_like_others(
    room: ControlRoom, start_at: datetime
) -> None:
    assert refusal(room, start_at).code in (Code.TIME_IN_THE_PAST, Code.TIME_TOO_FAR)


def test_a_time_without_a_zone_is_refused(room: ControlRoom) -> None:
    naive = (room.clock.now() + timedelta(hours=1)).replace(tzinfo=None)
    assert refusal(room, naive).code is Code.TIME_ZONE_MISSING
    aware = room.clock.now() + timedelta(hours=1)
    error = refusal(room, aware, board_until=naive + timedelta(hours=1))
    assert (error.code, error.field) == (Code.TIME_ZONE_MISSING, "board_until")


@pytest.mark.parametrize(
    ("hours", "code"), [(0, Code.NOT_A_TIME), (-1, Code.NOT_A_TIME), (31 * 24 + 1, Code.TIME_TOO_FAR)]
)
def test_a_board_shows_for_some_time_and_at_most_a_month(room: ControlRoom, hours: int, code: Code) -> None:
    start_at = room.clock.now() + timedelta(hours=1)
    error = refusal(room, start_at, board_until=start_at + timedelta(hours=hours))
    assert (error.code, error.field) == (code, "board_until")


def test_a_board_shows_a_bulletin_for_a_day_when_nobody_says_otherwise(room: ControlRoom) -> None:
    room.board()
    airing = room.schedule().airings[0]
    assert airing.ends_at - airing.planned_at == timedelta(hours=24)


def test_an_area_without_devices_is_refused_by_name(room: ControlRoom) -> None:
    with pytest.raises(ConflictError) as refused:
        room.schedule()
    assert (refused.value.code, refused.value.params) == (Code.NO_DEVICES, {"area": "Phường A"})


def test_a_notice_that_nobody_approved_never_gets_a_time(room: ControlRoom) -> None:
    room.device()
    for notice in (room.draft(), room.submitted()):
        with pytest.raises(ConflictError) as refused:
            room.schedule(notice)
        assert refused.value.code is Code.NOT_APPROVED


def test_a_taken_loudspeaker_is_refused_with_the_first_free_time(room: ControlRoom) -> None:
    room.device()
    first = room.schedule(in_s=600).airings[0]
    room.schedule(in_s=600 + 60)
    start_at = room.clock.now() + timedelta(seconds=601)
    with pytest.raises(ConflictError) as refused:
        room.uses.broadcasts.schedule(
            room.editor(), room.approved().id, area_id=room.tree["A"].id, start_at=start_at
        )
    assert (refused.value.code, refused.value.field) == (Code.TIME_OVERLAPS, "start_at")
    free_at = datetime.fromisoformat(str(refused.value.params["free_at"]))
    assert free_at == first.ends_at + timedelta(seconds=5)
    room.uses.broadcasts.schedule(
        room.editor(), room.approved().id, area_id=room.tree["A"].id, start_at=free_at
    )


def test_a_loudspeaker_taken_by_the_ward_is_taken_for_its_hamlet(room: ControlRoom) -> None:
    room.device(area="A1")
    room.schedule(area="A")
    with pytest.raises(ConflictError) as refused:
        room.uses.broadcasts.schedule(
            room.editor(),
            room.approved().id,
            area_id=room.tree["A1"].id,
            start_at=room.clock.now() + timedelta(seconds=600),
        )
    assert refused.value.code is Code.TIME_OVERLAPS


def test_what_was_stopped_takes_no_time(room: ControlRoom) -> None:
    room.device()
    view = room.schedule()
    room.uses.broadcasts.stop(room.editor(), view.broadcast.id)
    assert room.schedule().airings


# --- rights --------------------------------------------------------------------------------------------


def test_rights_reach_down_the_tree_and_nowhere_else(room: ControlRoom) -> None:
    room.device(area="A1")
    notice = room.approved()
    start_at = room.clock.now() + timedelta(hours=1)

    def schedule(who: str, area: str) -> None:
        room.uses.broadcasts.schedule(
            room.editor(who), notice.id, area_id=room.tree[area].id, start_at=start_at
        )

    with pytest.raises(NotFoundError):
        schedule("B", "A")  # neither the notice
    with pytest.raises(NotFoundError):
        schedule("A", "B")  # nor the place
    with pytest.raises(NotFoundError):
        schedule("A1", "A1")  # nor what lies above
    schedule("province", "A1")


def test_an_approver_does_not_schedule(room: ControlRoom) -> None:
    notice = room.approved()
    with pytest.raises(NotPermittedError):
        room.uses.broadcasts.schedule(
            room.approver(),
            notice.id,
            area_id=room.tree["A"].id,
            start_at=room.clock.now() + timedelta(hours=1),
        )


def test_the_broadcasts_of_a_notice_are_shown_as_far_as_one_may_see(room: ControlRoom) -> None:
    """The province may air a ward's notice next door; the ward does not see the neighbour's devices."""
    room.device(area="A")
    room.device(area="B")
    notice = room.approved(area="A")
    start_at = room.clock.now() + timedelta(hours=1)
    views = [
        room.uses.broadcasts.schedule(
            room.editor("province"), notice.id, area_id=room.tree[area].id, start_at=start_at
        )
        for area in ("A", "B")
    ]
    seen = room.uses.broadcasts.of_notice(room.editor("A"), notice.id)
    assert [one.broadcast.id for one in seen] == [views[0].broadcast.id]
    assert len(room.uses.broadcasts.of_notice(room.editor("province"), notice.id)) == 2
    with pytest.raises(NotFoundError):
        room.uses.broadcasts.view(room.editor("A"), views[1].broadcast.id)
    with pytest.raises(NotFoundError):
        room.uses.broadcasts.stop(room.editor("A"), views[1].broadcast.id)


def test_the_log_has_the_devices_that_one_may_see_revoked_ones_included(room: ControlRoom) -> None:
    ours, theirs = room.device(area="A"), room.device(area="B")
    room.schedule(area="A")
    room.schedule(area="B")
    room.uses.devices.revoke(room.operator(), ours.id)
    log = room.uses.broadcasts.log
    assert {one.device.id for one in log(room.editor("A"))} == {ours.id}
    assert log(room.editor("A"), device_id=theirs.id) == []
    assert {one.device.id for one in log(room.editor("province"))} == {ours.id, theirs.id}


# --- stopping and withdrawing --------------------------------------------------------------------------


def test_a_stop_calls_off_what_is_planned_and_takes_it_out_of_the_timetable(room: ControlRoom) -> None:
    device = room.device()
    view = room.schedule()
    revision = room.reload(device).desired_revision
    stopped = room.uses.broadcasts.stop(room.editor(), view.broadcast.id, reason="sai giờ")
    assert [one.state for one in stopped.airings] == [AiringState.WITHDRAWN]
    assert (stopped.broadcast.stop_reason, stopped.broadcast.stopped_at) == ("sai giờ", room.clock.now())
    assert room.reload(device).desired_revision == revision + 1
    assert room.uses.devices.timetable(None, device.id, hours=24) == []


def test_what_is_on_air_leaves_the_timetable_at_once_and_is_closed_by_the_devices_word(
    room: ControlRoom,
) -> None:
    device = room.device()
    view = room.schedule()
    room.report(device, playing=(view.airings[0].id,))
    room.uses.broadcasts.stop(room.editor(), view.broadcast.id)
    assert room.airings_of(device)[0].state is AiringState.PLAYING
    assert room.uses.devices.timetable(None, device.id, hours=24) == []
    line = journal_line(view.airings[0], result=AiringState.PREEMPTED, reason="withdrawn")
    room.uses.reports.take_journal(device.id, "j", [line])
    assert room.airings_of(device)[0].state is AiringState.PREEMPTED


def test_a_second_stop_is_refused(room: ControlRoom) -> None:
    room.device()
    view = room.schedule()
    room.uses.broadcasts.stop(room.editor(), view.broadcast.id)
    with pytest.raises(ConflictError) as refused:
        room.uses.broadcasts.stop(room.operator(), view.broadcast.id)
    assert refused.value.code is Code.NOTHING_TO_STOP


def test_what_is_over_cannot_be_stopped(room: ControlRoom) -> None:
    device = room.device()
    view = room.schedule()
    room.uses.reports.take_journal(device.id, "j", [journal_line(view.airings[0])])
    with pytest.raises(ConflictError) as refused:
        room.uses.broadcasts.stop(room.editor(), view.broadcast.id)
    assert refused.value.code is Code.NOTHING_TO_STOP
    assert room.airings_of(device)[0].state is AiringState.DONE


def test_an_operator_may_stop_and_a_supervisor_may_not(room: ControlRoom) -> None:
    room.device()
    view = room.schedule()
    with pytest.raises(NotPermittedError):
        room.uses.broadcasts.stop(room.person("cap-tren", Role.SUPERVISOR, "province"), view.broadcast.id)
    room.uses.broadcasts.stop(room.operator(), view.broadcast.id)


def test_withdrawing_a_notice_stops_every_broadcast_of_it(room: ControlRoom) -> None:
    device = room.device()
    notice = room.approved()
    room.schedule(notice, in_s=600)
    room.schedule(notice, in_s=1200)
    other = room.schedule(in_s=1800)
    withdrawn = room.uses.broadcasts.withdraw(room.approver(), notice.id, reason="sai nội dung")
    assert (withdrawn.state, withdrawn.reason) == (NoticeState.WITHDRAWN, "sai nội dung")
    left = room.uses.devices.timetable(None, device.id, hours=24)
    assert [one.broadcast_id for one in left] == [other.broadcast.id]
    with pytest.raises(ConflictError) as refused:
        room.schedule(notice, in_s=2400)
    assert refused.value.code is Code.NOT_APPROVED


def test_a_notice_is_withdrawn_by_its_author_or_an_approver_and_nobody_else(room: ControlRoom) -> None:
    colleague = room.person("dong-nghiep", Role.EDITOR, "A")
    notice = room.approved()
    with pytest.raises(NotPermittedError):
        room.uses.broadcasts.withdraw(colleague, notice.id, reason="sai")
    with pytest.raises(NotFoundError):
        room.uses.broadcasts.withdraw(room.approver("B"), notice.id, reason="sai")
    with pytest.raises(DomainError) as refused:
        room.uses.broadcasts.withdraw(room.editor(), notice.id, reason=" ")
    assert refused.value.code is Code.REASON_EMPTY
    room.uses.broadcasts.withdraw(room.editor(), notice.id, reason="sai")
    with pytest.raises(ConflictError):
        room.uses.broadcasts.withdraw(room.editor(), notice.id, reason="")


def test_who_did_what_is_in_the_trail(room: ControlRoom) -> None:
    room.device()
    notice = room.approved()
    room.schedule(notice)
    room.uses.broadcasts.withdraw(room.editor(), notice.id, reason="sai")
    with room.work() as work:
        entries = work.audit.of_subject(f"notice:{notice.id}")
    assert {one.action for one in entries} == {"write", "submit", "approve", "schedule", "withdraw", "stop"}
    assert {one.actor for one in entries} == {"bien-tap-a", "nguoi-duyet-a"}
