"""What a board needs from the thing that shows: a port, its slides and its news."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """One notice as a panel shows it, from `start_at` on; at once when that is past."""

    occurrence: str
    title: str
    text: str
    start_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """The slide's first page was painted at `at`; its last page comes `last_page_after_ms` later."""

    occurrence: str
    at: datetime
    last_page_after_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The panel stopped working by itself. `reason` is a stable snake_case code."""

    reason: str


PanelNews = Painted | Lost
TellNews = Callable[[PanelNews], None]


class PanelLostError(Exception):
    """The panel does not work at present; closing and opening it again may help. `reason` is a stable code."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class Panel(Protocol):
    """A surface that shows one slide, or the identity slide when it has none.

    Every method but `require` may block for some seconds and raises `PanelLostError` when the panel is broken;
    one thread calls them. News comes through the callback given to `open`, from any thread, and never from
    before the last `open`.
    """

    def require(self) -> None:
        """Raise `DeviceError` at once when this panel can never work on this machine."""
        ...

    def open(self, tell: TellNews) -> None:
        """Start with the identity slide painted. MUST be callable again after `close`.

        MAY be called without a `close` after a loss: then what still works is kept.
        """
        ...

    def show(self, slide: Slide) -> None:
        """Lay the slide out hidden, reveal it at its start in place of what is on, then tell `Painted`.

        Returns before the reveal. A slide that is laid out and not yet revealed is replaced and never told.
        """
        ...

    def drop(self) -> None:
        """Forget the slide that is laid out and not yet revealed; what is on stays."""
        ...

    def blank(self) -> None:
        """Return when the identity slide is painted; also forgets a slide that is not yet revealed."""
        ...

    def check(self) -> None:
        """Prove that a frame can still be painted."""
        ...

    def close(self) -> None:
        """End everything that `open` started; never raises; safe before `open` and after a failed one."""
        ...
