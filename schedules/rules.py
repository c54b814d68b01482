"""Quy tắc lặp: when an item plays, as it was wished. `expand` turns a rule into instants.

Days and clock times are those on the wall of the place; instants are kept in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from schedules.errors import ImpossibleRuleError
from schedules.patterns import Pattern, must_be_within
from schedules.slots import Slot

MOST_TIMES = 24
MOST_EXCEPTIONS = 1_000
MOST_MOVES = 200
LONGEST_CAMPAIGN = timedelta(hours=72)
LEAST_MINUTES_BETWEEN = 5
MOST_MINUTES_BETWEEN = 1_440
FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)


class HolidayRule(StrEnum):
    """What public holidays mean for a rule: play as on any day, skip them, or play on them only."""

    PLAY = "play"
    SKIP = "skip"
    ONLY = "only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One start."""

    start_at: datetime

    def __post_init__(self) -> None:
        """Refuse a naive instant and years that cannot be meant."""
        object.__setattr__(self, "start_at", _instant(self.start_at, field="start_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """Starts at the same local times on the days of a pattern.

    `valid_from` and `valid_until` both play; None is without end. `except_dates` do not play. `moved` holds pairs
    (from, to): what belongs to the first day plays on the second one only, whatever the pattern, the exceptions and
    the holidays say of either. A move from a day that the pattern does not have moves nothing.
    """

    pattern: Pattern
    times: tuple[time, ...]
    valid_from: date
    valid_until: date | None = None
    except_dates: frozenset[date] = frozenset()
    moved: tuple[tuple[date, date], ...] = ()
    holidays: HolidayRule = HolidayRule.PLAY

    def __post_init__(self) -> None:
        """Refuse what cannot be, see docs/errors.md; put times and moves in order."""
        object.__setattr__(self, "times", _clock_times(self.times))
        self._check_validity()
        if len(self.except_dates) > MOST_EXCEPTIONS:
            raise ImpossibleRuleError(
                "too_many_exceptions", f"at most {MOST_EXCEPTIONS} exceptions", field="except_dates"
            )
        for day in self.except_dates:
            _must_be_meant(day, field="except_dates")
        self._check_moves()
        object.__setattr__(self, "moved", tuple(sorted(self.moved)))

    def _check_validity(self) -> None:
        _must_be_meant(self.valid_from, field="valid_from")
        if self.valid_until is None:
            return
        _must_be_meant(self.valid_until, field="valid_until")
        if self.valid_until < self.valid_from:
            raise ImpossibleRuleError(
                "end_before_start", "the last day is before the first", field="valid_until"
            )

    def _check_moves(self) -> None:
        if len(self.moved) > MOST_MOVES:
            raise ImpossibleRuleError("too_many_exceptions", f"at most {MOST_MOVES} moves", field="moved")
        for from_day, to_day in self.moved:
            _must_be_meant(from_day, field="moved")
            _must_be_meant(to_day, field="moved")
            if from_day == to_day:
                raise ImpossibleRuleError("move_impossible", f"{from_day} is moved to itself", field="moved")
        if len({from_day for from_day, _ in self.moved}) < len(self.moved):
            raise ImpossibleRuleError("move_impossible", "a day is moved twice", field="moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Emergency repetition: every N minutes from `start_at`, `until` excluded.

    `between`, if given, keeps the starts whose local clock time lies in that slot.
    """

    start_at: datetime
    until: datetime
    every_minutes: int
    between: Slot | None = None

    def __post_init__(self) -> None:
        """Refuse naive instants, an end that is not after the start or too far, and a silly repetition."""
        start_at, until = _instant(self.start_at, field="start_at"), _instant(self.until, field="until")
        if until <= start_at:
            raise ImpossibleRuleError("end_before_start", "the end must come after the start", field="until")
        if until - start_at > LONGEST_CAMPAIGN:
            raise ImpossibleRuleError("out_of_range", "a campaign lasts at most 72 hours", field="until")
        must_be_within(self.every_minutes, LEAST_MINUTES_BETWEEN, MOST_MINUTES_BETWEEN, field="every_minutes")
        if self.between is not None:
            _clock_time(self.between.start, field="between")
            _clock_time(self.between.end, field="between")
        object.__setattr__(self, "start_at", start_at)
        object.__setattr__(self, "until", until)


Rule = Once | Recurring | Campaign


def _instant(at: datetime, *, field: str) -> datetime:
    if at.tzinfo is None or at.utcoffset() is None:
        raise ImpossibleRuleError("naive_instant", "an instant must carry a time zone", field=field)
    _must_be_meant(at.date(), field=field)  # keeps the conversion from overflowing
    at = at.astimezone(UTC)
    _must_be_meant(at.date(), field=field)
    return at


def _must_be_meant(day: date, *, field: str) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ImpossibleRuleError("out_of_range", f"{day} cannot be meant", field=field)


def _clock_times(times: tuple[time, ...]) -> tuple[time, ...]:
    if not times:
        raise ImpossibleRuleError("rule_empty", "a rule needs a start time", field="times")
    if len(times) > MOST_TIMES:
        raise ImpossibleRuleError("out_of_range", f"at most {MOST_TIMES} start times", field="times")
    kept = sorted(_clock_time(one, field="times") for one in times)
    if len(set(kept)) < len(kept):
        raise ImpossibleRuleError("time_repeated", "each start time is given once", field="times")
    return tuple(kept)


def _clock_time(clock: time, *, field: str) -> time:
    if clock.tzinfo is not None or clock.microsecond:
        raise ImpossibleRuleError("out_of_range", "a local time has whole seconds and no zone", field=field)
    return clock.replace(fold=0)
