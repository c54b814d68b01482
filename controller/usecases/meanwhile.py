"""Two people, one thing: telling the second who saved it meanwhile, when, and what they changed."""

from controller.domain.changes import bounded
from controller.domain.errors import Code, ConflictError
from controller.usecases.ports import Work

SAVING = ("write", "edit", "attach", "schedule", "reschedule", "hold")
"""actions of the trail that make a new version of their subject"""


def told_who(work: Work, error: ConflictError, subject: str, *, versions: int) -> ConflictError:
    """Return EDITED_MEANWHILE with `name`, `at` (ISO 8601) and `changes` of the last `versions` savings of a subject.

    Any other refusal is returned as it is.
    """
    if error.code is not Code.EDITED_MEANWHILE:
        return error
    saved = [entry for entry in work.audit.of_subject(subject) if entry.action in SAVING]
    if not saved:
        return ConflictError(error.code, field=error.field, name="?", at="?", changes="")
    user = work.people.by_username(saved[-1].actor)
    changed = "\n".join(entry.detail for entry in saved[-max(1, versions) :])
    return ConflictError(
        error.code,
        field=error.field,
        name=user.display_name if user is not None else saved[-1].actor,
        at=saved[-1].at.isoformat(),
        changes=bounded(changed),
    )
