"""A director with a fake panel and stepped time, driven as the performer's thread drives it."""

from collections import deque
from datetime import datetime, timedelta

from device_agent.board.director import Director
from device_agent.board.panel import PanelNews
from device_agent.core.ports import Cue, Ended, Faulted, Report, Started
from tests.fakes.panel import FakePanel, SteppedClock

_STEP_S = 0.01


class Theatre:
    """Everything that a test of the director needs."""

    def __init__(self) -> None:
        self.clock = SteppedClock()
        self.panel = FakePanel(self.clock)
        self.reports: list[Report] = []
        self._news: deque[PanelNews] = deque()
        self.director = Director(
            self.panel, clock=self.clock, report=self.reports.append, tell=self._news.append
        )

    def run(self, seconds: float) -> None:
        """Let time pass as it would: the panel paints, its news is heard, the director ticks when it asked to."""
        until_s = self.clock.monotonic_s() + seconds
        tick_at_s = self.clock.monotonic_s()
        while self.clock.monotonic_s() < until_s:
            self.panel.run()
            while self._news:
                self.director.hear(self._news.popleft())
                tick_at_s = self.clock.monotonic_s()
            if self.clock.monotonic_s() >= tick_at_s:
                tick_at_s = self.clock.monotonic_s() + self.director.tick()
            self.clock.step(_STEP_S)

    def cue(
        self, occurrence: str = "a", *, after_s: float = 2, for_s: float = 20, text: str = "Nội dung"
    ) -> Cue:
        start_at = self.clock.now() + timedelta(seconds=after_s)
        return Cue(
            occurrence=occurrence,
            title="Tiêu đề",
            text=text,
            start_at=start_at,
            end_at=start_at + timedelta(seconds=for_s),
        )

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def on(self) -> str:
        return self.panel.on.occurrence if self.panel.on is not None else ""

    def only(self, kind: type[Started] | type[Ended] | type[Faulted]) -> Started | Ended | Faulted:
        (found,) = [report for report in self.reports if isinstance(report, kind)]
        return found

    def ended(self) -> Ended:
        found = self.only(Ended)
        assert isinstance(found, Ended)
        return found

    def reasons(self) -> list[str]:
        return [report.reason for report in self.reports if isinstance(report, Faulted)]
