"""A notice whose words are changed while the approved ones are on air."""

from datetime import timedelta

import pytest

from controller.domain.airings import AiringState, Broadcast, BroadcastState
from controller.domain.errors import Code, ConflictError, DomainError, InvalidError, NotPermittedError
from controller.domain.notices import Notice, NoticeState
from controller.domain.people import Role
from controller.domain.second_approval import Need
from controller.usecases.in_force import approved_content
from controller.usecases.rights import Actor
from tests.factories.controller import TEXT, ControlRoom

LONGER = f"{TEXT} Đề nghị bà con đến đúng giờ và mang theo giấy mời."


def edited(
    room: ControlRoom, notice: Notice, *, text: str = LONGER, by: Actor | None = None, title: str = "Họp mới"
) -> Notice:
    """Change the words, and have them spoken, heard and submitted."""
    actor = by or room.editor()
    seen = room.row(Notice, notice.id).version
    room.uses.notices.edit(actor, notice.id, title=title, text=text, seen_version=seen)
    view = room.uses.notices.submit(room.editor(), notice.id)
    room.make_sounds()
    return view.notice


def approve(room: ControlRoom, notice: Notice) -> Notice:
    return room.uses.notices.approve(room.approver(), notice.id).notice


def in_force(room: ControlRoom, notice: Notice) -> tuple[int | None, str]:
    kept = room.row(Notice, notice.id)
    return kept.approved_version, kept.approved_text


# --- editing what is in force ------------------------------------------------------------------------


def test_an_edit_goes_back_to_review_while_the_approved_version_stays_in_force(room: ControlRoom) -> None:
    speaker, board = room.device(), room.board()
    notice = room.approved()
    room.schedule(notice)
    before = [
        (one.title, one.text, one.content_id) for one in (*room.airings_of(speaker), *room.airings_of(board))
    ]
    edited(room, notice)
    kept = room.row(Notice, notice.id)
    assert (kept.state, kept.version, kept.text) == (NoticeState.SUBMITTED, 2, LONGER)
    assert in_force(room, notice) == (1, TEXT)
    after = [
        (one.title, one.text, one.content_id) for one in (*room.airings_of(speaker), *room.airings_of(board))
    ]
    assert after == before


def test_what_is_scheduled_while_an_edit_waits_is_the_version_in_force(room: ControlRoom) -> None:
    board = room.board()
    notice = room.approved()
    edited(room, notice)
    view = room.schedule(notice)
    assert view.broadcast.notice_version == 1
    assert [one.text for one in room.airings_of(board)] == [TEXT]


def test_a_rejected_edit_leaves_the_old_version_in_force(room: ControlRoom) -> None:
    notice = room.approved()
    edited(room, notice)
    room.uses.notices.reject(room.approver(), notice.id, reason="Chưa rõ")
    assert room.row(Notice, notice.id).state is NoticeState.REJECTED
    assert in_force(room, notice) == (1, TEXT)


def test_an_approved_edit_changes_every_airing_that_has_not_begun(room: ControlRoom) -> None:
    speaker, board = room.device(), room.board()
    notice = room.approved()
    room.schedule(notice, in_s=600)
    old = room.airings_of(speaker)[0]
    pushed = room.reload(speaker).desired_revision
    approve(room, edited(room, notice))
    new, shown = room.airings_of(speaker)[0], room.airings_of(board)[0]
    with room.work() as work:
        content = approved_content(work, work.notices.get(notice.id))  # type: ignore[arg-type]
    assert (new.title, new.content_id) == ("Họp mới", content.id)
    assert new.content_id != old.content_id
    assert new.ends_at - new.planned_at > old.ends_at - old.planned_at
    assert (shown.title, shown.text) == ("Họp mới", LONGER)
    assert room.reload(speaker).desired_revision > pushed, "the device is told"


def test_what_is_on_air_goes_on_and_is_not_rewritten(room: ControlRoom) -> None:
    speaker = room.device()
    notice = room.approved()
    room.schedule(notice, in_s=60)
    (airing,) = room.airings_of(speaker)
    room.clock.move(timedelta(seconds=61))
    room.report(speaker, playing=(airing.id,))
    approve(room, edited(room, notice))
    (still,) = room.airings_of(speaker)
    assert (still.state, still.content_id) == (AiringState.PLAYING, airing.content_id)


def test_a_recording_of_an_approved_notice_is_another_version_too(room: ControlRoom) -> None:
    notice = room.approved()
    upload = room.contents.new_file()
    upload.write_bytes(b"RIFF")
    room.uses.notices.attach(room.editor(), notice.id, upload)
    assert room.row(Notice, notice.id).version == 2
    assert in_force(room, notice) == (1, TEXT)


