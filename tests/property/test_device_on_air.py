"""Whatever is planned, whatever arrives and whenever the power goes: what a device really airs keeps the rules."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import NOTHING_YET, Ending, Occurrence, OnLoss, RailsInForce, Segment
from schedules import Timetable as Plan
from tests.fixtures.simulated_device import (
    AiredSegment,
    Happening,
    Outage,
    SimulatedDevice,
    SimulatedRun,
    plain_of,
    timetable_of,
)
from tests.property.minutes import broken
from tests.property.plans import DAYS, MINUTE, Drawn, plans, plans_of_any_kind

seeds = st.integers(0, 2**32)
_UNTIL = timedelta(days=DAYS + 3)


def happenings(drawn: Drawn, seed: int) -> tuple[list[tuple[datetime, Happening]], dict[str, Occurrence]]:
    """Return what befalls a device, in whole minutes: items taken out, emergencies thrown in, power cuts."""
    dice = random.Random(seed)
    known = {one.id: one for one in drawn.planned}
    planned = list(drawn.planned)
    events: list[tuple[datetime, Happening]] = []
    minutes = sorted(dice.sample(range(DAYS * 1_440), dice.randint(0, 6)))
    for number, minute in enumerate(minutes):
        at = drawn.begin + minute * MINUTE
        if dice.random() < 0.3:
            events.append((at, Outage(dice.randint(1, 40) * MINUTE)))
            continue
        if planned and dice.random() < 0.5:
            planned.remove(dice.choice(planned))
        if dice.random() < 0.7:
            urgent = an_emergency(number, at, dice)
            known[urgent.id] = urgent
            planned.append(urgent)
        events.append((at, timetable_of(planned, [drawn.rails], revision=number + 2)))
    return events, known


def an_emergency(number: int, at: datetime, dice: random.Random) -> Occurrence:
    start_at = at + dice.randint(0, 3) * MINUTE
    return Occurrence(
        id=f"khẩn-{number}".encode("ascii", "ignore").decode(),
        start_at=start_at,
        end_at=start_at + dice.randint(1, 60) * MINUTE,
        priority=dice.choice([200, 250, 255]),
        late_limit=MINUTE,
        on_loss=dice.choice(list(OnLoss)),
        authorised_by=dice.choice(["Chủ tịch", "Chủ tịch", ""]),
        cause="lũ",
    )


def happened(drawn: Drawn, seed: int) -> tuple[SimulatedRun, dict[str, Occurrence]]:
    events, known = happenings(drawn, seed)
    device = SimulatedDevice(timetable_of(drawn.planned, [drawn.rails]))
    return device.run(drawn.begin - MINUTE, drawn.begin + _UNTIL, events), known


def as_segment(one: AiredSegment, known: dict[str, Occurrence]) -> Segment:
    return Segment(
        occurrence=known[one.occurrence],
        start_at=one.start_at,
        end_at=one.end_at,
        offset=one.offset,
        volume=one.volume,
        ending=Ending.WHOLE,
    )


@given(plans, seeds)
@settings(max_examples=150, deadline=None)
def test_no_guard_rail_is_ever_broken_but_by_an_emergency(drawn: Drawn, seed: int) -> None:
    run, known = happened(drawn, seed)
    assert broken(drawn.rails, [as_segment(one, known) for one in run.aired]) == []


@given(plans_of_any_kind, seeds)
@settings(max_examples=100, deadline=None)
def test_there_are_never_two_at_once_and_no_part_of_a_sound_comes_twice(drawn: Drawn, seed: int) -> None:
    run, known = happened(drawn, seed)
    in_order = sorted(run.aired, key=lambda one: one.start_at)
    for earlier, later in pairwise(in_order):
        assert earlier.end_at <= later.start_at
    for name, occurrence in known.items():
        parts = run.of(name)
        if occurrence.on_loss is OnLoss.RESUME and not occurrence.is_text:
            for before, after in pairwise(parts):
                assert after.offset == before.offset + (before.end_at - before.start_at)


@given(plans_of_any_kind, seeds)
@settings(max_examples=100, deadline=None)
def test_what_was_refused_never_sounds_from_then_on_and_is_told_once(drawn: Drawn, seed: int) -> None:
    run, _known = happened(drawn, seed)
    refused = [one for one in run.entries if one.result == "refused"]
    assert len({one.occurrence for one in refused}) == len(refused)
    for entry in refused:
        assert entry.reason
        assert entry.detail.startswith(entry.reason)
        assert all(one.start_at < entry.noted_at for one in run.of(entry.occurrence))


@given(plans_of_any_kind)
@settings(max_examples=150, deadline=None)
def test_undisturbed_it_airs_what_was_foreseen_and_refuses_what_was_foreseen(drawn: Drawn) -> None:
    since = drawn.begin - MINUTE
    in_force = RailsInForce([drawn.rails])
    planned = [replace(one, latest_at=one.off_by) for one in drawn.planned]
    foreseen = list(Plan(tuple(planned), in_force).foresee(NOTHING_YET, since, until=drawn.begin + _UNTIL))
    run = SimulatedDevice(timetable_of(drawn.planned, [drawn.rails])).run(since, drawn.begin + _UNTIL)
    assert sorted((one.plain for one in run.aired), key=lambda one: one[1]) == [
        plain_of(one) for one in foreseen if isinstance(one, Segment)
    ]
    assert sorted(run.refusals) == sorted(
        (one.occurrence.id, one.breaches[0].code)
        for one in foreseen
        if not isinstance(one, Segment) and one.breaches
    )
