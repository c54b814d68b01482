"""What can be wrong with a plan."""


class ScheduleError(Exception):
    """Base of every error of this package; `code` is stable, `field` names the input at fault ("" for none)."""

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class ImpossibleOccurrenceError(ScheduleError):
    """An occurrence that cannot be: see `code`."""


class ImpossibleRuleError(ScheduleError):
    """A rule that cannot be, or never fires: see `code`."""


class ImpossibleGuardrailError(ScheduleError):
    """A guard rail that cannot be, or is looser than the one above it: see `code`."""
