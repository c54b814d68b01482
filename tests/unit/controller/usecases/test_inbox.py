"""What central and province send into a commune (Thông tư 39/2020)."""

from datetime import UTC, datetime, time, timedelta

import pytest

from controller.domain.airings import Airing, AiringState, Broadcast, InboxState
from controller.domain.devices import Device
from controller.domain.errors import Code, ConflictError, InvalidError, NotFoundError, NotPermittedError
from controller.usecases.broadcast_views import BroadcastView
from controller.usecases.from_above import PlayOrder
from controller.usecases.inbox_desk import InboxView
from controller.usecases.timetables import as_occurrence
from schedules import NOTHING_YET, Band, Origin, RailsInForce, Segment, foresee
from tests.factories.controller import ControlRoom

FIVE = datetime(2026, 11, 22, 10, tzinfo=UTC)  # Sunday 17:00 in Viet Nam


def sent(
    room: ControlRoom, band: Band, *, area: str = "province", start_at: datetime = FIVE, **terms: object
) -> BroadcastView:
    """Return an order of the province that a second approver has let through."""
    notice = room.approved(area=area, title=f"Tin {band} của tỉnh")
    view = room.uses.broadcasts.schedule(
        room.editor(area),
        notice.id,
        area_id=room.tree[area].id,
        start_at=start_at,
        band=band,
        cause="Bão số 12" if band is Band.EMERGENCY else "",
        **terms,  # type: ignore[arg-type]
    )
    assert "whole_area" in view.broadcast.needs, "what goes to a whole province needs a second approver"
    assert not view.airings
    room.uses.review.approve_second(room.approver("root"), view.broadcast.id, reason="đã xem")
    return room.uses.broadcasts.view(room.editor(area), view.broadcast.id)


def own(room: ControlRoom, *, area: str = "A", band: Band = Band.PRIORITY) -> BroadcastView:
    notice = room.approved(area=area, title="Tin của xã")
    return room.uses.broadcasts.schedule(
        room.editor(area), notice.id, area_id=room.tree[area].id, start_at=FIVE, band=band
    )


def waiting(room: ControlRoom, area: str = "A") -> list[InboxView]:
    return list(room.uses.inbox.listed(room.editor(area)))


def of(room: ControlRoom, device: Device, view: BroadcastView) -> list[Airing]:
    return [one for one in room.airings_of(device) if one.broadcast_id == view.broadcast.id]


@pytest.mark.scenario("S-028")
def test_a_routine_item_of_the_province_waits_in_each_commune_until_it_gives_it_a_time(
    room: ControlRoom,
) -> None:
    ours, theirs, province = room.device(area="A1"), room.device(area="B"), room.device(area="province")
    view = sent(room, Band.ROUTINE)
    assert view.broadcast.origin is Origin.PROVINCE
    assert [one.device_id for one in view.airings] == [province.id], "only where no commune decides"
    (item,) = waiting(room)
    assert (item.area.id, item.band, item.broadcast.id) == (
        room.tree["A"].id,
        Band.ROUTINE,
        view.broadcast.id,
    )
    assert [one.area.id for one in waiting(room, "B")] == [room.tree["B"].id]

    taken = room.uses.inbox.take(room.editor("A"), item.item.id, start_at=FIVE + timedelta(hours=1))
    assert [one.planned_at for one in of(room, ours, taken)] == [FIVE + timedelta(hours=1)]
    assert {one.origin for one in room.airings_of(ours)} == {Origin.PROVINCE}, "it stays who sent it"
    assert not room.airings_of(theirs)
    assert not waiting(room)
    (done,) = room.uses.inbox.listed(room.editor("A"), is_waiting=False)
    assert (done.item.state, done.item.taken_as) == (InboxState.TAKEN, taken.broadcast.id)
    with pytest.raises(ConflictError) as refused:
        room.uses.inbox.decline(room.editor("A"), item.item.id, reason="thôi")
    assert refused.value.code is Code.INBOX_DECIDED

    (other,) = waiting(room, "B")
    room.uses.inbox.decline(room.editor("B"), other.item.id, reason="Không liên quan")
    room.tick(timedelta(days=1))
    assert not room.airings_of(theirs)
    assert {"inbox_taken", "inbox_declined"} <= set(room.audited())


@pytest.mark.scenario("S-028")
@pytest.mark.parametrize("play_order", list(PlayOrder))
def test_a_priority_item_that_meets_the_communes_own_waits_for_its_order_of_play(
    room: ControlRoom, play_order: PlayOrder
) -> None:
    ours, theirs = room.device(area="A"), room.device(area="B")
    mine = own(room)
    view = sent(room, Band.PRIORITY)
    assert [one.state for one in of(room, theirs, view)] == [AiringState.PLANNED], "nothing stands in its way"
    assert [one.state for one in of(room, ours, view)] == [AiringState.HELD]
    room.uses.timetables.push_due()
    told = {item.airing.broadcast_id for item in room.downlink.timetables[ours.id][1]}
    assert told == {mine.broadcast.id}, "the device hears of it when it is decided"
    (item,) = waiting(room)
    assert not waiting(room, "B")

    room.uses.inbox.choose(room.editor("A"), item.item.id, play_order)
    assert [one.state for one in of(room, ours, view)] == [AiringState.PLANNED]
    first, second = _played(room, ours)
    expected = [view, mine] if play_order is PlayOrder.BEFORE else [mine, view]
    assert [first, second] == [one.broadcast.id for one in expected]
    assert not waiting(room)


