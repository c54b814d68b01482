"""What will be on air here: the device asks the very forecast that the official's preview asks.

The held timetable is put into the words of `schedules` once for each revision.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from protocol import Item, Timetable
from protocol import Rails as WireRails
from schedules import (
    LIMITS,
    NOTHING_YET,
    Breach,
    Ending,
    History,
    Occurrence,
    OnLoss,
    Origin,
    Rails,
    RailsInForce,
    ScheduleError,
    Segment,
    Unaired,
    aired_of,
    foresee,
    guardrail_from_plain,
)

LONGEST_SOUND = timedelta(days=7)
LONGEST_DETAIL = 1_000
_SOMETHING = "-"
_SANE_YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """One timetable in the words of `schedules`: the first item of each occurrence, by start.

    `impossible` holds the items that cannot be. `has_malformed_rails`: STANDARD stands in for some guard rail.
    """

    items: Mapping[str, Item] = field(default_factory=dict)
    occurrences: tuple[Occurrence, ...] = ()
    impossible: tuple[Item, ...] = ()
    rails: RailsInForce = field(default_factory=lambda: RailsInForce(()))
    has_malformed_rails: bool = False

    @classmethod
    def of(cls, timetable: Timetable) -> "Outlook":
        """Read a timetable. Never raises: what cannot be is set aside."""
        items: dict[str, Item] = {}
        for item in timetable.items:
            items.setdefault(item.occurrence, item)
        read = {name: occurrence_of(item) for name, item in items.items()}
        possible = [one for one in read.values() if one is not None]
        rails = [_rails_of(one) for one in timetable.rails]
        return cls(
            items=items,
            occurrences=tuple(sorted(possible, key=lambda one: one.start_at)),
            impossible=tuple(items[name] for name, one in read.items() if one is None),
            rails=RailsInForce(made for made, _ in rails),
            has_malformed_rails=any(is_malformed for _, is_malformed in rails),
        )

    def foresee(
        self,
        history: History,
        now: datetime,
        *,
        until: datetime,
        of: Iterable[Occurrence] | None = None,
    ) -> Iterator[Segment | Unaired]:
        """Yield what will and will not be on air for what begins before `until`, of these occurrences or of all."""
        return foresee(self.occurrences if of is None else of, self.rails, history, now, until=until)

    def uncut(self, segment: Segment, history: History, before: Collection[Segment]) -> Segment:
        """Return a segment as it will be if nothing cuts it; `before` are those between `history` and it."""
        if segment.ending is not Ending.OUTRANKED:
            return segment
        aired = [aired_of(one, self.rails) for one in before if not one.occurrence.is_text]
        waiting = dict(history.waiting)
        if segment.start_at > segment.occurrence.start_at:
            # By then it will have lost its time: no late limit ends its waiting.
            waiting.setdefault(segment.occurrence.id, _SOMETHING)
        alone = History(played=history.played, waiting=waiting, aired=(*history.aired, *aired))
        until = segment.start_at + timedelta.resolution
        own = foresee((segment.occurrence,), self.rails, alone, segment.start_at, until=until)
        return next((one for one in own if isinstance(one, Segment)), segment)


def foretell(
    timetable: Timetable, now: datetime, *, until: datetime, history: History = NOTHING_YET
) -> Iterator[Segment | Unaired]:
    """Yield what a device that holds this timetable will and will not air, when every content is there."""
    return Outlook.of(timetable).foresee(history, now, until=until)


def occurrence_of(item: Item) -> Occurrence | None:
    """Return what `schedules` plans with, or None for an item that cannot be (an end before its start)."""
    if item.start_at.year not in _SANE_YEARS or item.end_at.year not in _SANE_YEARS:
        return None
    is_text = item.content is None
    if not is_text and item.end_at - item.start_at > LONGEST_SOUND:
        return None
    try:
        return Occurrence(
            id=item.occurrence,
            start_at=item.start_at,
            end_at=item.end_at,
            priority=item.priority,
            late_limit=item.end_at - item.start_at if is_text else timedelta(seconds=item.late_limit_s),
            latest_at=item.latest_at or item.end_at,
            order=item.order,
            origin=Origin(item.origin),
            on_loss=OnLoss(item.on_loss),
            is_text=is_text,
            volume=item.volume,
            authorised_by=item.authorised_by,
            cause=item.cause,
        )
    except ScheduleError:
        return None


def detail_of(breaches: Iterable[Breach]) -> str:
    """Return what would be broken, for the journal: "session_minutes limit=15 used=17; ..."."""
    told = (
        " ".join([breach.code, *(f"{name}={value}" for name, value in breach.params)]) for breach in breaches
    )
    return "; ".join(told)[:LONGEST_DETAIL]


def _rails_of(wire: WireRails) -> tuple[Rails, bool]:
    """Return the guard rails, and whether STANDARD stands in because they cannot be read."""
    zone = wire.zone if _is_zone(wire.zone) else Rails().zone
    try:
        guardrail = guardrail_from_plain({name: getattr(wire, name) for name in LIMITS})
    except ScheduleError:
        standard = Rails(zone=zone, has_neighbour=wire.has_neighbour, holds_from=wire.holds_from)
        return standard, True
    made = Rails(guardrail=guardrail, zone=zone, has_neighbour=wire.has_neighbour, holds_from=wire.holds_from)
    return made, zone != wire.zone


@lru_cache(maxsize=64)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, or the name of a folder
        return False
    return True
