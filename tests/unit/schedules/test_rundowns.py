"""Rundowns and parts that can be, how long they take, and those that cannot be."""

from datetime import UTC, time
from typing import Any

import pytest

from schedules import ImpossibleRundownError, Part, Rundown, bounds
from tests.unit.schedules.test_programmes import (
    CHIME,
    CLOSING,
    MINUTE,
    SECOND,
    a_part,
    a_relay,
    a_rundown,
    over,
    times,
)


def test_gaps_and_repeats_count_in_the_length() -> None:
    thrice = a_part("thông báo", "announcement", 2, repeats=3, repeat_gap=0.5 * MINUTE)
    rundown = a_rundown(CHIME, thrice, gap=0.25 * MINUTE)
    assert bounds(rundown) == (7.75 * MINUTE, 7.75 * MINUTE)
    assert times(over(rundown)) == [
        ("nhạc hiệu", 0, 0.5),
        ("thông báo", 0.75, 2.75),
        ("thông báo", 3.25, 5.25),
        ("thông báo", 5.75, 7.75),
    ]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"minutes": None}, "length_missing", "length"),
        ({"at_most": MINUTE}, "length_twice", "length"),
        ({"minutes": 0}, "length_out_of_range", "length"),
        ({"minutes": 1441}, "length_out_of_range", "length"),
        ({"minutes": None, "at_most": -MINUTE}, "length_out_of_range", "at_most"),
        ({"minutes": None, "at_least": 2 * MINUTE, "at_most": MINUTE}, "bounds_crossed", "at_least"),
        ({"fills": True}, "cannot_fill", "fills"),
        ({"kind": "relay", "fills": True}, "cannot_fill", "fills"),
        ({"kind": "music", "minutes": None, "at_most": MINUTE, "fills": True}, "cannot_fill", "fills"),
        ({"fallback": "x"}, "fallback_for_relays_only", "fallback"),
        ({"starts_at_offset": -MINUTE}, "length_out_of_range", "starts_at_offset"),
        ({"starts_at_offset": MINUTE, "starts_at_clock": time(6)}, "pinned_twice", "starts_at_clock"),
        ({"starts_at_clock": time(6, tzinfo=UTC)}, "clock_with_zone", "starts_at_clock"),
        ({"kind": "closing", "starts_at_clock": time(6)}, "closing_pinned", "starts_at_clock"),
        ({"kind": "closing", "is_trimmable": True}, "closing_trimmable", "is_trimmable"),
        ({"repeats": 0}, "repeats_out_of_range", "repeats"),
        ({"repeats": 11}, "repeats_out_of_range", "repeats"),
        ({"kind": "music", "repeats": 2}, "repeats_for_items_only", "repeats"),
        ({"repeat_gap": -SECOND}, "gap_out_of_range", "repeat_gap"),
        ({"name": ""}, "id_empty", "id"),
    ],
)
def test_a_part_that_cannot_be_is_refused(fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(ImpossibleRundownError) as caught:
        a_part(**({"name": "a"} | fields))
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.inside("parts[3]").field == f"parts[3].{field}"


@pytest.mark.parametrize(
    ("parts", "fields", "code", "field"),
    [
        ([], {}, "no_parts", "parts"),
        ([a_part(str(number)) for number in range(101)], {}, "too_many_parts", "parts"),
        ([CHIME, CHIME], {}, "part_twice", "parts[1].id"),
        ([CHIME], {"standby": (CHIME,)}, "part_twice", "standby[0].id"),
        ([CHIME], {"gap": -SECOND}, "gap_out_of_range", "gap"),
        ([CLOSING, CHIME], {}, "closing_not_last", "parts[0].kind"),
        ([CHIME, a_relay(fallback="x")], {}, "fallback_unknown", "parts[1].fallback"),
        ([CHIME], {"standby": (a_relay(),)}, "standby_not_plain", "standby[0]"),
        (
            [a_part("a", starts_at_offset=MINUTE), a_part("b", starts_at_offset=MINUTE)],
            {},
            "pins_out_of_order",
            "parts[1].starts_at_offset",
        ),
    ],
)
def test_a_rundown_that_cannot_be_is_refused(
    parts: list[Part], fields: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(ImpossibleRundownError) as caught:
        a_rundown(*parts, **fields)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_rundown_has_a_name() -> None:
    with pytest.raises(ImpossibleRundownError, match="name"):
        Rundown(name="", parts=(CHIME,))
