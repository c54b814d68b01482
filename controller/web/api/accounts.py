"""Sessions, invitations and people."""

from fastapi import APIRouter, Request, Response

from controller.web.api.schemas import (
    InvitationBody,
    InvitationOut,
    InvitedOut,
    RoleOut,
    SessionOut,
    SignInBody,
    UserBody,
    UserOut,
)
from controller.web.visits import ApiActor, Uses, address_of, bearer_token

router = APIRouter(tags=["accounts"])


@router.post("/sessions", status_code=201)
def sign_in(body: SignInBody, request: Request, uses: Uses) -> SessionOut:
    """Open a session; send its token as `Authorization: Bearer TOKEN`."""
    return SessionOut.of(uses.sign_ins.sign_in(body.username, body.password, address=address_of(request)))


@router.delete("/sessions/current", status_code=204)
def sign_out(request: Request, uses: Uses) -> Response:
    """End this session."""
    uses.sign_ins.sign_out(bearer_token(request), address=address_of(request))
    return Response(status_code=204)


@router.post("/invitations/redeem", status_code=201)
def redeem(body: InvitationBody, request: Request, uses: Uses) -> SessionOut:
    """Set the password of an invited account and sign in."""
    return SessionOut.of(uses.sign_ins.redeem(body.token, body.password, address=address_of(request)))


@router.get("/me")
def me(actor: ApiActor, uses: Uses) -> UserOut:
    """Who am I, and what may I do where."""
    paths = {area.path: area.id for area in uses.areas.visible(actor)}
    grants = [RoleOut(area_id=paths[path], role=role) for path, role in actor.roles if path in paths]
    return UserOut(
        id=actor.user_id,
        username=actor.username,
        display_name=actor.display_name,
        is_disabled=False,
        grants=grants,
    )


@router.get("/users")
def list_users(actor: ApiActor, uses: Uses) -> list[UserOut]:
    """List the people with a role in an area that you administer."""
    return [UserOut.of(person) for person in uses.accounts.people(actor)]


@router.post("/users", status_code=201)
def invite(body: UserBody, actor: ApiActor, uses: Uses) -> InvitedOut:
    """Create an account with roles; returns its one-time invitation."""
    grants = [(grant.area_id, grant.role) for grant in body.grants]
    token = uses.accounts.invite(actor, username=body.username, display_name=body.display_name, grants=grants)
    return InvitedOut(username=body.username, invitation=token)


@router.post("/users/{user_id}/invitation", status_code=201)
def invite_again(user_id: str, actor: ApiActor, uses: Uses) -> InvitationOut:
    """Get a new one-time invitation for an account whose password is lost."""
    return InvitationOut(invitation=uses.accounts.invite_again(actor, user_id))


@router.delete("/users/{user_id}", status_code=204)
def disable(user_id: str, actor: ApiActor, uses: Uses) -> Response:
    """Close an account; what it wrote and decided stays."""
    uses.accounts.disable(actor, user_id)
    return Response(status_code=204)
