"""What every panel keeps: the fake of the unit tests and the real browser."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from device_agent.board.panel import PanelLostError, Slide
from device_agent.core.clock import SystemClock
from tests.fakes.panel_rooms import ChromiumRoom, FakeRoom, Room


@pytest.fixture(params=["fake", pytest.param("chromium", marks=pytest.mark.browser)])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    made: Room = FakeRoom() if request.param == "fake" else ChromiumRoom(tmp_path, SystemClock())
    made.panel.open(made.hear)
    yield made
    made.panel.close()


def slide(room: Room, title: str = "Họp tổ dân phố", *, after_s: float = 0.3) -> Slide:
    start_at = room.clock.now() + timedelta(seconds=after_s)
    return Slide(occurrence=title, title=title, text="Mười chín giờ tối nay.", start_at=start_at)


def test_it_opens_with_nothing_but_its_identity(room: Room) -> None:
    room.panel.require()
    room.panel.check()
    assert room.on() == ""


def test_a_slide_is_painted_at_its_start_and_not_before(room: Room) -> None:
    one = slide(room, after_s=1)
    room.panel.show(one)
    assert room.is_quiet_for(0.6)
    assert room.on() == ""
    painted = room.painted()
    assert painted.occurrence == one.occurrence
    assert abs(painted.at - one.start_at) < timedelta(milliseconds=100)
    assert room.on() == one.title


def test_a_start_in_the_past_is_painted_at_once(room: Room) -> None:
    room.panel.show(slide(room, after_s=-60))
    assert room.clock.now() - room.painted().at < timedelta(seconds=30)


def test_a_slide_takes_the_place_of_the_one_before(room: Room) -> None:
    room.panel.show(slide(room, "Cắt nước"))
    room.painted()
    room.panel.show(slide(room, "Tiêm chủng"))
    assert room.on() == "Cắt nước"
    assert room.painted().occurrence == "Tiêm chủng"
    assert room.on() == "Tiêm chủng"


def test_a_slide_that_is_replaced_before_its_start_is_never_told(room: Room) -> None:
    room.panel.show(slide(room, "Cắt nước"))
    room.panel.show(slide(room, "Tiêm chủng"))
    assert room.painted().occurrence == "Tiêm chủng"
    assert room.is_quiet_for(0.5)


def test_a_dropped_slide_never_comes_and_what_is_on_stays(room: Room) -> None:
    room.panel.show(slide(room, "Cắt nước"))
    room.painted()
    room.panel.show(slide(room, "Tiêm chủng"))
    room.panel.drop()
    assert room.is_quiet_for(0.8)
    assert room.on() == "Cắt nước"


def test_blank_shows_the_identity_and_forgets_what_was_to_come(room: Room) -> None:
    room.panel.show(slide(room, "Cắt nước"))
    room.painted()
    room.panel.show(slide(room, "Tiêm chủng"))
    room.panel.blank()
    assert room.on() == ""
    assert room.is_quiet_for(0.8)
    assert room.on() == ""


def test_a_crash_is_told_and_every_method_says_so(room: Room) -> None:
    room.crash()
    assert room.lost().reason == "renderer_lost"
    with pytest.raises(PanelLostError):
        room.panel.show(slide(room))
    with pytest.raises(PanelLostError):
        room.panel.blank()
    with pytest.raises(PanelLostError) as refusal:
        room.panel.check()
    assert refusal.value.reason == "renderer_lost"


def test_a_hang_is_found_by_a_check(room: Room) -> None:
    room.panel.check()
    room.hang()
    with pytest.raises(PanelLostError) as refusal:
        room.panel.check()
    assert refusal.value.reason == "renderer_hung"


def test_it_opens_again_after_a_crash_and_after_a_hang(room: Room) -> None:
    for trouble in (room.crash, room.hang):
        trouble()
        room.panel.close()
        room.panel.open(room.hear)
        room.panel.check()
        assert room.on() == ""


def test_a_closed_panel_refuses_and_closes_again(room: Room) -> None:
    room.panel.show(slide(room))
    room.panel.close()
    room.panel.close()
    assert room.is_quiet_for(0.6)
    with pytest.raises(PanelLostError):
        room.panel.check()
