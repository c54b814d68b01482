"""Faults that end by themselves when they are not seen again for a while."""

KEPT_S = 120.0


class Alarms:
    """Remembers until when each fault code stays in the state reports. One thread."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def seen(self, code: str, now_s: float) -> None:
        """Take in that the fault `code` happened now."""
        self._until[code] = now_s + KEPT_S

    def over(self, now_s: float) -> tuple[str, ...]:
        """Return, once, the codes that were not seen for KEPT_S seconds."""
        ended = tuple(code for code, until in self._until.items() if until <= now_s)
        for code in ended:
            del self._until[code]
        return ended
