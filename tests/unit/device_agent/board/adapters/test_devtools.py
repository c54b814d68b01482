"""The pipe to the browser, with the test at the other end."""

import json
import os
import threading
import time
from collections.abc import Iterator

import pytest

from device_agent.board.adapters.devtools import Answer, DevToolsError, DevToolsPipe

LIMIT_S = 5.0


class OtherEnd:
    """Plays the browser: reads calls, writes whatever the test wants."""

    def __init__(self) -> None:
        self._calls_fd, pipe_writes = os.pipe()
        pipe_reads, self._answers_fd = os.pipe()
        self.events: list[tuple[str, Answer]] = []
        self.heard = threading.Event()
        self.closed = threading.Event()
        self.pipe = DevToolsPipe(pipe_writes, pipe_reads, on_event=self._on_event, on_closed=self.closed.set)
        self.pipe.start()

    def _on_event(self, method: str, params: Answer) -> None:
        self.events.append((method, params))
        self.heard.set()

    def next_call(self) -> Answer:
        read = b""
        while not read.endswith(b"\0"):
            read += os.read(self._calls_fd, 1)
        call: Answer = json.loads(read[:-1])
        return call

    def write(self, raw: bytes) -> None:
        os.write(self._answers_fd, raw)

    def hang_up(self) -> None:
        fd, self._answers_fd = self._answers_fd, -1
        if fd >= 0:
            os.close(fd)

    def end(self) -> None:
        self.hang_up()
        self.pipe.stop()
        os.close(self._calls_fd)


@pytest.fixture
def browser() -> Iterator[OtherEnd]:
    made = OtherEnd()
    yield made
    made.end()


def answering(browser: OtherEnd, answer: Answer) -> threading.Thread:
    def answer_once() -> None:
        number = browser.next_call()["id"]
        browser.write(json.dumps({"id": number, **answer}).encode() + b"\0")

    thread = threading.Thread(target=answer_once)
    thread.start()
    return thread


def test_a_call_returns_its_result(browser: OtherEnd) -> None:
    thread = answering(browser, {"result": {"value": "Ừ"}})
    assert browser.pipe.call("Runtime.evaluate") == {"value": "Ừ"}
    thread.join()


def test_a_refusal_is_an_error(browser: OtherEnd) -> None:
    thread = answering(browser, {"error": {"message": "no such method"}})
    with pytest.raises(DevToolsError, match="no such method"):
        browser.pipe.call("Page.fly")
    thread.join()


def test_no_answer_is_an_error_after_the_limit(browser: OtherEnd) -> None:
    with pytest.raises(DevToolsError, match="no answer"):
        browser.pipe.call("Runtime.evaluate", limit_s=0.1)


def test_a_late_answer_is_ignored(browser: OtherEnd) -> None:
    with pytest.raises(DevToolsError):
        browser.pipe.call("Runtime.evaluate", limit_s=0.05)
    browser.write(json.dumps({"id": browser.next_call()["id"], "result": {}}).encode() + b"\0")
    thread = answering(browser, {"result": {"second": True}})
    assert browser.pipe.call("Runtime.evaluate") == {"second": True}
    thread.join()


def test_a_browser_that_does_not_read_holds_nobody(browser: OtherEnd) -> None:
    before = time.monotonic()
    with pytest.raises(DevToolsError, match="does not read"):
        browser.pipe.call("Runtime.evaluate", {"expression": "x" * 4_000_000}, limit_s=0.3)
    assert time.monotonic() - before < 2


def test_a_hang_up_is_told_and_ends_what_waits(browser: OtherEnd) -> None:
    threading.Timer(0.05, browser.hang_up).start()
    with pytest.raises(DevToolsError, match="closed"):
        browser.pipe.call("Runtime.evaluate", limit_s=LIMIT_S)
    assert browser.closed.wait(LIMIT_S)
    with pytest.raises(DevToolsError, match="closed"):
        browser.pipe.call("Runtime.evaluate")


def test_events_come_whole_whatever_the_pieces(browser: OtherEnd) -> None:
    raw = (
        json.dumps({"method": "Page.painted", "params": {"text": "Ệ" * 50_000}}, ensure_ascii=False).encode()
        + b"\0"
    )
    for at in range(0, len(raw), 30_001):
        browser.write(raw[at : at + 30_001])
    assert browser.heard.wait(LIMIT_S)
    assert browser.events == [("Page.painted", {"text": "Ệ" * 50_000})]


def test_rubbish_does_not_deafen_the_pipe(browser: OtherEnd) -> None:
    browser.write(b"\xff\xfe\0[]\0{}\0null\0")
    browser.write(b'{"method": "Page.painted"}\0')
    assert browser.heard.wait(LIMIT_S)
    assert browser.events == [("Page.painted", {})]
