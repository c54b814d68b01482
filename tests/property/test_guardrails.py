"""Tightening is a meet, and the plain form loses nothing."""

import json
from datetime import time

from hypothesis import given

from schedules import BUILT_IN, Guardrail, guardrail_from_plain, guardrail_to_plain, loosened, tighten
from tests.property.plans import guardrails

_CLOCKS = [time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45, 59)]
_LIMITS = (
    "sessions_per_day",
    "session_minutes",
    "day_minutes",
    "night_volume",
    "neighbour_volume",
    "emergency_volume",
    "emergency_item_minutes",
    "emergency_day_minutes",
)


def _lies_in(clock: time, start: time, end: time) -> bool:
    return start <= clock < end if start < end else clock >= start or clock < end


def _may_sound(guardrail: Guardrail, clock: time) -> bool:
    if any(_lies_in(clock, slot.start, slot.end) for slot in guardrail.quiet_hours):
        return False
    return guardrail.slots is None or any(_lies_in(clock, slot.start, slot.end) for slot in guardrail.slots)


@given(guardrails, guardrails)
def test_the_tightened_profile_allows_exactly_what_both_allow(above: Guardrail, below: Guardrail) -> None:
    both = tighten(above, below)
    for clock in _CLOCKS:
        assert _may_sound(both, clock) == (_may_sound(above, clock) and _may_sound(below, clock))
        assert both.volume_at(clock) == min(above.volume_at(clock), below.volume_at(clock))
    week = frozenset(range(1, 8))
    days = [week if one.days is None else one.days for one in (above, below, both)]
    assert days[2] == days[0] & days[1]
    for name in _LIMITS:
        stated = [getattr(one, name) for one in (above, below) if getattr(one, name) is not None]
        assert getattr(both, name) == min(stated, default=None)


@given(guardrails, guardrails)
def test_nothing_can_be_loosened_below(above: Guardrail, below: Guardrail) -> None:
    assert loosened(above, tighten(above, below)) == ()


@given(guardrails)
def test_tightening_with_itself_or_with_nothing_changes_nothing(guardrail: Guardrail) -> None:
    once = tighten(guardrail, Guardrail())
    assert tighten(once, once) == tighten(guardrail, guardrail)
    assert tighten(tighten(guardrail, guardrail), guardrail) == tighten(guardrail, guardrail)
    assert tighten(guardrail, Guardrail()) == tighten(Guardrail(), guardrail)


@given(guardrails, guardrails, guardrails)
def test_the_order_of_tightening_means_nothing(one: Guardrail, other: Guardrail, third: Guardrail) -> None:
    assert tighten(one, other) == tighten(other, one)
    assert tighten(tighten(one, other), third) == tighten(one, tighten(other, third))


@given(guardrails)
def test_the_plain_form_is_read_back_the_same(guardrail: Guardrail) -> None:
    assert guardrail_from_plain(json.loads(json.dumps(guardrail_to_plain(guardrail)))) == guardrail


def test_the_built_in_profiles_have_a_plain_form() -> None:
    for guardrail in BUILT_IN.values():
        assert guardrail_from_plain(json.loads(json.dumps(guardrail_to_plain(guardrail)))) == guardrail
