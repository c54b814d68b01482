"""What a device will air: a preview of a week by rules, the questions of a loop, 5,000 devices due in one second.

Beside a number stands its floor: the least that the same work takes with plain tuples, in the same run. Everything is
measured in processor time, the best of some rounds, since others use the machine too.
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from device_agent.core.effects import Perform
from device_agent.core.events import ContentStored, Restored, Tick, TimetableArrived
from device_agent.core.state import NO_TIMETABLE, RELEASED_AT, AgentState
from device_agent.core.step import next_wake, step
from protocol import ContentRef, Item
from protocol import Timetable as WireTimetable
from schedules import (
    NOTHING_YET,
    STANDARD,
    Calendar,
    Daily,
    HolidayRule,
    Lunar,
    LunarDay,
    MonthlyOnWeekday,
    Occurrence,
    Pattern,
    Rails,
    RailsInForce,
    Recurring,
    Timetable,
    Weekday,
    Weekly,
    expand,
    first_free_start,
    foresee,
    overlaps,
)

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_MONDAY = datetime(2026, 11, 15, 17, tzinfo=UTC)
_WEEK, _MINUTE = timedelta(days=7), timedelta(minutes=1)
_ROUNDS, _SECONDS = 7, 0.4
_DEVICES = 5_000


def bench() -> list[tuple[str, float, str]]:
    """Return the rows of this bench."""
    return [*_previews(), *_forecast(), *_questions(), *_same_second()]


# --- a preview of a week -------------------------------------------------------------------------


def _previews() -> list[tuple[str, float, str]]:
    rows = []
    took = {count: _best_ms(partial(_preview, _rules(count))) for count in (50, 100, 200, 400)}
    for count, ms in took.items():
        rows.append((f"preview of 7 days, {count} rules, {len(_planned(_rules(count)))} starts", ms, "ms"))
    rows.append(("  of 200 rules: to expand them", _best_ms(lambda: _starts(_rules(200))), "ms"))
    rows.append(("  of 200 rules: its floor, tuples only", _best_ms(lambda: _floor(_rules(200))), "ms"))
    rows.append(("  twice the rules take", max(b / a for a, b in pairwise(took.values())), "x, at most"))
    return rows


def _rules(count: int) -> list[Recurring]:
    """Return a realistic mix: of ten, six daily, two weekly, one monthly, one lunar, some not on holidays."""
    return [_rule(number) for number in range(count)]


def _rule(number: int) -> Recurring:
    minute = (number * 37) % (16 * 60) + 5 * 60
    kind = number % 10
    patterns: dict[int, Pattern] = {
        6: Weekly(days=frozenset({Weekday(6)})),
        7: Weekly(days=frozenset({Weekday(1), Weekday(4)})),
        8: MonthlyOnWeekday(nth=3, weekday=Weekday(5)),
        9: Lunar(days=frozenset({1, 15})),
    }
    return Recurring(
        pattern=patterns.get(kind, Daily()),
        times=(clock(minute // 60, minute % 60),),
        valid_from=date(2026, 1, 1),
        holidays=HolidayRule.SKIP if kind == 5 else HolidayRule.PLAY,
    )


_CALENDAR = Calendar(
    first=date(2026, 11, 1),
    last=date(2026, 12, 8),
    holidays={date(2026, 11, 20): "Ngày Nhà giáo"},
    lunar_days={date(2026, 11, 9) + timedelta(days=day): LunarDay(day + 1, 10) for day in range(30)},
)
_RAILS = RailsInForce([Rails(guardrail=STANDARD, has_neighbour=True)])


def _starts(rules: list[Recurring]) -> list[tuple[int, tuple[str, datetime]]]:
    return [
        (number, (one.key, one.start_at))
        for number, rule in enumerate(rules)
        for one in expand(rule, start_at=_MONDAY, end_at=_MONDAY + _WEEK, zone=_ZONE, calendar=_CALENDAR)
    ]


def _planned(rules: list[Recurring]) -> list[Occurrence]:
    return [
        Occurrence(
            id=f"{number}:{key}",
            start_at=start_at,
            end_at=start_at + _MINUTE,
            latest_at=start_at + 30 * _MINUTE,
            priority=40 + number % 20,
            volume=80,
        )
        for number, (key, start_at) in _starts(rules)
    ]


def _preview(rules: list[Recurring]) -> int:
    return _week_foreseen(_planned(rules))


def _week_foreseen(planned: Iterable[Occurrence]) -> int:
    return sum(1 for _ in foresee(planned, _RAILS, NOTHING_YET, _MONDAY, until=_MONDAY + _WEEK))


def _floor(rules: list[Recurring]) -> int:
    """Do the least: one local time to UTC and one tuple for each start, sorted; nothing is decided."""
    day = _MONDAY.astimezone(_ZONE).date()
    found = []
    for number, rule in enumerate(rules):
        for offset in range(7):
            local = datetime.combine(day + timedelta(days=offset), rule.times[0], _ZONE)
            start_at = local.astimezone(UTC)
            found.append((start_at, number, start_at + _MINUTE))
    return len(sorted(found))


# --- the forecast alone --------------------------------------------------------------------------


def _forecast() -> list[tuple[str, float, str]]:
    rows = []
    took = {}
    for count in (350, 700, 1_400, 2_800):
        planned = _week_of(count)
        took[count] = _best_ms(partial(_week_foreseen, planned))
    rows.append(("foresee 1,400 occurrences of a week", took[1_400], "ms"))
    rows.append(("  each of 350, in us", took[350] / 0.350, "us"))
    rows.append(("  each of 2,800, in us", took[2_800] / 2.800, "us"))
    planned = _week_of(1_400)
    rows.append(("  floor: one Segment made for each", _best_ms(lambda: list(map(_segment, planned))), "ms"))
    return rows


def _week_of(count: int) -> list[Occurrence]:
    """Return occurrences that fill the days from 05:00 to 21:00, one of ten running into the next."""
    daily = count // 7
    step = timedelta(hours=16) / daily
    return [
        Occurrence(
            id=f"{day}-{number}",
            start_at=(start_at := _MONDAY + timedelta(days=day, hours=5) + step * number),
            end_at=start_at + step * (1.5 if number % 10 == 0 else 0.4),
            latest_at=start_at + 30 * _MINUTE,
            priority=50,
            volume=80,
        )
        for day in range(7)
        for number in range(daily)
    ]


def _segment(one: Occurrence) -> tuple[object, ...]:
    return (one, one.start_at, one.end_at, one.length, min(one.volume, 60), "whole")


# --- the questions of a loop ---------------------------------------------------------------------


def _questions() -> list[tuple[str, float, str]]:
    planned = _week_of(200)
    timetable = Timetable(tuple(planned), _RAILS)
    wished = Occurrence(id="w", start_at=_MONDAY + _WEEK / 2, end_at=_MONDAY + _WEEK / 2 + 15 * _MINUTE)
    edges = [(one.start_at, one.end_at) for one in planned]
    rows: list[tuple[str, Callable[[datetime], object]]] = [
        ("what_now, 200 occurrences", lambda now: timetable.what_now(NOTHING_YET, now)),
        ("next_change, 200 occurrences", lambda now: timetable.next_change(NOTHING_YET, now)),
        (
            "  floor: a look at 200 pairs of instants",
            lambda now: [one for one in edges if one[0] <= now < one[1]],
        ),
        ("overlaps of one wish with 200", lambda _now: overlaps(wished, planned)),
        ("first free start of one wish among 200", lambda _now: first_free_start(wished, planned)),
    ]
    return [(name, _per_second(ask), "a second") for name, ask in rows]


def _per_second(ask: Callable[[datetime], object]) -> float:
    started_at, count = time.process_time(), 0
    while (spent_s := time.process_time() - started_at) < _SECONDS:
        ask(_MONDAY + _WEEK * (count % 997 / 997))
        count += 1
    return count / spent_s


# --- 5,000 in one second -------------------------------------------------------------------------


def _same_second() -> list[tuple[str, float, str]]:
    """Let 5,000 devices decide for the same second. The controller dispatches nothing then: each has its timetable."""
    due_at = _MONDAY + timedelta(hours=5, minutes=30)
    states = [_holding(number, due_at) for number in range(_DEVICES)]
    wakes = [next_wake(state, due_at - timedelta(seconds=20)) for state in states]
    assert all(wake is not None and wake <= due_at for wake in wakes)
    started_at = time.process_time()
    performed = 0
    for state in states:
        _, effects = step(state, Tick(), due_at - timedelta(seconds=1))
        performed += sum(isinstance(one, Perform) for one in effects)
    spent_s = time.process_time() - started_at
    floor_s = (
        _best_ms(lambda: [min(state.timetable.items, key=lambda one: one.start_at) for state in states]) / 1e3
    )
    return [
        (f"{_DEVICES:,} devices due in one second: last one has begun after", spent_s, "s"),
        ("  lost", float(_DEVICES - performed), "of them"),
        ("  floor: the first of each timetable found", floor_s, "s"),
    ]


def _holding(number: int, due_at: datetime) -> AgentState:
    """Return a device that is up, holds a day's timetable with its contents, and waits."""
    content = ContentRef(id=f"{number:064x}", size=1, media_type="audio/ogg")
    items = tuple(
        Item(
            occurrence=f"{number}-{place}",
            title="Bản tin sáng",
            start_at=due_at + timedelta(hours=place),
            end_at=due_at + timedelta(hours=place, minutes=5),
            late_limit_s=60,
            priority=50,
            content=content,
        )
        for place in range(10)
    )
    restored = Restored(
        timetable=NO_TIMETABLE,
        stored=frozenset({content.id}),
        settled=frozenset(),
        interrupted=(),
        trusted_from=RELEASED_AT,
    )
    state, _ = step(AgentState(), restored, due_at - timedelta(hours=1))
    table = WireTimetable(revision=1, station="", items=items)
    state, _ = step(state, TimetableArrived(timetable=table, issued_at=due_at), due_at - timedelta(hours=1))
    return state if state.stored else _with_content(state, content)


def _with_content(state: AgentState, content: ContentRef) -> AgentState:
    state, _ = step(state, ContentStored(content=content.id), state.awake_from or RELEASED_AT)
    return state


def _best_ms(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        started_at = time.process_time()
        work()
        best = min(best, time.process_time() - started_at)
    return best * 1_000
