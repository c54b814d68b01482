"""The machine's clock: the only place in the controller that reads it."""

from datetime import UTC, datetime


class SystemClock:
    """`usecases.ports.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)
