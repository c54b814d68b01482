"""Coming in and going out: sign-in, sign-out, invitations, the language switch."""

from fastapi import APIRouter, Response

from controller.domain.errors import DomainError
from controller.domain.people import MIN_PASSWORD, SESSION_LIFETIME
from controller.usecases.sign_ins import SignedIn
from controller.web.console.page import GuestForm, GuestPage, Page, Typed, VisitorForm, own_path, see_other
from controller.web.console.refusals import attempt
from controller.web.visits import COOKIE, address_of

router = APIRouter()
_A_YEAR_S = 365 * 86_400


@router.get("/sign-in")
def sign_in_page(page: GuestPage, next: str = "/") -> Response:  # noqa: A002 - the word people see in the address
    return page.render("sign_in.html", next=own_path(next))


@router.post("/sign-in")
def sign_in(page: GuestForm, *, username: Typed = "", password: Typed = "", next: Typed = "/") -> Response:  # noqa: A002
    address = address_of(page.request)
    try:
        signed_in = page.uses.sign_ins.sign_in(username, password, address=address)
    except DomainError as error:
        tried = attempt(page, "sign-in", error, {"username": username})
        return page.render("sign_in.html", attempt=tried, next=own_path(next))
    return _with_cookie(see_other(own_path(next)), signed_in, page)


@router.post("/sign-out")
def sign_out(page: VisitorForm) -> Response:
    page.uses.sign_ins.sign_out(page.request.cookies.get(COOKIE, ""), address=address_of(page.request))
    response = see_other("/sign-in")
    response.delete_cookie(COOKIE)
    return response


@router.get("/welcome")
def welcome_page(page: GuestPage) -> Response:
    """Serve the form behind an invitation link. The token stands behind the #, so it never reaches the server here."""
    return page.render("welcome.html", minimum=MIN_PASSWORD)


@router.post("/welcome")
def welcome(page: GuestForm, *, token: Typed = "", password: Typed = "") -> Response:
    try:
        signed_in = page.uses.sign_ins.redeem(token.strip(), password, address=address_of(page.request))
    except DomainError as error:
        tried = attempt(page, "welcome", error, {"token": token})
        return page.render("welcome.html", attempt=tried, minimum=MIN_PASSWORD)
    return _with_cookie(see_other("/"), signed_in, page)


@router.post("/language")
def choose_language(language: Typed = "vi", next: Typed = "/") -> Response:  # noqa: A002
    response = see_other(own_path(next))
    response.set_cookie("language", "en" if language == "en" else "vi", max_age=_A_YEAR_S, samesite="lax")
    return response


def _with_cookie(response: Response, signed_in: SignedIn, page: Page) -> Response:
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=round(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=page.parts.public_url.startswith("https://"),
    )
    return response
