"""What was before, clocks that jump, windows, and boards: the forecast goes on from what really happened."""

from datetime import UTC, timedelta, timezone

import pytest

from schedules import (
    HANOI_URBAN,
    NOTHING_YET,
    Aired,
    Ending,
    Guardrail,
    History,
    OnAir,
    OnLoss,
    Segment,
    Unaired,
    aired_of,
    foresee,
)
from tests.factories.plans import FRIDAY, MINUTE, an_emergency, an_item, diary, in_force, local

# --- late, and after a restart -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("05:30", ["a 05:30-05:40 whole"]),
        ("05:30:29", ["a 05:30:29-05:40:29 whole"]),
        ("05:30:30", ["a too_late"]),
        ("06:00", ["a too_late"]),
    ],
)
def test_a_device_that_comes_up_late_begins_within_the_late_limit(clock: str, expected: list[str]) -> None:
    assert diary([an_item("a", "05:30")], now=local(clock)) == expected


def test_a_late_limit_of_zero_leaves_the_very_moment() -> None:
    item = an_item("a", "05:30", late_limit=timedelta(0))
    assert diary([item], now=local("05:30")) == ["a 05:30-05:40 whole"]
    assert diary([item], now=local("05:30:00.000001")) == ["a too_late"]


def test_begun_late_it_is_trimmed_at_the_end_of_its_window() -> None:
    assert diary([an_item("a", "05:30", window=0)], now=local("05:30:20")) == ["a 05:30:20-05:40 trimmed"]


def test_what_is_over_never_airs_again() -> None:
    assert diary([an_item("a", "05:30")], now=local("05:30"), history=History(over=frozenset({"a"}))) == []


def test_what_was_cut_goes_on_from_there_after_a_restart() -> None:
    history = History(played={"a": 4 * MINUTE}, waiting={"a": "alarm"})
    item = an_item("a", "05:30", window=30)
    assert diary([item], now=local("05:41"), history=history) == ["a 05:41-05:47 whole @240s"]
    assert diary([item], now=local("06:05"), history=history) == ["a outranked alarm"]


def test_a_history_that_says_more_than_the_sound_has_does_not_begin_it_again() -> None:
    item = an_item("a", "05:30", window=30)
    for minutes in (10, 11, 600):
        history = History(played={"a": minutes * MINUTE}, waiting={"a": "alarm"})
        assert diary([item], now=local("05:41"), history=history) == ["a outranked alarm"]


def test_what_waits_goes_on_waiting_after_a_restart() -> None:
    history = History(waiting={"a": "alarm"})
    assert diary([an_item("a", "05:30", window=30)], now=local("05:45"), history=history) == [
        "a 05:45-05:55 whole"
    ]


def test_what_sounded_before_counts() -> None:
    rails = in_force(HANOI_URBAN)
    first = [an_item("a", "06:30", 15), an_item("b", "11:30", 15)]
    foreseen = foresee(first, rails, NOTHING_YET, local("06:00"), until=local("12:00"))
    aired = tuple(aired_of(one, rails) for one in foreseen if isinstance(one, Segment))
    assert diary([an_item("c", "17:00", 5)], rails, history=History(aired=aired)) == [
        "c refused sessions_per_day day_minutes"
    ]


def test_what_sounded_yesterday_does_not_count() -> None:
    yesterday = FRIDAY - timedelta(days=1)
    begun = local("21:50", day=yesterday)
    aired = Aired(start_at=begun, end_at=begun + 40 * MINUTE, day=yesterday)
    rails = in_force(Guardrail(sessions_per_day=1, day_minutes=40))
    assert diary([an_item("a", "05:30")], rails, history=History(aired=(aired,))) == ["a 05:30-05:40 whole"]


def test_a_sound_counts_on_the_day_on_which_it_began_whatever_day_it_was_planned_for() -> None:
    rails = in_force()
    items = [an_item("a", "23:50", 20, window=30), an_emergency("alarm", "23:55", 10)]
    found = foresee(
        items, rails, NOTHING_YET, local("23:00"), until=local("01:00", day=FRIDAY + timedelta(days=1))
    )
    saturday = FRIDAY + timedelta(days=1)
    assert [aired_of(one, rails).day for one in found if isinstance(one, Segment)] == [
        FRIDAY,
        FRIDAY,
        saturday,
    ]


