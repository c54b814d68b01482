"""The board's performer: takes cues from the core's loop and lets one thread of its own do the work."""

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from functools import partial

from device_agent.board.director import Director
from device_agent.board.panel import Panel, PanelNews
from device_agent.core.ports import Clock, Cue, Faulted, ReportTo

_log = logging.getLogger(__name__)

_MOST_ORDERS = 256
_STOP_LIMIT_S = 10.0
_AFTER_FAULT_S = 1.0

_Order = Callable[[], None]


class BoardPerformer:
    """A `Performer` that shows text on a panel. `start` once; `stop` ends the thread and the panel."""

    def __init__(self, panel: Panel, *, clock: Clock, report: ReportTo) -> None:
        self._panel, self._clock, self._report = panel, clock, report
        self._orders: queue.Queue[_Order] = queue.Queue(_MOST_ORDERS)
        self._is_flooded = threading.Event()
        self._is_stopping = threading.Event()
        self._director = Director(panel, clock=clock, report=report, tell=self._hear)
        # The browser dies with the thread that started it; so this thread lives as long as the performer.
        self._worker = threading.Thread(target=self._work, name="board", daemon=True)

    def start(self) -> None:
        self._panel.require()
        self._worker.start()

    def prepare(self, cue: Cue) -> None:
        """Nothing to do: `perform` comes early enough to lay the text out."""

    def perform(self, cue: Cue) -> None:
        try:
            self._orders.put_nowait(partial(self._director.add, cue))
        except queue.Full:
            self._report(Faulted(occurrence=cue.occurrence, at=self._clock.now(), reason="board_busy"))

    def cease(self, occurrence: str) -> None:
        try:
            self._orders.put_nowait(partial(self._director.cease, occurrence))
        except queue.Full:
            _log.error("too many orders for the board: ceasing everything, %s among it", occurrence)
            self._is_flooded.set()  # rather an empty board than a notice that was taken back

    def stop(self) -> None:
        self._is_stopping.set()
        if self._worker.ident is None:
            return
        with contextlib.suppress(queue.Full):  # then the worker is awake anyway
            self._orders.put_nowait(_wake)
        self._worker.join(_STOP_LIMIT_S)
        if self._worker.is_alive():
            _log.error("the board's thread did not end within %s s", _STOP_LIMIT_S)

    def _hear(self, news: PanelNews) -> None:
        try:
            self._orders.put_nowait(partial(self._director.hear, news))
        except queue.Full:
            _log.error("too many orders for the board: news of the panel is lost: %s", news)

    def _work(self) -> None:
        try:
            while not self._is_stopping.is_set():
                self._work_once()
        finally:
            self._director.close()

    def _work_once(self) -> None:
        try:
            if self._is_flooded.is_set():
                self._drain()
            pause_s = self._director.tick()
            try:
                order = self._orders.get(timeout=pause_s)
            except queue.Empty:
                return
            order()
        except Exception:  # the worker's loop boundary: no fault of one notice may end the board
            _log.exception("the board stumbled")
            self._is_stopping.wait(_AFTER_FAULT_S)

    def _drain(self) -> None:
        """Carry out what is queued, then cease everything: an order to cease was lost."""
        self._is_flooded.clear()
        for _ in range(self._orders.qsize()):
            self._orders.get_nowait()()
        self._director.cease_all()


def _wake() -> None:
    """An order that does nothing but end a wait."""
