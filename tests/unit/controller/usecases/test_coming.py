"""What the overview shows: on air and planned, soonest first, on the devices that one may see."""

from datetime import timedelta

from controller.domain.airings import AiringState
from tests.factories.controller import ControlRoom


def test_what_comes_is_listed_soonest_first(room: ControlRoom) -> None:
    room.device()
    later, sooner = room.schedule(in_s=7_200), room.schedule(in_s=600)
    coming = room.uses.broadcasts.coming(room.editor())
    assert [one.airing.broadcast_id for one in coming] == [sooner.broadcast.id, later.broadcast.id]
    assert len(room.uses.broadcasts.coming(room.editor(), limit=1)) == 1


def test_what_is_over_stopped_far_ahead_or_elsewhere_is_not_coming(room: ControlRoom) -> None:
    room.device()
    stopped, far = room.schedule(in_s=600), room.schedule(in_s=8 * 86_400)
    room.uses.broadcasts.stop(room.editor(), stopped.broadcast.id)
    assert not room.uses.broadcasts.coming(room.editor())
    room.schedule(in_s=3_600)
    assert not room.uses.broadcasts.coming(room.editor("B"))
    room.tick(timedelta(days=2))
    coming = room.uses.broadcasts.coming(room.editor())
    assert [one.airing.broadcast_id for one in coming] == [far.broadcast.id]


def test_what_runs_a_little_over_is_still_on_air(room: ControlRoom) -> None:
    device = room.device()
    room.schedule(in_s=600)
    airing = room.airings_of(device)[0]
    room.clock.set(airing.ends_at + timedelta(minutes=5))
    room.report(device, playing=(airing.id,))
    assert [one.airing.state for one in room.uses.broadcasts.coming(room.editor())] == [AiringState.PLAYING]
