"""The system's clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """`ports.Clock` over the operating system; instants are aware UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic()
