"""How much a request may carry. Plain ASGI: the framework would first write all of it to the disk."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.domain.errors import Code, InvalidError
from controller.web.uploads import MAX_UPLOAD_MB

MEGABYTE = 1 << 20
# Beyond the limit for a recording, so that one a little over it is refused in peace and not by a cut line.
MAX_FORM_MB = 2 * MAX_UPLOAD_MB
MAX_OTHER_MB = 1


class BodyLimit:
    """Refuses a body that says it is too large, and stops reading one that turns out to be."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[Request, Exception], Response]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit_mb = _limit_mb(headers)
        too_large = InvalidError(Code.FILE_TOO_LARGE, field="file", limit_mb=min(limit_mb, MAX_UPLOAD_MB))
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > limit_mb * MEGABYTE:
            await self._answer(Request(scope), too_large)(scope, receive, send)
            return
        received = 0

        async def receive_some() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit_mb * MEGABYTE:
                raise too_large
            return message

        await self._app(scope, receive_some, send)


def _limit_mb(headers: Headers) -> int:
    is_form = headers.get("content-type", "").startswith("multipart/form-data")
    return MAX_FORM_MB if is_form else MAX_OTHER_MB
