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
    link = f"{page.parts.public_url.rstrip('/')}/welcome#{token}"
    return page.render("invited.html", link=link, name=display_name, days=INVITATION_LIFETIME.days)


@router.post("/{user_id}/disable")
def disable(user_id: str, page: VisitorForm) -> Response:
    page.uses.accounts.disable(page.actor, user_id)
    return see_other("/people", done="disable")


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
