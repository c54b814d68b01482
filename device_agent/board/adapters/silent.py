"""A panel without a panel: it keeps the pace and shows nothing."""

import threading

from device_agent.board.panel import Painted, PanelLostError, Slide, TellNews
from device_agent.core.ports import Clock


class SilentPanel:
    """For machines without a panel, and for tests: every slide is "painted" at its start."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._tell: TellNews | None = None
        self._timer: threading.Timer | None = None

    def require(self) -> None:
        pass

    def open(self, tell: TellNews) -> None:
        self._tell = tell

    def show(self, slide: Slide) -> None:
        self.drop()
        left_s = (slide.start_at - self._clock.now()).total_seconds()
        self._timer = threading.Timer(max(0.0, left_s), self._paint, (slide,))
        self._timer.daemon = True
        self._timer.start()

    def drop(self) -> None:
        self.check()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def blank(self) -> None:
        self.drop()

    def check(self) -> None:
        if self._tell is None:
            raise PanelLostError("renderer_lost", "the panel is closed")

    def close(self) -> None:
        if self._tell is not None:
            self.drop()
        self._tell = None

    def _paint(self, slide: Slide) -> None:
        tell = self._tell
        if tell is not None:
            tell(Painted(occurrence=slide.occurrence, at=self._clock.now()))
