"""People: who may do what where, invitations, closing an account. For administrators."""

from fastapi import APIRouter, Response

from controller.domain.errors import Code, DomainError, InvalidError, NotFoundError
from controller.domain.people import INVITATION_LIFETIME, Permission, Role
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt

router = APIRouter(prefix="/people")


@router.get("")
def listed(page: VisitorPage, done: str = "") -> Response:
    return _people_page(page, done=done)


@router.post("/invitations")
def invite(
    page: VisitorForm,
    *,
    username: Typed = "",
    display_name: Typed = "",
    area_id: Typed = "",
    role: Typed = "",
) -> Response:
    try:
        grants = [(area_id, _role(role))]
        token = page.uses.accounts.invite(
            page.actor, username=username, display_name=display_name, grants=grants
        )
    except DomainError as error:
        typed = {"username": username, "display_name": display_name, "area_id": area_id, "role": role}
        return _people_page(page, attempt(page, "invite", error, typed))
    return _invited_page(page, display_name, token)


@router.post("/{user_id}/invitation")
def invite_again(user_id: str, page: VisitorForm) -> Response:
    token = page.uses.accounts.invite_again(page.actor, user_id)
    return _invited_page(page, page.uses.accounts.names()[user_id], token)


@router.post("/{user_id}/disable")
def disable(user_id: str, page: VisitorForm) -> Response:
    page.uses.accounts.disable(page.actor, user_id)
    return see_other("/people", done="disable")


@router.post("/{user_id}/lock-out")
def lock_out(user_id: str, page: VisitorForm, reason: Typed = "") -> Response:
    try:
        page.uses.accounts.lock_out(page.actor, user_id, reason=reason)
    except DomainError as error:
        return _people_page(page, attempt(page, f"lock-{user_id}", error, {"reason": reason}))
    return see_other("/people", done="lock_out")


def _invited_page(page: Page, name: str, token: str) -> Response:
    """Return the page with the link; the token stands behind a #, so that it reaches no server's log."""
    link = f"{page.parts.public_url.rstrip('/')}/welcome#{token}"
    return page.render("invited.html", link=link, name=name, days=INVITATION_LIFETIME.days)


def _people_page(page: Page, tried: Attempt | None = None, *, done: str = "") -> Response:
    if not page.actor.may_somewhere(Permission.ADMINISTER):
        raise NotFoundError
    return page.render(
        "people.html",
        attempt=tried,
        people=page.uses.accounts.people(page.actor),
        areas={area.id: area for area in page.uses.areas.visible(page.actor)},
        administered=page.uses.areas.visible(page.actor, Permission.ADMINISTER),
        roles=list(Role),
        done=done,
    )


def _role(typed: str) -> Role:
    try:
        return Role(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="role") from error
