"""Notices: one written text that becomes an announcement for loudspeakers and a bulletin for boards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from controller.domain.errors import Code, ConflictError, InvalidError, NotPermittedError


class NoticeState(StrEnum):
    """Bản nháp, chờ duyệt, đã duyệt, từ chối, thu hồi, hết hạn."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


UNDECIDED_AT_MOST = timedelta(days=30)
LATEST_EXPIRY = timedelta(days=1_830)
_EDITABLE = (NoticeState.DRAFT, NoticeState.REJECTED, NoticeState.APPROVED, NoticeState.EXPIRED)


@dataclass(eq=False, kw_only=True)
class Notice:
    """A notice and where its working version stands. `version` rises with every edit; a decision is about one version.

    The version in force is kept apart (`approved_...`): it goes on airing while an edit of it is under review.
    `writers` are the ids of all who worked on the working version, comma separated: it is their own item.
    `expires_at`: from then on the working version neither airs nor waits for anybody; the version in force ends
    with its own, `approved_expires_at`.
    """

    id: str
    area_id: str
    author_id: str
    title: str
    text: str
    state: NoticeState
    version: int
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str = ""
    writers: str = ""
    approved_version: int | None = None
    approved_title: str = ""
    approved_text: str = ""
    approved_by: str | None = None
    approved_writers: str = ""
    approved_expires_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_in_force(self) -> bool:
        """Tell whether a version of it may air: `approved_version`, whatever becomes of the working one."""
        return self.approved_version is not None and self.state is not NoticeState.WITHDRAWN

    @property
    def is_editable(self) -> bool:
        """Tell whether its words may be changed: not while somebody decides about them, nor once withdrawn."""
        return self.state in _EDITABLE

    @property
    def is_withdrawable(self) -> bool:
        """Tell whether there is something to take back."""
        return self.state is NoticeState.SUBMITTED or self.is_in_force

    def is_own_item(self, person: str) -> bool:
        """Tell whether the working version is this person's own: they began the notice or worked on the version."""
        return person == self.author_id or person in self.writers.split(",")

    def is_own_in_force(self, person: str) -> bool:
        """Tell whether the version in force is this person's own."""
        return person == self.author_id or person in self.approved_writers.split(",")

    def edit(
        self, *, by: str, title: str, text: str, expires_at: datetime | None, seen_version: int, now: datetime
    ) -> None:
        """Change the words in a working version, a draft; the version in force goes on airing.

        Raises ConflictError NOT_EDITABLE, or EDITED_MEANWHILE when somebody saved after `seen_version`.
        """
        self._check_editable()
        if seen_version != self.version:
            raise ConflictError(Code.EDITED_MEANWHILE, field="version")
        self.title, self.text, self.expires_at = title, text, expires_at
        self._begin_version(by)
        self.updated_at = now

    def record(self, *, by: str, now: datetime) -> None:
        """Take a recording as the sound; of what was decided before it makes a new version, a draft again."""
        self._check_editable()
        if self.state is not NoticeState.DRAFT:
            self._begin_version(by)
        else:
            self._add_writer(by)
        self.updated_at = now

    def submit(self, *, now: datetime) -> None:
        """Hand the present version to the approver."""
        if self.state not in (NoticeState.DRAFT, NoticeState.REJECTED):
            raise ConflictError(Code.ALREADY_DECIDED)
        self._check_not_expired(now)
        self.state = NoticeState.SUBMITTED
        self.submitted_at = self.updated_at = now

    def approve(self, *, by: str, now: datetime, seen_version: int | None = None) -> None:
        """Put the working version in force. Nobody approves their own, nor one that they have not seen.

        Raises ConflictError EDITED_MEANWHILE when it is not `seen_version`, if that is told.
        """
        self._check_decidable(by)
        if seen_version not in (None, self.version):
            raise ConflictError(Code.EDITED_MEANWHILE, field="version")
        self._check_not_expired(now)
        self._decide(NoticeState.APPROVED, by=by, reason="", now=now)
        self.approved_version, self.approved_by = self.version, by
        self.approved_title, self.approved_text = self.title, self.text
        self.approved_writers, self.approved_expires_at = self.writers, self.expires_at

    def reject(self, *, by: str, reason: str, now: datetime) -> None:
        """Send the working version back to its author, with the reason; a version in force stays in force."""
        self._check_decidable(by)
        if not reason:
            raise InvalidError(Code.REASON_EMPTY, field="reason")
        self._decide(NoticeState.REJECTED, by=by, reason=reason, now=now)

    def withdraw(self, *, by: str, reason: str, now: datetime) -> None:
        """Take back what is submitted or in force; it may never air again."""
        if not self.is_withdrawable:
            raise ConflictError(Code.NOTHING_TO_STOP)
        if not reason:
            raise InvalidError(Code.REASON_EMPTY, field="reason")
        self._decide(NoticeState.WITHDRAWN, by=by, reason=reason, now=now)

    def lapse(self, now: datetime) -> bool:
        """Let go of what has expired; tell whether the version in force did, so that its broadcasts end.

        A working version that nobody decides within UNDECIDED_AT_MOST expires too. It can be edited, and is then
        a draft again.
        """
        is_over = self.is_in_force and _is_past(self.approved_expires_at, now)
        if is_over:
            self.approved_version = None
        is_stale = self.submitted_at is not None and now >= self.submitted_at + UNDECIDED_AT_MOST
        was_waiting = self.state is NoticeState.SUBMITTED and (is_stale or _is_past(self.expires_at, now))
        if was_waiting or (is_over and self.state is NoticeState.APPROVED):
            self.state, self.updated_at = NoticeState.EXPIRED, now
        return is_over

    def _begin_version(self, by: str) -> None:
        if self.state is NoticeState.APPROVED:
            # Of what nobody approved, whoever wrote it has still written it.
            self.writers = ""
        self._add_writer(by)
        self.state = NoticeState.DRAFT
        self.version += 1

    def _add_writer(self, by: str) -> None:
        others = [one for one in self.writers.split(",") if one not in ("", by)]
        self.writers = ",".join([*others, by])

    def _check_editable(self) -> None:
        if not self.is_editable:
            raise ConflictError(Code.NOT_EDITABLE)

    def _check_not_expired(self, now: datetime) -> None:
        if _is_past(self.expires_at, now):
            raise InvalidError(Code.EXPIRY_PASSED, field="expires_at")

    def _check_decidable(self, by: str) -> None:
        if self.state is not NoticeState.SUBMITTED:
            raise ConflictError(Code.NOT_SUBMITTED)
        if self.is_own_item(by):
            raise NotPermittedError(Code.OWN_NOTICE)

    def _decide(self, state: NoticeState, *, by: str, reason: str, now: datetime) -> None:
        self.state = state
        self.decided_by, self.decided_at, self.reason = by, now, reason
        self.updated_at = now