def test_a_version_whose_sound_is_not_there_does_not_come_into_force(room: ControlRoom) -> None:
    notice = room.submitted()
    with pytest.raises(ConflictError) as refused:
        room.uses.notices.approve(room.approver(), notice.id)
    assert refused.value.code is Code.SOUND_NOT_READY
    assert room.row(Notice, notice.id).state is NoticeState.SUBMITTED
    room.make_sounds()
    room.uses.notices.approve(room.approver(), notice.id)

    room.uses.notices.edit(room.editor(), notice.id, title="Mới", text=LONGER, seen_version=1)
    room.uses.notices.submit(room.editor(), notice.id)
    room.studio.lose_the_voices()
    room.make_sounds()
    with pytest.raises(ConflictError) as refused:
        room.uses.notices.approve(room.approver(), notice.id)
    assert refused.value.code is Code.SOUND_NOT_READY
    assert in_force(room, notice) == (1, TEXT)


# --- whose item it is --------------------------------------------------------------------------------


def test_who_worked_on_the_words_does_not_approve_them(room: ControlRoom) -> None:
    both = room.also(room.person("hai-vai", Role.EDITOR, "A"), Role.APPROVER, room.tree["A"])
    notice = room.approved()
    edited(room, notice, by=both)
    with pytest.raises(NotPermittedError) as refused:
        room.uses.notices.approve(both, notice.id)
    assert refused.value.code is Code.OWN_NOTICE
    with pytest.raises(NotPermittedError):
        room.uses.notices.reject(both, notice.id, reason="x")
    assert room.uses.notices.waiting(both) == []
    approve(room, notice)
    edited(room, notice, text=f"{TEXT} Thêm.")
    room.uses.notices.approve(both, notice.id)
    assert room.row(Notice, notice.id).approved_by == both.user_id, "the next version is not theirs"


def test_a_colleagues_last_touch_does_not_make_it_somebody_elses(room: ControlRoom) -> None:
    both = room.also(room.person("hai-vai", Role.EDITOR, "A"), Role.APPROVER, room.tree["A"])
    notice = room.draft()
    room.uses.notices.edit(both, notice.id, title="Một", text=TEXT, seen_version=1)
    room.uses.notices.edit(room.editor(), notice.id, title="Hai", text=TEXT, seen_version=2)
    room.uses.notices.submit(room.editor(), notice.id)
    room.make_sounds()
    with pytest.raises(NotPermittedError):
        room.uses.notices.approve(both, notice.id)


# --- orders that needed a second approver ------------------------------------------------------------


def test_new_words_of_an_order_with_a_second_approval_need_another_one(room: ControlRoom) -> None:
    speaker = room.device()
    notice = room.approved()
    broadcast = room.schedule(notice).broadcast
    with room.work() as work:
        work.airings.broadcast(broadcast.id).needs = Need.OUT_OF_HOURS  # type: ignore[union-attr]
    approve(room, edited(room, notice))
    held = room.row(Broadcast, broadcast.id)
    assert (held.state, held.notice_version, held.version) == (BroadcastState.HELD, 2, broadcast.version + 1)
    assert held.needs == f"{Need.OUT_OF_HOURS},{Need.CHANGED}"
    assert {one.state for one in room.airings_of(speaker)} == {AiringState.WITHDRAWN}


# --- expiry ------------------------------------------------------------------------------------------


def expiring(room: ControlRoom, hours: float) -> Notice:
    expires_at = room.clock.now() + timedelta(hours=hours)
    view = room.uses.notices.write(
        room.editor(), area_id=room.tree["A"].id, title="Có hạn", text=TEXT, expires_at=expires_at
    )
    return room.uses.notices.submit(room.editor(), view.notice.id).notice


def test_an_expired_notice_is_off_the_air_and_off_the_lists(room: ControlRoom) -> None:
    board = room.board()
    notice = expiring(room, hours=2)
    room.make_sounds()
    approve(room, notice)
    room.schedule(notice, in_s=60, board_for_s=7_000)
    assert room.uses.expiry.lapse_due() == 0
    room.clock.move(timedelta(seconds=61))
    (airing,) = room.airings_of(board)
    room.report(board, playing=(airing.id,))
    room.clock.move(timedelta(hours=2))
    assert room.uses.expiry.lapse_due() == 1
    assert room.row(Notice, notice.id).state is NoticeState.EXPIRED
    assert not room.row(Notice, notice.id).is_in_force
    room.uses.timetables.push_due()
    assert room.downlink.timetables[board.id][1] == (), "what is on air is told to cease"
    assert room.uses.expiry.lapse_due() == 0
    with pytest.raises(ConflictError) as refused:
        room.schedule(notice)
    assert refused.value.code is Code.NOT_APPROVED


