"""Somebody else has the password: what an administrator can do at once."""

from datetime import timedelta

import pytest

from controller.domain.airings import AiringState, Broadcast, BroadcastState
from controller.domain.devices import Device
from controller.domain.errors import (
    Code,
    DomainError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
)
from controller.domain.people import Role
from controller.domain.second_approval import Need
from controller.usecases.timetables import planned_airings
from controller.usecases.wishes import OrderWish
from tests.factories.controller import ControlRoom


@pytest.mark.scenario("S-029")
def test_a_lock_out_takes_what_was_ordered_off_the_air_and_leaves_the_rest(room: ControlRoom) -> None:
    speaker, board = room.device(), room.board()
    thief = room.editor()
    honest = room.person("nguoi-ngay", Role.EDITOR, "A")
    on_air = room.schedule(in_s=60, board_for_s=90_000).broadcast
    notice = room.uses.notices.write(honest, area_id=room.tree["A"].id, title="Khác", text="Xin mời.").notice
    room.uses.notices.submit(honest, notice.id)
    room.make_sounds()
    other = room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    room.uses.notices.approve(other, notice.id)
    theirs = room.uses.broadcasts.schedule(
        honest, notice.id, area_id=room.tree["A"].id, start_at=room.clock.now() + timedelta(hours=20)
    ).broadcast
    token = room.session_of(thief)
    room.clock.move(timedelta(seconds=61))
    playing = next(one for one in room.airings_of(board) if one.broadcast_id == on_air.id)
    room.report(board, playing=(playing.id,))
    assert on_the_timetable(room, board) == {on_air.id, theirs.id}

    held = room.uses.accounts.lock_out(room.administrator(), thief.user_id, reason="Mất mật khẩu")

    assert held == 1
    assert room.row(Broadcast, on_air.id).state is BroadcastState.HELD
    assert room.row(Broadcast, on_air.id).needs == Need.LOCKED_OUT
    assert room.row(Broadcast, theirs.id).state is BroadcastState.APPROVED
    for device in (speaker, board):
        assert room.reload(device).next_push_at == room.clock.now(), "silenced by the very next push"
        assert on_the_timetable(room, device) == {theirs.id}
    with pytest.raises(NotSignedInError):
        room.uses.sign_ins.visit(token, address="127.0.0.1")
    assert {"lock_out", "hold"} <= set(room.audited())


def on_the_timetable(room: ControlRoom, device: Device) -> set[str]:
    """Return the orders of which something is in a device's timetable."""
    with room.work() as work:
        return {one.broadcast_id for one in planned_airings(work, device.id, room.clock.now())}


def test_what_a_locked_out_approver_let_through_waits_for_somebody_else(room: ControlRoom) -> None:
    speaker = room.device()
    broadcast = room.schedule(in_s=3_600).broadcast
    room.uses.accounts.lock_out(room.administrator(), room.approver().user_id, reason="Máy bị lấy cắp")
    assert {one.state for one in room.airings_of(speaker)} == {AiringState.WITHDRAWN}
    second = room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    (view,) = room.uses.review.waiting(second)
    assert (view.broadcast.id, view.needs) == (broadcast.id, (Need.LOCKED_OUT,))
    room.uses.review.approve_second(second, broadcast.id, reason="Đã hỏi lại, đúng")
    assert AiringState.PLANNED in {one.state for one in room.airings_of(speaker)}


def test_what_is_over_is_left_as_it_was(room: ControlRoom) -> None:
    room.device()
    broadcast = room.schedule(in_s=60).broadcast
    room.uses.broadcasts.stop(room.editor(), broadcast.id)
    assert room.uses.accounts.lock_out(room.administrator(), room.editor().user_id, reason="x") == 0
    assert room.row(Broadcast, broadcast.id).state is BroadcastState.APPROVED


def test_a_lock_out_is_for_an_administrator_of_the_area_and_needs_a_reason(room: ControlRoom) -> None:
    user_id = room.editor().user_id
    for actor, error in (
        (room.administrator("B"), NotFoundError),
        (room.approver(), NotFoundError),
    ):
        with pytest.raises(error):
            room.uses.accounts.lock_out(actor, user_id, reason="x")
    with pytest.raises(InvalidError) as refused:
        room.uses.accounts.lock_out(room.administrator(), user_id, reason=" ")
    assert refused.value.code is Code.REASON_EMPTY
    wide = room.also(room.person("hai-noi", Role.EDITOR, "A"), Role.EDITOR, room.tree["B"])
    with pytest.raises(NotPermittedError):
        room.uses.accounts.lock_out(room.administrator(), wide.user_id, reason="x")


def test_what_was_lent_ends_with_the_account(room: ControlRoom) -> None:
    today = room.clock.now().date()
    room.uses.stand_ins.delegate(
        room.approver(),
        area_id=room.tree["A"].id,
        username=room.editor().username,
        starts_on=today,
        ends_on=today,
    )
    room.uses.accounts.lock_out(room.administrator(), room.approver().user_id, reason="x")
    assert room.uses.stand_ins.listed(room.administrator()) == []


@pytest.mark.scenario("S-029")
def test_a_stolen_password_alone_wakes_nobody(room: ControlRoom) -> None:
    speaker = room.device()
    notice, thief = room.approved(title="Còi báo động"), room.editor()
    night = room.clock.now().replace(hour=20, minute=15)  # 03:15 in Viet Nam
    wish: OrderWish = {"start_at": night, "priority": 250}
    with pytest.raises(DomainError) as refused:
        room.uses.broadcasts.schedule(thief, notice.id, area_id=room.tree["A"].id, **wish)
    assert (refused.value.code, refused.value.field) == (Code.CAUSE_EMPTY, "cause")
    wish["cause"] = "thử còi"
    siren = room.uses.broadcasts.schedule(thief, notice.id, area_id=room.tree["A"].id, **wish).broadcast
    assert (siren.state, siren.needs) == (
        BroadcastState.HELD,
        f"{Need.OUT_OF_HOURS},{Need.EMERGENCY}",
    )
    for helper in (thief, room.approver(), room.editor("province")):
        with pytest.raises((NotPermittedError, NotFoundError)):
            room.uses.review.approve_second(helper, siren.id, reason="x")
    assert room.airings_of(speaker) == []
    room.uses.accounts.lock_out(room.administrator(), thief.user_id, reason="Lộ mật khẩu")
    second = room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    room.uses.review.reject_second(second, siren.id, reason="Không ai lệnh còi này")
    assert room.airings_of(speaker) == []


def test_a_change_of_a_locked_out_order_by_an_innocent_does_not_set_it_free(room: ControlRoom) -> None:
    speaker = room.device()
    broadcast = room.schedule(in_s=3_600).broadcast
    room.uses.accounts.lock_out(room.administrator(), room.approver().user_id, reason="Lộ mật khẩu")
    colleague = room.person("dong-nghiep", Role.EDITOR, "A")
    kept = room.row(Broadcast, broadcast.id)
    room.uses.broadcasts.reschedule(
        colleague, kept.id, seen_version=kept.version, start_at=room.clock.now() + timedelta(hours=2)
    )
    kept = room.row(Broadcast, broadcast.id)
    assert (kept.state, kept.needs) == (BroadcastState.HELD, Need.LOCKED_OUT)
    assert {one.state for one in room.airings_of(speaker)} == {AiringState.WITHDRAWN}
