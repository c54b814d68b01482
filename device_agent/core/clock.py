"""The system's clock."""

import time
from datetime import UTC, datetime

from device_agent.core.state import UNBELIEVABLE_AT

_NEVER_SET = datetime(1970, 1, 2, tzinfo=UTC)


class SystemClock:
    """`ports.Clock` over the operating system; instants are aware UTC."""

    def now(self) -> datetime:
        """Return the present instant; a clock beyond the year 2199 counts as one that was never set."""
        now = datetime.now(UTC)
        return now if now < UNBELIEVABLE_AT else _NEVER_SET

    def monotonic_s(self) -> float:
        return time.monotonic()
