"""The alarm clock: calls use cases at intervals. It holds no domain data; the rows are the queue."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from controller.domain.errors import DomainError

_log = logging.getLogger(__name__)
# A fault that lasts, such as a full disk, is told again this often, and not at every tick.
_TELL_AGAIN_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One alarm: call `act` every `every_s` seconds, never twice at a time."""

    name: str
    every_s: float
    act: Callable[[], object]


class Ticker:
    """Runs ticks on a small pool of threads until stopped."""

    def __init__(self, ticks: list[Tick]) -> None:
        self._ticks = ticks
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max(2, len(ticks)))},
            # A tick that comes late is still right (the rows say what is due); several late ones are one.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin ticking; the first ticks come at once."""
        # "Maximum number of running instances reached" is how a busy tick looks; it is what we want.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for tick in self._ticks:
            self._scheduler.add_job(
                _guarded(tick),
                "interval",
                seconds=tick.every_s,
                id=tick.name,
                # Left out, the first tick would come after a whole interval: never, if we restart more often.
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Let running ticks finish, then end; safe after a failed start."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _guarded(tick: Tick) -> Callable[[], None]:
    told: dict[str, float] = {}

    def act() -> None:
        try:
            tick.act()
            told.clear()
        except DomainError as error:
            now_s = time.monotonic()
            if now_s - told.get(str(error), -_TELL_AGAIN_S) >= _TELL_AGAIN_S:
                told[str(error)] = now_s
                _log.warning("tick %s will try again: %s", tick.name, error)
        # A tick must outlive its own faults: the next one may find the world mended.
        except Exception:
            _log.exception("tick %s failed", tick.name)

    return act
