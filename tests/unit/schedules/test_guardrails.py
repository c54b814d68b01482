"""Profiles: what is built in, what tightens, what would loosen."""

from datetime import time
from typing import Any

import pytest

from schedules import (
    BUILT_IN,
    HANOI_RURAL,
    HANOI_URBAN,
    OPEN,
    STANDARD,
    Guardrail,
    ImpossibleGuardrailError,
    Slot,
    loosened,
    tighten,
)


def _slot(text: str) -> Slot:
    start, end = text.split("-")
    return Slot(time.fromisoformat(start), time.fromisoformat(end))


def _quiet(*texts: str) -> Guardrail:
    return Guardrail(quiet_hours=tuple(map(_slot, texts)))


def _allowed(*texts: str) -> Guardrail:
    return Guardrail(slots=tuple(map(_slot, texts)))


# --- built in ------------------------------------------------------------------------------------


def test_hanoi_urban_is_two_sessions_on_five_days_of_fifteen_minutes() -> None:
    assert HANOI_URBAN.sessions_per_day == 2
    assert HANOI_URBAN.days == frozenset({1, 2, 3, 4, 5})
    assert HANOI_URBAN.session_minutes == 15
    assert HANOI_URBAN.day_minutes == 30


def test_hanoi_rural_is_forty_five_minutes_a_session_on_any_day() -> None:
    assert HANOI_RURAL.session_minutes == 45
    assert HANOI_RURAL.sessions_per_day is None
    assert HANOI_RURAL.days is None


def test_every_built_in_profile_but_the_open_one_is_quiet_at_a_quarter_past_three_and_limits_emergencies() -> (
    None
):
    for name, profile in BUILT_IN.items():
        assert profile.emergency_item_minutes is not None
        assert profile.emergency_day_minutes is not None
        quiet = any(slot.start <= time(3, 15) or time(3, 15) < slot.end for slot in profile.quiet_hours)
        assert quiet is (name != "open")
    assert loosened(STANDARD, HANOI_URBAN) == loosened(STANDARD, HANOI_RURAL) == ()
    assert tighten(STANDARD, OPEN).quiet_hours == STANDARD.quiet_hours


# --- tighten -------------------------------------------------------------------------------------


def test_the_lower_number_holds_whoever_states_it() -> None:
    above, below = (
        Guardrail(day_minutes=60, session_minutes=15),
        Guardrail(day_minutes=90, sessions_per_day=2),
    )
    assert tighten(above, below) == Guardrail(day_minutes=60, session_minutes=15, sessions_per_day=2)


def test_zero_is_stated_and_not_nothing() -> None:
    assert tighten(Guardrail(day_minutes=60), Guardrail(day_minutes=0)).day_minutes == 0


def test_quiet_hours_add_up_over_midnight() -> None:
    assert tighten(_quiet("22:00-05:00"), _quiet("21:00-23:00", "04:00-06:00")) == _quiet("21:00-06:00")
    assert tighten(_quiet("22:00-00:00"), _quiet("00:00-05:00")) == _quiet("22:00-05:00")
    assert tighten(_quiet("00:00-12:00"), _quiet("12:00-00:00")) == _quiet("00:00-00:00")


def test_only_windows_that_both_allow_are_left() -> None:
    above = _allowed("05:00-07:00", "17:00-19:00")
    assert tighten(above, _allowed("06:00-18:00")) == _allowed("06:00-07:00", "17:00-18:00")
    assert tighten(above, _allowed("08:00-16:00")) == _allowed()
    assert tighten(_allowed("22:00-02:00"), _allowed("23:00-01:00")) == _allowed("23:00-01:00")
    assert tighten(above, Guardrail()) == tighten(Guardrail(), above) == above


def test_no_window_at_all_stays_none_at_all() -> None:
    assert tighten(_allowed(), Guardrail()).slots == ()
    assert tighten(_allowed(), _allowed("05:00-06:00")).slots == ()


