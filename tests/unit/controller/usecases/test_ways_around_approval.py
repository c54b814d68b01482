"""Ways onto the air without the approval that it takes, each of them closed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.domain.airings import AiringState, Broadcast, BroadcastState
from controller.domain.errors import Code, ConflictError, NotPermittedError
from controller.domain.notices import Notice
from controller.domain.people import Role
from controller.usecases.broadcast_desk import BroadcastView
from controller.usecases.planning import NEEDS_SECOND
from controller.usecases.rights import Actor
from tests.factories.controller import TEXT, ControlRoom

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(room: ControlRoom, hour: int, minute: int = 0) -> datetime:
    """Return a local time of tomorrow."""
    tomorrow = room.clock.now().astimezone(ZONE) + timedelta(days=1)
    return tomorrow.replace(hour=hour, minute=minute, second=0, microsecond=0)


def ordered(
    room: ControlRoom, notice: Notice, start_at: datetime, *, area: str = "A", by: Actor | None = None
) -> BroadcastView:
    return room.uses.broadcasts.schedule(
        by or room.editor(area), notice.id, area_id=room.tree[area].id, start_at=start_at
    )


def both(room: ControlRoom, username: str) -> Actor:
    """Return somebody who is editor and approver of commune A."""
    return room.also(room.person(username, Role.EDITOR, "A"), Role.APPROVER, room.tree["A"])


def rewrite(room: ControlRoom, notice: Notice, text: str) -> None:
    """Put new words of an approved notice in force."""
    room.uses.notices.edit(room.editor(), notice.id, title="Mới", text=text, seen_version=notice.version)
    room.uses.notices.submit(room.editor(), notice.id)
    room.make_sounds()
    room.uses.notices.approve(room.approver(), notice.id)


def test_what_a_hamlet_approved_needs_somebody_of_the_commune_to_air_in_all_of_it(room: ControlRoom) -> None:
    device, notice = room.device(), room.approved(area="A1")
    view = ordered(room, notice, at(room, 10))
    assert (view.broadcast.state, view.broadcast.needs) == (BroadcastState.HELD, "elsewhere")
    room.uses.review.approve_second(room.approver("A"), view.broadcast.id, reason="Cả phường cần biết")
    assert [one.state for one in room.airings_of(device)] == [AiringState.PLANNED]


def test_what_one_commune_approved_needs_an_approver_of_the_other_to_air_there(room: ControlRoom) -> None:
    room.device(area="B")
    editor = room.also(room.editor("A"), Role.EDITOR, room.tree["B"])
    view = ordered(room, room.approved(area="A"), at(room, 10), area="B", by=editor)
    assert (view.broadcast.needs, view.airings) == ("elsewhere", ())


def test_an_approver_of_both_places_is_enough_for_both(room: ControlRoom) -> None:
    room.device(area="B")
    editor = room.also(room.editor("A"), Role.EDITOR, room.tree["B"])
    notice = room.approved(area="A")
    room.also(room.approver("A"), Role.APPROVER, room.tree["B"])
    assert ordered(room, notice, at(room, 10), area="B", by=editor).broadcast.needs == ""


def test_new_words_that_sound_on_into_the_night_are_held_for_a_second_approver(room: ControlRoom) -> None:
    device, notice = room.device(), room.approved()
    view = ordered(room, notice, at(room, 20, 59))
    assert view.broadcast.needs == ""
    rewrite(room, notice, TEXT * 60)
    broadcast = room.row(Broadcast, view.broadcast.id)
    assert (broadcast.state, broadcast.needs) == (BroadcastState.HELD, "out_of_hours,changed")
    assert [one.state for one in room.airings_of(device)] == [AiringState.WITHDRAWN]


def test_new_words_that_are_as_good_as_the_old_ones_go_on_air_by_themselves(room: ControlRoom) -> None:
    device, notice = room.device(), room.approved()
    ordered(room, notice, at(room, 20, 30))
    rewrite(room, notice, "Lời mới.")
    assert [(one.state, one.title) for one in room.airings_of(device)] == [(AiringState.PLANNED, "Mới")]


def test_a_bulletin_of_the_night_does_not_sound_when_a_loudspeaker_comes_into_its_area(
    room: ControlRoom,
) -> None:
    board, notice = room.board(), room.approved()
    assert ordered(room, notice, at(room, 21, 30)).broadcast.needs == ""
    speaker = room.device()
    room.tick()
    assert [(one.state, one.reason) for one in room.airings_of(speaker)] == [
        (AiringState.WITHDRAWN, NEEDS_SECOND)
    ]
    assert [one.state for one in room.airings_of(board)] == [AiringState.PLANNED]


def test_a_loudspeaker_sounds_at_night_once_somebody_has_approved_that(room: ControlRoom) -> None:
    room.board()
    view = ordered(room, room.approved(), at(room, 21, 30))
    speaker = room.device()
    changed = room.uses.broadcasts.reschedule(room.editor(), view.broadcast.id, seen_version=1, volume=70)
    assert changed.broadcast.needs == "out_of_hours"
    second = room.person("nguoi-hai", Role.APPROVER, "A")
    room.uses.review.approve_second(second, view.broadcast.id, reason="Có bão")
    assert [one.state for one in room.airings_of(speaker)].count(AiringState.PLANNED) == 1


def test_who_changed_an_order_is_not_its_second_approver_whoever_changed_it_after(room: ControlRoom) -> None:
    room.device()
    view, person = ordered(room, room.approved(), at(room, 10)), both(room, "hai-vai")
    room.uses.broadcasts.reschedule(person, view.broadcast.id, seen_version=1, start_at=at(room, 21, 15))
    room.uses.broadcasts.reschedule(room.editor(), view.broadcast.id, seen_version=2, volume=90)
    with pytest.raises(NotPermittedError) as refused:
        room.uses.review.approve_second(person, view.broadcast.id, reason="Tôi đồng ý")
    assert refused.value.code is Code.SECOND_SAME_PERSON


def test_words_that_expired_undecided_are_still_of_who_wrote_them(room: ControlRoom) -> None:
    notice, writer = room.draft(), both(room, "nguoi-sua")
    room.uses.notices.edit(writer, notice.id, title="Sửa", text="Lời của tôi", seen_version=1)
    room.uses.notices.submit(room.editor(), notice.id)
    room.clock.move(timedelta(days=31))
    room.uses.expiry.lapse_due()
    room.uses.notices.edit(room.editor(), notice.id, title="Sửa.", text="Lời của tôi", seen_version=2)
    room.uses.notices.submit(room.editor(), notice.id)
    room.make_sounds()
    with pytest.raises(NotPermittedError) as refused:
        room.uses.notices.approve(writer, notice.id)
    assert refused.value.code is Code.OWN_NOTICE


def test_an_order_made_after_a_lock_out_of_what_that_account_approved_waits_too(room: ControlRoom) -> None:
    room.device()
    notice = room.approved()
    room.uses.accounts.lock_out(room.administrator(), room.approver().user_id, reason="Mất mật khẩu")
    assert ordered(room, notice, at(room, 10)).broadcast.needs == "locked_out"


def test_what_an_approver_approved_who_left_in_good_order_may_be_ordered(room: ControlRoom) -> None:
    room.device()
    notice = room.approved()
    room.uses.accounts.disable(room.administrator(), room.approver().user_id)
    assert ordered(room, notice, at(room, 10)).broadcast.needs == ""


def test_a_commune_does_not_speak_louder_with_the_voice_of_the_province(room: ControlRoom) -> None:
    room.device()
    notice = room.approved(area="province")
    sent = ordered(room, notice, at(room, 10), area="province")
    second = room.person("nguoi-hai-tinh", Role.APPROVER, "province")
    room.uses.review.approve_second(second, sent.broadcast.id, reason="Toàn tỉnh")
    item = room.uses.inbox.listed(room.editor())[0].item
    with pytest.raises(ConflictError) as refused:
        room.uses.inbox.take(room.editor(), item.id, start_at=at(room, 11), priority=150)
    assert (refused.value.code, refused.value.field) == (Code.INBOX_ANSWER_UNFIT, "priority")
    taken = room.uses.inbox.take(room.editor(), item.id, start_at=at(room, 11)).broadcast
    with pytest.raises(ConflictError) as refused:
        room.uses.broadcasts.reschedule(room.editor(), taken.id, seen_version=1, priority=150)
    assert refused.value.code is Code.INBOX_ANSWER_UNFIT


def test_a_stop_stands_in_the_trail_of_its_order(room: ControlRoom) -> None:
    room.device()
    view = room.schedule()
    room.uses.broadcasts.stop(room.editor(), view.broadcast.id, reason="Nhầm giờ")
    trail = room.uses.trail.of(room.editor(), f"broadcast:{view.broadcast.id}")
    assert [one.entry.action for one in trail] == ["stop", "schedule"]
