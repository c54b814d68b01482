"""Orders that wait for a second approver."""

from datetime import timedelta

import pytest

from controller.domain.airings import AiringState, Broadcast, BroadcastState
from controller.domain.devices import Device
from controller.domain.errors import (
    Code,
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
)
from controller.domain.people import Role
from controller.domain.second_approval import Need
from controller.usecases.rights import Actor
from controller.usecases.taking_effect import hold
from schedules import Band
from tests.factories.controller import ControlRoom


def held(room: ControlRoom, *, in_s: float = 3_600, need: Need = Need.OUT_OF_HOURS) -> Broadcast:
    """Return an order that has been held."""
    broadcast = room.schedule(in_s=in_s).broadcast
    with room.work() as work:
        row = work.airings.broadcast(broadcast.id)
        assert row is not None
        hold(work, row, need, room.clock.now())
    return room.row(Broadcast, broadcast.id)


def second(room: ControlRoom) -> Actor:
    return room.person("nguoi-duyet-hai", Role.APPROVER, "A")


def coming(room: ControlRoom, device: Device) -> list[AiringState]:
    return [one.state for one in room.airings_of(device) if one.state is not AiringState.WITHDRAWN]


def test_a_held_order_is_not_for_any_device_until_a_second_person_approves_it(room: ControlRoom) -> None:
    speaker = room.device()
    broadcast = held(room)
    assert coming(room, speaker) == []
    (view,) = room.uses.review.waiting(second(room))
    assert (view.broadcast.id, view.needs, view.area.id) == (
        broadcast.id,
        (Need.OUT_OF_HOURS,),
        room.tree["A"].id,
    )
    done = room.uses.review.approve_second(
        second(room), broadcast.id, reason="Mưa lớn trong đêm", seen_version=broadcast.version
    )
    assert done.broadcast.state is BroadcastState.APPROVED
    assert coming(room, speaker) == [AiringState.PLANNED]
    kept = room.row(Broadcast, broadcast.id)
    assert (kept.second_by, kept.second_at, kept.second_reason) == (
        second(room).user_id,
        room.clock.now(),
        "Mưa lớn trong đêm",
    )
    assert room.uses.review.waiting(second(room)) == []


def test_an_emergency_without_a_start_begins_when_the_second_person_approves_it(room: ControlRoom) -> None:
    speaker, notice = room.device(), room.approved()
    order = room.uses.broadcasts.schedule(
        room.editor(), notice.id, area_id=room.tree["A"].id, band=Band.EMERGENCY, cause="Vỡ đê"
    )
    assert (order.broadcast.state, coming(room, speaker)) == (BroadcastState.HELD, [])
    room.clock.move(timedelta(minutes=5))
    room.uses.review.approve_second(second(room), order.broadcast.id, reason="Nước đang lên")
    (airing,) = room.airings_of(speaker)
    assert airing.state is AiringState.PLANNED
    assert airing.planned_at - room.clock.now() <= timedelta(seconds=2)


def test_a_rejected_order_never_airs_and_keeps_the_reason(room: ControlRoom) -> None:
    speaker = room.device()
    broadcast = held(room)
    room.uses.review.reject_second(second(room), broadcast.id, reason="Đêm khuya")
    kept = room.row(Broadcast, broadcast.id)
    assert (kept.state, kept.second_reason) == (BroadcastState.REJECTED, "Đêm khuya")
    assert coming(room, speaker) == []
    with pytest.raises(ConflictError) as refused:
        room.uses.review.approve_second(second(room), broadcast.id, reason="x")
    assert refused.value.code is Code.NOT_HELD


@pytest.mark.parametrize("role", ["author", "first approver", "who ordered it"])
def test_the_second_person_is_somebody_else(room: ControlRoom, role: str) -> None:
    room.device()
    broadcast = held(room)
    author = room.also(room.editor(), Role.APPROVER, room.tree["A"])
    other = room.also(room.person("len-lich", Role.EDITOR, "A"), Role.APPROVER, room.tree["A"])
    if role == "who ordered it":
        with room.work() as work:
            work.airings.broadcast(broadcast.id).created_by = other.user_id  # type: ignore[union-attr]
    person = {"author": author, "first approver": room.approver(), "who ordered it": other}[role]
    assert room.uses.review.waiting(person) == []
    assert [one.broadcast.id for one in room.uses.review.held(person)] == [broadcast.id]
    for decide in (room.uses.review.approve_second, room.uses.review.reject_second):
        with pytest.raises(NotPermittedError) as refused:
            decide(person, broadcast.id, reason="x")
        assert refused.value.code is Code.SECOND_SAME_PERSON
    assert room.row(Broadcast, broadcast.id).state is BroadcastState.HELD


