"""One computed time of one item on one device, and its rank among the others."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schedules.errors import ImpossibleOccurrenceError
from schedules.ranking import HIGHEST, LOWEST_EMERGENCY, ORIGIN_RANK, OnLoss, Origin

_ZERO = timedelta(0)

Rank = tuple[int, int, int, float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """It sounds or shows in [start_at, end_at), when nothing of higher rank wants the air. Instants are aware UTC.

    `priority` is 0..255 (`ranking.band_of`), higher wins; `order` is what people decided among equals, lower
    first. `late_limit` is how late it may begin for want of a device that is up; a loser follows `on_loss` and
    must be off the air by `latest_at` (None: `end_at` + `late_limit`). Text shows for as long as [start_at,
    end_at) lasts whenever nothing outranks it. An emergency names who ordered it and why. `volume` in percent.
    """

    id: str
    start_at: datetime
    end_at: datetime
    priority: int = 0
    late_limit: timedelta = timedelta(seconds=30)
    latest_at: datetime | None = None
    order: int = 0
    origin: Origin = Origin.COMMUNE
    on_loss: OnLoss = OnLoss.RESUME
    is_text: bool = False
    volume: int = 100
    authorised_by: str = ""
    cause: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be: naive instants, an end that is not after the start, a priority out of range.

        Instants are kept in UTC: arithmetic in a zone whose clock jumps would be wrong.
        """
        for name in ("start_at", "end_at", "latest_at"):
            at = getattr(self, name)
            if at is None or at.tzinfo is UTC:
                continue
            if at.tzinfo is None:
                raise ImpossibleOccurrenceError(
                    "naive_instant", "instants must carry a time zone", field=name
                )
            object.__setattr__(self, name, at.astimezone(UTC))
        if self.end_at <= self.start_at:
            raise ImpossibleOccurrenceError(
                "end_before_start", "the end must come after the start", field="end_at"
            )
        if self.late_limit < _ZERO:
            raise ImpossibleOccurrenceError(
                "end_before_start", "a limit is not before its start", field="late_limit"
            )
        if not 0 <= self.priority <= HIGHEST:
            raise ImpossibleOccurrenceError(
                "priority_out_of_range", "priority must be 0 to 255", field="priority"
            )

    @property
    def length(self) -> timedelta:
        """For how long it sounds."""
        return self.end_at - self.start_at

    @property
    def is_emergency(self) -> bool:
        """Whether it is of the band that may break guard rails."""
        return self.priority >= LOWEST_EMERGENCY

    @property
    def last_start_at(self) -> datetime:
        """The latest instant at which it may begin unless it lost: it is missed from then on."""
        return min(self.start_at + self.late_limit, self.end_at)

    @property
    def off_by(self) -> datetime:
        """The instant by which it must be off the air."""
        if self.is_text:
            return self.end_at
        return self.end_at + self.late_limit if self.latest_at is None else max(self.latest_at, self.end_at)

    @property
    def rank(self) -> Rank:
        """Total order, the lowest wins: priority, human order, origin, the earlier sound or the later text, id."""
        start = self.start_at.timestamp()
        if self.is_text:
            return (-self.priority, self.order, 0, -start, self.id)
        return (-self.priority, self.order, ORIGIN_RANK[self.origin], start, self.id)
