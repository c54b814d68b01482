"""What will really be on air, told scene by scene."""

from datetime import timedelta
from itertools import permutations

import pytest

from schedules import HANOI_RURAL, HANOI_URBAN, Guardrail, OnLoss, Origin
from tests.factories.plans import FRIDAY, an_emergency, an_item, diary, in_force

# --- who wins ------------------------------------------------------------------------------------


def test_one_item_airs_whole_at_its_time() -> None:
    assert diary([an_item("a", "05:30")]) == ["a 05:30-05:40 whole"]


def test_what_begins_as_another_ends_does_not_cut_it() -> None:
    later = an_item("b", "05:40", priority=150)
    assert diary([an_item("a", "05:30"), later]) == ["a 05:30-05:40 whole", "b 05:40-05:50 whole"]


def test_the_order_that_people_chose_decides_among_equals() -> None:
    first = an_item("a", "05:30", order=1, window=30)
    second = an_item("b", "05:30", order=0)
    assert diary([first, second]) == ["b 05:30-05:40 whole", "a 05:40-05:50 whole"]


def test_the_origin_decides_where_people_have_not() -> None:
    items = [
        an_item("commune", "05:30", origin=Origin.COMMUNE, window=60),
        an_item("province", "05:30", origin=Origin.PROVINCE, window=60),
        an_item("central", "05:30", origin=Origin.CENTRAL, window=60),
    ]
    for order in permutations(items):
        assert diary(order) == [
            "central 05:30-05:40 whole",
            "province 05:40-05:50 whole",
            "commune 05:50-06:00 whole",
        ]


def test_the_order_that_people_chose_stands_above_the_origin() -> None:
    central = an_item("central", "05:30", origin=Origin.CENTRAL, order=1, window=60)
    assert diary([central, an_item("own", "05:30")]) == ["own 05:30-05:40 whole", "central 05:40-05:50 whole"]


def test_priority_stands_above_the_order_that_people_chose() -> None:
    assert diary(
        [an_item("a", "05:30", order=0, window=60), an_item("b", "05:30", priority=51, order=9)]
    ) == [
        "b 05:30-05:40 whole",
        "a 05:40-05:50 whole",
    ]


# --- what becomes of a loser ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on_loss", "expected"),
    [
        (OnLoss.RESUME, ["a 05:30-05:34 outranked", "alarm 05:34-05:39 whole", "a 05:39-05:45 whole @240s"]),
        (OnLoss.RESTART, ["a 05:30-05:34 outranked", "alarm 05:34-05:39 whole", "a 05:39-05:49 whole"]),
        (OnLoss.LATER, ["a 05:30-05:34 outranked", "alarm 05:34-05:39 whole", "a 05:39-05:49 whole"]),
        (OnLoss.SKIP, ["a 05:30-05:34 outranked", "a outranked alarm", "alarm 05:34-05:39 whole"]),
    ],
)
def test_what_is_cut_follows_its_own_rule(on_loss: OnLoss, expected: list[str]) -> None:
    cut = an_item("a", "05:30", window=30, on_loss=on_loss)
    assert diary([cut, an_emergency("alarm", "05:34")]) == expected


@pytest.mark.parametrize(
    ("on_loss", "expected"),
    [
        (OnLoss.RESUME, ["alarm 05:28-05:33 whole", "a 05:33-05:43 whole"]),
        (OnLoss.RESTART, ["alarm 05:28-05:33 whole", "a 05:33-05:43 whole"]),
        (OnLoss.LATER, ["alarm 05:28-05:33 whole", "a 05:33-05:43 whole"]),
        (OnLoss.SKIP, ["alarm 05:28-05:33 whole", "a outranked alarm"]),
    ],
)
def test_what_is_kept_off_follows_its_own_rule(on_loss: OnLoss, expected: list[str]) -> None:
    late = an_item("a", "05:30", window=30, on_loss=on_loss)
    assert sorted(diary([late, an_emergency("alarm", "05:28")])) == sorted(expected)


def test_a_later_one_waits_for_a_time_that_nobody_else_wants_but_one_that_resumes_does_not() -> None:
    """The air is free at 05:35, but `next` comes at 05:40: five minutes are too few for ten."""
    others = [an_emergency("alarm", "05:28", 7), an_item("next", "05:40")]
    later = an_item("a", "05:30", window=60, on_loss=OnLoss.LATER)
    assert diary([*others, later]) == [
        "alarm 05:28-05:35 whole",
        "next 05:40-05:50 whole",
        "a 05:50-06:00 whole",
    ]
    resumes = an_item("a", "05:30", window=60)
    assert diary([*others, resumes]) == [
        "alarm 05:28-05:35 whole",
        "next outranked a",
        "a 05:35-05:45 whole",
    ]


