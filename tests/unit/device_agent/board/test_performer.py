"""The performer's face: never blocks, loses no order to cease, ends cleanly."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from device_agent.board import build_performer
from device_agent.board.adapters.silent import SilentPanel
from device_agent.board.performer import BoardPerformer
from device_agent.core.clock import SystemClock
from device_agent.core.errors import DeviceError
from device_agent.core.ports import Cue, Ended, Faulted, Performer, Report, Started
from tests.fakes.panel import FakePanel, SteppedClock

LIMIT_S = 10.0
BLOCKING_S = 0.05


class Reports:
    """Reports in the order of their arrival."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Report] = queue.Queue()

    def __call__(self, report: Report) -> None:
        self._queue.put(report)

    def next(self) -> Report:
        return self._queue.get(timeout=LIMIT_S)

    def rest(self) -> list[Report]:
        found = []
        while not self._queue.empty():
            found.append(self._queue.get())
        return found


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def performer(reports: Reports, tmp_path: Path) -> Iterator[Performer]:
    made = build_performer("silent:", station="Đài truyền thanh phường", work_folder=tmp_path, report=reports)
    made.start()
    yield made
    made.stop()


def cue(occurrence: str = "a", *, after_s: float = 0.1, for_s: float = 60) -> Cue:
    start_at = datetime.now(UTC) + timedelta(seconds=after_s)
    return Cue(
        occurrence=occurrence,
        title="Họp tổ dân phố",
        text="Tối nay",
        start_at=start_at,
        end_at=start_at + timedelta(seconds=for_s),
    )


def seconds_of(step: Callable[[], None]) -> float:
    before = time.monotonic()
    step()
    return time.monotonic() - before


def test_a_notice_goes_on_and_off_by_its_own_times(performer: Performer, reports: Reports) -> None:
    planned = cue(after_s=0.2, for_s=0.3)
    performer.prepare(planned)
    performer.perform(planned)
    started, ended = reports.next(), reports.next()
    assert isinstance(started, Started)
    assert abs(started.at - planned.start_at) < timedelta(milliseconds=50)
    assert isinstance(ended, Ended)
    assert ended.is_whole
    assert abs(ended.at - planned.end_at) < timedelta(milliseconds=100)


def test_cease_reports_a_cut_performance(performer: Performer, reports: Reports) -> None:
    performer.perform(cue())
    assert isinstance(reports.next(), Started)
    assert seconds_of(lambda: performer.cease("a")) < BLOCKING_S
    ended = reports.next()
    assert isinstance(ended, Ended)
    assert not ended.is_whole


def test_stop_cuts_what_is_on_and_may_be_called_again(performer: Performer, reports: Reports) -> None:
    performer.perform(cue())
    reports.next()
    performer.stop()
    assert isinstance(reports.next(), Ended)
    performer.stop()


def test_stop_before_start_does_nothing(reports: Reports, tmp_path: Path) -> None:
    build_performer("silent:", station="Đài", work_folder=tmp_path, report=reports).stop()


@pytest.mark.parametrize("output", ["", "hdmi:", "png:", "silent", "kiosk:1"])
def test_an_unknown_output_is_refused_with_a_hint(output: str, reports: Reports, tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as refusal:
        build_performer(output, station="Đài", work_folder=tmp_path, report=reports)
    assert refusal.value.code == "output_unknown"
    assert "silent:" in refusal.value.hint


def test_a_fault_in_the_reports_does_not_end_the_board() -> None:
    heard = threading.Event()

    def report(one: Report) -> None:
        if one.occurrence == "broken":
            raise RuntimeError("the core stumbled")
        heard.set()

    clock = SystemClock()
    performer = BoardPerformer(SilentPanel(clock=clock), clock=clock, report=report)
    performer.start()
    try:
        performer.perform(cue("broken", after_s=-9, for_s=1))
        performer.perform(cue("whole", after_s=2))
        assert heard.wait(LIMIT_S)
    finally:
        performer.stop()


def test_nothing_blocks_while_the_panel_does_and_a_flood_ends_in_an_empty_board(reports: Reports) -> None:
    clock = SteppedClock()
    panel = FakePanel(clock)
    panel.block()
    performer = BoardPerformer(panel, clock=clock, report=reports)
    performer.start()
    try:
        start_at = clock.now() + timedelta(hours=1)
        end_at = start_at + timedelta(hours=1)
        for number in range(300):
            one = Cue(occurrence=str(number), title="Tin", text="Tin", start_at=start_at, end_at=end_at)
            assert seconds_of(partial(performer.perform, one)) < BLOCKING_S
        assert seconds_of(lambda: performer.cease("3")) < BLOCKING_S
        refused = reports.rest()
        assert refused
        assert {report.reason for report in refused if isinstance(report, Faulted)} == {"board_busy"}
    finally:
        panel.unblock()
        performer.stop()
    assert reports.rest() == []  # nothing had started: nothing more to report
    assert panel.shown in ([""], [])
