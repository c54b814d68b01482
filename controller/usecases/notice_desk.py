"""Notices: writing, submitting, deciding, and the sound that goes with each version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.domain.areas import Area
from controller.domain.changes import changes
from controller.domain.errors import Code, ConflictError, NotFoundError, NotPermittedError
from controller.domain.ids import new_id
from controller.domain.notices import (
    Content,
    Notice,
    NoticeState,
    Rendering,
    RenderingState,
    check_expiry,
)
from controller.domain.people import Permission
from controller.domain.texts import MAX_REASON, MAX_TITLE, clean_line, clean_text
from controller.usecases.in_force import sound_of
from controller.usecases.meanwhile import told_who
from controller.usecases.ports import Clock, ContentStore, News, Unit, Work
from controller.usecases.rights import Actor, area_for, visible_areas
from controller.usecases.taking_effect import come_into_force
from controller.usecases.trail import note, on_behalf

LIST_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice with the sound of its present version (None while nobody has asked for it)."""

    notice: Notice
    rendering: Rendering | None


class NoticeDesk:
    """Use cases about notices."""

    def __init__(self, *, unit: Unit, clock: Clock, contents: ContentStore, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._contents = contents
        self._news = news

    def write(
        self, actor: Actor, *, area_id: str, title: str, text: str, expires_at: datetime | None = None
    ) -> NoticeView:
        """Keep a new draft. Raises InvalidError for empty, too long or unreadable text, or an expiry that is past."""
        now = self._clock.now()
        title, text = clean_line(title, field="title", limit=MAX_TITLE), clean_text(text)
        check_expiry(expires_at, now)
        with self._unit() as work:
            area_for(work, actor, area_id, Permission.WRITE)
            notice = Notice(
                id=new_id(now),
                area_id=area_id,
                author_id=actor.user_id,
                title=title,
                text=text,
                state=NoticeState.DRAFT,
                version=1,
                created_at=now,
                updated_at=now,
                writers=actor.user_id,
                expires_at=expires_at,
            )
            work.notices.add(notice)
            told = [("title", "", title), ("expires_at", None, expires_at)]
            detail = changes(version=1, fields=told, text=("", text))
            note(work, actor, "write", f"notice:{notice.id}", now=now, detail=detail)
        self._news.publish("notices")
        return NoticeView(notice=notice, rendering=None)

    def edit(
        self,
        actor: Actor,
        notice_id: str,
        *,
        title: str,
        text: str,
        seen_version: int,
        expires_at: datetime | None = None,
    ) -> NoticeView:
        """Change the working version; one in force goes on airing until this one is approved.

        Raises NOT_EDITABLE, or EDITED_MEANWHILE with who saved when and what they changed.
        """
        now = self._clock.now()
        title, text = clean_line(title, field="title", limit=MAX_TITLE), clean_text(text)
        check_expiry(expires_at, now)
        with self._unit() as work:
            notice = notice_for(work, actor, notice_id, Permission.WRITE)
            before = (notice.title, notice.text, notice.expires_at)
            try:
                notice.edit(
                    by=actor.user_id,
                    title=title,
                    text=text,
                    expires_at=expires_at,
                    seen_version=seen_version,
                    now=now,
                )
            except ConflictError as error:
                raise _told_who(work, error, notice, seen_version) from error
            told = [("title", before[0], title), ("expires_at", before[2], expires_at)]
            detail = changes(version=notice.version, fields=told, text=(before[1], text))
            note(work, actor, "edit", f"notice:{notice.id}", now=now, detail=detail)
        self._news.publish("notices")
        return NoticeView(notice=notice, rendering=None)

    def view(self, actor: Actor, notice_id: str) -> NoticeView:
        """Return one notice."""
        with self._unit() as work:
            return _view(work, notice_for(work, actor, notice_id, Permission.VIEW))

    def listed(self, actor: Actor) -> Sequence[NoticeView]:
        """Return the notices the actor may see, the latest changed first, at most LIST_LIMIT."""
        with self._unit() as work:
            area_ids = [area.id for area in visible_areas(work, actor, with_absent=True)]
            return [_view(work, notice) for notice in work.notices.in_areas(area_ids, limit=LIST_LIMIT)]

    def waiting(self, actor: Actor) -> Sequence[Notice]:
        """Return every notice that this person may decide now, the longest waiting first."""
        with self._unit() as work:
            areas = {area.id: area for area in visible_areas(work, actor, Permission.APPROVE)}
            return [
                notice
                for notice in work.review.submitted(areas)
                if not _is_own(actor, notice, areas[notice.area_id])
            ]

    def sent_back(self, actor: Actor) -> Sequence[Notice]:
        """Return what this person wrote and an approver rejected, the latest first."""
        with self._unit() as work:
            visible = {area.id for area in visible_areas(work, actor)}
            return [one for one in work.review.sent_back_to(actor.user_id) if one.area_id in visible]

    def listen(self, actor: Actor, notice_id: str) -> NoticeView:
        """Ask for the sound of the present version; asking again for a failed one tries again."""
        with self._unit() as work:
            notice = notice_for(work, actor, notice_id, Permission.VIEW)
            self._want_sound(work, notice)
            work.flush()
            return _view(work, notice)

    def submit(self, actor: Actor, notice_id: str) -> NoticeView:
        """Hand a notice to the approver, and have its sound made so that they can hear it."""
        now = self._clock.now()
        with self._unit() as work:
            notice = notice_for(work, actor, notice_id, Permission.WRITE)
            notice.submit(now=now)
            self._want_sound(work, notice)
            note(work, actor, "submit", f"notice:{notice.id}", now=now, detail=f"version {notice.version}")
            work.flush()
            view = _view(work, notice)
        self._news.publish("notices")
        return view

    def approve(self, actor: Actor, notice_id: str, *, seen_version: int | None = None) -> NoticeView:
        """Put the submitted version in force, for all broadcasts of the notice. Raises OWN_NOTICE for who wrote it.

        Raises SOUND_NOT_READY until its sound has been made: nobody can approve what nobody can have heard.
        Raises EDITED_MEANWHILE when another version than `seen_version` is submitted by now.
        """
        now = self._clock.now()
        with self._unit() as work:
            notice, whose = _decidable(work, actor, notice_id)
            try:
                notice.approve(by=actor.user_id, now=now, seen_version=seen_version)
            except ConflictError as error:
                raise _told_who(work, error, notice, seen_version or notice.version) from error
            sound_of(work, notice, notice.version)
            for held in come_into_force(work, notice, now):
                note(
                    work,
                    actor,
                    "hold",
                    f"broadcast:{held.id}",
                    now=now,
                    detail=f"version {held.version}: new words",
                )
            detail = f"version {notice.version}{whose}"
            note(work, actor, "approve", f"notice:{notice.id}", now=now, detail=detail)
            view = _view(work, notice)
        self._news.publish("notices")
        self._news.publish("airings")
        return view

    def reject(self, actor: Actor, notice_id: str, *, reason: str) -> NoticeView:
        """Send a notice back with a reason. Raises REASON_EMPTY."""
        now = self._clock.now()
        with self._unit() as work:
            notice, whose = _decidable(work, actor, notice_id)
            notice.reject(by=actor.user_id, reason=clean_reason(reason), now=now)
            detail = f"version {notice.version}: {notice.reason}{whose}"
            note(work, actor, "reject", f"notice:{notice.id}", now=now, detail=detail)
            view = _view(work, notice)
        self._news.publish("notices")
        return view

    def attach(self, actor: Actor, notice_id: str, upload: Path) -> NoticeView:
        """Use an uploaded recording as the sound of the present version; `upload` came from the content store.

        The file is taken over in every case: it is removed when the notice may not be changed.
        """
        now = self._clock.now()
        try:
            with self._unit() as work:
                notice = notice_for(work, actor, notice_id, Permission.WRITE)
                notice.record(by=actor.user_id, now=now)
                work.notices.add(_rendering(notice, new_id(now), upload_path=str(upload), now=now))
                detail = f"version {notice.version}\nrecording"
                note(work, actor, "attach", f"notice:{notice.id}", now=now, detail=detail)
                work.flush()
                return _view(work, notice)
        except BaseException:
            self._contents.drop_file(upload)
            raise

    def sound(self, actor: Actor, notice_id: str) -> tuple[Content, Path]:
        """Return the finished sound of the present version. Raises SOUND_NOT_READY."""
        with self._unit() as work:
            rendering = _view(work, notice_for(work, actor, notice_id, Permission.VIEW)).rendering
            if rendering is None or rendering.content_id is None:
                raise ConflictError(Code.SOUND_NOT_READY)
            content = work.notices.content(rendering.content_id)
            if content is None:
                raise NotFoundError
            return content, self._contents.path(content.id)

    def _want_sound(self, work: Work, notice: Notice) -> None:
        now = self._clock.now()
        latest = work.notices.rendering(notice.id, notice.version)
        if latest is None or latest.state is RenderingState.FAILED:
            upload_path = latest.upload_path if latest is not None else ""
            work.notices.add(_rendering(notice, new_id(now), upload_path=upload_path, now=now))


def clean_reason(reason: str) -> str:
    """Return a reason as it is kept; an empty one stays empty, for the domain to judge."""
    return clean_text(reason, field="reason", limit=MAX_REASON) if reason.strip() else ""


def notice_for(work: Work, actor: Actor, notice_id: str, permission: Permission) -> Notice:
    """Return a notice on whose area the actor has a permission; raise NotFoundError or NotPermittedError."""
    notice = work.notices.get(notice_id)
    if notice is None:
        raise NotFoundError
    area_for(work, actor, notice.area_id, permission)
    return notice


def _decidable(work: Work, actor: Actor, notice_id: str) -> tuple[Notice, str]:
    """Return a notice that the actor may decide, and for the trail on whose behalf.

    Who stands in for somebody may not decide what that person may not: their own item.
    """
    notice = notice_for(work, actor, notice_id, Permission.APPROVE)
    area = area_for(work, actor, notice.area_id, Permission.APPROVE)
    if notice.state is NoticeState.SUBMITTED and _is_own(actor, notice, area):
        raise NotPermittedError(Code.OWN_NOTICE)
    return notice, on_behalf(actor, area)


def _is_own(actor: Actor, notice: Notice, area: Area) -> bool:
    lender = actor.acts_for(area)
    return notice.is_own_item(actor.user_id) or (lender is not None and notice.is_own_item(lender.user_id))


def _told_who(work: Work, error: ConflictError, notice: Notice, seen_version: int) -> ConflictError:
    return told_who(work, error, f"notice:{notice.id}", versions=notice.version - seen_version)


def _view(work: Work, notice: Notice) -> NoticeView:
    return NoticeView(notice=notice, rendering=work.notices.rendering(notice.id, notice.version))


def _rendering(notice: Notice, rendering_id: str, *, upload_path: str, now: datetime) -> Rendering:
    return Rendering(
        id=rendering_id,
        notice_id=notice.id,
        version=notice.version,
        state=RenderingState.QUEUED,
        created_at=now,
        due_at=now,
        upload_path=upload_path,
    )