def test_two_that_may_wait_do_not_wait_for_each_other_for_ever() -> None:
    """The longer one has the better rank but finds no room before `next`; the short one does."""
    items = [
        an_emergency("alarm", "05:28", 7),
        an_item("long", "05:30", 20, window=60, on_loss=OnLoss.LATER),
        an_item("short", "05:31", 3, window=60, on_loss=OnLoss.LATER),
        an_item("next", "05:40", priority=60),
    ]
    assert diary(items) == [
        "alarm 05:28-05:35 whole",
        "short 05:35-05:38 whole",
        "next 05:40-05:50 whole",
        "long 05:50-06:10 whole",
    ]


def test_whoever_waited_for_something_that_is_refused_begins_at_once() -> None:
    rails = in_force(Guardrail(session_minutes=15))
    items = [
        an_emergency("alarm", "05:28", 7),
        an_item("later", "05:30", window=60, on_loss=OnLoss.LATER),
        an_item("too long", "05:31", 16, window=60),
    ]
    assert diary(items, rails) == [
        "alarm 05:28-05:35 whole",
        "too long refused session_minutes",
        "later 05:35-05:45 whole",
    ]


def test_a_loser_is_never_just_played_late() -> None:
    assert diary([an_emergency("alarm", "05:28", 14), an_item("a", "05:30", window=11)]) == [
        "a outranked alarm",
        "alarm 05:28-05:42 whole",
    ]


def test_the_last_moment_at_which_the_whole_still_fits_is_good() -> None:
    assert diary([an_emergency("alarm", "05:28", 13), an_item("a", "05:30", window=11)]) == [
        "alarm 05:28-05:41 whole",
        "a 05:41-05:51 whole",
    ]


def test_a_rest_of_less_than_a_second_is_not_worth_going_on() -> None:
    alarm = an_emergency("alarm", "05:39:59.500000")
    assert diary([an_item("a", "05:30", window=30), alarm]) == [
        "a 05:30-05:39:59.500000 outranked",
        "a outranked alarm",
        "alarm 05:39:59.500000-05:44:59.500000 whole",
    ]


def test_cut_again_and_again_it_goes_on_each_time() -> None:
    items = [
        an_item("a", "05:30", window=60),
        an_emergency("one", "05:32", 1),
        an_emergency("two", "05:35", 1),
        an_emergency("three", "05:36", 1),
    ]
    assert diary(items) == [
        "a 05:30-05:32 outranked",
        "one 05:32-05:33 whole",
        "a 05:33-05:35 outranked @120s",
        "two 05:35-05:36 whole",
        "three 05:36-05:37 whole",
        "a 05:37-05:43 whole @240s",
    ]


def test_of_two_that_were_cut_the_better_goes_on_first() -> None:
    items = [
        an_item("routine", "05:30", window=60),
        an_item("notice", "05:34", priority=150, window=60),
        an_emergency("alarm", "05:36", 1),
    ]
    assert diary(items) == [
        "routine 05:30-05:34 outranked",
        "notice 05:34-05:36 outranked",
        "alarm 05:36-05:37 whole",
        "notice 05:37-05:45 whole @120s",
        "routine 05:45-05:51 whole @240s",
    ]


def test_an_item_of_rank_that_the_rails_refuse_cuts_nobody() -> None:
    rails = in_force(Guardrail(session_minutes=15))
    assert diary([an_item("a", "05:30"), an_item("b", "05:34", 12, priority=150)], rails) == [
        "b refused session_minutes",
        "a 05:30-05:40 whole",
    ]


# --- emergencies ---------------------------------------------------------------------------------


def test_an_emergency_sounds_in_quiet_hours() -> None:
    assert diary([an_emergency("alarm", "03:15")], in_force(HANOI_URBAN)) == ["alarm 03:15-03:20 whole"]


@pytest.mark.parametrize("missing", ["authorised_by", "cause"])
def test_an_emergency_without_a_name_or_a_cause_is_refused(missing: str) -> None:
    alarm = an_emergency("alarm", "05:30", 5, **{missing: "  "})
    assert diary([alarm]) == ["alarm refused emergency_unnamed"]


def test_one_emergency_is_ended_at_its_limit_and_that_is_its_end() -> None:
    rails = in_force(Guardrail(emergency_item_minutes=15))
    assert diary([an_emergency("siren", "01:00", 24 * 60)], rails) == ["siren 01:00-01:15 limited"]


