"""Notices: writing, hearing, submitting, deciding."""

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import FileResponse

from controller.web.api.schemas import NoticeBody, NoticeEditBody, NoticeOut, ReasonBody
from controller.web.uploads import take_in
from controller.web.visits import ApiActor, Uses

router = APIRouter(prefix="/notices", tags=["notices"])


@router.get("")
def list_notices(actor: ApiActor, uses: Uses) -> list[NoticeOut]:
    """List the notices you may see, the latest changed first."""
    return [NoticeOut.of(view) for view in uses.notices.listed(actor)]


@router.post("", status_code=201)
def write(body: NoticeBody, actor: ApiActor, uses: Uses) -> NoticeOut:
    """Keep a new draft."""
    view = uses.notices.write(
        actor, area_id=body.area_id, title=body.title, text=body.text, expires_at=body.expires_at
    )
    return NoticeOut.of(view)


@router.get("/{notice_id}")
def get_notice(notice_id: str, actor: ApiActor, uses: Uses) -> NoticeOut:
    """Get one notice with the state of its sound."""
    return NoticeOut.of(uses.notices.view(actor, notice_id))


@router.put("/{notice_id}")
def edit(notice_id: str, body: NoticeEditBody, actor: ApiActor, uses: Uses) -> NoticeOut:
    """Change the working version. What is in force goes on airing until this one is approved."""
    view = uses.notices.edit(
        actor,
        notice_id,
        title=body.title,
        text=body.text,
        seen_version=body.version,
        expires_at=body.expires_at,
    )
    return NoticeOut.of(view)


@router.post("/{notice_id}/listen", status_code=202)
def listen(notice_id: str, actor: ApiActor, uses: Uses) -> NoticeOut:
    """Ask for the sound of the present version; poll the notice until its sound is ready."""
    return NoticeOut.of(uses.notices.listen(actor, notice_id))


@router.get("/{notice_id}/sound")
def sound(notice_id: str, actor: ApiActor, uses: Uses) -> FileResponse:
    """Get the finished sound: exactly the bytes that loudspeakers play."""
    content, path = uses.notices.sound(actor, notice_id)
    return FileResponse(path, media_type=content.media_type, headers={"ETag": f'"{content.id}"'})


@router.put("/{notice_id}/recording", status_code=202)
def attach(notice_id: str, file: UploadFile, request: Request, actor: ApiActor, uses: Uses) -> NoticeOut:
    """Use a recording instead of a synthetic voice."""
    uses.notices.view(actor, notice_id)
    upload = take_in(file, request.app.state.parts.contents)
    return NoticeOut.of(uses.notices.attach(actor, notice_id, upload))


@router.post("/{notice_id}/submit")
def submit(notice_id: str, actor: ApiActor, uses: Uses) -> NoticeOut:
    """Hand a notice to the approver."""
    return NoticeOut.of(uses.notices.submit(actor, notice_id))


@router.post("/{notice_id}/approve")
def approve(notice_id: str, actor: ApiActor, uses: Uses, version: int | None = None) -> NoticeOut:
    """Put the submitted version in force; nobody approves their own. Say which one was read, to approve no other."""
    return NoticeOut.of(uses.notices.approve(actor, notice_id, seen_version=version))


@router.post("/{notice_id}/reject")
def reject(notice_id: str, body: ReasonBody, actor: ApiActor, uses: Uses) -> NoticeOut:
    """Send a submitted notice back with a reason."""
    return NoticeOut.of(uses.notices.reject(actor, notice_id, reason=body.reason))


@router.post("/{notice_id}/withdraw")
def withdraw(notice_id: str, body: ReasonBody, actor: ApiActor, uses: Uses) -> NoticeOut:
    """Take a notice back, with a reason, and stop it wherever it is on air."""
    uses.broadcasts.withdraw(actor, notice_id, reason=body.reason)
    return NoticeOut.of(uses.notices.view(actor, notice_id))