def test_nothing_of_a_notice_is_planned_beyond_its_expiry(room: ControlRoom) -> None:
    board = room.board()
    notice = expiring(room, hours=2)
    room.make_sounds()
    approve(room, notice)
    room.schedule(notice, in_s=60)
    (airing,) = room.airings_of(board)
    assert airing.ends_at == notice.expires_at


@pytest.mark.parametrize(
    ("days", "expires_in_h", "waits"), [(29, None, True), (31, None, False), (0, 2, False)]
)
def test_a_submission_that_nobody_decides_expires(
    room: ControlRoom, days: int, expires_in_h: float | None, waits: bool
) -> None:
    notice = room.submitted() if expires_in_h is None else expiring(room, expires_in_h)
    room.clock.move(timedelta(days=days, hours=3))
    room.uses.expiry.lapse_due()
    assert [one.id for one in room.uses.notices.waiting(room.approver())] == ([notice.id] if waits else [])
    state = room.row(Notice, notice.id).state
    assert state is (NoticeState.SUBMITTED if waits else NoticeState.EXPIRED)


def test_an_edit_that_expires_undecided_leaves_the_version_in_force(room: ControlRoom) -> None:
    notice = room.approved()
    edited(room, notice)
    room.clock.move(timedelta(days=31))
    room.uses.expiry.lapse_due()
    assert room.row(Notice, notice.id).state is NoticeState.EXPIRED
    assert in_force(room, notice) == (1, TEXT)
    again = room.uses.notices.edit(room.editor(), notice.id, title="Nữa", text=TEXT, seen_version=2).notice
    assert again.state is NoticeState.DRAFT


def test_a_longer_life_counts_only_once_it_is_approved(room: ControlRoom) -> None:
    notice = expiring(room, hours=2)
    room.make_sounds()
    approve(room, notice)
    later = room.clock.now() + timedelta(days=3)
    room.uses.notices.edit(
        room.editor(), notice.id, title="Dài hơn", text=TEXT, seen_version=1, expires_at=later
    )
    room.clock.move(timedelta(hours=2))
    room.uses.expiry.lapse_due()
    kept = room.row(Notice, notice.id)
    assert (kept.is_in_force, kept.state, kept.expires_at) == (False, NoticeState.DRAFT, later)


def test_an_expiry_that_is_past_or_absurd_is_refused_and_named(room: ControlRoom) -> None:
    now = room.clock.now()
    for expires_at, code in (
        (now, Code.EXPIRY_PASSED),
        (now + timedelta(days=40_000), Code.TIME_TOO_FAR),
        (now.replace(tzinfo=None), Code.TIME_ZONE_MISSING),
    ):
        with pytest.raises(InvalidError) as refused:
            room.uses.notices.write(
                room.editor(), area_id=room.tree["A"].id, title="x", text="x", expires_at=expires_at
            )
        assert (refused.value.code, refused.value.field) == (code, "expires_at")
    notice = expiring(room, hours=1)
    room.make_sounds()
    room.clock.move(timedelta(hours=1))
    with pytest.raises(DomainError) as late:
        approve(room, notice)
    assert late.value.code is Code.EXPIRY_PASSED


# --- withdrawing -------------------------------------------------------------------------------------


def test_withdrawing_takes_back_what_is_in_force_also_while_an_edit_is_a_draft(room: ControlRoom) -> None:
    speaker = room.device()
    notice = room.approved()
    room.schedule(notice)
    room.uses.notices.edit(room.editor(), notice.id, title="Nháp", text=LONGER, seen_version=1)
    room.uses.broadcasts.withdraw(room.approver(), notice.id, reason="Sai nội dung")
    assert not room.row(Notice, notice.id).is_in_force
    assert {one.state for one in room.airings_of(speaker)} == {AiringState.WITHDRAWN}


# --- lists -------------------------------------------------------------------------------------------


def test_what_waits_is_found_however_much_was_written_since(room: ControlRoom) -> None:
    oldest = room.submitted()
    for number in range(205):
        room.clock.move(timedelta(seconds=1))
        room.draft(title=f"Nháp {number}")
    assert oldest.id not in [view.notice.id for view in room.uses.notices.listed(room.approver())]
    assert [one.id for one in room.uses.notices.waiting(room.approver())] == [oldest.id]
    assert room.uses.notices.waiting(room.approver("B")) == []
    assert room.uses.notices.waiting(room.editor()) == []


def test_what_was_sent_back_is_found_by_its_author_alone(room: ControlRoom) -> None:
    notice = room.submitted()
    room.uses.notices.reject(room.approver(), notice.id, reason="Thiếu giờ")
    assert [one.id for one in room.uses.notices.sent_back(room.editor())] == [notice.id]
    assert room.uses.notices.sent_back(room.approver()) == []
