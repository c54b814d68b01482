"""Notices: the list, the editor, the sound, the decision."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, File, Response, UploadFile
from fastapi.responses import FileResponse

from controller.domain.areas import Area
from controller.domain.errors import Code, DomainError, InvalidError
from controller.domain.people import Permission
from controller.domain.texts import MAX_TEXT, MAX_TITLE
from controller.web.console import notice_page
from controller.web.console.notice_page import NoticeWords
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt
from controller.web.console.review import typed_version
from controller.web.uploads import take_in

router = APIRouter(prefix="/notices")


@router.get("")
def listed(page: VisitorPage) -> Response:
    return page.render(
        "notices.html",
        views=page.uses.notices.listed(page.actor),
        areas={area.id: area for area in page.uses.areas.known(page.actor)},
        names=page.uses.accounts.names(),
        may_write=page.actor.may_somewhere(Permission.WRITE),
    )


@router.get("/new")
def new(page: VisitorPage) -> Response:
    return _new_page(page)


@router.post("/new")
def write(
    page: VisitorForm, words: Annotated[NoticeWords, Depends()], *, area_id: Typed = "", then: Typed = ""
) -> Response:
    try:
        expires_at = words.expires_at(notice_page.zone_at(page, area_id))
        view = page.uses.notices.write(
            page.actor, area_id=area_id, title=words.title, text=words.text, expires_at=expires_at
        )
        notice_page.go_on(page, view.notice.id, then)
    except DomainError as error:
        typed = {**asdict(words), "area_id": area_id}
        return _new_page(page, attempt(page, "notice", error, typed))
    return see_other(f"/notices/{view.notice.id}", part=_part(then), done=then or "keep")


@router.get("/{notice_id}")
def read(notice_id: str, page: VisitorPage, seen: str = "", done: str = "") -> Response:
    if "hx-request" not in page.request.headers:
        page.uses.reminders.see(page.actor, f"notice:{notice_id}")
    return notice_page.show(page, notice_id, seen=seen, done=done)


@router.post("/{notice_id}")
def edit(
    notice_id: str,
    page: VisitorForm,
    words: Annotated[NoticeWords, Depends()],
    *,
    version: Typed = "",
    then: Typed = "",
) -> Response:
    try:
        notice_page.keep(page, notice_id, words, version=version)
        notice_page.go_on(page, notice_id, then)
    except DomainError as error:
        return notice_page.show(page, notice_id, tried=notice_page.refused(page, error, words, version))
    return see_other(f"/notices/{notice_id}", part=_part(then), done=then or "keep")


@router.post("/{notice_id}/listen")
def listen(notice_id: str, page: VisitorForm) -> Response:
    page.uses.notices.listen(page.actor, notice_id)
    return see_other(f"/notices/{notice_id}", part="standing", done="listen")


@router.get("/{notice_id}/sound")
def sound(notice_id: str, page: VisitorPage) -> FileResponse:
    content, path = page.uses.notices.sound(page.actor, notice_id)
    return FileResponse(path, media_type=content.media_type, headers={"ETag": f'"{content.id}"'})


@router.post("/{notice_id}/recording")
def attach(notice_id: str, page: VisitorForm, file: Annotated[UploadFile | None, File()] = None) -> Response:
    try:
        page.uses.notices.view(page.actor, notice_id)
        if file is None:
            raise InvalidError(Code.NOT_SOUND, field="file")
        page.uses.notices.attach(page.actor, notice_id, take_in(file, page.parts.contents))
    except DomainError as error:
        return notice_page.show(page, notice_id, tried=attempt(page, "recording", error))
    return see_other(f"/notices/{notice_id}", part="standing", done="recording")


@router.post("/{notice_id}/submit")
def submit(notice_id: str, page: VisitorForm) -> Response:
    try:
        page.uses.notices.submit(page.actor, notice_id)
    except DomainError as error:
        return notice_page.show(page, notice_id, tried=attempt(page, "submit", error))
    return see_other(f"/notices/{notice_id}", done="submit")


@router.post("/{notice_id}/approve")
def approve(notice_id: str, page: VisitorForm, version: Typed = "") -> Response:
    try:
        page.uses.notices.approve(page.actor, notice_id, seen_version=typed_version(version))
    except DomainError as error:
        return notice_page.show(page, notice_id, tried=attempt(page, "approve", error))
    return see_other(f"/notices/{notice_id}", done="approve")


@router.post("/{notice_id}/reject")
def reject(notice_id: str, page: VisitorForm, reason: Typed = "") -> Response:
    try:
        page.uses.notices.reject(page.actor, notice_id, reason=reason)
    except DomainError as error:
        return notice_page.show(page, notice_id, tried=attempt(page, "reject", error, {"reason": reason}))
    return see_other(f"/notices/{notice_id}", done="reject")


def _part(then: str) -> str:
    """Return the part of the page to look at next: the sound, for those who want to hear it."""
    return "standing" if then == "listen" else ""


def _new_page(page: Page, tried: Attempt | None = None) -> Response:
    writable: list[Area] = list(page.uses.areas.visible(page.actor, Permission.WRITE))
    return page.render(
        "notice_new.html", attempt=tried, areas=writable, max_title=MAX_TITLE, max_text=MAX_TEXT
    )
