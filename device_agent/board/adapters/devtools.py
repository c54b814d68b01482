"""The DevTools protocol over a pair of pipes: NUL-separated JSON, every call with a time limit."""

import contextlib
import json
import logging
import os
import select
import threading
import time
from collections.abc import Callable
from typing import Any, cast

Answer = dict[str, Any]
OnEvent = Callable[[str, Answer], None]
OnAnswer = Callable[[Answer], None]

_CHUNK = 1 << 16
_POLL_WRITE_MS = 100
_log = logging.getLogger(__name__)


class DevToolsError(Exception):
    """A call was refused, timed out, or the pipe is closed."""


class DevToolsPipe:
    """One connection to a browser. Owns both descriptors from `start` on.

    `on_event` and answers run on the reader thread: they MUST NOT call back into `call`. `on_closed` comes once,
    when the browser closed its end.
    """

    def __init__(
        self, write_fd: int, read_fd: int, *, on_event: OnEvent, on_closed: Callable[[], None]
    ) -> None:
        self._write_fd, self._read_fd = write_fd, read_fd
        self._on_event, self._on_closed = on_event, on_closed
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._last_id = 0
        self._awaited: dict[int, OnAnswer] = {}
        self._is_closed = threading.Event()
        self._reader = threading.Thread(target=self._read, name="board-devtools", daemon=True)

    def start(self) -> None:
        os.set_blocking(self._write_fd, False)  # a stopped browser must not hold us in write()
        self._reader.start()

    def stop(self, *, wait_s: float = 3.0) -> None:
        """Close our writing end, which ends the browser, and wait for the reader to see the other end close."""
        self._is_closed.set()
        with self._sending:
            if self._write_fd >= 0:
                os.close(self._write_fd)
                self._write_fd = -1
        if self._reader.ident is not None:
            self._reader.join(wait_s)
        if not self._reader.is_alive() and self._read_fd >= 0:
            os.close(self._read_fd)
            self._read_fd = -1

    def call(
        self, method: str, params: Answer | None = None, *, session: str = "", limit_s: float = 5.0
    ) -> Answer:
        """Return the result; raise `DevToolsError` after `limit_s`, on refusal or when the pipe closes."""
        answers: list[Answer] = []
        arrived = threading.Event()

        def keep(answer: Answer) -> None:
            answers.append(answer)
            arrived.set()

        number = self.send(method, params, session=session, on_answer=keep, limit_s=limit_s)
        if not arrived.wait(limit_s):
            self._forget(number)
            raise DevToolsError(f"no answer to {method} within {limit_s} s")
        if "error" in answers[0]:
            raise DevToolsError(f"{method}: {answers[0]['error'].get('message', '')}")
        return cast(Answer, answers[0].get("result", {}))

    def send(
        self,
        method: str,
        params: Answer | None = None,
        *,
        session: str = "",
        on_answer: OnAnswer,
        limit_s: float = 5.0,
    ) -> int:
        """Send without waiting for the answer; `limit_s` bounds the writing. Return the call's number."""
        with self._lock:
            self._last_id += 1
            number = self._last_id
            self._awaited[number] = on_answer
        message: Answer = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        try:
            self._write(json.dumps(message, ensure_ascii=False).encode() + b"\0", time.monotonic() + limit_s)
        except DevToolsError:
            self._forget(number)
            raise
        if self._is_closed.is_set():  # the reader may have ended between our entry and the write
            self.give_up("the pipe is closed")
        return number

    def give_up(self, why: str) -> None:
        """Answer every call that still waits with an error."""
        with self._lock:
            awaited, self._awaited = self._awaited, {}
        for on_answer in awaited.values():
            on_answer({"error": {"message": why}})

    def _write(self, payload: bytes, until: float) -> None:
        with self._sending:
            view = memoryview(payload)
            while view:
                if self._is_closed.is_set() or self._write_fd < 0:
                    raise DevToolsError("the pipe is closed")
                if time.monotonic() > until:
                    # Half a message went out: nothing sensible can follow it.
                    self._is_closed.set()
                    raise DevToolsError("the browser does not read")
                view = view[self._write_some(view) :]

    def _write_some(self, view: memoryview) -> int:
        try:
            return os.write(self._write_fd, view)
        except BlockingIOError:
            poll = select.poll()
            poll.register(self._write_fd, select.POLLOUT)
            poll.poll(_POLL_WRITE_MS)
            return 0
        except OSError as error:
            self._is_closed.set()
            raise DevToolsError("the pipe is closed") from error

    def _forget(self, number: int) -> None:
        with self._lock:
            self._awaited.pop(number, None)

    def _read(self) -> None:
        rest = b""
        # A read error and the end of the stream mean the same here: the browser is gone.
        with contextlib.suppress(OSError):
            while chunk := os.read(self._read_fd, _CHUNK):
                *whole, tail = chunk.split(b"\0")
                if whole:
                    whole[0] = rest + whole[0]
                    rest = tail
                    for message in whole:
                        self._deliver(message)
                else:
                    rest += tail
        self._is_closed.set()
        self.give_up("the pipe is closed")
        self._on_closed()

    def _deliver(self, message: bytes) -> None:
        try:
            answer = json.loads(message)
            if "id" in answer:
                with self._lock:
                    on_answer = self._awaited.pop(answer["id"], None)
                if on_answer is not None:
                    on_answer(answer)
            elif "method" in answer:
                self._on_event(answer["method"], answer.get("params", {}))
        except Exception:  # the reader's loop boundary: one bad message must not deafen the board
            _log.exception("a message of the browser could not be dealt with")
