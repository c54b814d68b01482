"""Any plan of one device and any guard rails, in whole minutes, so that a slow checker can look at every minute."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from schedules import (
    Aired,
    Ending,
    Guardrail,
    History,
    Occurrence,
    OnAir,
    OnLoss,
    Origin,
    Rails,
    RailsInForce,
    Segment,
    Slot,
    Unaired,
    aired_of,
)

MINUTE = timedelta(minutes=1)
DAYS = 3

# No clock change, spring and autumn in two zones, a clock that jumps at midnight.
PLACES = [
    ("Asia/Ho_Chi_Minh", date(2026, 11, 20)),
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Europe/Paris", date(2026, 3, 28)),
    ("Africa/Cairo", date(2026, 4, 23)),
]
_CLOCKS = [time(hour, minute) for hour in (4, 5, 6, 11, 17, 18, 21, 22, 23) for minute in (0, 30)]
_NIGHT_CLOCKS = [time(hour, minute) for hour in (0, 1, 2, 3) for minute in (0, 15, 30, 45)]
_PRIORITIES = [50, 50, 50, 60, 150, 250, 251]


@dataclass(frozen=True)
class Drawn:
    """One device for a few days. A seed stands for all of it: a plan that fails is printed by its seed."""

    seed: int
    planned: tuple[Occurrence, ...]
    rails: Rails
    begin: datetime


def drawn(seed: int, *, is_text: bool | None = False) -> Drawn:
    """Draw occurrences that meet each other, and rails of which a few forbid something."""
    dice = random.Random(seed)
    zone, first = dice.choice(PLACES)
    begin = datetime.combine(first, time(), ZoneInfo(zone)).astimezone(UTC)
    text = dice.random() < 0.3 if is_text is None else is_text
    # Some scenes at which everything happens; most around the same hours of the day, some at night.
    scenes = [
        begin + timedelta(days=dice.randrange(DAYS), hours=dice.choice([0, 1, 2, 5, 17, 22, 23]))
        for _ in range(dice.randint(1, 3))
    ]
    planned = tuple(
        _occurrence(dice, number, dice.choice(scenes), is_text=text) for number in range(dice.randint(1, 9))
    )
    return Drawn(seed, planned, _rails(dice, zone), begin)


def _occurrence(dice: random.Random, number: int, scene: datetime, *, is_text: bool) -> Occurrence:
    start_at = scene + MINUTE * dice.choice([0, 0, 1, 5, 10, 14, 15, 20, 35, 59])
    end_at = start_at + MINUTE * dice.choice([1, 5, 10, 15, 16, 45])
    is_named = dice.random() < 0.85
    window = dice.choice([None, 0, 10, 30, 120, 1_440])
    return Occurrence(
        id=f"o{number}",
        start_at=start_at,
        end_at=end_at,
        priority=dice.choice(_PRIORITIES),
        late_limit=MINUTE * dice.choice([0, 1, 2]),
        latest_at=None if window is None else end_at + MINUTE * window,
        order=dice.choice([0, 0, 1]),
        origin=dice.choice(list(Origin)),
        on_loss=dice.choice(list(OnLoss)),
        is_text=is_text,
        volume=dice.choice([35, 100]),
        authorised_by="Nguyễn Văn An" if is_named else "",
        cause="lũ" if is_named else "",
    )


def _rails(dice: random.Random, zone: str) -> Rails:
    names = dice.sample(sorted(_LIMITS), dice.randint(0, 4))
    guardrail = Guardrail(**{name: _LIMITS[name](dice) for name in names})
    return Rails(guardrail=guardrail, zone=zone, has_neighbour=dice.random() < 0.3)


def _quiet(dice: random.Random) -> tuple[Slot, ...]:
    # Quiet hours may begin and end at any time, allowed windows only at hours at which no clock jumps.
    start, end = dice.sample(_CLOCKS + _NIGHT_CLOCKS, 2)
    return (Slot(start, end),)


def _slots(dice: random.Random) -> tuple[Slot, ...]:
    return tuple(Slot(*dice.choices(_CLOCKS, k=2)) for _ in range(dice.randint(1, 3)))


def _curve(dice: random.Random) -> tuple[tuple[time, int], ...]:
    times = dice.sample(_CLOCKS + _NIGHT_CLOCKS, dice.randint(1, 4))
    return tuple((clock, dice.choice([20, 40, 60])) for clock in times)


_LIMITS: dict[str, Callable[[random.Random], Any]] = {
    "quiet_hours": _quiet,
    "slots": _slots,
    "days": lambda dice: frozenset(dice.sample(range(1, 8), 5)),
    "sessions_per_day": lambda dice: dice.randint(0, 3),
    "session_minutes": lambda dice: dice.choice([5, 15, 20, 40]),
    "day_minutes": lambda dice: dice.choice([10, 20, 30, 90]),
    "volume_curve": _curve,
    "night_volume": lambda dice: dice.choice([30]),
    "neighbour_volume": lambda dice: dice.choice([30]),
    "emergency_volume": lambda dice: dice.choice([90]),
    "emergency_item_minutes": lambda dice: dice.choice([1, 5, 12, 15]),
    "emergency_day_minutes": lambda dice: dice.choice([1, 7, 12, 30]),
}

_SEEDS = st.integers(0, 2**32)
plans = _SEEDS.map(drawn)
plans_of_any_kind = _SEEDS.map(lambda seed: drawn(seed, is_text=None))
guardrails = _SEEDS.map(lambda seed: _rails(random.Random(seed), "UTC").guardrail)


def history_at(
    foreseen: list[Segment | Unaired], planned: Iterable[Occurrence], in_force: RailsInForce, now: datetime
) -> History:
    """Return what a device that did as foreseen would remember at `now`; what happens at `now` has not happened."""
    segments = [one for one in foreseen if isinstance(one, Segment) and one.start_at < now]
    over = {one.occurrence.id for one in foreseen if isinstance(one, Unaired) and one.at < now}
    played: dict[str, timedelta] = {}
    waiting: dict[str, str] = {}
    aired: list[Aired] = []
    on_air = None
    for one in segments:
        occurrence = one.occurrence
        if one.end_at > now:
            on_air = OnAir(
                occurrence=occurrence.id,
                start_at=one.start_at,
                end_at=one.end_at,
                offset=one.offset,
                volume=one.volume,
                ending=one.ending,
            )
            continue
        if not occurrence.is_text:
            aired.append(aired_of(one, in_force))
        if one.ending is not Ending.OUTRANKED:
            over.add(occurrence.id)
            continue
        goes_on = occurrence.on_loss is OnLoss.RESUME and not occurrence.is_text
        played[occurrence.id] = one.offset + (one.end_at - one.start_at) if goes_on else timedelta(0)
        waiting[occurrence.id] = _on_air_at(foreseen, one.end_at)
    for occurrence in planned:
        if occurrence.start_at < now and occurrence.id not in {*over, *played}:
            winner = _on_air_at(foreseen, occurrence.start_at)
            if winner not in ("", occurrence.id):
                waiting[occurrence.id] = winner
    return History(over=frozenset(over), played=played, waiting=waiting, aired=tuple(aired), on_air=on_air)


def _on_air_at(foreseen: list[Segment | Unaired], at: datetime) -> str:
    return next(
        (
            one.occurrence.id
            for one in foreseen
            if isinstance(one, Segment) and one.start_at <= at < one.end_at
        ),
        "",
    )


def fates(foreseen: list[Segment | Unaired]) -> dict[str, list[str]]:
    """Return what becomes of each, in order: endings of its segments, then perhaps a fate."""
    found: dict[str, list[str]] = {}
    for one in foreseen:
        word = one.ending if isinstance(one, Segment) else one.fate
        found.setdefault(one.occurrence.id, []).append(f"{type(word).__name__}.{word.name}")
    return found
