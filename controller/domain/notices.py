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


@dataclass(eq=False, kw_only=True)
class Notice:
    """A notice and where it stands in review. `version` rises with every edit; a decision is about one version.

    The version in force is kept apart (`approved_...`): it goes on airing while an edit of it is under review.
    `expires_at`: from then on it neither airs nor waits for anybody.
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
    approved_version: int | None = None
    approved_title: str = ""
    approved_text: str = ""
    approved_by: str | None = None
    expires_at: datetime | None = None
    reminders: int = 0
    next_reminder_at: datetime | None = None

    def edit(self, *, title: str, text: str, seen_version: int, now: datetime) -> None:
        """Change the words; a rejected notice becomes a draft again.

        Raises ConflictError NOT_EDITABLE, or EDITED_MEANWHILE when somebody saved after `seen_version`.
        """
        if self.state not in (NoticeState.DRAFT, NoticeState.REJECTED):
            raise ConflictError(Code.NOT_EDITABLE)
        if seen_version != self.version:
            raise ConflictError(Code.EDITED_MEANWHILE, field="version")
        self.title, self.text = title, text
        self.state = NoticeState.DRAFT
        self.version += 1
        self.updated_at = now

    def record(self, *, now: datetime) -> None:
        """Take a recording as the sound; of a rejected notice it makes a new version, a draft again."""
        if self.state not in (NoticeState.DRAFT, NoticeState.REJECTED):
            raise ConflictError(Code.NOT_EDITABLE)
        if self.state is NoticeState.REJECTED:
            self.state = NoticeState.DRAFT
            self.version += 1
        self.updated_at = now

    def submit(self, *, now: datetime) -> None:
        """Hand the present version to the approver."""
        if self.state not in (NoticeState.DRAFT, NoticeState.REJECTED):
            raise ConflictError(Code.ALREADY_DECIDED)
        self.state = NoticeState.SUBMITTED
        self.submitted_at = self.updated_at = now

    def approve(self, *, by: str, now: datetime, seen_version: int | None = None) -> None:
        """Allow the present version on air. Nobody approves their own notice, nor one that they have not seen.

        Raises ConflictError EDITED_MEANWHILE when it is not `seen_version`, if that is told.
        """
        self._check_decidable(by)
        if seen_version not in (None, self.version):
            raise ConflictError(Code.EDITED_MEANWHILE, field="version")
        self._decide(NoticeState.APPROVED, by=by, reason="", now=now)

    def reject(self, *, by: str, reason: str, now: datetime) -> None:
        """Send the notice back to its author, with the reason."""
        self._check_decidable(by)
        if not reason:
            raise InvalidError(Code.REASON_EMPTY, field="reason")
        self._decide(NoticeState.REJECTED, by=by, reason=reason, now=now)

    def withdraw(self, *, by: str, reason: str, now: datetime) -> None:
        """Take an approved or submitted notice back; it may never air again."""
        if self.state not in (NoticeState.APPROVED, NoticeState.SUBMITTED):
            raise ConflictError(Code.NOTHING_TO_STOP)
        self._decide(NoticeState.WITHDRAWN, by=by, reason=reason, now=now)

    def _check_decidable(self, by: str) -> None:
        if self.state is not NoticeState.SUBMITTED:
            raise ConflictError(Code.NOT_SUBMITTED)
        if by == self.author_id:
            raise NotPermittedError(Code.OWN_NOTICE)

    def _decide(self, state: NoticeState, *, by: str, reason: str, now: datetime) -> None:
        self.state = state
        self.decided_by, self.decided_at, self.reason = by, now, reason
        self.updated_at = now


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
