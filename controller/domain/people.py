"""People, what they may do where, and how they prove who they are."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from controller.domain.errors import Code, InvalidError

MIN_PASSWORD = 10
SESSION_LIFETIME = timedelta(hours=12)
INVITATION_LIFETIME = timedelta(days=3)
MAX_FAILED_SIGN_INS = 5
THROTTLE_WINDOW = timedelta(minutes=15)


class Permission(StrEnum):
    """What a role allows on an area and everything below it."""

    VIEW = "view"
    WRITE = "write"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    OPERATE = "operate"
    ADMINISTER = "administer"


class Role(StrEnum):
    """Biên tập viên, người duyệt, người vận hành, quản trị, cấp trên giám sát."""

    EDITOR = "editor"
    APPROVER = "approver"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"


ALLOWS: dict[Role, frozenset[Permission]] = {
    Role.EDITOR: frozenset({Permission.VIEW, Permission.WRITE, Permission.SCHEDULE}),
    Role.APPROVER: frozenset({Permission.VIEW, Permission.APPROVE}),
    Role.OPERATOR: frozenset({Permission.VIEW, Permission.OPERATE}),
    Role.ADMINISTRATOR: frozenset({Permission.VIEW, Permission.OPERATE, Permission.ADMINISTER}),
    Role.SUPERVISOR: frozenset({Permission.VIEW}),
}


@dataclass(eq=False, kw_only=True)
class User:
    """A person. `password_hash` is empty until the invitation has been taken up."""

    id: str
    username: str
    display_name: str
    password_hash: str
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(eq=False, kw_only=True)
class Grant:
    """One role of one person on one area and everything below it."""

    id: str
    user_id: str
    area_id: str
    role: Role


@dataclass(eq=False, kw_only=True)
class Session:
    """A proof of sign-in; the token itself is never stored. `csrf_token` guards the forms of a browser session."""

    token_hash: str
    user_id: str
    csrf_token: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Tell whether the session still counts."""
        return self.ended_at is None and now < self.expires_at


@dataclass(eq=False, kw_only=True)
class Invitation:
    """A one-time right to set the password of an account."""

    token_hash: str
    user_id: str
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(eq=False, kw_only=True)
class FailedTry:
    """One refused sign-in or claim code, counted against `key` (a name or an address)."""

    id: str
    key: str
    at: datetime


def check_username(raw: str) -> str:
    """Return a user name in its stored form (lower case). Raises InvalidError USERNAME_INVALID."""
    username = raw.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{2,39}", username):
        raise InvalidError(Code.USERNAME_INVALID, field="username")
    return username


def check_password(password: str) -> str:
    """Raise InvalidError PASSWORD_TOO_SHORT when a password is shorter than MIN_PASSWORD characters."""
    if len(password) < MIN_PASSWORD:
        raise InvalidError(Code.PASSWORD_TOO_SHORT, field="password", limit=MIN_PASSWORD)
    return password[:1024]