def test_an_emergency_that_was_cut_does_not_win_time_by_it() -> None:
    rails = in_force(Guardrail(emergency_item_minutes=15))
    items = [an_emergency("siren", "01:00", 60, window=60), an_emergency("flood", "01:10", 2, priority=255)]
    assert diary(items, rails) == [
        "siren 01:00-01:10 outranked",
        "flood 01:10-01:12 whole",
        "siren 01:12-01:17 limited @600s",
    ]


def test_emergencies_of_a_day_end_at_the_limit_of_the_day_and_the_next_day_begins_anew() -> None:
    rails = in_force(Guardrail(emergency_day_minutes=12))
    items = [
        an_emergency("one", "01:00", 10),
        an_emergency("two", "02:00", 10),
        an_emergency("three", "03:00", 10),
        an_emergency("tomorrow", "01:00", 10, day=FRIDAY + timedelta(days=1)),
    ]
    assert diary(items, rails) == [
        "one 01:00-01:10 whole",
        "two 02:00-02:02 limited",
        "three refused emergency_day_minutes",
        "tomorrow 01:00-01:10 whole",
    ]


def test_what_an_emergency_on_air_has_used_counts_against_the_one_that_cuts_it() -> None:
    rails = in_force(Guardrail(emergency_day_minutes=8))
    items = [an_emergency("one", "01:00", 10), an_emergency("two", "01:08", 10, priority=255)]
    assert diary(items, rails) == ["one 01:00-01:08 limited", "two refused emergency_day_minutes"]
    items = [an_emergency("one", "01:00", 10), an_emergency("two", "01:05", 10, priority=255)]
    assert diary(items, rails) == [
        "one 01:00-01:05 outranked",
        "one outranked two",
        "two 01:05-01:08 limited",
    ]


# --- guard rails through a forecast --------------------------------------------------------------


def test_what_is_on_air_counts_against_what_would_cut_it() -> None:
    """Ten minutes have sounded when `b` wants another ten: together they are more than a session may have."""
    rails = in_force(Guardrail(session_minutes=15))
    items = [an_item("a", "05:30", 15), an_item("b", "05:40", 10, priority=150)]
    assert diary(items, rails) == ["b refused session_minutes", "a 05:30-05:45 whole"]


@pytest.mark.scenario("S-024")
def test_hanoi_urban_refuses_the_first_minute_and_the_first_session_too_many() -> None:
    rails = in_force(HANOI_URBAN)
    morning, noon, evening = "06:30", "11:30", "17:00"
    assert diary([an_item("fifteen", morning, 15)], rails) == ["fifteen 06:30-06:45 whole"]
    assert diary([an_item("sixteen", morning, 16)], rails) == ["sixteen refused session_minutes"]
    two_and_one = [an_item("a", morning, 5), an_item("b", noon, 5), an_item("c", evening, 5)]
    assert diary(two_and_one, rails) == [
        "a 06:30-06:35 whole",
        "b 11:30-11:35 whole",
        "c refused sessions_per_day",
    ]
    parts = [an_item("a", morning, 10), an_item("b", "06:41", 5), an_item("c", "06:47", 1)]
    assert diary(parts, rails) == [
        "a 06:30-06:40 whole",
        "b 06:41-06:46 whole",
        "c refused session_minutes",
    ]
    weekend = [an_item("sat", morning, 5, day=FRIDAY + timedelta(days=1))]
    assert diary(weekend, rails) == ["sat refused day_not_allowed"]


@pytest.mark.scenario("S-024")
def test_hanoi_rural_refuses_the_first_minute_too_many_relay_included() -> None:
    rails = in_force(HANOI_RURAL)
    relay = an_item("relay", "05:30", 30, origin=Origin.CENTRAL)
    assert diary([relay, an_item("own", "06:00", 15)], rails)[1] == "own 06:00-06:15 whole"
    assert diary([relay, an_item("own", "06:00", 16)], rails)[1] == "own refused session_minutes"
    saturday = FRIDAY + timedelta(days=1)
    many = [an_item(f"s{hour}", f"{hour:02}:00", 45, day=saturday) for hour in (6, 11, 17)]
    assert len([one for one in diary(many, rails) if one.endswith("whole")]) == 3


def test_emergencies_do_not_use_up_what_others_may_have() -> None:
    items = [an_emergency("alarm", "06:00", 10), an_item("a", "06:30", 15), an_item("b", "17:00", 15)]
    assert diary(items, in_force(HANOI_URBAN))[1:] == ["a 06:30-06:45 whole", "b 17:00-17:15 whole"]
