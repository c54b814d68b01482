"""What the agent knows. Frozen: `step` makes a new one, and nothing else does."""

from dataclasses import dataclass
from datetime import UTC, datetime

from protocol import ContentRef, Item, Timetable

RELEASED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that shows less than this can be right."""

UNBELIEVABLE_AT = datetime(2200, 1, 1, tzinfo=UTC)
"""The first instant that no message can carry."""

NO_TIMETABLE = Timetable(revision=0, station="", items=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Airing:
    """The occurrence that was given to the performer, from the order to begin until its end is reported.

    `result` and `reason` say what to note once it has ceased; both are empty while it may go on.
    """

    item: Item
    revision: int
    performed_at: datetime
    started_at: datetime | None = None
    ceased_at: datetime | None = None
    result: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """`settled` holds every occurrence that was begun or noted: none of them is ever performed again.

    `airings` are those on air or about to be: one, or two when the next is to follow without a gap.

    `trusted_from`: the clock is believed only when it shows this or later. `awake_from`: the first believed
    instant of this run. `no_start_before`: what should have started earlier is not caught up, because the
    memory of what was begun is lost.
    """

    timetable: Timetable = NO_TIMETABLE
    stored: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    prepared: frozenset[str] = frozenset()
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
        return next((one for one in self.airings if one.item.occurrence == occurrence), None)

    def missing(self) -> tuple[ContentRef, ...]:
        """Return the contents that are still to be fetched, the soonest needed first, each once."""
        wanted: dict[str, ContentRef] = {}
        for item in sorted(self.timetable.items, key=lambda one: one.start_at):
            ref = item.content
            if ref is not None and ref.id not in self.stored and item.occurrence not in self.settled:
                wanted.setdefault(ref.id, ref)
        return tuple(wanted.values())
