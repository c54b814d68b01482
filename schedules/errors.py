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


class ImpossibleRundownError(ScheduleError):
    """A rundown, or a question about its layout, that cannot be: see `code`; `field` is e.g. `parts[3].length`."""

    def inside(self, place: str) -> "ImpossibleRundownError":
        """Return the same error, its field named from further out: `length` inside `parts[3]`."""
        return ImpossibleRundownError(self.code, str(self), field=f"{place}.{self.field}")
