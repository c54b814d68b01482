from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import Code, ConflictError, DomainError, NotFoundError, NotPermittedError
from controller.domain.notices import Notice, NoticeState
from controller.domain.people import Role
from tests.factories.controller import TEXT, ControlRoom


def test_what_was_written_is_kept_clean_and_nothing_else_happens(room: ControlRoom) -> None:
    notice = room.draft(title=" Họp \n tổ ", text="Dòng một\r\nDòng hai ")
    kept = room.row(Notice, notice.id)
    assert (kept.title, kept.text, kept.state, kept.version) == (
        "Họp tổ",
        "Dòng một\nDòng hai",
        NoticeState.DRAFT,
        1,
    )
    assert room.count("renderings") == 0


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        ("", TEXT, Code.NAME_EMPTY),
        ("T" * 201, TEXT, Code.NAME_TOO_LONG),
        ("Tin", "", Code.TEXT_EMPTY),
        ("Tin", "a" * 20_001, Code.TEXT_TOO_LONG),
        ("Tin", "a\x00b", Code.CONTROL_CHARACTERS),
    ],
)
def test_what_cannot_be_read_is_not_kept(room: ControlRoom, title: str, text: str, code: Code) -> None:
    with pytest.raises(DomainError) as refused:
        room.draft(title=title, text=text)
    assert refused.value.code is code
    notice = room.draft()
    with pytest.raises(DomainError):
        room.uses.notices.edit(room.editor(), notice.id, title=title, text=text, seen_version=1)
    assert room.row(Notice, notice.id).version == 1
    assert room.count("notices") == 1


def test_the_second_of_two_editors_is_told_who_saved_when_and_what(room: ControlRoom) -> None:
    notice, colleague = room.draft(), room.person("dong-nghiep", Role.EDITOR, "A")
    room.clock.move(timedelta(minutes=3))
    room.uses.notices.edit(
        room.editor(), notice.id, title="Một", text=f"{TEXT} Nhớ mang theo ghế.", seen_version=1
    )
    saved_at = room.clock.now()
    room.clock.move(timedelta(minutes=2))
    with pytest.raises(ConflictError) as refused:
        room.uses.notices.edit(colleague, notice.id, title="Hai", text="Hai", seen_version=1)
    assert refused.value.code is Code.EDITED_MEANWHILE
    told = refused.value.params
    assert (told["name"], told["at"]) == (room.editor().display_name, saved_at.isoformat())
    assert told["changes"] == "version 2\ntitle: Họp tổ dân phố → Một\n+ Nhớ mang theo ghế."
    assert room.row(Notice, notice.id).title == "Một"


def test_who_lags_several_versions_behind_is_told_of_all_of_them(room: ControlRoom) -> None:
    notice = room.draft()
    for number in (1, 2, 3):
        room.clock.move(timedelta(minutes=1))
        room.uses.notices.edit(
            room.editor(), notice.id, title=f"Bản {number}", text=TEXT, seen_version=number
        )
    with pytest.raises(ConflictError) as refused:
        room.uses.notices.edit(room.editor(), notice.id, title="Cũ", text=TEXT, seen_version=2)
    told = str(refused.value.params["changes"])
    assert "Bản 2" in told
    assert "Bản 3" in told
    assert "version 2" not in told, "that one was seen"


def test_nobody_approves_their_own_notice_whatever_roles_they_have(room: ControlRoom) -> None:
    both = room.also(room.editor(), Role.APPROVER, room.tree["A"])
    notice = room.submitted()
    room.make_sounds()
    with pytest.raises(NotPermittedError) as refused:
        room.uses.notices.approve(both, notice.id)
    assert refused.value.code is Code.OWN_NOTICE
    assert room.row(Notice, notice.id).state is NoticeState.SUBMITTED
    assert room.uses.notices.approve(room.approver(), notice.id).notice.decided_by == room.approver().user_id