# --- on air --------------------------------------------------------------------------------------


def _on_air(begun: str, ends: str, **more: object) -> History:
    return History(on_air=OnAir(occurrence="a", start_at=local(begun), end_at=local(ends), **more))  # type: ignore[arg-type]


def test_what_is_on_air_goes_on_from_its_real_start() -> None:
    history = _on_air("05:30:10", "05:40:10")
    assert diary([an_item("a", "05:30")], now=local("05:35"), history=history) == [
        "a 05:30:10-05:40:10 whole"
    ]


def test_what_is_on_air_goes_on_though_rails_would_forbid_it_now() -> None:
    rails = in_force(Guardrail(session_minutes=1))
    history = _on_air("05:30", "05:40")
    assert diary([an_item("a", "05:30")], rails, now=local("05:35"), history=history) == [
        "a 05:30-05:40 whole"
    ]


def test_what_is_on_air_can_be_cut_and_goes_on_from_where_it_really_was() -> None:
    history = _on_air("05:33", "05:41", offset=2 * MINUTE)
    items = [an_item("a", "05:30", window=30), an_emergency("alarm", "05:36", 1)]
    assert diary(items, now=local("05:35"), history=history) == [
        "a 05:33-05:36 outranked @120s",
        "alarm 05:36-05:37 whole",
        "a 05:37-05:42 whole @300s",
    ]


def test_an_expected_cut_is_only_expected() -> None:
    """The forecast said that the alarm would cut it at 05:34; the alarm was called off."""
    history = _on_air("05:30", "05:34", ending=Ending.OUTRANKED)
    assert diary([an_item("a", "05:30")], now=local("05:33"), history=history) == ["a 05:30-05:40 whole"]


def test_what_should_have_ended_ends_and_makes_room_at_once() -> None:
    history = _on_air("05:30", "05:40")
    items = [an_item("a", "05:30"), an_item("b", "05:40", priority=150)]
    assert diary(items, now=local("05:40:00.400000"), history=history) == [
        "a 05:30-05:40 whole",
        "b 05:40:00.400000-05:50:00.400000 whole",
    ]


def test_something_on_air_that_is_no_longer_planned_is_nothing() -> None:
    assert diary([an_item("b", "05:36")], now=local("05:35"), history=_on_air("05:30", "05:40")) == [
        "b 05:36-05:46 whole"
    ]


def test_a_clock_set_back_while_something_is_on_air_makes_no_segment_that_ends_before_it_starts() -> None:
    """The clock said 12:00, 12:02, and then 06:02: what is on air goes on, its item is not begun twice."""
    history = _on_air("12:00", "12:10")
    items = [an_item("a", "12:00"), an_item("b", "06:05", priority=150)]
    assert diary(items, now=local("06:02"), history=history) == [
        "a 06:02-06:05 outranked",
        "a outranked b",
        "b 06:05-06:15 whole",
    ]


def test_a_clock_set_back_does_not_begin_a_cut_one_before_its_time() -> None:
    history = History(played={"a": 4 * MINUTE})
    assert diary([an_item("a", "12:00")], now=local("06:00"), history=history) == [
        "a 12:00-12:06 whole @240s"
    ]


def test_sounds_of_a_time_that_is_still_to_come_do_not_swallow_the_sessions_of_today() -> None:
    wrong = Aired(start_at=local("12:00"), end_at=local("12:10"), day=FRIDAY)
    rails = in_force(Guardrail(sessions_per_day=2))
    items = [an_item("a", "06:00"), an_item("b", "08:00")]
    assert diary(items, rails, now=local("05:59"), history=History(aired=(wrong,))) == [
        "a 06:00-06:10 whole",
        "b refused sessions_per_day",
    ]


# --- boards --------------------------------------------------------------------------------------


def test_the_later_text_shows_and_the_earlier_returns() -> None:
    items = [an_item("day", "06:00", 600, is_text=True), an_item("notice", "08:00", 60, is_text=True)]
    assert diary(items) == [
        "day 06:00-08:00 outranked",
        "notice 08:00-09:00 whole",
        "day 09:00-16:00 whole",
    ]


