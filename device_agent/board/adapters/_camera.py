"""The picture of the panel, written to a file after each paint."""

import base64
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from device_agent.board.adapters.devtools import Answer, DevToolsError, OnAnswer

_log = logging.getLogger(__name__)

Send = Callable[[str, Answer, OnAnswer], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Where the picture of the panel goes, and its size in pixels."""

    path: Path
    width: int = 1280
    height: int = 720


class Camera:
    """Writes the panel's picture, one at a time; a wish during a shot leads to one more shot."""

    def __init__(self, send: Send, picture: Picture) -> None:
        self._send, self._picture = send, picture
        self._lock = threading.Lock()
        self._is_busy = self._is_wanted = False

    def take(self) -> None:
        with self._lock:
            if self._is_busy:
                self._is_wanted = True
                return
            self._is_busy = True
        try:
            self._send("Page.captureScreenshot", {"format": "png"}, self._developed)
        except DevToolsError as error:
            _log.warning("no picture of the board: %s", error)

    def _developed(self, answer: Answer) -> None:
        is_there = "result" in answer
        try:
            if is_there:
                write_atomically(self._picture.path, base64.b64decode(answer["result"]["data"]))
        except OSError as error:
            _log.warning("the picture %s cannot be written: %s", self._picture.path, error)
        with self._lock:
            self._is_busy = False
            again, self._is_wanted = self._is_wanted and is_there, False
        if again:
            self.take()


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` in one step: a reader sees the old picture or the new one, never a torn one."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)
