"""Kịch bản chương trình: the parts of a programme in order, and what each of them may be asked to give up.

Values only; `schedules.programmes` lays a rundown out over a slot.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from schedules.errors import ImpossibleRundownError

MOST_PARTS = 100
MOST_REPEATS = 10
LONGEST_PART = timedelta(hours=24)
LONGEST_GAP = timedelta(hours=1)

FADE = timedelta(seconds=3)
"""How long a sound that is cut takes to fade; it lies inside what is left of the sound."""

LEAST_LEFT = timedelta(seconds=10)
"""No sound is cut to less than this: rather than as a scrap it is dropped."""

_ZERO = timedelta(0)


class PartKind(StrEnum):
    """Nhạc hiệu, lời xướng, tiếp sóng, tin bài, thông báo, nhạc cắt, lời chào kết."""

    CHIME = "chime"
    GREETING = "greeting"
    RELAY = "relay"
    ITEM = "item"
    ANNOUNCEMENT = "announcement"
    MUSIC = "music"
    CLOSING = "closing"


_MAY_REPEAT = frozenset({PartKind.ITEM, PartKind.ANNOUNCEMENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a rundown.

    Its length is known (`length`), or only bounded (`at_least`, `at_most`: a relay, a live reading). Music and
    relays can always be cut; others only when `is_trimmable`. One that `fills` takes what the others leave:
    music of known length, played again and again and cut; or a relay, which then has neither length nor bounds.
    `fallback` is the id of the standby part that takes over when a relay is silent. A part may be pinned to an
    instant: that far after the slot's start, or when the clock on the wall shows a time.
    Each of `repeats` is one reading of the whole; `repeat_gap` is the silence between them.
    """

    id: str
    kind: PartKind
    length: timedelta | None = None
    at_least: timedelta = _ZERO
    at_most: timedelta | None = None
    is_trimmable: bool = False
    fills: bool = False
    fallback: str = ""
    starts_at_offset: timedelta | None = None
    starts_at_clock: time | None = None
    repeats: int = 1
    repeat_gap: timedelta = _ZERO

    def __post_init__(self) -> None:
        """Refuse what cannot be; the error's `field` is the name of the attribute."""
        _refuse_first(self._faults_of_length())
        _refuse_first(self._faults_of_role())

    @property
    def shortest(self) -> timedelta:
        """The least that one reading takes when nobody cuts it; of a part that fills, the least that it needs."""
        return self.least_left if self.fills else self._natural(self.at_least)

    @property
    def longest(self) -> timedelta:
        """The most that one reading takes; of a part that fills, the least that it needs."""
        return self.least_left if self.fills else self._natural(self.at_most)

    @property
    def can_be_cut(self) -> bool:
        """Whether its end may be taken away."""
        return self.is_trimmable or self.fills or self.kind in (PartKind.MUSIC, PartKind.RELAY)

    @property
    def least_left(self) -> timedelta:
        """How much of one reading must be on air at least, if any of it is."""
        longest = self._natural(self.at_most) or LEAST_LEFT
        return min(LEAST_LEFT, longest) if self.can_be_cut else longest

    @property
    def is_pinned(self) -> bool:
        """Whether it starts at a time of its own."""
        return self.starts_at_offset is not None or self.starts_at_clock is not None

    def _natural(self, bound: timedelta | None) -> timedelta:
        return self.length if self.length is not None else bound or _ZERO

    def _faults_of_length(self) -> Iterable[tuple[bool, str, str]]:
        bounds = (self.at_most, self.at_least or None)
        has_bounds = any(bound is not None for bound in bounds)
        is_open = self.fills and self.kind is PartKind.RELAY
        lengths = {"length": self.length, "at_most": self.at_most, "starts_at_offset": self.starts_at_offset}
        yield self.length is not None and has_bounds, "length_twice", "length"
        yield is_open and (self.length is not None or has_bounds), "cannot_fill", "fills"
        yield not is_open and self.length is None and self.at_most is None, "length_missing", "length"
        for field, length in lengths.items():
            least = _ZERO if field == "starts_at_offset" else timedelta(milliseconds=1)
            yield length is not None and not least <= length <= LONGEST_PART, "length_out_of_range", field
        crossed = self.at_most is not None and not _ZERO <= self.at_least <= self.at_most
        yield self.at_least < _ZERO or crossed, "bounds_crossed", "at_least"
        yield not _ZERO <= self.repeat_gap <= LONGEST_GAP, "gap_out_of_range", "repeat_gap"

    def _faults_of_role(self) -> Iterable[tuple[bool, str, str]]:
        fills_with_sound = self.kind is PartKind.MUSIC and self.length is not None
        is_closing = self.kind is PartKind.CLOSING
        clock = self.starts_at_clock
        yield not self.id, "id_empty", "id"
        yield self.fills and self.kind is not PartKind.RELAY and not fills_with_sound, "cannot_fill", "fills"
        yield bool(self.fallback) and self.kind is not PartKind.RELAY, "fallback_for_relays_only", "fallback"
        yield self.starts_at_offset is not None and clock is not None, "pinned_twice", "starts_at_clock"
        yield clock is not None and clock.tzinfo is not None, "clock_with_zone", "starts_at_clock"
        yield is_closing and self.is_pinned, "closing_pinned", "starts_at_clock"
        yield is_closing and self.is_trimmable, "closing_trimmable", "is_trimmable"
        yield not 1 <= self.repeats <= MOST_REPEATS, "repeats_out_of_range", "repeats"
        yield self.repeats > 1 and self.kind not in _MAY_REPEAT, "repeats_for_items_only", "repeats"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rundown:
    """The parts of one programme, in the order in which they are heard, with `gap` of silence between them.

    `standby` are recorded parts that are heard only when they take over from a silent relay. The closing, if there
    is one, is the last part.
    """

    name: str
    parts: tuple[Part, ...]
    gap: timedelta = _ZERO
    standby: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be; the error's `field` is e.g. `parts[3].fallback`."""
        _refuse_first(self._faults())

    def standby_for(self, part: Part) -> Part | None:
        """Return the part that takes over when a relay is silent, if it names one."""
        return next((one for one in self.standby if one.id == part.fallback), None)

    def _faults(self) -> Iterable[tuple[bool, str, str]]:
        placed = [(f"parts[{number}]", part) for number, part in enumerate(self.parts)]
        waiting = [(f"standby[{number}]", part) for number, part in enumerate(self.standby)]
        yield not self.name, "name_empty", "name"
        yield not self.parts, "no_parts", "parts"
        yield len(placed) + len(waiting) > MOST_PARTS, "too_many_parts", "parts"
        yield not _ZERO <= self.gap <= LONGEST_GAP, "gap_out_of_range", "gap"
        seen: set[str] = set()
        for place, part in (*placed, *waiting):
            yield part.id in seen, "part_twice", f"{place}.id"
            seen.add(part.id)
        standby_ids = {part.id for part in self.standby}
        pinned_last = timedelta(-1)
        for place, part in placed:
            unknown = bool(part.fallback) and part.fallback not in standby_ids
            yield unknown, "fallback_unknown", f"{place}.fallback"
            is_last = part is self.parts[-1]
            yield part.kind is PartKind.CLOSING and not is_last, "closing_not_last", f"{place}.kind"
            if part.starts_at_offset is not None:
                early = part.starts_at_offset <= pinned_last
                yield early, "pins_out_of_order", f"{place}.starts_at_offset"
                pinned_last = part.starts_at_offset
        for place, part in waiting:
            is_plain = part.length is not None and part.repeats == 1 and not part.is_pinned
            yield not is_plain, "standby_not_plain", place