def _played(room: ControlRoom, device: Device) -> list[str]:
    """Return the broadcasts in the order in which the device airs them."""
    airings = {one.id: one for one in room.airings_of(device)}
    outcome = foresee(
        map(as_occurrence, airings.values()),
        RailsInForce(()),
        NOTHING_YET,
        room.clock.now(),
        until=FIVE + timedelta(hours=1),
    )
    return [airings[one.occurrence.id].broadcast_id for one in outcome if isinstance(one, Segment)]


@pytest.mark.scenario("S-028")
def test_an_emergency_plays_everywhere_at_once(room: ControlRoom) -> None:
    devices = [room.device(area=area) for area in ("A", "A1", "B", "province")]
    own(room)
    soon = room.clock.now() + timedelta(seconds=5)
    notice = room.approved(area="province", title="Vỡ đê")
    view = room.uses.broadcasts.schedule(
        room.editor("province"),
        notice.id,
        area_id=room.tree["province"].id,
        start_at=soon,
        band=Band.EMERGENCY,
        cause="Vỡ đê",
    )
    room.clock.move(timedelta(seconds=40))  # the second approver needs a moment, and the start has passed
    room.uses.review.approve_second(room.approver("root"), view.broadcast.id, reason="đã gọi trực ban")
    for device in devices:
        (airing,) = of(room, device, view)
        assert airing.state is AiringState.PLANNED
        assert airing.planned_at == room.clock.now() + timedelta(seconds=2)
        assert (airing.authorised_by, airing.cause) == ("bien-tap-province, nguoi-duyet-root", "Vỡ đê")
    assert not waiting(room)


def test_what_nobody_decides_in_time_is_missed_and_says_so(room: ControlRoom) -> None:
    ours = room.device(area="A")
    own(room)
    view = sent(room, Band.PRIORITY)
    room.clock.set(FIVE + timedelta(hours=2))
    room.tick()
    (airing,) = of(room, ours, view)
    assert (airing.state, airing.reason) == (AiringState.MISSED, "order_not_chosen")


def test_an_item_that_was_stopped_above_can_no_longer_be_taken(room: ControlRoom) -> None:
    room.device(area="A")
    view = sent(room, Band.ROUTINE)
    (item,) = waiting(room)
    room.uses.broadcasts.stop(room.editor("province"), view.broadcast.id, reason="sai")
    assert not waiting(room)
    with pytest.raises(ConflictError) as refused:
        room.uses.inbox.take(room.editor("A"), item.item.id, start_at=FIVE)
    assert refused.value.code is Code.INBOX_DECIDED


def test_each_class_has_its_own_answer(room: ControlRoom) -> None:
    room.device(area="A")
    sent(room, Band.ROUTINE)
    (item,) = waiting(room)
    with pytest.raises(ConflictError) as refused:
        room.uses.inbox.choose(room.editor("A"), item.item.id, PlayOrder.BEFORE)
    assert refused.value.code is Code.INBOX_ANSWER_UNFIT
    with pytest.raises(InvalidError) as empty:
        room.uses.inbox.decline(room.editor("A"), item.item.id, reason=" ")
    assert (empty.value.code, empty.value.field) == (Code.REASON_EMPTY, "reason")
    with pytest.raises(InvalidError) as timeless:
        room.uses.inbox.take(room.editor("A"), item.item.id)
    assert timeless.value.code is Code.ONE_START_WANTED


def test_the_inbox_is_for_those_who_schedule_in_the_commune(room: ControlRoom) -> None:
    room.device(area="A")
    sent(room, Band.ROUTINE)
    (item,) = waiting(room)
    with pytest.raises(NotFoundError):
        room.uses.inbox.take(room.editor("B"), item.item.id, start_at=FIVE)
    with pytest.raises(NotPermittedError):
        room.uses.inbox.take(room.approver("A"), item.item.id, start_at=FIVE)
    assert room.row(Broadcast, item.broadcast.id).stopped_at is None


def test_a_rule_from_above_goes_on_meeting_the_order_that_was_chosen(room: ControlRoom) -> None:
    ours = room.device(area="A")
    notice = room.approved(area="A")
    rule = {"kind": "daily", "times": ["17:00"], "valid_from": "2026-11-22"}
    room.uses.broadcasts.schedule(
        room.editor("A"), notice.id, area_id=room.tree["A"].id, rule=rule, band=Band.PRIORITY
    )
    above = room.approved(area="province")
    view = room.uses.broadcasts.schedule(
        room.editor("province"),
        above.id,
        area_id=room.tree["province"].id,
        rule=rule,
        band=Band.PRIORITY,
    )
    room.uses.review.approve_second(room.approver("root"), view.broadcast.id, reason="đã xem")
    (item,) = waiting(room)
    room.uses.inbox.choose(room.editor("A"), item.item.id, PlayOrder.AFTER)
    room.tick(timedelta(days=3))
    theirs = of(room, ours, view)
    assert len(theirs) == 9
    assert {(one.state, one.order) for one in theirs} == {(AiringState.PLANNED, 1)}
    assert {one.planned_at.astimezone(UTC).time() for one in theirs} == {time(10)}
