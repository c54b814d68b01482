"""How a rundown is laid out from some instant on: rules 2 to 7 of `schedules.programmes`, a function or two each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from schedules.layouts import Adjustment, AdjustmentCode, Layout, Placement, note
from schedules.rundowns import FADE, Part, PartKind, Rundown
from schedules.slots import at_local, local_day

_ZERO = timedelta(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Air:
    """From where on a layout is to be made: `now`, behind the reading `after` (part and turn), if any."""

    layout: Layout
    now: datetime
    after: tuple[int, int] | None = None

    @property
    def cursor(self) -> datetime:
        """The instant one gap before which nothing may start: the first part of all has no gap before it."""
        return self.now if self.after else self.now - self.layout.rundown.gap


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one part; `pin` is the instant that it is pinned to, `late` how far that has passed."""

    part: Part
    index: int
    turn: int = 1
    pin: datetime | None = None
    late: timedelta = _ZERO

    @property
    def is_open(self) -> bool:
        """Whether it has no end of its own, or only a bound: a relay."""
        return self.part.kind is PartKind.RELAY and self.part.length is None

    @property
    def own(self) -> timedelta:
        """Its longest length, less what is missed of a bounded relay that is joined under way."""
        longest = self.part.length or self.part.longest
        return longest - self.late if self.is_open and not self.part.fills else longest

    @property
    def wanted(self) -> timedelta:
        """What it asks for: all of it, or the least when it fills."""
        return self.part.longest if self.part.fills else self.own

    def lead(self, rundown: Rundown) -> timedelta:
        """The silence before it."""
        return self.part.repeat_gap if self.turn > 1 else rundown.gap


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What shares the time between two pins. `cursor` is where the reading before it ended, its gap excluded."""

    cursor: datetime
    limit: datetime
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class _Admitted:
    """Which readings of a stretch stay, and which do not, with the room that there was for each of these."""

    kept: frozenset[Reading]
    refused: Mapping[Reading, timedelta]


def lay_rest(air: Air) -> tuple[tuple[Placement, ...], tuple[Adjustment, ...]]:
    """Lay out all readings behind `air.after`."""
    notes: list[Adjustment] = []
    readings = list(_pinned(air, notes))
    while True:
        stretches = _stretches(air, readings)
        admitted = [_admit(air, stretch) for stretch in stretches]
        loser = _gives_way(air, stretches, admitted)
        if loser is None:
            break
        room = next((one.refused[loser] for one in admitted if loser in one.refused), _ZERO)
        notes.append(no_room(loser, room))
        readings = [one for one in readings if one.index != loser.index]
    placements: list[Placement] = []
    for stretch, answer in zip(stretches, admitted, strict=True):
        notes += [no_room(one, room) for one, room in answer.refused.items()]
        given = _shares(air, stretch, answer.kept)
        for one, length in given.items():
            notes += given_notes(one, length)
        placements += _walk(air, stretch, given)
    notes += _silences(air, placements)
    return tuple(placements), tuple(notes)


def _pinned(air: Air, notes: list[Adjustment]) -> Iterator[Reading]:
    """Yield the readings that are left, pinned ones with their instants; note those whose pin cannot be."""
    before = None
    for index, part in enumerate(air.layout.rundown.parts):
        turns = [turn for turn in range(1, part.repeats + 1) if not air.after or (index, turn) > air.after]
        pin = _pin_of(part, air.layout)
        fault = None
        if pin and pin >= air.layout.end_at:
            fault = note(part.id, AdjustmentCode.DROPPED_OUTSIDE_SLOT, late=pin - air.layout.end_at)
        elif pin and before and pin <= before:
            fault = note(part.id, AdjustmentCode.DROPPED_PIN_ORDER, early=before - pin)
        if fault:
            notes += [fault] if turns else []
            continue
        before = pin or before
        late = max(_ZERO, air.now - pin) if pin else _ZERO
        for turn in turns:
            yield Reading(part, index, turn, pin, late) if turn == 1 else Reading(part, index, turn)


def _pin_of(part: Part, layout: Layout) -> datetime | None:
    """Return the instant of a pin; of a clock's time the first one that is not before the slot."""
    if part.starts_at_offset is not None:
        return layout.start_at + part.starts_at_offset
    if part.starts_at_clock is None or layout.zone is None:
        return None
    today = local_day(layout.start_at, layout.zone)
    pin = at_local(today, part.starts_at_clock, layout.zone)
    return pin if pin >= layout.start_at else at_local(today + _DAY, part.starts_at_clock, layout.zone)


def _stretches(air: Air, readings: list[Reading]) -> list[_Stretch]:
    """Split the readings at the pins; each pinned one but the first opens a new stretch."""
    gap = air.layout.rundown.gap
    heads = [number for number, one in enumerate(readings) if one.pin and number]
    edges = [0, *heads, len(readings)] if readings else []
    made = []
    for first, behind in pairwise(edges):
        pin = readings[first].pin
        next_pin = readings[behind].pin if behind < len(readings) else None
        cursor = max(pin, air.now) - gap if pin else air.cursor
        limit = next_pin - gap if next_pin else air.layout.end_at
        made.append(_Stretch(cursor, limit, tuple(readings[first:behind])))
    return made


