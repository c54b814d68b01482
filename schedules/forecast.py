"""What will really be on air, second by second, and what will not and why.

One function, `foresee`, answers for both houses: the device asks it what to begin, the official's preview asks
it for the next week. It plays the plan through from `now` on, event by event: something starts, ends, is cut,
or runs out of time. Pure: `now` is an argument, and the history of what really happened is another.

Order of a tie, and what becomes of a loser, are in `ranking`; what may not sound at all is in `rails`.
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from schedules.occurrences import Occurrence, Rank
from schedules.rails import BEGINNING, Account, Aired, Breach, RailsInForce
from schedules.ranking import OnLoss

_ZERO = timedelta(0)


class Ending(StrEnum):
    """How a segment ends: of itself, cut by something of higher rank, at its window's end, at the emergency limit."""

    WHOLE = "whole"
    OUTRANKED = "outranked"
    TRIMMED = "trimmed"
    LIMITED = "limited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One occurrence on the air in [start_at, end_at), from `offset` into its sound, at `volume` percent."""

    occurrence: Occurrence
    start_at: datetime
    end_at: datetime
    offset: timedelta
    volume: int
    ending: Ending


class Fate(StrEnum):
    """Why an occurrence, or what was left of it, does not air: forbidden, out of time, or kept off by another."""

    REFUSED = "refused"
    TOO_LATE = "too_late"
    OUTRANKED = "outranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unaired:
    """What will not air, from when on that is certain, and why. `winner` is the id of what kept it off, or ""."""

    occurrence: Occurrence
    at: datetime
    fate: Fate
    breaches: tuple[Breach, ...] = ()
    winner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAir:
    """What is on air now: since when, from where in its sound, until when at most, and how loud."""

    occurrence: str
    start_at: datetime
    end_at: datetime
    offset: timedelta = _ZERO
    volume: int = 100
    ending: Ending = Ending.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What really happened so far.

    `over`: never to be on air again. `played`: how far into its sound each came that was cut. `waiting`: lost at
    their time, and the id of the winner. `aired`: what sounded on this and the last days, for the caps.
    """

    over: frozenset[str] = frozenset()
    played: Mapping[str, timedelta] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    aired: tuple[Aired, ...] = ()
    on_air: OnAir | None = None


NOTHING_YET = History()


def foresee(
    occurrences: Iterable[Occurrence],
    rails: RailsInForce,
    history: History,
    now: datetime,
    *,
    until: datetime,
) -> Iterator[Segment | Unaired]:
    """Yield what will and will not be on air, for everything that begins before `until`.

    Segments come in the order of their start, each when its end is known; between them comes what will not air.

    What is on air at `now` is the first segment, from its real start. Lazy: who needs the next one takes one.
    Ids must be unique; of several with one id the first counts.
    """
    return _Play(occurrences, rails, history, now).through(until)


@dataclass(slots=True, eq=False)
class _Wish:
    """An occurrence that wants the air."""

    occurrence: Occurrence
    rank: Rank
    played: timedelta = _ZERO
    is_cut: bool = False
    was_on: bool = False
    winner: str = ""
    drop_at: datetime = BEGINNING

    def __lt__(self, other: "_Wish") -> bool:
        return self.rank < other.rank

    def set_deadline(self) -> None:
        """Compute from when on it can no longer begin, or go on."""
        one = self.occurrence
        if one.is_text:
            self.drop_at = one.end_at
        elif not self.is_cut and not self.winner:
            self.drop_at = one.last_start_at
        elif one.on_loss is OnLoss.SKIP:
            self.drop_at = one.start_at if self.is_cut else one.last_start_at
        else:
            # The last instant at which the rest can begin and still end in time is itself good.
            self.drop_at = one.off_by - (one.length - self.played) + timedelta.resolution


class _Play:
    def __init__(
        self, occurrences: Iterable[Occurrence], rails: RailsInForce, history: History, now: datetime
    ) -> None:
        self._rails = rails
        self._now = now
        self._account = Account.of(history.aired)
        unique = {one.id: one for one in occurrences if one.id not in history.over}
        self._coming = sorted(unique.values(), key=lambda one: one.start_at, reverse=True)
        self._wishes: list[_Wish] = []
        self._on_air: OnAir | None = None
        self._current: _Wish | None = None
        self._history = history

    def through(self, until: datetime) -> Iterator[Segment | Unaired]:
        self._take_up()
        while self._now < until or (self._on_air is not None and self._on_air.start_at < until):
            self._let_start()
            yield from self._drop_late()
            chosen, refused = self._choose()
            yield from refused
            if chosen is not None and chosen is not self._current:
                if self._current is not None:
                    yield self._cut(chosen)
                self._begin(chosen)
            self._mark_losers()
            change_at = self._next_change()
            if change_at is None:
                return
            if self._on_air is not None and change_at >= self._on_air.end_at:
                yield self._end()
            else:
                self._now = change_at

    def _take_up(self) -> None:
        """Go on from what really happened: what is on air, who was cut, who waits."""
        on_air = self._history.on_air
        begun = {*self._history.played, *self._history.waiting, *([on_air.occurrence] if on_air else [])}
        for one in [one for one in self._coming if one.id in begun]:
            self._coming.remove(one)
            wish = _Wish(one, one.rank)
            wish.is_cut = one.id in self._history.played
            if one.on_loss is OnLoss.RESUME:
                wish.played = self._history.played.get(one.id, _ZERO)
            wish.winner = self._history.waiting.get(one.id, "")
            wish.set_deadline()
            insort(self._wishes, wish)
            if on_air is not None and one.id == on_air.occurrence:
                self._current, self._on_air, wish.was_on = wish, on_air, True

    def _let_start(self) -> None:
        while self._coming and self._coming[-1].start_at <= self._now:
            one = self._coming.pop()
            wish = _Wish(one, one.rank)
            wish.set_deadline()
            insort(self._wishes, wish)

    def _drop_late(self) -> Iterator[Unaired]:
        late = [
            wish
            for wish in self._wishes
            if wish.drop_at <= self._now
            and wish is not self._current
            and (wish.occurrence.start_at < self._now or wish.is_cut)
        ]
        for wish in sorted(late, key=lambda one: one.drop_at):
            self._wishes.remove(wish)
            if wish.occurrence.is_text and wish.was_on:
                # It has had what nobody else wanted of its time.
                continue
            lost = wish.is_cut or wish.winner
            yield Unaired(
                occurrence=wish.occurrence,
                at=max(wish.drop_at, wish.occurrence.start_at),
                fate=Fate.OUTRANKED if lost else Fate.TOO_LATE,
                winner=wish.winner,
            )

    def _choose(self) -> tuple[_Wish | None, list[Unaired]]:
        """Return who has the air now, the one that has it included, and whom the guard rails forbid it."""
        refused: list[Unaired] = []
        for wish in list(self._wishes):
            if wish is self._current:
                return wish, refused
            if self._must_wait(wish):
                continue
            breaches = self._breaches(wish)
            if not breaches:
                return wish, refused
            self._wishes.remove(wish)
            refused.append(
                Unaired(occurrence=wish.occurrence, at=self._now, fate=Fate.REFUSED, breaches=breaches)
            )
        return None, refused

    def _must_wait(self, wish: _Wish) -> bool:
        """Tell whether a LATER item finds no room yet: it waits for a time that nobody else wants."""
        one = wish.occurrence
        if one.on_loss is not OnLoss.LATER or one.is_text or not (wish.is_cut or wish.winner):
            return False
        if self._current is not None:
            return True
        end_at = self._now + one.length
        if self._coming and self._coming[-1].start_at < end_at:
            return True
        return any(
            other is not wish and (other.occurrence.on_loss is not OnLoss.LATER or other.rank < wish.rank)
            for other in self._wishes
        )

    def _breaches(self, wish: _Wish) -> tuple[Breach, ...]:
        one = wish.occurrence
        if one.is_text:
            return ()
        if not one.is_emergency:
            end_at, _ = self._end_of(wish)
            return self._rails.breaches(one.start_at, self._now, end_at, self._account)
        if not (one.authorised_by.strip() and one.cause.strip()):
            return (Breach("emergency_unnamed"),)
        _, limit = self._rails.emergency_limits(one.start_at)
        used = self._account.emergencies(self._rails.day_of(one.start_at))
        if used < limit:
            return ()
        minutes = timedelta(minutes=1)
        return (
            Breach("emergency_day_minutes", (("limit", limit // minutes), ("used", -(-used // minutes)))),
        )

    def _end_of(self, wish: _Wish) -> tuple[datetime, Ending]:
        """Return when it will be off the air if it begins now, and what ends it."""
        one = wish.occurrence
        if one.is_text:
            return one.end_at, Ending.WHOLE
        end_at, ending = self._now + one.length - wish.played, Ending.WHOLE
        if end_at > one.off_by:
            end_at, ending = one.off_by, Ending.TRIMMED
        if one.is_emergency:
            item, day = self._rails.emergency_limits(one.start_at)
            left = min(item, day - self._account.emergencies(self._rails.day_of(one.start_at)))
            if self._now + left < end_at:
                end_at, ending = self._now + left, Ending.LIMITED
        return end_at, ending

    def _begin(self, wish: _Wish) -> None:
        self._current, wish.was_on = wish, True
        one = wish.occurrence
        end_at, ending = self._end_of(wish)
        volume = one.volume
        if not one.is_text:
            volume = (
                self._rails.emergency_volume(one.start_at, one.volume)
                if one.is_emergency
                else self._rails.volume(one.start_at, self._now, end_at, one.volume)
            )
        self._on_air = OnAir(
            occurrence=one.id,
            start_at=self._now,
            end_at=end_at,
            offset=_ZERO if one.is_text else wish.played,
            volume=volume,
            ending=ending,
        )

    def _cut(self, winner: _Wish) -> Segment:
        """Take what is on air off it for something of higher rank."""
        wish, on_air = self._current, self._on_air
        assert wish is not None and on_air is not None  # noqa: S101, PT018 - the caller looked
        segment = self._segment(self._now, Ending.OUTRANKED)
        self._count(segment)
        wish.is_cut, wish.winner = True, winner.occurrence.id
        if wish.occurrence.on_loss is OnLoss.RESUME:
            wish.played = on_air.offset + (self._now - on_air.start_at)
        wish.set_deadline()
        wish.drop_at = max(wish.drop_at, self._now)
        return segment

    def _end(self) -> Segment:
        """Let what is on air come to its end."""
        on_air, wish = self._on_air, self._current
        assert on_air is not None and wish is not None  # noqa: S101, PT018 - the caller looked
        self._now = max(self._now, on_air.end_at)
        segment = self._segment(on_air.end_at, on_air.ending)
        self._count(segment)
        self._wishes.remove(wish)
        self._current = self._on_air = None
        return segment

    def _segment(self, end_at: datetime, ending: Ending) -> Segment:
        on_air, wish = self._on_air, self._current
        assert on_air is not None and wish is not None  # noqa: S101, PT018 - the callers looked
        return Segment(
            occurrence=wish.occurrence,
            start_at=on_air.start_at,
            end_at=end_at,
            offset=on_air.offset,
            volume=on_air.volume,
            ending=ending,
        )

    def _count(self, segment: Segment) -> None:
        one = segment.occurrence
        if not one.is_text and segment.end_at > segment.start_at:
            self._account.add(aired_of(segment, self._rails))

    def _mark_losers(self) -> None:
        """Remember who is kept off the air and by whom: it may wait as its own rule says."""
        if self._current is None:
            return
        for wish in self._wishes:
            if wish is not self._current and not wish.winner:
                wish.winner = self._current.occurrence.id
                wish.set_deadline()

    def _next_change(self) -> datetime | None:
        edges = [wish.drop_at for wish in self._wishes if wish is not self._current]
        edges = [edge for edge in edges if edge > self._now]
        if self._coming:
            edges.append(self._coming[-1].start_at)
        if self._on_air is not None:
            edges.append(self._on_air.end_at)
        return min(edges, default=None)


def aired_of(segment: Segment, rails: RailsInForce) -> Aired:
    """Return what a segment counts as, in the account of its day."""
    one = segment.occurrence
    return Aired(
        start_at=segment.start_at,
        end_at=segment.end_at,
        day=rails.day_of(one.start_at),
        is_emergency=one.is_emergency,
    )
