from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.domain.airings import Airing, AiringState
from controller.domain.devices import Device
from tests.factories.controller import ControlRoom, span_s


def shown(room: ControlRoom, board: Device, since: datetime) -> list[tuple[str, float, float]]:
    """Return title, start and end in seconds of what the board's timetable has, by time."""
    airings = room.uses.devices.timetable(None, board.id, hours=24)
    return [(one.title, *span_s(one, since)) for one in airings]


def put(room: ControlRoom, title: str, start_s: float, length_s: float) -> None:
    room.schedule(room.approved(title=title, text=title), in_s=start_s, board_for_s=length_s)


def test_a_later_bulletin_takes_the_board_and_the_earlier_one_returns(room: ControlRoom) -> None:
    board, now = room.board(), room.clock.now()
    put(room, "dài", 100, 1000)
    put(room, "ngắn", 300, 200)
    assert shown(room, board, now) == [("dài", 100, 300), ("ngắn", 300, 500), ("dài", 500, 1100)]


def test_a_bulletin_makes_way_for_those_that_were_planned_to_start_after_it(room: ControlRoom) -> None:
    board, now = room.board(), room.clock.now()
    put(room, "ngắn", 300, 200)
    put(room, "dài", 100, 1000)
    assert shown(room, board, now) == [("dài", 100, 300), ("ngắn", 300, 500), ("dài", 500, 1100)]


def test_a_bulletin_that_returned_is_no_later_for_it(room: ControlRoom) -> None:
    board, now = room.board(), room.clock.now()
    put(room, "dài", 100, 1000)
    put(room, "hai", 300, 200)
    put(room, "ba", 400, 400)
    assert shown(room, board, now) == [
        ("dài", 100, 300),
        ("hai", 300, 400),
        ("ba", 400, 800),
        ("dài", 800, 1100),
    ]


def test_of_two_with_one_start_the_one_that_came_last_is_shown(room: ControlRoom) -> None:
    board, now = room.board(), room.clock.now()
    put(room, "trước", 100, 1000)
    put(room, "sau", 100, 300)
    assert shown(room, board, now) == [("sau", 100, 400), ("trước", 400, 1100)]


def test_the_part_that_returns_has_not_been_shown_yet(room: ControlRoom) -> None:
    board = room.board()
    put(room, "dài", 100, 1000)
    first = room.airings_of(board)[0]
    room.clock.move(timedelta(seconds=110))
    room.report(board, playing=(first.id,))
    put(room, "ngắn", 90, 200)
    states = [(one.title, one.state) for one in room.airings_of(board)]
    assert states == [
        ("dài", AiringState.PLAYING),
        ("ngắn", AiringState.PLANNED),
        ("dài", AiringState.PLANNED),
    ]


def test_loudspeakers_do_not_share(room: ControlRoom) -> None:
    speaker, board = room.device(), room.board()
    put(room, "dài", 100, 1000)
    put(room, "ngắn", 300, 200)
    assert len(room.airings_of(speaker)) == 2
    assert len(room.airings_of(board)) == 3


@dataclass(frozen=True)
class Wish:
    start_s: int
    length_s: int


WISHES = st.lists(
    st.builds(
        Wish,
        start_s=st.integers(1, 12).map(lambda n: n * 10),
        length_s=st.integers(1, 8).map(lambda n: n * 10),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(WISHES)
def test_a_board_shows_the_latest_starting_bulletin_at_every_instant(wishes: list[Wish]) -> None:
    with TemporaryDirectory() as folder:
        room = ControlRoom(Path(folder))
        board, now = room.board(), room.clock.now()
        notice = room.approved()
        order: dict[str, tuple[int, int]] = {}
        for number, wish in enumerate(wishes):
            view = room.schedule(notice, in_s=wish.start_s, board_for_s=wish.length_s)
            order[view.broadcast.id] = (wish.start_s, number)
        airings = list(room.uses.devices.timetable(None, board.id, hours=24))
        room.database.close()
    ends = {key: start + wishes[number].length_s for key, (start, number) in order.items()}
    for second in range(5, 220, 10):
        instant = now + timedelta(seconds=second)
        on_air = [one for one in airings if one.planned_at <= instant < one.ends_at]
        due = [key for key, (start, _) in order.items() if start <= second < ends[key]]
        assert len(on_air) <= 1, "two bulletins at once"
        assert _broadcasts(on_air) == [max(due, key=order.__getitem__)] if due else not on_air


def _broadcasts(airings: list[Airing]) -> list[str]:
    return [one.broadcast_id for one in airings]