def _admit(air: Air, stretch: _Stretch) -> _Admitted:
    """Choose what stays: rule 4 for first readings, then rule 5 for repeats."""
    rundown = air.layout.rundown
    left = stretch.limit - stretch.cursor
    kept: list[Reading] = []
    refused: dict[Reading, timedelta] = {}
    for one in sorted((one for one in stretch.readings if one.turn == 1), key=_rank):
        room = left - one.lead(rundown)
        if one.part.least_left <= min(room, one.wanted):
            kept.append(one)
            left = room - one.part.least_left
        else:
            refused[one] = max(_ZERO, min(room, one.wanted))
    left -= sum((one.wanted - one.part.least_left for one in kept), _ZERO)
    heard = {(one.index, 1) for one in kept} | {air.after}
    for one in sorted(
        (one for one in stretch.readings if one.turn > 1), key=lambda one: (one.turn, one.index)
    ):
        room = left - one.lead(rundown)
        if (one.index, one.turn - 1) not in heard:
            continue  # the refusal of an earlier reading says it
        if one.wanted <= room:
            kept.append(one)
            heard.add((one.index, one.turn))
            left = room - one.wanted
        else:
            refused[one] = max(_ZERO, room)
    return _Admitted(frozenset(kept), refused)


def _rank(one: Reading) -> tuple[int, int]:
    kind = one.part.kind
    ranks = {PartKind.CHIME: 2, PartKind.GREETING: 2, PartKind.RELAY: 5, PartKind.MUSIC: 6}
    if kind is PartKind.CLOSING:
        return 0, one.index
    if one.pin:
        return 1, one.index
    return ranks.get(kind, 4 if one.part.can_be_cut else 3), one.index


def _gives_way(air: Air, stretches: list[_Stretch], admitted: list[_Admitted]) -> Reading | None:
    """Return a pinned reading that cannot stay: one that keeps the closing out, else the last that does not fit."""
    if not stretches:
        return None
    head, last = stretches[-1].readings[0], stretches[-1].readings[-1]
    if last.part.kind is PartKind.CLOSING and last in admitted[-1].refused and head.pin:
        fits_without_pins = air.cursor + last.lead(air.layout.rundown) + last.wanted <= air.layout.end_at
        if fits_without_pins:
            return head
    heads = (stretch.readings[0] for stretch in reversed(stretches))
    return next((one for one in heads if one.pin and any(one in answer.refused for answer in admitted)), None)


def _shares(air: Air, stretch: _Stretch, kept: frozenset[Reading]) -> dict[Reading, timedelta]:
    """Return how long each kept reading is on air, in order: rules 6 and 7."""
    given = {one: one.wanted for one in stretch.readings if one in kept}
    used = sum((one.wanted + one.lead(air.layout.rundown) for one in given), _ZERO)
    left = stretch.limit - stretch.cursor - used
    first_to_cut = {PartKind.MUSIC: 0, PartKind.RELAY: 1}
    for one in sorted(given, key=lambda one: (first_to_cut.get(one.part.kind, 2), -one.index, -one.turn)):
        cut = max(_ZERO, min(-left, one.wanted - one.part.least_left))
        given[one] -= cut
        left += cut
    filling = [one for one in given if one.part.fills]
    if filling and left > _ZERO:
        given[filling[-1]] += left
    return given


def _walk(air: Air, stretch: _Stretch, given: Mapping[Reading, timedelta]) -> Iterator[Placement]:
    """Yield the placements of a stretch, one behind the other."""
    at = earliest = stretch.cursor
    for one, length in given.items():
        lead = one.lead(air.layout.rundown)
        placed = placed_at(at + lead, one, length, earliest_at=earliest + lead)
        at, earliest = placed.end_at, placed.earliest_end_at
        yield placed


def placed_at(start_at: datetime, one: Reading, length: timedelta, *, earliest_at: datetime) -> Placement:
    """Return the placement of a reading that gets `length` from `start_at` on, or from `earliest_at` on."""
    loops = one.part.fills and not one.is_open
    is_cut = one.is_open or length < one.own or (loops and bool(length % one.own))
    shortest = max(_ZERO, one.part.shortest - one.late) if one.is_open else one.part.shortest
    return Placement(
        part_id=one.part.id,
        turn=one.turn,
        start_at=start_at,
        end_at=start_at + length,
        earliest_start_at=earliest_at,
        earliest_end_at=start_at + length if one.part.fills else earliest_at + min(shortest, length),
        trimmed=max(_ZERO, one.own - length),
        fade=min(FADE, length) if is_cut else _ZERO,
    )


def given_notes(one: Reading, length: timedelta) -> list[Adjustment]:
    """Return what there is to say about a reading that gets `length`."""
    if length < one.own:
        lengths = {"by": one.own - length, "length": length, "fade": min(FADE, length)}
        return [note(one.part.id, AdjustmentCode.TRIMMED, one.turn, **lengths)]
    if one.part.fills:
        return [note(one.part.id, AdjustmentCode.FILLS_GAP, one.turn, length=length)]
    return []


def no_room(one: Reading, room: timedelta) -> Adjustment:
    """Return the note on a reading that is dropped: what it needs at least, and the room that there was."""
    needs = one.wanted if one.turn > 1 else one.part.least_left
    return note(one.part.id, AdjustmentCode.DROPPED_NO_ROOM, one.turn, needs=needs, room=room)


def _silences(air: Air, placements: Iterable[Placement]) -> Iterator[Adjustment]:
    """Yield the silences before pinned parts that are longer than a gap; whatever else begins after its gap."""
    pinned = {part.id for part in air.layout.rundown.parts if part.is_pinned}
    gap = air.layout.rundown.gap
    at, lead = air.now, gap if air.after else _ZERO
    for one in placements:
        silence = one.start_at - at
        if one.turn == 1 and one.part_id in pinned and silence > lead:
            yield note(one.part_id, AdjustmentCode.SILENCE, length=silence)
        at, lead = one.end_at, gap