def bounds(rundown: Rundown) -> tuple[timedelta, timedelta]:
    """Return how long a rundown takes at least and at most when nothing is cut and no part waits for its time.

    Gaps and repeats count; a part that fills counts with the least that it needs.
    """
    gaps = rundown.gap * (len(rundown.parts) - 1)
    gaps += sum((part.repeat_gap * (part.repeats - 1) for part in rundown.parts), _ZERO)
    shortest = sum((part.shortest * part.repeats for part in rundown.parts), gaps)
    longest = sum((part.longest * part.repeats for part in rundown.parts), gaps)
    return shortest, longest


_SENTENCES = {
    "bounds_crossed": "at_least is not negative and not above at_most",
    "cannot_fill": "only music of known length, or a relay without length and bounds, can fill",
    "clock_with_zone": "the clock on the wall has no zone of its own",
    "closing_not_last": "the closing is the last part",
    "closing_pinned": "the closing follows what comes before it; it has no time of its own",
    "closing_trimmable": "the closing is heard whole",
    "fallback_for_relays_only": "only a relay can fall silent",
    "fallback_unknown": "the fallback is the id of a standby part",
    "gap_out_of_range": "a gap is 0 to 1 hour",
    "id_empty": "a part needs an id",
    "length_missing": "give the length, or at_most when it is only bounded",
    "length_out_of_range": "a part is longer than nothing and at most 24 hours",
    "length_twice": "a known length has no bounds",
    "name_empty": "a rundown needs a name",
    "no_parts": "a rundown has at least one part",
    "part_twice": "every part has an id of its own",
    "pinned_twice": "a part is pinned by offset or by clock, not by both",
    "pins_out_of_order": "parts are pinned in the order in which they are heard",
    "repeats_for_items_only": "only items and announcements are read again",
    "repeats_out_of_range": "repeats is 1 to 10",
    "standby_not_plain": "a standby part has a known length, is heard once and has no time of its own",
    "too_many_parts": "a rundown has at most 100 parts",
}


def _refuse_first(faults: Iterable[tuple[bool, str, str]]) -> None:
    for is_fault, code, field in faults:
        if is_fault:
            raise ImpossibleRundownError(code, _SENTENCES[code], field=field)
