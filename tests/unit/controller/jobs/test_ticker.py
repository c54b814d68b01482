import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from controller.domain.errors import Code, UnavailableError
from controller.jobs.ticker import Tick, Ticker

WAIT_S = 10.0


@contextmanager
def ticking(act: Callable[[], object], *, every_s: float = 0.01) -> Iterator[None]:
    ticker = Ticker([Tick(name="one", every_s=every_s, act=act)])
    ticker.start()
    try:
        yield
    finally:
        ticker.stop()


class Counter:
    """Counts calls; `reached(n)` waits for the n-th."""

    def __init__(self) -> None:
        self.count = 0
        self._news = threading.Condition()

    def __call__(self) -> None:
        with self._news:
            self.count += 1
            self._news.notify_all()

    def reached(self, count: int) -> bool:
        with self._news:
            return self._news.wait_for(lambda: self.count >= count, WAIT_S)


def test_the_first_tick_comes_at_once_and_not_after_an_hour() -> None:
    calls = Counter()
    with ticking(calls, every_s=3600):
        assert calls.reached(1)


@pytest.mark.parametrize("fault", [UnavailableError(Code.STORAGE_BUSY), ZeroDivisionError()])
def test_a_tick_that_fails_comes_again(fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    calls = Counter()

    def act() -> None:
        calls()
        raise fault

    with ticking(act):
        assert calls.reached(3)
    assert "tick one" in caplog.text


def test_a_fault_that_lasts_is_told_once_and_not_at_every_tick(caplog: pytest.LogCaptureFixture) -> None:
    calls = Counter()

    def act() -> None:
        calls()
        raise UnavailableError(Code.DISK_FULL)

    with ticking(act):
        assert calls.reached(5)
    assert caplog.text.count("disk_full") == 1


def test_a_slow_tick_is_never_run_twice_at_a_time() -> None:
    calls, inside, crowded = Counter(), threading.Lock(), threading.Event()
    may_go = threading.Event()

    def act() -> None:
        if not inside.acquire(blocking=False):
            crowded.set()
            return
        try:
            calls()
            may_go.wait(0.1)
        finally:
            inside.release()

    with ticking(act, every_s=0.005):
        assert calls.reached(3)
        may_go.set()
    assert not crowded.is_set()


def test_a_slow_tick_does_not_hold_up_another() -> None:
    calls, may_go = Counter(), threading.Event()
    ticker = Ticker(
        [
            Tick(name="slow", every_s=0.01, act=lambda: may_go.wait(WAIT_S)),
            Tick(name="fast", every_s=0.01, act=calls),
        ]
    )
    ticker.start()
    try:
        assert calls.reached(3)
    finally:
        may_go.set()
        ticker.stop()


def test_stopping_waits_for_the_tick_that_runs_and_lets_none_follow() -> None:
    calls, begun, done = Counter(), threading.Event(), threading.Event()

    def act() -> None:
        calls()
        begun.set()
        threading.Event().wait(0.05)
        done.set()

    with ticking(act):
        assert begun.wait(WAIT_S)
    assert done.is_set()
    count = calls.count
    threading.Event().wait(0.05)
    assert calls.count == count


def test_stopping_what_never_started_is_harmless() -> None:
    Ticker([]).stop()
