"""How long to wait before the next try."""

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Decorrelated jitter: each wait is drawn from [base, 3 x the last wait], capped.

    Source: M. Brooker, "Exponential Backoff and Jitter" (2015). Reset it only after the thing has proved
    stable, so that a peer that accepts and then drops us does not get hammered.
    """

    base_s: float
    cap_s: float
    random: random.Random
    _last_s: float = 0.0

    def next_wait_s(self) -> float:
        """Draw the next wait in seconds."""
        longest_s = max(self.base_s, self._last_s) * 3
        self._last_s = min(self.cap_s, self.random.uniform(self.base_s, longest_s))
        return self._last_s

    def reset(self) -> None:
        """Start again from `base_s`."""
        self._last_s = 0.0
