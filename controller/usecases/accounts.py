"""Accounts: who has one, with which roles, and how they get in for the first time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from controller.domain.errors import (
    Code,
    ConflictError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
)
from controller.domain.ids import new_id, new_token, token_hash
from controller.domain.people import (
    INVITATION_LIFETIME,
    Grant,
    Invitation,
    Permission,
    Role,
    User,
    check_username,
)
from controller.domain.texts import MAX_REASON, clean_line, clean_text
from controller.usecases.lock_out import end_delegations_of, hold_orders_of
from controller.usecases.ports import Clock, News, Unit, Work
from controller.usecases.rights import Actor, area_for
from controller.usecases.trail import note, note_stranger


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account as an administrator sees it."""

    user: User
    grants: tuple[Grant, ...]


class Accounts:
    """Use cases about accounts."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def invite(
        self, actor: Actor, *, username: str, display_name: str, grants: Sequence[tuple[str, Role]]
    ) -> str:
        """Create an account with roles and return its one-time invitation token."""
        now = self._clock.now()
        username, display_name = check_username(username), clean_line(display_name, field="display_name")
        if not grants:
            raise InvalidError(Code.INPUT_INVALID, field="grants")
        with self._unit() as work:
            for area_id, _ in grants:
                area_for(work, actor, area_id, Permission.ADMINISTER)
            token = _create_account(work, username, display_name, grants, now)
            note(
                work,
                actor,
                "invite",
                f"user:{username}",
                now=now,
                detail=", ".join(f"{r}@{a}" for a, r in grants),
            )
            return token

    def create_administrator(self, username: str) -> str:
        """Create an administrator of the whole tree from the command line; return the invitation.

        An account that is there already is opened if it was closed, and invited again with the roles it has.
        """
        now = self._clock.now()
        username = check_username(username)
        with self._unit() as work:
            roots = [(area.id, Role.ADMINISTRATOR) for area in work.areas.all() if area.parent_id is None]
            note_stranger(work, "command line", "create_admin", f"user:{username}", address="", now=now)
            user = work.people.by_username(username)
            if user is None:
                return _create_account(work, username, username, roots, now)
            # Whoever may run this owns the machine; a closed account is theirs to open.
            user.disabled_at = None
            work.people.drop_invitations(user.id)
            return _new_invitation(work, user.id, now)

    def first_administrator(self, username: str = "admin") -> str | None:
        """Return an invitation for the first administrator, or None once somebody has set a password."""
        with self._unit() as work:
            if any(user.password_hash and user.disabled_at is None for user in work.people.all()):
                return None
        return self.create_administrator(username)

    def invite_again(self, actor: Actor, user_id: str) -> str:
        """Return a new invitation for somebody who lost theirs or forgot the password; older ones end."""
        now = self._clock.now()
        with self._unit() as work:
            user = _administered_user(work, actor, user_id)
            work.people.drop_invitations(user.id)
            note(work, actor, "invite_again", f"user:{user.username}", now=now)
            return _new_invitation(work, user.id, now)

    def disable(self, actor: Actor, user_id: str) -> None:
        """Close an account and its sessions; what it wrote and decided stays."""
        now = self._clock.now()
        with self._unit() as work:
            user = _administered_user(work, actor, user_id)
            user.disabled_at = now
            work.people.end_sessions(user_id, now)
            note(work, actor, "disable", f"user:{user.username}", now=now)

    def lock_out(self, actor: Actor, user_id: str, *, reason: str) -> int:
        """Close an account that somebody else may be using, and take its orders off the air; return how many.

        Whatever it ordered or approved and is not over is held for a second approver. Raises REASON_EMPTY.
        """
        now = self._clock.now()
        kept = clean_text(reason, field="reason", limit=MAX_REASON) if reason.strip() else ""
        if not kept:
            raise InvalidError(Code.REASON_EMPTY, field="reason")
        with self._unit() as work:
            user = _administered_user(work, actor, user_id)
            user.disabled_at = user.disabled_at or now
            work.people.end_sessions(user.id, now)
            work.people.drop_invitations(user.id)
            end_delegations_of(work, user.id, now)
            held = hold_orders_of(work, user.id, now)
            note(
                work, actor, "lock_out", f"user:{user.username}", now=now, detail=f"{kept}\nheld: {len(held)}"
            )
            for broadcast in held:
                detail = f"version {broadcast.version}: {user.username} was locked out\norder {broadcast.id}"
                for subject in (f"notice:{broadcast.notice_id}", f"broadcast:{broadcast.id}"):
                    note(work, actor, "hold", subject, now=now, detail=detail)
        self._news.publish("airings")
        self._news.publish("notices")
        return len(held)

    def people(self, actor: Actor) -> Sequence[Person]:
        """Return the accounts of which the actor administers at least one area."""
        with self._unit() as work:
            return _administered(work, actor)

    def names(self) -> dict[str, str]:
        """Return the display name of every account by id, for bylines."""
        with self._unit() as work:
            return {user.id: user.display_name for user in work.people.all()}


def _create_account(
    work: Work, username: str, display_name: str, grants: Sequence[tuple[str, Role]], now: datetime
) -> str:
    if work.people.by_username(username) is not None:
        raise ConflictError(Code.USERNAME_TAKEN, field="username")
    user = User(
        id=new_id(now), username=username, display_name=display_name, password_hash="", created_at=now
    )
    work.people.add(user)
    work.flush()
    for area_id, role in dict.fromkeys(grants):
        work.people.add(Grant(id=new_id(now), user_id=user.id, area_id=area_id, role=role))
    return _new_invitation(work, user.id, now)


def _new_invitation(work: Work, user_id: str, now: datetime) -> str:
    token = new_token()
    work.people.add(
        Invitation(token_hash=token_hash(token), user_id=user_id, expires_at=now + INVITATION_LIFETIME)
    )
    return token


def _administered(work: Work, actor: Actor) -> list[Person]:
    administered = _administered_areas(work, actor)
    people = [Person(user=user, grants=tuple(work.people.grants(user.id))) for user in work.people.all()]
    return [one for one in people if any(grant.area_id in administered for grant in one.grants)]


def _administered_areas(work: Work, actor: Actor) -> set[str]:
    return {area.id for area in work.areas.all(with_absent=True) if actor.may(Permission.ADMINISTER, area)}


def _administered_user(work: Work, actor: Actor, user_id: str) -> User:
    """Return an account whose every role is in the actor's areas: an invitation to it gives all of them."""
    person = next((one for one in _administered(work, actor) if one.user.id == user_id), None)
    if person is None:
        raise NotFoundError
    if not {grant.area_id for grant in person.grants} <= _administered_areas(work, actor):
        raise NotPermittedError(Code.NOT_PERMITTED)
    return person.user