def check_expiry(expires_at: datetime | None, now: datetime) -> None:
    """Raise TIME_ZONE_MISSING, EXPIRY_PASSED or TIME_TOO_FAR for an expiry that cannot be."""
    if expires_at is None:
        return
    if expires_at.tzinfo is None:
        raise InvalidError(Code.TIME_ZONE_MISSING, field="expires_at")
    if expires_at <= now:
        raise InvalidError(Code.EXPIRY_PASSED, field="expires_at")
    if expires_at > now + LATEST_EXPIRY:
        raise InvalidError(Code.TIME_TOO_FAR, field="expires_at", days=LATEST_EXPIRY.days)


def _is_past(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


class RenderingState(StrEnum):
    """Where the sound of one version of a notice stands."""

    QUEUED = "queued"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


@dataclass(eq=False, kw_only=True)
class Rendering:
    """The sound made, or to be made, from one version of a notice.

    `engine` names the voice that spoke it ("recording" for an upload); `fell_back` tells the editor, by error
    code, why a better voice did not.
    """

    id: str
    notice_id: str
    version: int
    state: RenderingState
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    upload_path: str = ""
    content_id: str | None = None
    duration_ms: int = 0
    engine: str = ""
    fell_back: str = ""
    error_code: str = ""
    finished_at: datetime | None = None

    def succeed(
        self, *, content_id: str, duration_ms: int, engine: str, fell_back: str, now: datetime
    ) -> None:
        """Note the finished sound."""
        self.state = RenderingState.READY
        self.content_id, self.duration_ms = content_id, duration_ms
        self.engine, self.fell_back, self.error_code = engine, fell_back, ""
        self.finished_at = now

    def fail(self, code: str, *, now: datetime, retry_in: timedelta | None) -> None:
        """Note a failure; with `retry_in` the row goes back to the queue."""
        self.error_code = code
        if retry_in is None:
            self.state, self.finished_at = RenderingState.FAILED, now
        else:
            self.state, self.due_at = RenderingState.QUEUED, now + retry_in


@dataclass(eq=False, kw_only=True)
class Content:
    """A file named by the SHA-256 of its bytes. `size` in bytes."""

    id: str
    size: int
    media_type: str
    duration_ms: int
    created_at: datetime
