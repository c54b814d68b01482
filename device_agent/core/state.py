"""What the agent knows. Frozen: `step` makes a new one, and nothing else does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from device_agent.core.forecast import Outlook
from protocol import ContentRef, Item, Timetable
from schedules import Aired, Segment, Unaired

RELEASED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that shows less than this can be right."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The first instant that a message can carry; a clock without a battery wakes up there."""

UNBELIEVABLE_AT = datetime(2200, 1, 1, tzinfo=UTC)
"""The first instant that no message can carry."""

COUNTED_FOR = timedelta(days=3)
"""For so long the guard rails may have to count what sounded: no local day is older by then."""

NO_TIMETABLE = Timetable(revision=0, station="", items=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Airing:
    """One segment of an occurrence that was given to the performer, from the order until its end is reported.

    `segment` is what the forecast said, as if nothing would cut it; `end_at` is when it is to be off the air.
    `instead_of`: what the guard rails will have refused when it begins; it has the air because of that.
    `result` and `reason` say what to note once it has ceased; both are empty while it may go on, and for one that
    was taken back before it began. `is_further`: it lost its time or was cut before.
    """

    item: Item
    revision: int
    segment: Segment
    end_at: datetime
    performed_at: datetime
    is_further: bool = False
    instead_of: tuple[Unaired, ...] = ()
    started_at: datetime | None = None
    ceased_at: datetime | None = None
    result: str = ""
    reason: str = ""

    @property
    def occurrence(self) -> str:
        """The id of its occurrence."""
        return self.item.occurrence

    def is_on(self, now: datetime) -> bool:
        """Tell whether it has the air, or should have it by now."""
        return self.ceased_at is None and (self.segment.start_at <= now or self.started_at is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """`settled` holds every occurrence that is over: none of them is ever performed again.

    `airings` are those on air or about to be: one as a rule, more while one makes way or is to follow without a
    gap. `played`: how far into its sound each came that was cut and may go on. `waiting`: who lost at its time,
    and to whom. `aired`: what sounded on this and the last days, for the guard rails.

    `trusted_from`: the clock is believed only when it shows this or later. `awake_from`: the first believed
    instant of this run. `no_start_before`: what should have started earlier is not caught up, because the
    memory of what was begun is lost.
    """

    timetable: Timetable = NO_TIMETABLE
    outlook: Outlook = field(default_factory=Outlook, compare=False)
    stored: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    prepared: frozenset[str] = frozenset()
    played: Mapping[str, timedelta] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    aired: tuple[Aired, ...] = ()
    airings: tuple[Airing, ...] = ()
    is_linked: bool = False
    is_stopping: bool = False
    faults: frozenset[str] = frozenset()
    trusted_from: datetime = RELEASED_AT
    awake_from: datetime | None = None
    no_start_before: datetime | None = None

    def trusts(self, now: datetime) -> bool:
        """Tell whether `now` can be the true time."""
        return self.trusted_from <= now < UNBELIEVABLE_AT

    def airing(self, occurrence: str) -> Airing | None:
        """Return the airing of this occurrence while it lasts."""
        return next((one for one in self.airings if one.occurrence == occurrence), None)

    def on_air(self, now: datetime) -> Airing | None:
        """Return what has the air: the one that took it last."""
        return next((one for one in reversed(self.airings) if one.is_on(now)), None)

    def missing(self) -> tuple[ContentRef, ...]:
        """Return the contents that are still to be fetched, the soonest needed first, each once."""
        wanted: dict[str, ContentRef] = {}
        for item in sorted(self.timetable.items, key=lambda one: one.start_at):
            ref = item.content
            if ref is not None and ref.id not in self.stored and item.occurrence not in self.settled:
                wanted.setdefault(ref.id, ref)
        return tuple(wanted.values())
