"""The version of a notice that is in force: what every broadcast of it airs."""

from controller.domain.errors import Code, ConflictError
from controller.domain.notices import Content, Notice, RenderingState
from controller.usecases.ports import Work


def approved_content(work: Work, notice: Notice) -> Content:
    """Return the sound of the version in force. Raises ConflictError NOT_APPROVED or SOUND_NOT_READY.

    Its words are `notice.approved_title` and `notice.approved_text`; nothing of it may be on air after
    `notice.approved_expires_at`.
    """
    if notice.approved_version is None or not notice.is_in_force:
        raise ConflictError(Code.NOT_APPROVED)
    return sound_of(work, notice, notice.approved_version)


def sound_of(work: Work, notice: Notice, version: int) -> Content:
    """Return the finished sound of one version. Raises ConflictError SOUND_NOT_READY."""
    rendering = work.notices.rendering(notice.id, version)
    is_ready = rendering is not None and rendering.state is RenderingState.READY
    content = work.notices.content(rendering.content_id) if rendering and rendering.content_id else None
    if content is None or not is_ready:
        raise ConflictError(Code.SOUND_NOT_READY)
    return content
