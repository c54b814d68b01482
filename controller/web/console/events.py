"""News for open pages as server-sent events. An event names a topic; the page then asks for the truth."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from controller.domain.errors import Code, NotSignedInError, UnavailableError
from controller.web.news_bus import THE_END
from controller.web.parts import WebParts
from controller.web.visits import COOKIE, ConsoleVisit, address_of

router = APIRouter()
TOPICS = ("devices", "airings", "notices")
HEARTBEAT_S = 15.0
MAX_STREAMS = 300


@router.get("/events")
async def events(request: Request, _visit: ConsoleVisit) -> StreamingResponse:
    """Stream topics until the page goes, the session ends or the server stops."""
    parts: WebParts = request.app.state.parts
    if parts.news.reader_count >= MAX_STREAMS:
        raise UnavailableError(Code.STORAGE_BUSY)
    return StreamingResponse(
        _stream(request, parts), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _stream(request: Request, parts: WebParts) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    async with parts.news.reader() as queue:
        # Whatever changed between the page and this stream is news as well.
        for each in TOPICS:
            yield _event(each)
        due_at = loop.time() + HEARTBEAT_S
        while (topic := await _next(queue, due_at - loop.time())) != THE_END:
            if topic is not None:
                yield _event(topic)
            if loop.time() >= due_at:
                if not await run_in_threadpool(_is_live, request, parts):
                    return
                yield ": heartbeat\n\n"
                due_at = loop.time() + HEARTBEAT_S


async def _next(queue: asyncio.Queue[str], wait_s: float) -> str | None:
    """Return the next topic, or None when there is none for so long."""
    try:
        return await asyncio.wait_for(queue.get(), max(0.0, wait_s))
    except TimeoutError:
        return None


def _event(topic: str) -> str:
    return f"event: {topic}\ndata: {topic}\n\n"


def _is_live(request: Request, parts: WebParts) -> bool:
    try:
        parts.uses.sign_ins.visit(request.cookies.get(COOKIE, ""), address=address_of(request))
    except NotSignedInError:
        return False
    return True