def test_the_second_person_needs_the_right_on_the_whole_area(room: ControlRoom) -> None:
    room.device()
    broadcast = held(room)
    below = room.person("duyet-to", Role.APPROVER, "A1")
    stranger, supervisor = room.approver("B"), room.person("cap-tren", Role.SUPERVISOR, "province")
    for person, error in ((below, NotFoundError), (stranger, NotFoundError), (supervisor, NotPermittedError)):
        assert room.uses.review.waiting(person) == []
        with pytest.raises(error):
            room.uses.review.approve_second(person, broadcast.id, reason="x")
    assert len(room.uses.review.held(supervisor)) == 1
    above = room.approver("province")
    assert [one.broadcast.id for one in room.uses.review.waiting(above)] == [broadcast.id]


def test_a_second_decision_needs_a_reason_and_the_order_as_it_was_seen(room: ControlRoom) -> None:
    room.device()
    broadcast = held(room)
    with pytest.raises(InvalidError) as refused:
        room.uses.review.approve_second(second(room), broadcast.id, reason=" \n")
    assert (refused.value.code, refused.value.field) == (Code.REASON_EMPTY, "reason")
    with pytest.raises(DomainError) as changed:
        room.uses.review.approve_second(
            second(room), broadcast.id, reason="x", seen_version=broadcast.version - 1
        )
    assert changed.value.code is Code.EDITED_MEANWHILE
    assert room.row(Broadcast, broadcast.id).second_by is None
    with pytest.raises(NotFoundError):
        room.uses.review.approve_second(second(room), "0" * 20, reason="x")


def test_a_start_that_passed_while_it_waited_is_not_caught_up(room: ControlRoom) -> None:
    speaker = room.device()
    broadcast = held(room, in_s=600)
    room.clock.move(timedelta(hours=1))
    done = room.uses.review.approve_second(second(room), broadcast.id, reason="Muộn")
    assert done.missed_start
    assert AiringState.PLANNED not in coming(room, speaker)


def test_an_order_whose_notice_was_withdrawn_waits_for_nobody(room: ControlRoom) -> None:
    room.device()
    broadcast = held(room)
    room.uses.broadcasts.withdraw(room.approver(), broadcast.notice_id, reason="Sai")
    assert room.uses.review.waiting(second(room)) == []
    with pytest.raises(ConflictError) as refused:
        room.uses.review.approve_second(second(room), broadcast.id, reason="x")
    assert refused.value.code is Code.NOT_HELD


def test_the_trail_says_who_decided_why_and_what_it_was_about(room: ControlRoom) -> None:
    room.device()
    broadcast = held(room)
    room.uses.review.approve_second(second(room), broadcast.id, reason="Bão gần bờ")
    trail = room.uses.trail.of(room.approver(), f"notice:{broadcast.notice_id}")
    line = next(one for one in trail if one.entry.action == "approve_second")
    assert (line.name, line.address) == (second(room).display_name, "127.0.0.1")
    assert broadcast.id in line.entry.detail
    assert "Bão gần bờ" in line.entry.detail


def test_an_order_that_nobody_decided_in_time_is_called_off_and_asks_nobody_any_more(
    room: ControlRoom,
) -> None:
    room.device()
    broadcast = held(room, in_s=600, need=Need.EMERGENCY)
    room.clock.move(timedelta(hours=24))
    assert room.uses.expiry.lapse_due() == 0
    room.clock.move(timedelta(minutes=10))
    assert room.uses.expiry.lapse_due() == 1
    assert room.uses.review.waiting(second(room)) == []
    with pytest.raises(ConflictError) as refused:
        room.uses.review.approve_second(second(room), broadcast.id, reason="muộn")
    assert refused.value.code is Code.NOT_HELD
    assert "expire" in room.audited()
