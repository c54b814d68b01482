"""How much a request may carry. Plain ASGI: the framework would first write all of it to the disk."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.web.uploads import MAX_UPLOAD_MB

MEGABYTE = 1 << 20
# Beyond the limit for a recording, so that one a little over it is refused in peace and not by a cut line.
MAX_FORM_MB = 2 * MAX_UPLOAD_MB
MAX_OTHER_MB = 1


class BodyLimit:
    """Refuses, with 413, to read a body that says it is too large, and to read on in one that turns out to be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, _limited(scope, receive) if scope["type"] == "http" else receive, send)


def _limited(scope: Scope, receive: Receive) -> Receive:
    headers = Headers(scope=scope)
    is_form = headers.get("content-type", "").startswith("multipart/form-data")
    limit = (MAX_FORM_MB if is_form else MAX_OTHER_MB) * MEGABYTE
    length = headers.get("content-length", "")
    is_too_large = length.isascii() and length.isdigit() and int(length[:20]) > limit
    received = 0

    async def receive_some() -> Message:
        nonlocal received
        if is_too_large:
            raise HTTPException(413)
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413)
        return message

    return receive_some
