"""The second pair of eyes: orders that wait for another approver, made for a phone."""

from fastapi import APIRouter, Response

from controller.domain.errors import Code, DomainError, InvalidError
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt

router = APIRouter()


@router.get("/review")
def listed(page: VisitorPage, done: str = "") -> Response:
    answer = _review_page(page, done=done)
    if "hx-request" not in page.request.headers:
        for view in page.uses.review.waiting(page.actor):
            page.uses.reminders.see(page.actor, f"broadcast:{view.broadcast.id}")
    return answer


@router.post("/review/{broadcast_id}")
def decide(
    broadcast_id: str, page: VisitorForm, *, reason: Typed = "", version: Typed = "", decision: Typed = ""
) -> Response:
    decisions = {"approve": page.uses.review.approve_second, "reject": page.uses.review.reject_second}
    try:
        if decision not in decisions:
            raise InvalidError(Code.INPUT_INVALID, field="decision")
        decisions[decision](page.actor, broadcast_id, reason=reason, seen_version=typed_version(version))
    except DomainError as error:
        return _review_page(page, attempt(page, f"second-{broadcast_id}", error, {"reason": reason}))
    return see_other("/review", done=f"second_{decision}")


def typed_version(typed: str) -> int | None:
    """Return the version that a page showed; None when it does not tell. Raises InvalidError INPUT_INVALID."""
    if typed and not (typed.isdecimal() and len(typed) < 10):
        raise InvalidError(Code.INPUT_INVALID, field="version")
    return int(typed) if typed else None


def _review_page(page: Page, tried: Attempt | None = None, *, done: str = "") -> Response:
    waiting = page.uses.review.waiting(page.actor)
    mine = {view.broadcast.id for view in waiting}
    return page.render(
        "review.html",
        attempt=tried,
        waiting=waiting,
        others=[view for view in page.uses.review.held(page.actor) if view.broadcast.id not in mine],
        names=page.uses.accounts.names(),
        done=done,
    )
