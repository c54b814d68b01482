"""The plain form of a profile: readable, strict, complete."""

from datetime import time
from typing import Any

import pytest

from schedules import (
    HANOI_URBAN,
    Guardrail,
    ImpossibleGuardrailError,
    Slot,
    guardrail_from_plain,
    guardrail_to_plain,
)

URBAN = {
    "quiet_hours": [["21:00", "06:00"]],
    "days": [1, 2, 3, 4, 5],
    "sessions_per_day": 2,
    "session_minutes": 15,
    "day_minutes": 30,
    "night_volume": 60,
    "neighbour_volume": 70,
    "emergency_volume": 100,
    "emergency_item_minutes": 15,
    "emergency_day_minutes": 480,
}


def test_a_profile_reads_like_the_decision_that_it_comes_from() -> None:
    assert guardrail_to_plain(HANOI_URBAN) == URBAN
    assert guardrail_from_plain(URBAN) == HANOI_URBAN


def test_what_is_not_stated_is_left_out_and_null_states_nothing() -> None:
    assert guardrail_to_plain(Guardrail()) == {}
    assert (
        guardrail_from_plain({}) == guardrail_from_plain({"slots": None, "quiet_hours": None}) == Guardrail()
    )


def test_no_windows_is_not_the_same_as_no_word_about_windows() -> None:
    assert guardrail_to_plain(Guardrail(slots=())) == {"slots": []}
    assert guardrail_from_plain({"slots": []}).slots == ()
    assert guardrail_from_plain({"days": []}).days == frozenset()


def test_seconds_are_written_only_where_there_are_some() -> None:
    curve = Guardrail(
        volume_curve=((time(5, 30), 40), (time(5, 30, 15), 60)), slots=(Slot(time(5), time(0)),)
    )
    assert guardrail_to_plain(curve) == {
        "slots": [["05:00", "00:00"]],
        "volume_curve": [["05:30", 40], ["05:30:15", 60]],
    }
    assert guardrail_from_plain(guardrail_to_plain(curve)) == curve


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        (["not an object"], None),
        (None, None),
        ({"quiet": []}, "quiet"),
        ({"quiet_hours": "22:00-05:00"}, "quiet_hours"),
        ({"quiet_hours": [["22:00"]]}, "quiet_hours"),
        ({"quiet_hours": [["22:00", "05:00", "06:00"]]}, "quiet_hours"),
        ({"quiet_hours": [{"22:00": 1, "05:00": 2}]}, "quiet_hours"),
        ({"quiet_hours": [["22:00", 5]]}, "quiet_hours"),
        ({"quiet_hours": [["2200", "05:00"]]}, "quiet_hours"),
        ({"quiet_hours": [["22:00", "24:00"]]}, "quiet_hours"),
        ({"quiet_hours": [["22:00", "05:00+07:00"]]}, "quiet_hours"),
        ({"slots": [["22:00", "05:00:00.5"]]}, "slots"),
        ({"days": 5}, "days"),
        ({"days": ["1"]}, "days"),
        ({"days": [True]}, "days"),
        ({"day_minutes": "30"}, "day_minutes"),
        ({"day_minutes": 30.5}, "day_minutes"),
        ({"volume_curve": [["05:00", "40"]]}, "volume_curve"),
        ({"volume_curve": [["05:00", 40, 1]]}, "volume_curve"),
    ],
)
def test_what_is_not_the_plain_form_is_refused_and_the_field_named(plain: Any, field: str | None) -> None:
    with pytest.raises(ImpossibleGuardrailError) as refusal:
        guardrail_from_plain(plain)
    assert refusal.value.code == "guardrail_malformed"
    assert not field or refusal.value.field == field


def test_what_can_be_read_but_cannot_be_is_refused_too() -> None:
    with pytest.raises(ImpossibleGuardrailError) as refusal:
        guardrail_from_plain({"session_minutes": 2_000})
    assert (refusal.value.code, refusal.value.field) == ("out_of_range", "session_minutes")
