"""Signing in and out, and who is behind a request."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from controller.domain.errors import Code, InvalidError, NotPermittedError, NotSignedInError, ThrottledError
from controller.domain.ids import new_id, new_token, token_hash
from controller.domain.people import (
    MAX_FAILED_SIGN_INS,
    SESSION_LIFETIME,
    THROTTLE_WINDOW,
    FailedTry,
    Invitation,
    Role,
    Session,
    User,
    check_password,
)
from controller.usecases.ports import Clock, PasswordHasher, Unit, Work
from controller.usecases.rights import Actor
from controller.usecases.stand_ins import lent_to
from controller.usecases.trail import note, note_stranger

MOST_NOTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A fresh session. `token` is shown to the client once and stored only as a hash."""

    token: str
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request made within a live session."""

    actor: Actor
    csrf_token: str


class SignIns:
    """Use cases about sessions."""

    def __init__(self, *, unit: Unit, clock: Clock, hasher: PasswordHasher) -> None:
        self._unit = unit
        self._clock = clock
        self._hasher = hasher

    def sign_in(self, username: str, password: str, *, address: str) -> SignedIn:
        """Open a session. Raises SIGN_IN_REFUSED (one answer for every reason) or SIGN_IN_THROTTLED."""
        now = self._clock.now()
        name = username.strip().lower()[:40]
        # Counted as failed until it has succeeded: of a hundred tries at once, no more are looked at than one by one.
        tries = self._count_try(name, address, now)
        with self._unit() as work:
            user = work.people.by_username(name)
            password_hash = user.password_hash if user is not None and user.disabled_at is None else ""
        # Outside the unit of work: the hash is slow on purpose, and nobody should wait for the database meanwhile.
        matches = self._hasher.matches(password_hash, password[:1024])
        if user is None or not matches:
            with self._unit() as work:
                note_stranger(work, name, "sign_in_refused", f"user:{name}", address=address, now=now)
            raise NotSignedInError(Code.SIGN_IN_REFUSED)
        with self._unit() as work:
            work.people.forget_tries(tries)
            return _open_session(work, user.id, now, username=user.username, address=address)

    def sign_out(self, token: str, *, address: str) -> None:
        """End the session of this token; an unknown one is ignored."""
        now = self._clock.now()
        with self._unit() as work:
            session = work.people.session(token_hash(token))
            if session is not None and session.ended_at is None:
                session.ended_at = now
                note_stranger(work, session.user_id, "sign_out", session.user_id, address=address, now=now)

    def visit(self, token: str, *, address: str) -> Visit:
        """Return who is asking. Raises NotSignedInError when the session is unknown, over or its account closed."""
        now = self._clock.now()
        with self._unit() as work:
            session = work.people.session(token_hash(token)) if token else None
            user = work.people.get(session.user_id) if session is not None and session.is_live(now) else None
            if session is not None and user is not None and user.disabled_at is None:
                return Visit(actor=_actor(work, user, address, now), csrf_token=session.csrf_token)
            if session is not None:
                _note_stale(work, session, address=address, now=now)
        raise NotSignedInError(Code.NOT_SIGNED_IN)

    def check_form(self, visit: Visit, form_token: str, *, is_ours: bool, place: str) -> None:
        """Raise FORGED_FORM, and note it, unless a form carries the visit's own token and came from our pages."""
        if is_ours and hmac.compare_digest(form_token.encode(), visit.csrf_token.encode()):
            return
        now = self._clock.now()
        with self._unit() as work:
            note(
                work, visit.actor, "forged_form", f"user:{visit.actor.username}", now=now, detail=place[:200]
            )
        raise NotPermittedError(Code.FORGED_FORM)

    def redeem(self, token: str, password: str, *, address: str) -> SignedIn:
        """Set the password of an invited account and sign in. Raises INVITATION_REFUSED or PASSWORD_TOO_SHORT."""
        now = self._clock.now()
        check_password(password)
        with self._unit() as work:
            # First, so that a made-up token does not cost us the slow hash.
            _invited(work, token, now)
        password_hash = self._hasher.hash(password[:1024])
        with self._unit() as work:
            invitation, user = _invited(work, token, now)
            invitation.used_at = now
            user.password_hash = password_hash
            work.people.end_sessions(user.id, now)
            return _open_session(work, user.id, now, username=user.username, address=address)

    def forget_old(self) -> None:
        """Delete what no longer proves anything: ended sessions, stale invitations, old failed tries."""
        with self._unit() as work:
            work.people.forget(self._clock.now() - SESSION_LIFETIME)

    def _count_try(self, name: str, address: str, now: datetime) -> list[str]:
        """Count a try against its name and its address, and return the ids of the counts. Raises SIGN_IN_THROTTLED."""
        limits = {f"user:{name}": MAX_FAILED_SIGN_INS, f"address:{address}": MAX_FAILED_SIGN_INS * 4}
        try:
            with self._unit() as work:
                for key, limit in limits.items():
                    check_tries(work, key, limit=limit, now=now, code=Code.SIGN_IN_THROTTLED)
                return [_add_try(work, key, now) for key in limits]
        except ThrottledError:
            with self._unit() as work:
                _note_throttled(work, name, address=address, now=now)
            raise


