"""What the core needs from the outside, in its own words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One segment of an occurrence made ready to perform: sound from `sound_path`, or `text` for a board.

    Instants are aware UTC. `volume` is 0..100 percent of the device's full level. The sound begins at `offset`.
    """

    occurrence: str
    title: str
    start_at: datetime
    end_at: datetime
    volume: int = 100
    sound_path: Path | None = None
    text: str | None = None
    offset: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The first sample left for the sound card, or the text was painted, at `at`."""

    occurrence: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The performance ended at `at` after `length_ms` of sound or display; `is_whole` when nothing was cut off."""

    occurrence: str
    at: datetime
    length_ms: int
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulted:
    """The performance could not begin or go on. `reason` is a stable snake_case code."""

    occurrence: str
    at: datetime
    reason: str


Report = Started | Ended | Faulted


class Performer(Protocol):
    """One device kind at work: a loudspeaker sounds, a board shows. One occurrence at a time.

    No method may block for longer than 50 ms: the core's loop calls them. What comes of a call is reported
    through the callback given at construction, from any thread: for each `perform`, either one `Faulted`, or
    one `Started` and later one `Ended` or `Faulted`.
    """

    def start(self) -> None:
        """Open the output; raise `DeviceError` when it can never work (unknown output, missing program)."""
        ...

    def prepare(self, cue: Cue) -> None:
        """Get ready (decode, lay out) so that `perform` starts on time. MAY be called again for the same cue."""
        ...

    def perform(self, cue: Cue) -> None:
        """Begin at `cue.start_at`, or at once when that is past; called up to a few seconds ahead.

        It MAY come while an earlier occurrence is still on air. If that one's `end_at` is not after this
        `start_at`, this one follows without a gap; else this one takes its place when it begins, and the earlier
        one is reported as `Ended`, not whole. What never begins takes nobody's place.
        """
        ...

    def cease(self, occurrence: str) -> None:
        """Silence or blank this occurrence within 500 ms, before or after it began; unknown ones are ignored.

        One that had not begun MAY be reported as `Ended` of length 0, without `Started`, or not at all. The
        occurrence MAY be performed again once its end was reported.
        """
        ...

    def stop(self) -> None:
        """Cease everything and close the output; safe after a failed start."""
        ...


ReportTo = Callable[[Report], None]


class Clock(Protocol):
    """Time as an argument's source: the one place where the agent's clock is read."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds on a clock that never steps."""
        ...
