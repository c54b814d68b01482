"""What will really be on air, second by second, and what will not and why.

One function, `foresee`, answers for both houses: the device asks it what to begin, the official's preview asks
it for the next week. It plays the plan through from `now` on, event by event: something starts, ends, is cut,
or runs out of time. Pure: `now` is an argument, and the history of what really happened is another.

Order of a tie, and what becomes of a loser, are in `ranking`; what may not sound at all is in `rails`.
"""

from bisect import insort
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from operator import attrgetter

from schedules.occurrences import Occurrence, Rank
from schedules.rails import Account, Breach, RailsInForce
from schedules.ranking import OnLoss
from schedules.segments import Ending, Fate, History, Segment, Unaired

LEAST_REST = timedelta(seconds=1)
"""A rest shorter than this is not worth going on with: nobody understands half a word."""

Deadline = tuple[datetime, bool]
"""From when on something can no longer begin, or go on; and whether this instant itself is its last chance."""

_LAST_CHANCE = True
_ZERO = timedelta(0)
_START = attrgetter("start_at")


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


class _Wish:
    """An occurrence that wants the air."""

    __slots__ = (
        "_rank",
        "deadline",
        "ending",
        "ends_at",
        "is_cut",
        "is_gone",
        "occurrence",
        "played",
        "was_on",
        "winner",
    )

    def __init__(self, occurrence: Occurrence) -> None:
        self.occurrence = occurrence
        self.played = _ZERO
        self.is_cut = self.was_on = self.is_gone = False
        self.winner = ""
        self.deadline: Deadline | None = None
        self.ends_at, self.ending = occurrence.end_at, Ending.WHOLE
        self._rank: Rank | None = None

    def __lt__(self, other: "_Wish") -> bool:
        return self.rank < other.rank

    @property
    def rank(self) -> Rank:
        """Computed when there is somebody to compare with."""
        if self._rank is None:
            self._rank = self.occurrence.rank
        return self._rank

    @property
    def has_lost(self) -> bool:
        return self.is_cut or bool(self.winner)

    @property
    def may_wait(self) -> bool:
        """Whether it has lost and takes only a time that nobody else wants."""
        one = self.occurrence
        return one.on_loss is OnLoss.LATER and not one.is_text and self.has_lost