def test_a_text_of_lower_rank_shows_when_the_better_one_is_over_and_not_longer_than_its_own_time() -> None:
    items = [
        an_item("main", "06:00", 60, is_text=True, priority=150),
        an_item("side", "06:30", 60, is_text=True),
    ]
    assert diary(items) == ["main 06:00-07:00 whole", "side 07:00-07:30 whole"]


def test_a_text_that_never_shows_says_who_kept_it_off() -> None:
    items = [
        an_item("main", "06:00", 60, is_text=True, priority=150),
        an_item("side", "06:30", 30, is_text=True),
    ]
    assert diary(items) == ["main 06:00-07:00 whole", "side outranked main"]


def test_guard_rails_do_not_bind_boards() -> None:
    rails = in_force(HANOI_URBAN)
    assert diary([an_item("text", "03:15", 60, is_text=True)], rails) == ["text 03:15-04:15 whole"]


def test_a_board_that_comes_up_late_shows_what_is_left() -> None:
    assert diary([an_item("text", "06:00", 60, is_text=True)], now=local("06:50")) == [
        "text 06:50-07:00 whole"
    ]


def test_a_text_that_has_shown_before_a_restart_ends_without_a_word() -> None:
    history = History(played={"day": timedelta(0)}, waiting={"day": "notice"})
    items = [
        an_item("day", "06:00", 60, is_text=True),
        an_item("notice", "06:30", 60, is_text=True, priority=60),
    ]
    assert diary(items, now=local("06:45"), history=history) == ["notice 06:45-07:30 whole"]


# --- windows, lists, laziness --------------------------------------------------------------------


def test_nothing_planned_is_nothing() -> None:
    assert diary([]) == []


def test_a_window_of_nothing_is_nothing_but_what_is_on_air() -> None:
    assert diary([an_item("a", "05:30")], now=local("05:30"), until=local("05:30")) == []
    history = _on_air("05:30", "05:40")
    assert diary([an_item("a", "05:30")], now=local("05:35"), until=local("05:35"), history=history) == [
        "a 05:30-05:40 whole"
    ]


def test_what_begins_before_the_end_of_the_window_is_shown_to_its_own_end() -> None:
    items = [an_item("a", "05:30"), an_item("b", "05:41")]
    assert diary(items, until=local("05:31")) == ["a 05:30-05:40 whole"]
    assert diary(items, until=local("05:30")) == []


def test_of_two_with_one_id_the_first_counts() -> None:
    assert diary([an_item("a", "05:30"), an_item("a", "06:30")]) == ["a 05:30-05:40 whole"]
    assert diary([an_item("a", "06:30"), an_item("a", "05:30")]) == ["a 06:30-06:40 whole"]


def test_what_will_not_air_is_told_as_soon_as_it_is_certain() -> None:
    items = [an_item("a", "05:30", on_loss=OnLoss.SKIP), an_emergency("alarm", "05:34", 60)]
    foreseen = foresee(items, in_force(), NOTHING_YET, local("05:00"), until=local("09:00"))
    cut, dropped = next(foreseen), next(foreseen)
    assert isinstance(cut, Segment)
    assert isinstance(dropped, Unaired)
    assert dropped.at == local("05:34")


def test_a_crowd_at_one_instant_comes_to_an_end() -> None:
    rules = list(OnLoss)
    crowd = [
        an_item(f"i{number:04}", "05:30", 1, window=30, on_loss=rules[number % 4]) for number in range(400)
    ]
    lines = diary(crowd)
    assert len(lines) == len(crowd)
    assert sum(one.endswith("whole") for one in lines) == 31


def test_it_is_told_in_utc_whatever_zone_the_question_has() -> None:
    now = local("05:00").astimezone(timezone(timedelta(hours=7)))
    found = list(
        foresee([an_item("a", "05:30")], in_force(), NOTHING_YET, now, until=now + timedelta(days=1))
    )
    assert [one.start_at.tzinfo for one in found if isinstance(one, Segment)] == [UTC]
