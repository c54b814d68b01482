"""Headers that every answer carries. Plain ASGI, so that streams pass through untouched."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; style-src 'self'; script-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_FOREVER = "public, max-age=31536000, immutable"


class GuardHeaders:
    """Adds the headers that keep foreign scripts, frames and caches out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_guards(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, send_guarded if scope["type"] == "http" else send)


def add_guards(headers: MutableHeaders, scope: Scope) -> None:
    """Add the headers to one answer. What is static and named by its hash may be kept; nothing else may."""
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    # Not "no-referrer": browsers would then send our own forms with the origin "null".
    headers["Referrer-Policy"] = "same-origin"
    if not scope["path"].startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    elif scope.get("query_string", b"").startswith(b"v="):
        headers["Cache-Control"] = _FOREVER
