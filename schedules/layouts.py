"""What laying out a rundown comes to: placements in time, and what had to be adjusted, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from schedules.rundowns import Rundown

_ZERO = timedelta(0)


class AdjustmentCode(StrEnum):
    """What became of a part; docs/errors.md says each in a sentence."""

    TRIMMED = "trimmed"
    DROPPED_NO_ROOM = "dropped_no_room"
    DROPPED_OUTSIDE_SLOT = "dropped_outside_slot"
    DROPPED_PIN_ORDER = "dropped_pin_order"
    FILLS_GAP = "fills_gap"
    SILENCE = "silence"
    SPARE = "spare"
    OVERRAN = "overran"
    ENDED_EARLY = "ended_early"
    PUSHED = "pushed"
    MOVED_UP = "moved_up"
    FELL_BACK = "fell_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One thing that laying out did to a part (`part_id` is "" for the programme), with numbers in milliseconds.

    `turn` counts the readings of a part that is repeated, from 1.
    """

    part_id: str
    code: AdjustmentCode
    turn: int = 1
    params: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One reading of one part in [start_at, end_at).

    It starts and ends at these instants at the latest, and at the earliest ones when parts that are only bounded
    end of themselves. `trimmed` is how much of its own longest length is cut, `fade` how long its end is faded.
    `stands_for` is the silent relay whose place a standby part takes.
    """

    part_id: str
    turn: int
    start_at: datetime
    end_at: datetime
    earliest_start_at: datetime
    earliest_end_at: datetime
    trimmed: timedelta = _ZERO
    fade: timedelta = _ZERO
    stands_for: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether it starts and ends exactly as planned."""
        return self.earliest_start_at == self.start_at and self.earliest_end_at == self.end_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A rundown over the slot [start_at, end_at): what is heard when, and what had to be adjusted."""

    rundown: Rundown
    start_at: datetime
    end_at: datetime
    zone: ZoneInfo | None
    placements: tuple[Placement, ...]
    adjustments: tuple[Adjustment, ...]

    @property
    def spare(self) -> timedelta:
        """The time from the end of the last part to the end of the slot."""
        return self.end_at - (self.placements[-1].end_at if self.placements else self.start_at)

    def placement_of(self, part_id: str, turn: int = 1) -> Placement | None:
        """Return where a reading of a part is, or None when it is dropped."""
        return next((one for one in self.placements if (one.part_id, one.turn) == (part_id, turn)), None)


def note(part_id: str, code: AdjustmentCode, turn: int = 1, **lengths: timedelta) -> Adjustment:
    """Return an adjustment; `length=...` becomes the parameter `length_ms`."""
    params = {f"{name}_ms": length // timedelta(milliseconds=1) for name, length in lengths.items()}
    return Adjustment(part_id=part_id, code=code, turn=turn, params=params)
