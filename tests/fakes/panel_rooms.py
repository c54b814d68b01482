"""One face for every panel under the contract: let time pass, look at the picture, break it."""

import os
import queue
import signal
import time
from pathlib import Path
from typing import Protocol

import psutil

from device_agent.board.adapters._browser import LaunchPlan
from device_agent.board.adapters._camera import Picture
from device_agent.board.adapters.chromium import ChromiumPanel
from device_agent.board.panel import Lost, Painted, Panel, PanelNews
from device_agent.core.ports import Clock
from tests.fakes.panel import FakePanel, SteppedClock

LIMIT_S = 15.0


class Room(Protocol):
    """A panel with its clock, and what a test may do to it."""

    @property
    def clock(self) -> Clock: ...

    @property
    def panel(self) -> Panel: ...

    def hear(self, news: PanelNews) -> None: ...

    def painted(self) -> Painted: ...

    def lost(self) -> Lost: ...

    def is_quiet_for(self, seconds: float) -> bool: ...

    def on(self) -> str: ...

    def crash(self) -> None: ...

    def hang(self) -> None: ...


class _News:
    def __init__(self) -> None:
        self.queue: queue.Queue[PanelNews] = queue.Queue()

    def hear(self, news: PanelNews) -> None:
        self.queue.put(news)


class FakeRoom(_News):
    """The panel in memory; waiting steps its clock."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = SteppedClock()
        self.panel = FakePanel(self.clock)

    def painted(self) -> Painted:
        self.is_quiet_for(LIMIT_S)
        news = self.queue.get_nowait()
        assert isinstance(news, Painted)
        return news

    def lost(self) -> Lost:
        news = self.queue.get_nowait()
        assert isinstance(news, Lost)
        return news

    def is_quiet_for(self, seconds: float) -> bool:
        for _ in range(round(seconds * 100)):
            if not self.queue.empty():
                return False
            self.panel.run()
            self.clock.step(0.01)
        return self.queue.empty()

    def on(self) -> str:
        return self.panel.on.title if self.panel.on is not None else ""

    def crash(self) -> None:
        self.panel.crash()

    def hang(self) -> None:
        self.panel.hang()


class ChromiumRoom(_News):
    """The real browser, headless, in a small window; waiting waits."""

    def __init__(
        self, folder: Path, clock: Clock, *, station: str = "Đài truyền thanh phường Bến Gỗ"
    ) -> None:
        super().__init__()
        self.clock = clock
        plan = LaunchPlan(work_folder=folder / "browser", is_headless=True)
        self.panel = ChromiumPanel(plan, station=station, picture=Picture(path=folder / "board.png"))

    def painted(self) -> Painted:
        news = self.queue.get(timeout=LIMIT_S)
        assert isinstance(news, Painted)
        return news

    def lost(self) -> Lost:
        news = self.queue.get(timeout=LIMIT_S)
        assert isinstance(news, Lost)
        return news

    def is_quiet_for(self, seconds: float) -> bool:
        try:
            self.queue.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def on(self) -> str:
        return str(
            self.panel.ask_page("document.querySelector('.sheet:not(.waiting) .title')?.textContent ?? ''")
        )

    def crash(self) -> None:
        for process in renderers(self.panel.process_id):
            process.kill()

    def hang(self) -> None:
        for process in renderers(self.panel.process_id):
            process.send_signal(signal.SIGSTOP)


def renderers(browser_id: int | None) -> list[psutil.Process]:
    """Return the processes that paint pages."""
    return [process for process in process_tree(browser_id) if _is_renderer(process)]


def process_tree(browser_id: int | None) -> list[psutil.Process]:
    """Return the browser and everything in its process group."""
    assert browser_id is not None
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == browser_id and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def processes_of(folder: Path) -> list[psutil.Process]:
    """Return every living process with the folder on its command line."""
    found = []
    for process in psutil.process_iter():
        try:
            if (
                any(str(folder) in word for word in process.cmdline())
                and process.status() != psutil.STATUS_ZOMBIE
            ):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def _is_renderer(process: psutil.Process) -> bool:
    try:
        words = process.cmdline()
    except psutil.NoSuchProcess:
        return False
    return "--type=renderer" in words and "--top-chrome-webui" not in words


def seconds_until_none(folder: Path, *, limit_s: float) -> float:
    """Wait until no process of the folder lives; return how long that took. Processes send no event."""
    begin = time.monotonic()
    while processes_of(folder):
        assert time.monotonic() < begin + limit_s, [process.cmdline()[:2] for process in processes_of(folder)]
        time.sleep(0.05)
    return time.monotonic() - begin
