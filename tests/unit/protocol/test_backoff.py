"""Waits spread out from the first one on, grow, and stay below their cap."""

import random
from statistics import mean

from protocol.backoff import Backoff


def _waits(seed: int, count: int) -> list[float]:
    backoff = Backoff(base_s=0.5, cap_s=60.0, random=random.Random(seed))
    return [backoff.next_wait_s() for _ in range(count)]


def test_even_the_first_wait_differs_between_devices() -> None:
    first = [_waits(seed, 1)[0] for seed in range(1_000)]
    assert min(first) >= 0.5
    assert max(first) <= 1.5
    assert max(first) - min(first) > 0.9


def test_waits_grow_up_to_the_cap() -> None:
    runs = [_waits(seed, 30) for seed in range(200)]
    assert mean(run[4] for run in runs) > 3 * mean(run[0] for run in runs)
    assert mean(run[29] for run in runs) > 20
    assert max(wait for run in runs for wait in run) <= 60.0


def test_a_reset_starts_small_again() -> None:
    backoff = Backoff(base_s=0.5, cap_s=60.0, random=random.Random(1))
    for _ in range(20):
        backoff.next_wait_s()
    backoff.reset()
    assert backoff.next_wait_s() <= 1.5
