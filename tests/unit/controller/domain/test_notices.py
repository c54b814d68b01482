from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from controller.domain.errors import Code, ConflictError, DomainError, InvalidError, NotPermittedError
from controller.domain.notices import Notice, NoticeState

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def a_notice(state: NoticeState = NoticeState.DRAFT) -> Notice:
    notice = Notice(
        id="n",
        area_id="a",
        author_id="author",
        title="Tin",
        text="Nội dung",
        state=state,
        version=1,
        created_at=NOW,
        updated_at=NOW,
        writers="author",
    )
    if state is NoticeState.APPROVED:
        notice.approved_version, notice.approved_title, notice.approved_text = 1, "Tin", "Nội dung"
    return notice


def edit(notice: Notice, *, seen_version: int = 1, by: str = "author") -> None:
    notice.edit(by=by, title="Mới", text="Chữ mới", expires_at=None, seen_version=seen_version, now=LATER)


DEEDS: dict[str, Callable[[Notice], None]] = {
    "edit": edit,
    "record": lambda notice: notice.record(by="author", now=LATER),
    "submit": lambda notice: notice.submit(now=LATER),
    "approve": lambda notice: notice.approve(by="approver", now=LATER),
    "reject": lambda notice: notice.reject(by="approver", reason="thiếu giờ", now=LATER),
    "withdraw": lambda notice: notice.withdraw(by="approver", reason="sai giờ", now=LATER),
}
ALLOWED = {
    ("edit", NoticeState.DRAFT): NoticeState.DRAFT,
    ("edit", NoticeState.REJECTED): NoticeState.DRAFT,
    ("edit", NoticeState.APPROVED): NoticeState.DRAFT,
    ("edit", NoticeState.EXPIRED): NoticeState.DRAFT,
    ("record", NoticeState.DRAFT): NoticeState.DRAFT,
    ("record", NoticeState.REJECTED): NoticeState.DRAFT,
    ("record", NoticeState.APPROVED): NoticeState.DRAFT,
    ("record", NoticeState.EXPIRED): NoticeState.DRAFT,
    ("submit", NoticeState.DRAFT): NoticeState.SUBMITTED,
    ("submit", NoticeState.REJECTED): NoticeState.SUBMITTED,
    ("approve", NoticeState.SUBMITTED): NoticeState.APPROVED,
    ("reject", NoticeState.SUBMITTED): NoticeState.REJECTED,
    ("withdraw", NoticeState.SUBMITTED): NoticeState.WITHDRAWN,
    ("withdraw", NoticeState.APPROVED): NoticeState.WITHDRAWN,
}


def test_nobody_approves_a_version_that_they_have_not_seen() -> None:
    notice = a_notice(NoticeState.SUBMITTED)
    seen = notice.version
    notice.version += 1
    with pytest.raises(ConflictError) as refused:
        notice.approve(by="approver", now=LATER, seen_version=seen)
    assert refused.value.code is Code.EDITED_MEANWHILE
    assert notice.decided_at is None
    notice.approve(by="approver", now=LATER, seen_version=notice.version)
    assert notice.state is NoticeState.APPROVED


def test_another_sound_of_a_rejected_notice_is_another_version() -> None:
    draft, rejected = a_notice(NoticeState.DRAFT), a_notice(NoticeState.REJECTED)
    for notice in (draft, rejected):
        notice.record(by="author", now=LATER)
    assert (draft.version, rejected.version) == (1, 2)


@pytest.mark.parametrize("state", list(NoticeState))
@pytest.mark.parametrize("deed", DEEDS)
def test_a_notice_moves_only_along_the_lines_of_review(deed: str, state: NoticeState) -> None:
    notice = a_notice(state)
    if (deed, state) in ALLOWED:
        DEEDS[deed](notice)
        assert notice.state is ALLOWED[deed, state]
        assert notice.updated_at == LATER
    else:
        with pytest.raises(ConflictError):
            DEEDS[deed](notice)
        assert (notice.state, notice.updated_at, notice.version) == (state, NOW, 1)


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_nobody_approves_or_rejects_their_own_notice(decision: str) -> None:
    notice = a_notice(NoticeState.SUBMITTED)
    notice.author_id = "approver"
    with pytest.raises(NotPermittedError) as refused:
        DEEDS[decision](notice)
    assert refused.value.code is Code.OWN_NOTICE
    assert notice.state is NoticeState.SUBMITTED


def test_the_second_of_two_editors_does_not_overwrite_the_first() -> None:
    notice = a_notice()
    edit(notice)
    with pytest.raises(ConflictError) as refused:
        edit(notice, by="colleague")
    assert refused.value.code is Code.EDITED_MEANWHILE
    assert (notice.title, notice.version) == ("Mới", 2)


def test_a_rejection_needs_a_reason() -> None:
    notice = a_notice(NoticeState.SUBMITTED)
    with pytest.raises(InvalidError) as refused:
        notice.reject(by="approver", reason="", now=LATER)
    assert refused.value.code is Code.REASON_EMPTY
    assert notice.state is NoticeState.SUBMITTED


def test_an_unexpected_deed_names_what_is_wrong() -> None:
    with pytest.raises(DomainError) as refused:
        a_notice(NoticeState.APPROVED).submit(now=LATER)
    assert refused.value.code is Code.ALREADY_DECIDED
