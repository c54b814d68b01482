"""Refusals as RFC 9457 problem details."""

import logging
import secrets

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from controller.domain.errors import (
    Code,
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
    ThrottledError,
    UnavailableError,
)
from controller.web.uploads import MAX_UPLOAD_MB
from controller.web.wording import Language, fill, language, sentence

_log = logging.getLogger(__name__)
_STATUS: dict[type[DomainError], int] = {
    InvalidError: 422,
    NotFoundError: 404,
    ConflictError: 409,
    NotPermittedError: 403,
    NotSignedInError: 401,
    ThrottledError: 429,
    UnavailableError: 503,
}
_HTTP_CODES = {404: Code.NOT_FOUND, 405: Code.NOT_FOUND, 413: Code.FILE_TOO_LARGE}
_RETRY_BUSY_S = 3


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal."""
    if error.code is Code.FILE_TOO_LARGE:
        return 413
    return _STATUS[type(error)]


def problem(
    status: int, code: str, detail: str, *, field: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return a problem document."""
    body = {
        "type": f"urn:loa-phuong:problem:{code}",
        "title": code,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if field:
        body["field"] = field
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


def refused(request: Request, error: Exception) -> JSONResponse:
    """Answer a DomainError."""
    assert isinstance(error, DomainError)  # noqa: S101 - registered for this class alone
    headers = {}
    if isinstance(error, ThrottledError):
        headers["Retry-After"] = str(error.retry_after_s)
    elif isinstance(error, UnavailableError):
        headers["Retry-After"] = str(_RETRY_BUSY_S)
    elif isinstance(error, NotSignedInError):
        headers["WWW-Authenticate"] = "Bearer"
    detail = sentence(error, chosen(request))
    return problem(status_of(error), error.code, detail, field=error.field, headers=headers)


def malformed(request: Request, error: Exception) -> JSONResponse:
    """Answer a body or parameter that does not fit its schema; `field` names the first one at fault."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    # A number alone is a place in a text that is no JSON, not a field.
    place = [str(part) for part in error.errors()[0]["loc"] if part not in ("body", "query", "path")]
    field = "" if place and place[0].isdecimal() else ".".join(place)
    detail = fill(Code.INPUT_INVALID, chosen(request), {"field": field or "body"})
    return problem(422, Code.INPUT_INVALID, detail, field=field)


def http_error(request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework itself refuses: unknown addresses and methods."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    code = _HTTP_CODES.get(error.status_code, Code.INPUT_INVALID)
    headers = dict(error.headers) if error.headers else None
    detail = fill(code, chosen(request), {"field": "body", "limit_mb": MAX_UPLOAD_MB})
    return problem(error.status_code, code, detail, headers=headers)


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """Answer a fault of ours: an incident number for the person, the trace for the log."""
    incident = secrets.token_hex(4)
    _log.error("incident %s: %s %s", incident, request.method, request.url.path, exc_info=error)
    return problem(500, Code.UNEXPECTED, fill(Code.UNEXPECTED, chosen(request), {"incident": incident}))


def chosen(request: Request) -> Language:
    """Return the language to answer this request in: the visitor's own choice, else what the browser asks for."""
    picked = request.cookies.get("language")
    if picked in ("vi", "en"):
        return "en" if picked == "en" else "vi"
    return language(request.headers.get("accept-language", ""))