def check_tries(work: Work, key: str, *, limit: int, now: datetime, code: Code) -> None:
    """Raise ThrottledError when `key` has failed `limit` times within THROTTLE_WINDOW."""
    tries = work.people.failed_tries(key, now - THROTTLE_WINDOW)
    if len(tries) >= limit:
        wait = tries[-limit] + THROTTLE_WINDOW - now
        raise ThrottledError(code, retry_after_s=max(1, round(wait.total_seconds())))


def _add_try(work: Work, key: str, now: datetime) -> str:
    failed = FailedTry(id=new_id(now), key=key, at=now)
    work.people.add(failed)
    return failed.id


def _note_throttled(work: Work, name: str, *, address: str, now: datetime) -> None:
    """Note a try that was not looked at, the first ones of an address: a stranger must not fill the trail."""
    key = f"throttled:{address}"
    if len(work.people.failed_tries(key, now - THROTTLE_WINDOW)) < MOST_NOTED:
        _add_try(work, key, now)
        note_stranger(work, name, "sign_in_throttled", f"user:{name}", address=address, now=now)


def _actor(work: Work, user: User, address: str, now: datetime) -> Actor:
    grants = [(work.areas.get(grant.area_id), grant.role) for grant in work.people.grants(user.id)]
    roles = tuple((area.path, role) for area, role in grants if area is not None)
    stands_in = lent_to(work, user.id, now)
    return Actor(
        user_id=user.id,
        username=user.username,
        display_name=user.display_name,
        roles=(*roles, *((one.path, Role.APPROVER) for one in stands_in)),
        address=address,
        stands_in=stands_in,
    )


def _invited(work: Work, token: str, now: datetime) -> tuple[Invitation, User]:
    invitation = work.people.invitation(token_hash(token))
    if invitation is None or invitation.used_at is not None or invitation.expires_at <= now:
        raise InvalidError(Code.INVITATION_REFUSED)
    user = work.people.get(invitation.user_id)
    if user is None or user.disabled_at is not None:
        raise InvalidError(Code.INVITATION_REFUSED)
    return invitation, user


def _note_stale(work: Work, session: Session, *, address: str, now: datetime) -> None:
    """Note a token that no longer counts, once a session and address: an open page asks again and again."""
    subject = f"session:{session.token_hash[:12]}"
    if any(entry.address == address[:80] for entry in work.audit.of_subject(subject)):
        return
    detail = f"user {session.user_id}: {'signed out' if session.ended_at else 'expired or closed'}"
    note_stranger(work, session.user_id, "session_refused", subject, address=address, now=now, detail=detail)


def _open_session(work: Work, user_id: str, now: datetime, *, username: str, address: str) -> SignedIn:
    token, csrf_token = new_token(), new_token()
    session = Session(
        token_hash=token_hash(token),
        user_id=user_id,
        csrf_token=csrf_token,
        created_at=now,
        expires_at=now + SESSION_LIFETIME,
    )
    work.people.add(session)
    note_stranger(work, username, "sign_in", f"user:{username}", address=address, now=now)
    return SignedIn(token=token, csrf_token=csrf_token, expires_at=session.expires_at)
