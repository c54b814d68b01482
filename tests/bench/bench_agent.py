"""One look of the agent's loop: what a device pays for asking the forecast, every four seconds and at each event."""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from device_agent.core.events import Restored, Tick
from device_agent.core.forecast import Outlook
from device_agent.core.ports import Started
from device_agent.core.state import RELEASED_AT, AgentState
from device_agent.core.step import next_wake, step
from protocol import Timetable
from tests.factories.messages import CONTENT, NOW, an_item

_SECONDS = 0.5


def bench() -> list[tuple[str, float, str]]:
    rows = []
    for count in (30, 300):
        table = _table(count)
        state = _on_air(table)
        now = NOW + timedelta(seconds=5)
        rows += [
            (f"agent: look, {count} items", _ms(lambda s=state, n=now: step(s, Tick(), n)), "ms"),  # type: ignore[misc]
            (f"agent: next wake, {count} items", _ms(lambda s=state, n=now: next_wake(s, n)), "ms"),  # type: ignore[misc]
            (f"agent: read a timetable of {count} items", _ms(lambda t=table: Outlook.of(t)), "ms"),  # type: ignore[misc]
            (f"agent: memory of {count} items as read", _kib(lambda t=table: Outlook.of(t)), "KiB"),  # type: ignore[misc]
        ]
    return rows


def _table(count: int) -> Timetable:
    items = []
    for number in range(count):
        item = an_item(number, start_at=NOW + timedelta(minutes=30 * number))
        end_at = item.start_at + timedelta(minutes=10)
        items.append(replace(item, end_at=end_at, latest_at=end_at + timedelta(minutes=30), priority=50))
    return Timetable(revision=1, station="", items=tuple(items))


def _on_air(table: Timetable) -> AgentState:
    restored = Restored(
        timetable=table, stored=frozenset({CONTENT}), settled=frozenset(), trusted_from=RELEASED_AT
    )
    state, _ = step(AgentState(), restored, NOW)
    return step(state, Started(occurrence="occ-0", at=NOW), NOW)[0]


def _ms(ask: Callable[[], object]) -> float:
    started_at, count = time.perf_counter(), 0
    while (spent_s := time.perf_counter() - started_at) < _SECONDS:
        ask()
        count += 1
    return spent_s / count * 1_000


def _kib(make: Callable[[], object]) -> float:
    tracemalloc.start()
    kept = make()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return size / 1_024
