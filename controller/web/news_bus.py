"""Tells open pages that something changed. The news is only that it changed; the page asks again for the truth."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_MAX_WAITING = 32
THE_END = ""


class NewsBus:
    """`usecases.ports.News` for server-sent events: published from any thread, read on the web's event loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._readers: set[asyncio.Queue[str]] = set()

    @property
    def reader_count(self) -> int:
        """How many pages are listening."""
        return len(self._readers)

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin delivering on this loop; called once when the web starts."""
        self._loop = loop

    def detach(self) -> None:
        """Stop delivering and end every reader with THE_END. From any thread; a server waits for open streams,
        so call it before asking the server to stop. Calling it again is harmless.
        """
        loop, self._loop = self._loop, None
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._end)

    def publish(self, topic: str) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._spread, topic)

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[asyncio.Queue[str]]:
        """Give a queue of topics to one open page for as long as it stays open; THE_END is the last one."""
        queue: asyncio.Queue[str] = asyncio.Queue(_MAX_WAITING)
        self._readers.add(queue)
        if self._loop is None:
            queue.put_nowait(THE_END)
        try:
            yield queue
        finally:
            self._readers.discard(queue)

    def _spread(self, topic: str) -> None:
        for queue in self._readers:
            # A page that lags behind loses nothing: any later news makes it ask for the present truth.
            if not queue.full():
                queue.put_nowait(topic)

    def _end(self) -> None:
        for queue in self._readers:
            while queue.full():
                queue.get_nowait()
            queue.put_nowait(THE_END)
