"""Who is asking: bearer tokens for the API, a cookie for the console."""

from typing import Annotated

from fastapi import Depends, Request

from controller.domain.errors import Code, NotSignedInError
from controller.usecases import UseCases
from controller.usecases.rights import Actor
from controller.usecases.sign_ins import Visit

COOKIE = "loa_session"


def use_cases(request: Request) -> UseCases:
    """Return the use cases that `create_app` was given."""
    uses: UseCases = request.app.state.uses
    return uses


def address_of(request: Request) -> str:
    """Return the peer's address; behind a proxy, uvicorn has already put the forwarded one here."""
    return request.client.host if request.client else ""


def bearer_token(request: Request) -> str:
    """Return the token of the Authorization header. The API takes no cookies, so it needs no CSRF guard."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotSignedInError(Code.NOT_SIGNED_IN)
    return token.strip()


def api_actor(request: Request, uses: Annotated[UseCases, Depends(use_cases)]) -> Actor:
    """Return the person behind an API request; raises NotSignedInError."""
    return uses.sign_ins.visit(bearer_token(request), address=address_of(request)).actor


def console_visit(request: Request, uses: Annotated[UseCases, Depends(use_cases)]) -> Visit:
    """Return the visit behind a console request; raises NotSignedInError."""
    return uses.sign_ins.visit(request.cookies.get(COOKIE, ""), address=address_of(request))


Uses = Annotated[UseCases, Depends(use_cases)]
ApiActor = Annotated[Actor, Depends(api_actor)]
ConsoleVisit = Annotated[Visit, Depends(console_visit)]