class _Play:
    """The plan played through. `_wishes` are in the order of their rank, `_coming` the next one last."""

    def __init__(
        self, occurrences: Iterable[Occurrence], rails: RailsInForce, history: History, now: datetime
    ) -> None:
        self._rails = rails
        self._history = history
        self._now = now.astimezone(UTC)
        self._has_past = bool(history.played or history.waiting)
        self._account = Account.of(history.aired)
        unique: dict[str, Occurrence] = {}
        for one in occurrences:
            if one.id not in history.over:
                unique.setdefault(one.id, one)
        self._coming = sorted(unique.values(), key=_START, reverse=True)
        self._wishes: list[_Wish] = []
        self._fresh: list[_Wish] = []
        self._deadlines: list[tuple[Deadline, Rank, _Wish]] = []
        self._current: _Wish | None = None
        self._begun_at = self._ends_at = self._counted_at = self._now
        self._offset, self._volume, self._ending = _ZERO, 0, Ending.WHOLE

    def through(self, until: datetime) -> Iterator[Segment | Unaired]:
        self._take_up()
        if self._current is not None and self._ends_at <= self._now:
            yield self._end()
        while self._now < until or (self._current is not None and self._begun_at < until):
            self._let_start()
            if self._deadlines:
                yield from self._dropped((self._now, not _LAST_CHANCE))
            yield from self._decided()
            change_at = self._next_change()
            if self._current is not None and (change_at is None or change_at >= self._ends_at):
                yield self._end()
                if self._wishes:
                    continue
                # Nobody waits: nothing happens before the next start.
                change_at = self._coming[-1].start_at if self._coming else None
            if change_at is None:
                return
            self._now = max(self._now, change_at)

    def _decided(self) -> list[Segment | Unaired]:
        """Give the air to whom it belongs now; return what that ends."""
        chosen, refused = self._choose()
        ended: list[Segment | Unaired] = [*refused]
        if chosen is not None and chosen is not self._current:
            if self._current is not None:
                ended.append(self._cut(chosen))
            self._begin(chosen)
        if len(self._wishes) > 1 and self._fresh:
            self._mark_losers()
        self._fresh.clear()
        if self._deadlines:
            ended += self._dropped((self._now, _LAST_CHANCE))
        return ended

    def _take_up(self) -> None:
        """Go on from what is on air. A start that is still to come means that the clock was set back: it is now."""
        on_air = self._history.on_air
        one = next((one for one in self._coming if on_air and one.id == on_air.occurrence), None)
        if on_air is None or one is None:
            return
        self._coming.remove(one)
        wish = self._wish_of(one)
        wish.was_on = True
        self._wishes.append(wish)
        self._current = wish
        self._begun_at, self._ends_at = on_air.start_at, on_air.end_at
        if on_air.start_at > self._now:
            self._begun_at = self._now
            if not one.is_text:
                self._ends_at = self._now + (on_air.end_at - on_air.start_at)
        self._counted_at = self._begun_at
        self._offset, self._volume, self._ending = on_air.offset, on_air.volume, on_air.ending
        if on_air.ending is Ending.OUTRANKED:
            wish.played = on_air.offset
            self._ends_at, self._ending = self._end_of(wish, self._begun_at)

    def _let_start(self) -> None:
        while self._coming and self._coming[-1].start_at <= self._now:
            wish = self._wish_of(self._coming.pop())
            if self._wishes:
                insort(self._wishes, wish)
            else:
                self._wishes.append(wish)
            self._fresh.append(wish)
            # What begins at this very instant has its chance first, even with a late limit of zero.
            if wish.has_lost or wish.occurrence.start_at < self._now:
                self._set_deadline(wish)

    def _wish_of(self, one: Occurrence) -> _Wish:
        """Return the wish of an occurrence, with what has already become of it."""
        wish, history = _Wish(one), self._history
        if not self._has_past:
            return wish
        if one.id in history.played:
            wish.is_cut = wish.was_on = True
            if one.on_loss is OnLoss.RESUME:
                wish.played = max(history.played[one.id], _ZERO)
        wish.winner = history.waiting.get(one.id, "")
        return wish

    def _set_deadline(self, wish: _Wish) -> None:
        """Compute from when on it can no longer begin, or go on."""
        one, is_good = wish.occurrence, not _LAST_CHANCE
        if one.is_text:
            drop_at = one.end_at
        elif not wish.has_lost:
            drop_at = one.last_start_at
        elif one.on_loss is OnLoss.SKIP:
            drop_at = one.start_at if wish.is_cut else one.last_start_at
        else:
            length = one.length
            if one.is_emergency:
                length = min(length, self._rails.emergency_limits(one.start_at)[0])
            rest = length - wish.played
            # The last instant at which the rest can begin and still end in time is itself good.
            drop_at, is_good = one.off_by - rest, _LAST_CHANCE
            if wish.played and rest < LEAST_REST:
                drop_at, is_good = one.start_at, not _LAST_CHANCE
        # Cut before its time has come, it had begun by a clock that was wrong: it does not go on at just any hour.
        if wish.is_cut and (drop_at < self._now or one.start_at > self._now):
            drop_at, is_good = self._now, not _LAST_CHANCE
        deadline = wish.deadline = (drop_at, is_good)
        heappush(self._deadlines, (deadline, wish.rank, wish))

    def _dropped(self, limit: Deadline) -> Iterator[Unaired]:
        """Yield those whose deadline is not after `limit`, in the order of their deadlines."""
        while self._deadlines and self._deadlines[0][0] <= limit:
            deadline, _, wish = heappop(self._deadlines)
            if wish.is_gone or wish is self._current or wish.deadline != deadline:
                continue
            self._leave(wish)
            if wish.occurrence.is_text and wish.was_on:
                # It has had what nobody else wanted of its time.
                continue
            yield Unaired(
                occurrence=wish.occurrence,
                at=max(deadline[0], wish.occurrence.start_at),
                fate=Fate.OUTRANKED if wish.has_lost else Fate.TOO_LATE,
                winner=wish.winner,
            )

    def _choose(self) -> tuple[_Wish | None, list[Unaired]]:
        """Return who has the air now, the one that has it included, and whom the guard rails forbid it."""
        refused: list[Unaired] = []
        number = 0
        while number < len(self._wishes):
            wish = self._wishes[number]
            if wish is self._current:
                return wish, refused
            if wish.may_wait and not self._has_room(wish):
                number += 1
                continue
            breaches = self._breaches(wish)
            if not breaches:
                return wish, refused
            self._leave(wish)
            refused.append(
                Unaired(occurrence=wish.occurrence, at=self._now, fate=Fate.REFUSED, breaches=breaches)
            )
            # Whoever waited for it may have room now.
            number = 0
        return None, refused

    def _has_room(self, wish: _Wish) -> bool:
        """Tell whether nobody wants the air until the end of this one, but others that may wait as well."""
        if self._current is not None:
            return False
        if self._coming and self._coming[-1].start_at < self._now + wish.occurrence.length:
            return False
        return all(other.may_wait for other in self._wishes)

    def _breaches(self, wish: _Wish) -> tuple[Breach, ...]:
        """Return what it would break if it began now; note until when it would be on air."""
        one = wish.occurrence
        if one.is_text:
            wish.ends_at, wish.ending = one.end_at, Ending.WHOLE
            return ()
        if self._current is not None:
            # What would be cut for it has sounded all the same.
            self._count_until(self._now)
        wish.ends_at, wish.ending = self._end_of(wish, self._now)
        if not one.is_emergency:
            return self._rails.breaches(one.start_at, self._now, wish.ends_at, self._account)
        if not (one.authorised_by.strip() and one.cause.strip()):
            return (Breach("emergency_unnamed"),)
        _, limit = self._rails.emergency_limits(one.start_at)
        used = self._account.emergencies(self._rails.day_of(self._now))
        if limit - used >= LEAST_REST:
            return ()
        minutes = timedelta(minutes=1)
        return (
            Breach("emergency_day_minutes", (("limit", limit // minutes), ("used", -(-used // minutes)))),
        )

    def _end_of(self, wish: _Wish, begun_at: datetime) -> tuple[datetime, Ending]:
        """Return when it will be off the air of itself if it begins then, and what ends it."""
        one = wish.occurrence
        if one.is_text:
            return one.end_at, Ending.WHOLE
        end_at, ending, off_by = begun_at + (one.length - wish.played), Ending.WHOLE, one.off_by
        if end_at > off_by:
            end_at, ending = off_by, Ending.TRIMMED
        if one.is_emergency:
            item, day = self._rails.emergency_limits(one.start_at)
            left = min(item - wish.played, day - self._account.emergencies(self._rails.day_of(begun_at)))
            if begun_at + left < end_at:
                end_at, ending = begun_at + left, Ending.LIMITED
        return end_at, ending

    def _begin(self, wish: _Wish) -> None:
        one = wish.occurrence
        self._current, wish.was_on = wish, True
        self._begun_at = self._counted_at = self._now
        self._ends_at, self._ending = wish.ends_at, wish.ending
        self._offset, self._volume = wish.played, one.volume
        if one.is_text:
            self._offset = _ZERO
        elif one.is_emergency:
            self._volume = self._rails.emergency_volume(one.start_at, one.volume)
        else:
            self._volume = self._rails.volume(one.start_at, self._now, self._ends_at, one.volume)

    def _cut(self, winner: _Wish) -> Segment:
        """Take what is on air off it for something of higher rank."""
        wish = self._current
        assert wish is not None  # noqa: S101 - the caller looked
        segment = self._segment(wish, self._now, Ending.OUTRANKED)
        wish.is_cut, wish.winner = True, winner.occurrence.id
        if wish.occurrence.on_loss is OnLoss.RESUME:
            wish.played = self._offset + (self._now - self._begun_at)
        self._current = None
        self._set_deadline(wish)
        return segment

    def _end(self) -> Segment:
        """Let what is on air come to its end."""
        wish = self._current
        assert wish is not None  # noqa: S101 - the caller looked
        segment = self._segment(wish, self._ends_at, self._ending)
        self._now = max(self._now, self._ends_at)
        self._leave(wish)
        self._current = None
        return segment

    def _leave(self, wish: _Wish) -> None:
        self._wishes.remove(wish)
        wish.is_gone = True

    def _segment(self, wish: _Wish, end_at: datetime, ending: Ending) -> Segment:
        self._count_until(end_at)
        return Segment(
            occurrence=wish.occurrence,
            start_at=self._begun_at,
            end_at=end_at,
            offset=self._offset,
            volume=self._volume,
            ending=ending,
        )

    def _count_until(self, at: datetime) -> None:
        """Take into account what has sounded of the one on air until then."""
        assert self._current is not None  # noqa: S101 - the callers looked
        one = self._current.occurrence
        if one.is_text or at <= self._counted_at:
            return
        day = self._rails.day_of(self._begun_at)
        self._account.count(day, self._counted_at, at, is_emergency=one.is_emergency)
        self._counted_at = at

    def _mark_losers(self) -> None:
        """Remember who is kept off the air and by whom: it may wait as its own rule says."""
        if self._current is not None:
            for wish in self._fresh:
                if wish is not self._current and not wish.is_gone and not wish.winner:
                    wish.winner = self._current.occurrence.id
                    self._set_deadline(wish)

    def _next_change(self) -> datetime | None:
        """Return when something else may happen: a start, or a deadline, perhaps one that is void by now."""
        change_at = self._deadlines[0][0][0] if self._deadlines else None
        if self._coming:
            start_at = self._coming[-1].start_at
            change_at = start_at if change_at is None or start_at < change_at else change_at
        return change_at
