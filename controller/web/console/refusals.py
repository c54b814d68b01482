"""Refusals as a person sees them: next to the field in a form, or as a page of their own."""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from controller.domain.areas import DEFAULT_ZONE
from controller.domain.errors import Code, DomainError, InvalidError, NotSignedInError, ThrottledError
from controller.web.console.page import Attempt, Page, Refusal, guest_page, see_other
from controller.web.console.versions import told_in_short
from controller.web.guard_headers import add_guards
from controller.web.problems import status_of
from controller.web.uploads import MAX_UPLOAD_MB
from controller.web.visits import COOKIE
from controller.web.wording import fill

_log = logging.getLogger(__name__)
_INPUTS = {
    "start_at": "start_date",
    "board_until": "until_date",
    "grants": "area_id",
    "expires_at": "expires_date",
}
"""field of the domain -> input of our forms, where they differ"""
_HTTP_CODES = {404: Code.NOT_FOUND, 405: Code.NOT_FOUND, 413: Code.FILE_TOO_LARGE}


def attempt(
    page: Page,
    form: str,
    error: DomainError,
    typed: Mapping[str, str] | None = None,
    *,
    zone: str = DEFAULT_ZONE,
    named: str | None = None,
) -> Attempt:
    """Return a refused form with what was typed; times in the sentence are told in `zone`.

    `named` is the input at fault, for forms that have more of them than the domain has fields.
    """
    refusal = Refusal(
        text=sentence_of(page, error, zone, named=named),
        field=_INPUTS.get(error.field, error.field) if named is None else named,
        status=status_of(error),
        zone=zone,
        free_at=_free_at(error),
    )
    return Attempt(form=form, typed=typed or {}, refusal=refusal)


def refused(request: Request, error: Exception) -> Response:
    """Answer a DomainError that no form took: to the sign-in page and back, or a page that says why."""
    assert isinstance(error, DomainError)  # noqa: S101 - registered for this class alone
    if isinstance(error, NotSignedInError):
        return _to_sign_in(request)
    page = guest_page(request)
    response = _problem(page, status_of(error), sentence_of(page, error, DEFAULT_ZONE))
    if isinstance(error, ThrottledError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def malformed(request: Request, _error: Exception) -> Response:
    """Answer parameters that no page of ours sends."""
    return refused(request, InvalidError(Code.INPUT_INVALID))


def http_error(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: unknown addresses and methods."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    page = guest_page(request)
    code = _HTTP_CODES.get(error.status_code, Code.INPUT_INVALID)
    text = fill(code, page.language, {"field": page.say("problem.form"), "limit_mb": MAX_UPLOAD_MB})
    return _problem(page, error.status_code, text)


def unexpected(request: Request, error: Exception) -> Response:
    """Answer a fault of ours: an incident number for the person, the trace for the log."""
    incident = secrets.token_hex(4)
    _log.error("incident %s: %s %s", incident, request.method, request.url.path, exc_info=error)
    page = guest_page(request)
    response = _problem(page, 500, fill(Code.UNEXPECTED, page.language, {"incident": incident}))
    add_guards(response.headers, request.scope)  # this answer does not pass through the middleware
    return response


def _problem(page: Page, status: int, text: str) -> Response:
    return page.render("problem.html", status=status, text=text)


def _to_sign_in(request: Request) -> Response:
    """Send a person to sign in and come back; scripts and streams are told by status instead."""
    if request.url.path == "/events":
        return Response(status_code=401)
    place = request.url.path
    if request.method != "GET":
        place = urlsplit(request.headers.get("referer", "")).path or "/"
    elif request.url.query:
        place += f"?{request.url.query}"
    response: Response = see_other("/sign-in", next=place)
    if "hx-request" in request.headers:
        response = Response(status_code=401, headers={"HX-Redirect": response.headers["location"]})
    response.delete_cookie(COOKIE)
    return response


def sentence_of(page: Page, error: DomainError, zone: str, *, named: str | None = None) -> str:
    """Return a refusal in the words of the page, its times in `zone`; `named` as for `attempt`."""
    group, name = ("field", _INPUTS.get(error.field, error.field)) if named is None else ("input", named)
    params = {"field": page.word(group, name) or page.say("problem.form"), **error.params}
    if "weekday" in params:
        params["weekday"] = page.say(f"day.d{params['weekday']}")
    free_at = _free_at(error)
    if free_at is not None:
        params["free_at"] = page.when(free_at, zone, is_exact=True)
    if error.code is Code.EDITED_MEANWHILE and (saved_at := error.params.get("at")) not in (None, "?"):
        params["at"] = page.when(datetime.fromisoformat(str(saved_at)), zone, is_exact=True)
        params["changes"] = told_in_short(page, str(error.params.get("changes", "")), zone)
    return fill(error.code, page.language, params)


def _free_at(error: DomainError) -> datetime | None:
    free_at = error.params.get("free_at")
    return datetime.fromisoformat(free_at) if isinstance(free_at, str) else None