def test_a_rejected_notice_comes_back_with_the_reason_and_may_be_mended(room: ControlRoom) -> None:
    notice = room.submitted()
    with pytest.raises(DomainError) as refused:
        room.uses.notices.reject(room.approver(), notice.id, reason=" \n ")
    assert refused.value.code is Code.REASON_EMPTY
    rejected = room.uses.notices.reject(room.approver(), notice.id, reason="Thiếu giờ").notice
    assert (rejected.state, rejected.reason) == (NoticeState.REJECTED, "Thiếu giờ")
    mended = room.uses.notices.edit(room.editor(), notice.id, title="Mới", text="Mới", seen_version=1).notice
    assert (mended.state, mended.version) == (NoticeState.DRAFT, 2)
    room.uses.notices.submit(room.editor(), notice.id)
    room.make_sounds()
    assert room.uses.notices.approve(room.approver(), notice.id).notice.state is NoticeState.APPROVED


def test_a_notice_that_waits_for_a_decision_cannot_be_changed(room: ControlRoom) -> None:
    notice = room.submitted()
    with pytest.raises(ConflictError) as refused:
        room.uses.notices.edit(room.editor(), notice.id, title="Mới", text="Mới", seen_version=1)
    assert refused.value.code is Code.NOT_EDITABLE
    recording = room.contents.new_file()
    with pytest.raises(ConflictError):
        room.uses.notices.attach(room.editor(), notice.id, recording)
    assert not recording.exists(), "an upload that is not taken leaves nothing"


def test_a_notice_of_another_ward_does_not_exist(room: ControlRoom, tmp_path: Path) -> None:
    notice, stranger = room.submitted(area="A"), room.also(room.editor("B"), Role.APPROVER, room.tree["B"])
    desk = room.uses.notices
    for deed in (
        lambda: desk.view(stranger, notice.id),
        lambda: desk.edit(stranger, notice.id, title="x", text="x", seen_version=1),
        lambda: desk.listen(stranger, notice.id),
        lambda: desk.submit(stranger, notice.id),
        lambda: desk.approve(stranger, notice.id),
        lambda: desk.reject(stranger, notice.id, reason="x"),
        lambda: desk.sound(stranger, notice.id),
        lambda: desk.attach(stranger, notice.id, tmp_path / "no file"),
        lambda: desk.write(stranger, area_id=room.tree["A"].id, title="x", text="x"),
    ):
        with pytest.raises(NotFoundError):
            deed()
    assert desk.listed(stranger) == []
    assert len(desk.listed(room.editor("province"))) == 1


def test_who_may_see_and_not_do_is_told_so(room: ControlRoom) -> None:
    notice, supervisor = room.submitted(), room.person("cap-tren", Role.SUPERVISOR, "province")
    assert room.uses.notices.view(supervisor, notice.id).notice.id == notice.id
    for deed in (room.uses.notices.submit, room.uses.notices.approve):
        with pytest.raises(NotPermittedError) as refused:
            deed(supervisor, notice.id)
        assert refused.value.code is Code.NOT_PERMITTED


def test_sound_is_asked_for_once_for_each_version(room: ControlRoom) -> None:
    notice = room.draft()
    for _ in range(3):
        room.uses.notices.listen(room.editor(), notice.id)
    room.uses.notices.submit(room.editor(), notice.id)
    assert room.count("renderings") == 1
    with pytest.raises(ConflictError) as refused:
        room.uses.notices.sound(room.editor(), notice.id)
    assert refused.value.code is Code.SOUND_NOT_READY


def test_a_new_version_does_not_sound_like_the_old_one(room: ControlRoom) -> None:
    notice = room.draft()
    room.uses.notices.listen(room.editor(), notice.id)
    room.uses.rendering.render_next()
    room.uses.notices.edit(room.editor(), notice.id, title="Mới", text="Chữ mới", seen_version=1)
    with pytest.raises(ConflictError):
        room.uses.notices.sound(room.editor(), notice.id)
    room.uses.notices.submit(room.editor(), notice.id)
    room.uses.rendering.render_next()
    assert room.studio.texts[-1] == "Chữ mới"
    assert room.uses.notices.view(room.editor(), notice.id).rendering is not None
