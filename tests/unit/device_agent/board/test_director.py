"""What is on the board, when, and what is reported: with a fake panel and stepped time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from device_agent.board.director import LONGEST_TEXT, BackOff
from device_agent.board.panel import Lost
from device_agent.core.ports import Ended, Started
from tests.unit.device_agent.board.theatre import Theatre


@pytest.fixture
def theatre() -> Theatre:
    made = Theatre()
    made.run(0.1)
    return made


def test_the_panel_opens_with_the_identity_slide(theatre: Theatre) -> None:
    assert theatre.panel.is_open
    assert theatre.panel.shown == [""]


def test_a_notice_is_painted_at_its_start_and_taken_away_at_its_end(theatre: Theatre) -> None:
    cue = theatre.cue(after_s=2, for_s=20)
    theatre.director.add(cue)
    theatre.run(1.9)
    assert theatre.on == ""
    theatre.run(0.2)
    assert theatre.on == "a"
    theatre.run(20.5)
    assert theatre.panel.shown == ["", "a", ""]
    started, ended = theatre.reports
    assert isinstance(started, Started)
    assert abs(started.at - cue.start_at) <= timedelta(milliseconds=20)
    assert isinstance(ended, Ended)
    assert ended.is_whole
    assert abs(ended.length_ms - 20_000) <= 50
    assert timedelta() <= ended.at - cue.end_at <= timedelta(milliseconds=50)


def test_a_start_in_the_past_is_shown_at_once(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=-60, for_s=600))
    theatre.run(0.1)
    assert theatre.on == "a"


def test_a_notice_ceased_before_it_began_leaves_no_trace(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=2))
    theatre.run(1)
    theatre.director.cease("a")
    theatre.run(30)
    assert theatre.reports == []
    assert theatre.panel.shown == [""]


def test_a_notice_ceased_on_the_panel_is_blanked_and_reported_as_cut(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=0))
    theatre.run(5)
    theatre.director.cease("a")
    assert theatre.on == ""
    assert not theatre.ended().is_whole
    assert abs(theatre.ended().length_ms - 5_000) <= 50


def test_ceasing_something_unknown_changes_nothing(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=0))
    theatre.run(1)
    theatre.director.cease("somebody else")
    assert theatre.on == "a"


def test_a_notice_painted_while_it_was_being_ceased_is_taken_away(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=0))
    theatre.director.tick()
    theatre.panel.run()  # painted; the news is still on its way
    theatre.director.cease("a")
    theatre.run(0.1)
    assert theatre.on == ""
    assert theatre.reports == []


def test_the_same_cue_twice_is_one_performance(theatre: Theatre) -> None:
    cue = theatre.cue(after_s=1, for_s=3)
    theatre.director.add(cue)
    theatre.director.add(cue)
    theatre.run(2)
    theatre.director.add(cue)
    theatre.run(5)
    assert [type(report) for report in theatre.reports] == [Started, Ended]


def test_one_notice_follows_another_without_a_gap(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue("first", after_s=0, for_s=10))
    theatre.director.add(theatre.cue("second", after_s=10, for_s=10))
    theatre.run(25)
    assert theatre.panel.shown == ["", "first", "second", ""]
    assert [report.occurrence for report in theatre.reports] == ["first", "first", "second", "second"]


def test_what_starts_sooner_overtakes_what_is_laid_out(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue("routine", after_s=2, for_s=60))
    theatre.run(1)
    theatre.director.add(theatre.cue("emergency", after_s=0, for_s=0.5))
    theatre.run(3)
    assert theatre.panel.shown == ["", "emergency", "", "routine"]


@pytest.mark.parametrize(
    ("text", "reason"), [("x" * (LONGEST_TEXT + 1), "text_too_long"), ("", "nothing_to_show")]
)
def test_what_cannot_be_shown_is_a_fault(theatre: Theatre, text: str, reason: str) -> None:
    cue = theatre.cue(text=text)
    if not text:
        object.__setattr__(cue, "title", "")
    theatre.director.add(cue)
    theatre.run(5)
    assert theatre.reasons() == [reason]
    assert theatre.on == ""


def test_a_notice_whose_end_has_passed_is_not_shown(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=-60, for_s=30))
    theatre.run(5)
    assert theatre.reasons() == ["expired"]
    assert theatre.panel.shown == [""]


def test_the_wall_clock_jumping_past_the_end_takes_the_notice_away_within_a_second(theatre: Theatre) -> None:
    cue = theatre.cue(after_s=0, for_s=3600)
    theatre.director.add(cue)
    theatre.run(1)
    theatre.clock.set_wall(cue.end_at)
    theatre.run(0.9)
    assert theatre.on == ""


def test_a_notice_whose_last_page_was_never_reached_is_not_whole(theatre: Theatre) -> None:
    theatre.panel.last_page_after_ms = 30_000
    theatre.director.add(theatre.cue(after_s=0, for_s=20))
    theatre.run(25)
    assert not theatre.ended().is_whole


def test_a_crash_puts_the_same_notice_back_and_is_told_by_the_length(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=0, for_s=60))
    theatre.run(10)
    theatre.panel.crash()
    theatre.run(5)
    assert theatre.on == "a"
    theatre.run(60)
    assert [type(report) for report in theatre.reports] == [Started, Ended]
    assert not theatre.ended().is_whole
    assert 55_000 < theatre.ended().length_ms < 60_000


def test_twenty_crashes_in_an_hour_each_have_the_picture_back_within_five_seconds(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=0, for_s=7200))
    for _ in range(20):
        theatre.run(175)
        theatre.panel.crash()
        theatre.run(5)
        assert theatre.on == "a"


def test_a_hanging_panel_is_noticed_within_thirty_seconds(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=0, for_s=600))
    theatre.run(5)
    theatre.panel.hang()
    theatre.run(30)
    assert len(theatre.panel.opened_at) == 2
    assert theatre.on == "a"


def test_a_hanging_panel_is_noticed_with_nothing_on_it(theatre: Theatre) -> None:
    theatre.panel.hang()
    theatre.run(30)
    assert len(theatre.panel.opened_at) == 2


def test_a_paint_that_does_not_come_restarts_the_panel(theatre: Theatre) -> None:
    theatre.panel.paint_late(600)
    theatre.director.add(theatre.cue(after_s=0, for_s=60))
    theatre.run(6)
    theatre.panel.paint_late(0)
    theatre.run(2)
    assert len(theatre.panel.opened_at) == 2
    assert theatre.on == "a"


def test_a_panel_that_stays_dark_is_a_fault_after_half_a_minute(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=0, for_s=600))
    theatre.run(5)
    theatre.panel.refuse_to_open()
    theatre.panel.crash()
    theatre.run(29)
    assert theatre.reasons() == []
    theatre.run(3)
    assert theatre.reasons() == ["renderer_lost"]
    theatre.panel.refuse_to_open(is_refusing=False)
    theatre.run(60)
    assert theatre.on == ""  # the core was told that it is over


def test_a_notice_that_waits_for_a_dark_panel_is_a_fault_too(theatre: Theatre) -> None:
    theatre.panel.refuse_to_open()
    theatre.panel.crash()
    theatre.run(1)
    theatre.director.add(theatre.cue(after_s=1, for_s=600))
    theatre.run(40)
    assert theatre.reasons() == ["renderer_lost"]


def test_a_notice_is_taken_away_while_the_panel_is_dark(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=0, for_s=600))
    theatre.run(5)
    theatre.panel.refuse_to_open()
    theatre.panel.crash()
    theatre.run(1)
    theatre.director.cease("a")
    assert not theatre.ended().is_whole
    theatre.panel.refuse_to_open(is_refusing=False)
    theatre.run(10)
    assert theatre.panel.shown[-1] == ""


def test_a_crash_just_before_the_end_casts_no_shadow_on_the_next_notice(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue("first", after_s=0, for_s=10))
    theatre.director.add(theatre.cue("second", after_s=100, for_s=10))
    theatre.run(9.9)
    theatre.panel.paint_late(600)
    theatre.panel.crash()
    theatre.run(5)
    theatre.panel.paint_late(0.6)
    theatre.run(125)
    assert theatre.reasons() == []
    assert theatre.panel.shown[-2:] == ["second", ""]


def test_the_wall_clock_jumping_to_the_start_is_no_late_paint(theatre: Theatre) -> None:
    cue = theatre.cue(after_s=2.5, for_s=3600)
    theatre.director.add(cue)
    theatre.director.tick()
    theatre.clock.set_wall(cue.start_at + timedelta(minutes=10))
    theatre.director.tick()
    theatre.run(1)
    assert theatre.on == "a"
    assert len(theatre.panel.opened_at) == 1


def test_a_notice_that_waits_for_a_repaint_does_not_keep_the_thread_busy(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue("first", after_s=0, for_s=60))
    theatre.run(1)
    theatre.panel.paint_late(600)
    theatre.panel.crash()
    theatre.run(1)
    theatre.director.add(theatre.cue("second", after_s=0, for_s=60))
    assert theatre.director.tick() > 0


def test_old_news_of_a_loss_does_not_restart_a_panel_that_works(theatre: Theatre) -> None:
    theatre.director.hear(Lost(reason="renderer_lost"))
    theatre.run(5)
    assert len(theatre.panel.opened_at) == 1


def test_closing_reports_what_was_on(theatre: Theatre) -> None:
    theatre.director.add(theatre.cue(after_s=0))
    theatre.run(1)
    theatre.director.close()
    assert not theatre.ended().is_whole
    assert not theatre.panel.is_open


def test_the_pauses_between_openings_grow_to_a_limit() -> None:
    back_off = BackOff(first_s=0.2, longest_s=30)
    pauses = [back_off.next_s() for _ in range(40)]
    assert all(0.1 <= pauses[0] <= 0.2 and pause <= 30 for pause in pauses)
    assert min(pauses[10:]) >= 15
    back_off.reset()
    assert back_off.next_s() <= 0.2


def test_a_notice_makes_way_for_a_later_one_and_returns_and_the_identity_slide_is_never_between(
    theatre: Theatre,
) -> None:
    first = theatre.cue("a", after_s=1, for_s=30)
    theatre.director.add(first)
    theatre.run(4)
    second = theatre.cue("b", after_s=2, for_s=5)
    theatre.director.add(second)
    shown = []
    for _ in range(40):
        theatre.run(0.1)
        shown.append(theatre.on)
    assert [type(one).__name__ + one.occurrence for one in theatre.reports] == [
        "Starteda",
        "Endeda",
        "Startedb",
    ]
    assert not theatre.ended().is_whole
    theatre.director.add(replace(first, start_at=second.end_at))
    for _ in range(60):
        theatre.run(0.1)
        shown.append(theatre.on)
    assert list(dict.fromkeys(shown)) == ["a", "b"]
    assert shown[-1] == "a"
