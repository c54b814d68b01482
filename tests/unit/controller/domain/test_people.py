from datetime import UTC, datetime, timedelta

import pytest

from controller.domain.errors import Code, InvalidError
from controller.domain.people import ALLOWS, Permission, Role, Session, check_password, check_username

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def a_session(ended_at: datetime | None = None) -> Session:
    return Session(
        token_hash="h",
        user_id="u",
        csrf_token="c",
        created_at=NOW,
        expires_at=NOW + timedelta(hours=12),
        ended_at=ended_at,
    )


def test_a_session_lives_until_it_ends_or_expires() -> None:
    assert a_session().is_live(NOW + timedelta(hours=11, minutes=59))
    assert not a_session().is_live(NOW + timedelta(hours=12))
    assert not a_session(ended_at=NOW).is_live(NOW)


@pytest.mark.parametrize("typed", ["bien-tap", " Bien-Tap ", "can.bo_1", "a23"])
def test_a_user_name_is_kept_in_small_letters(typed: str) -> None:
    assert check_username(typed) == typed.strip().lower()


@pytest.mark.parametrize("typed", ["", "ab", "-abc", "biên", "a b c", "abc\n\x00", "a" * 41, "../etc"])
def test_other_names_are_refused(typed: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check_username(typed)
    assert refused.value.code is Code.USERNAME_INVALID


def test_a_password_has_ten_characters_or_more() -> None:
    assert check_password("mười ký tự") == "mười ký tự"
    with pytest.raises(InvalidError) as refused:
        check_password("chín ký t")
    assert (refused.value.code, refused.value.params) == (Code.PASSWORD_TOO_SHORT, {"limit": 10})


def test_no_role_both_writes_and_approves() -> None:
    for role, permissions in ALLOWS.items():
        assert not {Permission.WRITE, Permission.APPROVE} <= permissions, role
        assert Permission.VIEW in permissions


def test_a_supervisor_only_looks() -> None:
    assert ALLOWS[Role.SUPERVISOR] == {Permission.VIEW}
