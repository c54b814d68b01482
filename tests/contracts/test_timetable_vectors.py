"""The shared vectors (tests/vectors) through the controller's and the agent's doors: one answer, to the millisecond."""

import json
from collections.abc import Iterable
from functools import cache

import pytest

from controller.usecases.timetables import as_occurrence
from device_agent.core.forecast import foretell
from protocol import Timetable
from schedules import NOTHING_YET, Segment, Unaired, foresee
from tests.fixtures.simulated_device import SimulatedDevice
from tests.vectors import generate, reference
from tests.vectors.cases import Case, as_the_device_reads_it, by_hand, by_reference, in_force, read

_NAMES = [case["name"] for case in (*by_hand(), *by_reference())]


@cache
def _case(name: str) -> Case:
    return _cases()[name]


@cache
def _cases() -> dict[str, Case]:
    return {plain["name"]: read(plain) for plain in (*by_hand(), *by_reference())}


def _by_controller(case: Case) -> list[Segment | Unaired]:
    planned = map(as_occurrence, case.airings)
    return list(foresee(planned, in_force(case), case.history, case.now, until=case.until))


def _message(case: Case) -> Timetable:
    message = as_the_device_reads_it(case.airings, case.rails)
    assert len(message.items) == len(case.airings)
    return message


def _by_agent(case: Case) -> list[Segment | Unaired]:
    return list(foretell(_message(case), case.now, until=case.until, history=case.history))


def _told(outcome: Iterable[Segment | Unaired]) -> list[tuple[object, ...]]:
    """Return everything that is said about each, but the occurrence itself by its id."""
    return [
        (one.occurrence.id, one.start_at, one.end_at, one.offset, one.volume, one.ending)
        if isinstance(one, Segment)
        else (one.occurrence.id, one.at, one.fate, one.breaches, one.winner)
        for one in outcome
    ]


@pytest.mark.scenario("S-020")
def test_there_are_at_least_a_hundred_and_fifty_and_sixty_by_hand() -> None:
    assert len(set(_NAMES)) == len(_NAMES) >= 150
    assert len(by_hand()) >= 60


@pytest.mark.scenario("S-020")
@pytest.mark.parametrize("name", _NAMES)
def test_controller_and_agent_give_the_answer_of_the_vector(name: str) -> None:
    case = _case(name)
    by_controller, by_agent = _by_controller(case), _by_agent(case)
    assert case.lines(by_controller) == list(case.expected)
    assert case.lines(by_agent) == list(case.expected)
    assert _told(by_agent) == _told(by_controller)


@pytest.mark.scenario("S-020")
@pytest.mark.parametrize("name", [name for name in _NAMES if _case(name).history == NOTHING_YET])
def test_a_device_airs_what_the_vector_says(name: str) -> None:
    case = _case(name)
    run = SimulatedDevice(_message(case)).run(case.now, case.until)
    foreseen = [one for one in _by_controller(case) if isinstance(one, Segment)]
    assert [one.plain for one in run.aired] == [
        (one.occurrence.id, one.start_at, one.end_at, one.offset, one.volume) for one in foreseen
    ]


def test_the_reference_agrees_with_what_was_written_by_hand() -> None:
    """It knows neither seconds, nor dated or built-in guard rails, nor a past; all other scenes it must know."""
    seen = 0
    for plain in by_hand():
        is_within = isinstance(plain["rails"], dict) and not {"history", "since"} & plain.keys()
        text = json.dumps(plain)
        if not is_within or ":59" in text or "twice" in plain["name"] or "New York" in plain["name"]:
            continue
        rails = dict(plain["rails"])
        if profile := rails.pop("profile", None):
            rails["guardrail"] = _PROFILES[profile]
        assert reference.lines_of({**plain, "rails": rails}) == sorted(plain["expected"]), plain["name"]
        seen += 1
    assert seen >= 50


_URBAN = {
    "quiet_hours": [["21:00", "06:00"]],
    "days": [1, 2, 3, 4, 5],
    "sessions_per_day": 2,
    "session_minutes": 15,
}
_STANDARD = {
    "quiet_hours": [["22:00", "05:00"]],
    "night_volume": 60,
    "day_minutes": 180,
    "emergency_item_minutes": 15,
}
_PROFILES: dict[str, dict[str, object]] = {
    "open": {"emergency_item_minutes": 60},
    "standard": _STANDARD,
    "hanoi_urban": {**_STANDARD, **_URBAN, "day_minutes": 30},
    "hanoi_rural": {**_STANDARD, "session_minutes": 45},
}


def test_the_generator_makes_the_first_cases_of_the_file_again() -> None:
    made = by_reference()
    again = generate.cases(10)
    assert again == made[:10]
    assert len(made) == generate.CASES
