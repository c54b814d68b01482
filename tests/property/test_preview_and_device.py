"""Preview and reality agree: over random days a simulated device airs what the controller's preview said.

When something came later (an emergency, a withdrawal), a preview made then says the rest, and what the first preview
said otherwise is explained by the device's journal.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.airings import Airing
from controller.usecases.timetables import as_occurrence
from schedules import NOTHING_YET, Aired, History, RailsInForce, Segment, Unaired, foresee
from tests.fixtures.simulated_device import Outage, SimulatedDevice, SimulatedRun
from tests.property.plans import MINUTE, history_at
from tests.vectors.cases import Case, as_the_device_reads_it, in_force, read
from tests.vectors.generate import a_case

Told = tuple[str, datetime, datetime, timedelta, int]
Foreseen = list[Segment | Unaired]

_HALF = MINUTE / 2
_SEEDS = st.integers(0, 2**32)


@dataclass(frozen=True)
class Later:
    """What is ordered at `at`, and the plan from then on."""

    at: datetime
    airings: tuple[Airing, ...]
    what: str


def _drawn(seed: int) -> Case:
    return read({**a_case(random.Random(seed), f"seed {seed}"), "expected": []})


def _preview(case: Case, airings: Sequence[Airing], history: History, now: datetime) -> Foreseen:
    return list(foresee(map(as_occurrence, airings), in_force(case), history, now, until=case.until))


def _segments(foreseen: Foreseen) -> list[Segment]:
    return [one for one in foreseen if isinstance(one, Segment)]


def _told(segments: Sequence[Segment]) -> list[Told]:
    return [(one.occurrence.id, one.start_at, one.end_at, one.offset, one.volume) for one in segments]


def _edges(case: Case, foreseen: Foreseen) -> list[datetime]:
    """Return instants around which it matters when something comes; never within the two seconds before a start."""
    edges = {one.planned_at for one in case.airings} | {one.end_at for one in _segments(foreseen)}
    return sorted(at + _HALF for at in edges if case.now < at < case.until)


@pytest.mark.scenario("S-030")
@settings(max_examples=60)
@given(_SEEDS)
def test_a_device_airs_exactly_what_the_preview_said(seed: int) -> None:
    case = _drawn(seed)
    run = SimulatedDevice(as_the_device_reads_it(case.airings, case.rails)).run(case.now, case.until)
    foreseen = _preview(case, case.airings, NOTHING_YET, case.now)
    assert [one.plain for one in run.aired] == _told(_segments(foreseen))
    _check_fates(foreseen, run)


def _check_fates(foreseen: Foreseen, run: SimulatedRun) -> None:
    """What the preview says will not air is in the journal, with the same reason."""
    last = {entry.occurrence: entry for entry in run.entries}
    for one in foreseen:
        if not isinstance(one, Unaired):
            continue
        entry = last[one.occurrence.id]
        expected = one.breaches[0].code if one.breaches else str(one.fate)
        assert entry.reason == expected, (one, entry)


@pytest.mark.scenario("S-030")
@settings(max_examples=60)
@given(_SEEDS)
def test_what_comes_later_is_what_a_later_preview_says_and_the_journal_tells_why(seed: int) -> None:
    case, dice = _drawn(seed), random.Random(seed)
    foreseen = _preview(case, case.airings, NOTHING_YET, case.now)
    later = _ordered_later(case, foreseen, dice)
    if later is None:
        return
    device = SimulatedDevice(as_the_device_reads_it(case.airings, case.rails))
    newer = as_the_device_reads_it(later.airings, case.rails, revision=8)
    run = device.run(case.now, case.until, [(later.at, newer)])
    begun = [one for one in _segments(foreseen) if one.start_at < later.at]
    history = _history(case, foreseen, later)
    rest = _preview(case, later.airings, history, later.at)
    before = [one for one in begun if one.end_at <= later.at or not _goes_on(one, later)]
    expected = [replace(one, end_at=min(one.end_at, later.at)) for one in before] + _segments(rest)
    assert [one.plain for one in run.aired] == _told(expected), later.what
    _check_explained(foreseen, run, later)


def _goes_on(segment: Segment, later: Later) -> bool:
    return segment.end_at > later.at and any(one.id == segment.occurrence.id for one in later.airings)


def _ordered_later(case: Case, foreseen: Foreseen, dice: random.Random) -> Later | None:
    edges = _edges(case, foreseen)
    if not edges:
        return None
    at = dice.choice(edges)
    if dice.random() < 0.5:
        gone = dice.choice(case.airings).broadcast_id
        left = tuple(
            one for one in case.airings if one.broadcast_id != gone or one.ends_at < at - 60 * MINUTE
        )
        return Later(at, left, f"{gone} withdrawn")
    model = dice.choice(case.airings)
    begin = at + _HALF + MINUTE * dice.choice([0, 1, 4])
    alarm = replace(
        model,
        id="alarm:1",
        broadcast_id="alarm",
        planned_at=begin,
        ends_at=begin + 3 * MINUTE,
        latest_at=begin + 13 * MINUTE,
        priority=255,
        authorised_by="Trần Thị Bình",
        cause="vỡ đê",
    )
    return Later(at, (*case.airings, alarm), "alarm")


def _history(case: Case, foreseen: Foreseen, later: Later) -> History:
    """Return what has happened before the newer plan came; what it no longer has is silent from then on."""
    rails = RailsInForce(case.rails)
    history = history_at(foreseen, [as_occurrence(one) for one in case.airings], rails, later.at)
    on_air = history.on_air
    kept = {one.id for one in later.airings}
    if on_air is None or on_air.occurrence in kept:
        return history
    cut = next(one for one in case.airings if one.id == on_air.occurrence)
    sounded = Aired(
        start_at=on_air.start_at,
        end_at=later.at,
        day=rails.day_of(on_air.start_at),
        is_emergency=as_occurrence(cut).is_emergency,
    )
    is_sound = cut.content_id is not None
    return replace(history, on_air=None, aired=(*history.aired, *([sounded] if is_sound else [])))


def _check_explained(foreseen: Foreseen, run: SimulatedRun, later: Later) -> None:
    """Whatever the first preview said otherwise was withdrawn before it began, or the journal has a line of why."""
    really = {one.plain for one in run.aired}
    reasons: dict[str, list[str]] = {}
    for entry in run.entries:
        reasons.setdefault(entry.occurrence, []).append(entry.reason)
    kept = {one.id for one in later.airings}
    for segment in _segments(foreseen):
        name = segment.occurrence.id
        if _told([segment])[0] in really or (name not in kept and segment.start_at > later.at):
            continue
        assert segment.end_at > later.at
        assert "withdrawn" in reasons[name] if name not in kept else reasons[name], segment


@pytest.mark.scenario("S-030")
@settings(max_examples=40)
@given(_SEEDS)
def test_after_an_outage_it_airs_what_was_previewed_or_the_journal_says_that_it_was_off(seed: int) -> None:
    case, dice = _drawn(seed), random.Random(seed)
    foreseen = _preview(case, case.airings, NOTHING_YET, case.now)
    edges = _edges(case, foreseen)
    if not edges:
        return
    off_at, length = dice.choice(edges), MINUTE * dice.choice([1, 7, 60, 60 * 26])
    run = SimulatedDevice(as_the_device_reads_it(case.airings, case.rails)).run(
        case.now, case.until, [(off_at, Outage(length))]
    )
    really = [one.plain for one in run.aired]
    before = [one for one in _told(_segments(foreseen)) if one[2] <= off_at]
    assert really[: len(before)] == before
    assert not [one for one in run.aired if off_at < one.end_at and one.start_at < off_at < one.end_at]
    assert not [one for one in run.aired if off_at <= one.start_at < off_at + length]
    reasons = {entry.occurrence: entry.reason for entry in run.entries}
    for told in _told(_segments(foreseen)):
        if told not in really:
            assert told[0] in reasons, told
