"""What can be wrong with a plan."""


class ScheduleError(Exception):
    """Base of every error of this package; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ImpossibleOccurrenceError(ScheduleError):
    """An occurrence that cannot be: see `code`."""