def test_only_days_that_both_allow_are_left() -> None:
    weekdays, weekend = Guardrail(days=frozenset({1, 2, 3, 4, 5})), Guardrail(days=frozenset({5, 6, 7}))
    assert tighten(weekdays, weekend).days == frozenset({5})
    assert tighten(weekdays, Guardrail()).days == weekdays.days
    assert tighten(Guardrail(), weekend).days == weekend.days
    assert tighten(Guardrail(days=frozenset()), weekend).days == frozenset()


def test_the_lower_curve_holds_at_every_time() -> None:
    above = Guardrail(volume_curve=((time(6), 80), (time(21), 40)))
    below = Guardrail(volume_curve=((time(5), 50), (time(7), 90)))
    both = tighten(above, below)
    assert both.volume_curve == ((time(5), 40), (time(6), 50), (time(7), 80), (time(21), 40))


def test_before_its_first_step_a_curve_has_the_last_one_of_the_day_before() -> None:
    curve = Guardrail(volume_curve=((time(21), 40), (time(6), 80)))
    assert [curve.volume_at(clock) for clock in (time(0), time(5, 59, 59), time(6), time(21))] == [
        40,
        40,
        80,
        40,
    ]
    assert Guardrail().volume_at(time(12)) == 100


# --- loosened ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        (Guardrail(day_minutes=60), Guardrail(day_minutes=61), ("day_minutes",)),
        (Guardrail(day_minutes=60), Guardrail(day_minutes=60), ()),
        (Guardrail(day_minutes=60), Guardrail(), ()),
        (Guardrail(), Guardrail(day_minutes=600), ()),
        (Guardrail(days=frozenset({1, 2})), Guardrail(days=frozenset({2, 6})), ("days",)),
        (_allowed("05:00-07:00"), _allowed("05:30-06:30"), ()),
        (_allowed("05:00-07:00"), _allowed("05:30-07:30"), ("slots",)),
        (_allowed("05:00-06:00", "06:00-07:00"), _allowed("05:30-06:30"), ()),
        (_quiet("22:00-05:00"), _quiet("21:00-06:00"), ()),
        (_quiet("22:00-05:00"), _quiet("12:00-13:00"), ()),
        (_quiet("22:00-05:00"), _quiet("23:00-04:00"), ("quiet_hours",)),
        (
            Guardrail(volume_curve=((time(5), 60),)),
            Guardrail(volume_curve=((time(5), 60), (time(8), 61))),
            ("volume_curve",),
        ),
        (
            Guardrail(volume_curve=((time(5), 60), (time(21), 30))),
            Guardrail(volume_curve=((time(5), 60),)),
            ("volume_curve",),
        ),
        (
            Guardrail(emergency_item_minutes=15, night_volume=50),
            Guardrail(emergency_item_minutes=60, night_volume=51),
            ("night_volume", "emergency_item_minutes"),
        ),
    ],
)
def test_what_asks_for_more_than_above_is_named(
    above: Guardrail, below: Guardrail, expected: tuple[str, ...]
) -> None:
    assert loosened(above, below) == expected


# --- what cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sessions_per_day", -1),
        ("sessions_per_day", 49),
        ("session_minutes", 1_441),
        ("night_volume", 101),
        ("emergency_item_minutes", 0),
        ("emergency_item_minutes", 241),
        ("emergency_day_minutes", 0),
        ("days", frozenset({0})),
        ("days", frozenset({8})),
        ("volume_curve", ((time(5), 101),)),
        ("volume_curve", ((time(5), 10), (time(5), 20))),
        ("volume_curve", ((time(5, 0, 0, 1), 10),)),
        ("quiet_hours", (Slot(time(5), time(6)),) * 25),
        ("quiet_hours", (Slot(time(5, 0, 0, 1), time(6)),)),
        ("slots", (Slot(time(5), time(6, 0, 0, 1)),)),
    ],
)
def test_a_profile_that_cannot_be_is_refused_and_the_field_named(field: str, value: Any) -> None:
    with pytest.raises(ImpossibleGuardrailError) as refusal:
        Guardrail(**{field: value})
    assert (refusal.value.code, refusal.value.field) == ("out_of_range", field)
