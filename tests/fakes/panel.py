"""A panel in memory and a clock that is stepped by hand."""

import threading
from datetime import UTC, datetime, timedelta

from device_agent.board.panel import Lost, Painted, PanelLostError, Slide, TellNews


class SteppedClock:
    """A `Clock` that stands still until it is stepped."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)) -> None:
        self._now, self._monotonic_s = start, 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def step(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic_s += seconds

    def set_wall(self, now: datetime) -> None:
        """Step the wall clock alone, as a time server does."""
        self._now = now


class FakePanel:
    """A `Panel` that remembers what it shows. `run` paints what is due; the triggers make it fail."""

    def __init__(self, clock: SteppedClock) -> None:
        self._clock = clock
        self._tell: TellNews | None = None
        self._laid_out: Slide | None = None
        self.on: Slide | None = None
        self.shown: list[str] = []  # every picture in order; "" is the identity slide
        self.opened_at: list[datetime] = []
        self.last_page_after_ms = 0
        self._is_crashed = self._is_hung = self._can_open = True
        self._is_crashed = self._is_hung = False
        self._paint_late_s = 0.0
        self._gate = threading.Event()
        self._gate.set()

    # --- the port ---

    def require(self) -> None:
        pass

    def open(self, tell: TellNews) -> None:
        self._gate.wait(10)
        self.close()
        if not self._can_open:
            raise PanelLostError("renderer_lost", "refused by the test")
        self._tell = tell
        self._is_crashed = self._is_hung = False
        self.opened_at.append(self._clock.now())
        self.shown.append("")

    def show(self, slide: Slide) -> None:
        if self._tell is None or self._is_crashed:
            raise PanelLostError("renderer_lost")
        self._laid_out = slide  # a hanging page takes it in and never paints it

    def drop(self) -> None:
        self.check()
        self._laid_out = None

    def blank(self) -> None:
        self.check()
        self._laid_out = self.on = None
        self.shown.append("")

    def check(self) -> None:
        if self._tell is None or self._is_crashed:
            raise PanelLostError("renderer_lost")
        if self._is_hung:
            raise PanelLostError("renderer_hung")

    def close(self) -> None:
        self._tell = self._laid_out = self.on = None

    # --- time and triggers ---

    @property
    def is_open(self) -> bool:
        return self._tell is not None

    def run(self) -> None:
        """Paint the laid-out slide when its time has come."""
        slide, now = self._laid_out, self._clock.now()
        if slide is None or self._tell is None or self._is_crashed or self._is_hung:
            return
        if now >= slide.start_at + timedelta(seconds=self._paint_late_s):
            self._laid_out, self.on = None, slide
            self.shown.append(slide.occurrence)
            after_ms = self.last_page_after_ms
            self._tell(Painted(occurrence=slide.occurrence, at=now, last_page_after_ms=after_ms))

    def crash(self) -> None:
        self._is_crashed, self.on = True, None
        if self._tell is not None:
            self._tell(Lost(reason="renderer_lost"))

    def hang(self) -> None:
        self._is_hung = True

    def paint_late(self, seconds: float) -> None:
        self._paint_late_s = seconds

    def refuse_to_open(self, *, is_refusing: bool = True) -> None:
        self._can_open = not is_refusing

    def block(self) -> None:
        """Keep `open` from returning until `unblock`."""
        self._gate.clear()

    def unblock(self) -> None:
        self._gate.set()
