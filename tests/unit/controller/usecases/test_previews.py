"""What will really play, as an official is told it before and after saving."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from controller.domain.airings import AiringState
from controller.domain.devices import Neighbour
from controller.domain.errors import Code, InvalidError, NotFoundError
from controller.usecases.outlook_warnings import warnings_of
from controller.usecases.outlooks import Outlook
from controller.usecases.timetables import as_occurrence
from schedules import NOTHING_YET, Band, Ending, Fate, OnLoss, Segment, Unaired, foresee
from tests.factories.controller import ControlRoom, journal_line

TODAY = date(2026, 11, 21)  # a Saturday; the room's clock stands at 16:30 in Viet Nam
DAILY = {"kind": "daily", "times": ["17:00"], "valid_from": "2026-11-21"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of November 2026 by the clock in Viet Nam."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def order(room: ControlRoom, *, area: str = "A", title: str = "Tin", words: int = 40, **wish: Any) -> str:
    """Order a new notice and return the id of its broadcast; four words take a second."""
    notice = room.approved(area=area, title=title, text="lời " * words)
    view = room.uses.broadcasts.schedule(room.editor(area), notice.id, area_id=room.tree[area].id, **wish)
    return view.broadcast.id


def played(outlook: Outlook) -> list[tuple[str, datetime, datetime, Ending]]:
    """Return title, start, end and ending of what will be on air."""
    return [
        (outlook.names[one.occurrence.id].title, one.start_at, one.end_at, one.ending)
        for one in outlook.outcome
        if isinstance(one, Segment)
    ]


def unaired(outlook: Outlook) -> list[Unaired]:
    return [one for one in outlook.outcome if isinstance(one, Unaired)]


def rows(room: ControlRoom) -> list[int]:
    return [room.count(table) for table in ("broadcasts", "airings", "audit_entries", "inbox_items")]


# --- one device ----------------------------------------------------------------------------------------


def test_a_week_is_foreseen_to_its_last_start(room: ControlRoom) -> None:
    device = room.device()
    order(room, rule=DAILY)
    room.clock.move(timedelta(minutes=20))  # less than the tick waits for: the last day is not planned yet
    outlook = room.uses.previews.of_device(room.editor(), device.id, hours=168)
    assert [start for _, start, _, _ in played(outlook)] == [at(day, 17) for day in range(21, 28)]
    room.clock.set(at(21, 17, 1))
    outlook = room.uses.previews.of_device(room.editor(), device.id, hours=168)
    assert [start for _, start, _, _ in played(outlook)] == [at(day, 17) for day in range(22, 29)]


def test_it_has_the_numbers_of_the_device(room: ControlRoom) -> None:
    """Both ask one function of the same occurrences."""
    device = room.device()
    order(room, start_at=at(21, 17), words=2_400, title="dài", on_loss=OnLoss.RESUME)
    order(room, start_at=at(21, 17, 5), title="ưu tiên", band=Band.PRIORITY)
    outlook = room.uses.previews.of_device(room.editor(), device.id)
    room.uses.timetables.push_due()
    sent = [as_occurrence(item.airing) for item in room.downlink.timetables[device.id][1]]
    own = foresee(
        sent, outlook.rails, NOTHING_YET, room.clock.now(), until=room.clock.now() + timedelta(days=1)
    )
    assert list(own) == list(outlook.outcome)
    assert [(title, ending) for title, _, _, ending in played(outlook)] == [
        ("dài", Ending.OUTRANKED),
        ("ưu tiên", Ending.WHOLE),
        ("dài", Ending.WHOLE),
    ]
    assert [one.code for one in warnings_of(outlook)] == ["cut"]


def test_what_sounded_today_counts_for_the_caps(room: ControlRoom) -> None:
    device = room.device()
    room.uses.guardrails.set(
        room.administrator(),
        room.tree["A"].id,
        profile={"day_minutes": 30},
        starts_on=TODAY,
        ends_on=None,
        reason="Quy chế",
        seen="",
    )
    order(room, start_at=at(21, 17), words=2_400)
    order(room, start_at=at(21, 19), words=2_400, title="sau")
    room.clock.set(at(21, 18))
    line = journal_line(room.airings_of(device)[0], length_ms=22 * 60_000)  # 12 minutes more than planned
    room.uses.reports.take_journal(device.id, "j", [line])
    outlook = room.uses.previews.of_device(room.editor(), device.id)
    (refused,) = unaired(outlook)
    assert refused.fate is Fate.REFUSED
    assert dict(refused.breaches[0].params)["limit"] == 30
    assert dict(refused.breaches[0].params)["used"] == 33
    assert [one.code for one in warnings_of(outlook)] == ["day_minutes"]


def test_what_was_cut_goes_on_where_it_was_cut(room: ControlRoom) -> None:
    device = room.device()
    order(room, start_at=at(21, 17), words=2_400, title="dài")
    order(room, start_at=at(21, 17, 5), words=240, title="ưu tiên", band=Band.PRIORITY)
    long = room.airings_of(device)[0]
    line = journal_line(
        long, result=AiringState.PREEMPTED, reason="outranked", length_ms=300_000, ended_at=at(21, 17, 5)
    )
    room.clock.set(at(21, 17, 5) + timedelta(seconds=1))
    room.uses.reports.take_journal(device.id, "j", [line])
    outlook = room.uses.previews.of_device(room.editor(), device.id)
    assert [(title, start) for title, start, _, _ in played(outlook)] == [
        ("ưu tiên", at(21, 17, 5)),
        ("dài", room.airings_of(device)[1].ends_at),
    ]
    rest = [one for one in outlook.outcome if isinstance(one, Segment)][1]
    assert rest.offset == timedelta(minutes=5)


def test_a_device_beside_a_school_is_quieter_and_it_is_said(room: ControlRoom) -> None:
    device = room.device()
    room.uses.guardrails.set_neighbour(room.administrator(), device.id, Neighbour.SCHOOL)
    order(room, start_at=at(21, 17))
    outlook = room.uses.previews.of_device(room.editor(), device.id)
    (warning,) = warnings_of(outlook)
    assert (warning.code, dict(warning.params)) == ("volume_lowered", {"volume": 70, "wished": 100})


def test_equals_that_nobody_ordered_are_pointed_out(room: ControlRoom) -> None:
    device = room.device()
    order(room, start_at=at(21, 17), words=400, title="một")
    second = order(room, start_at=at(21, 17), words=400, title="hai", order=0)
    outlook = room.uses.previews.of_device(room.editor(), device.id)
    assert [one.code for one in warnings_of(outlook)] == ["choose_order"]
    room.uses.broadcasts.reschedule(room.editor(), second, seen_version=1, order=1)
    outlook = room.uses.previews.of_device(room.editor(), device.id)
    assert [title for title, _, _, _ in played(outlook)] == ["một", "hai"]
    assert not warnings_of(outlook)


def test_a_device_that_one_may_not_see_does_not_exist(room: ControlRoom) -> None:
    device = room.device()
    with pytest.raises(NotFoundError):
        room.uses.previews.of_device(room.editor("B"), device.id)
    with pytest.raises(NotFoundError):
        room.uses.previews.of_area(room.editor("B"), room.tree["A"].id)
    with pytest.raises(InvalidError) as refused:
        room.uses.previews.of_device(room.editor(), device.id, hours=100 * 365 * 24)
    assert (refused.value.code, refused.value.field) == (Code.OUT_OF_RANGE, "hours")


# --- an order that is not saved ------------------------------------------------------------------------


def test_a_wish_is_shown_in_the_plan_and_nothing_is_kept(room: ControlRoom) -> None:
    device = room.device()
    order(room, start_at=at(21, 17), words=1_200, title="đã có")
    notice = room.approved(title="muốn phát")
    before = rows(room)
    revision = room.reload(device).desired_revision
    (outlook,) = room.uses.previews.of_wish(
        room.editor(), notice.id, area_id=room.tree["A"].id, start_at=at(21, 17, 2), band=Band.PRIORITY
    )
    assert [title for title, _, _, _ in played(outlook)] == ["đã có", "muốn phát", "đã có"]
    assert [one.is_wish for one in outlook.names.values()] == [False, True]
    assert (rows(room), room.reload(device).desired_revision) == (before, revision)


def test_a_wish_that_breaks_a_guard_rail_is_shown_with_the_reason(room: ControlRoom) -> None:
    room.device()
    notice = room.approved()
    (outlook,) = room.uses.previews.of_wish(
        room.editor(), notice.id, area_id=room.tree["A"].id, start_at=at(22, 3, 15)
    )
    (refused,) = unaired(outlook)
    assert refused.breaches[0].code == "quiet_hours"
    assert ("quiet_to", "05:00") in refused.breaches[0].params


def test_a_wish_far_ahead_is_foreseen_around_its_first_start(room: ControlRoom) -> None:
    room.device()
    notice = room.approved()
    start_at = at(21, 17) + timedelta(days=60)
    (outlook,) = room.uses.previews.of_wish(
        room.editor(), notice.id, area_id=room.tree["A"].id, start_at=start_at, hours=24
    )
    assert [start for _, start, _, _ in played(outlook)] == [start_at]
    assert outlook.start_at < start_at < outlook.end_at


def test_a_change_takes_the_place_of_what_it_changes(room: ControlRoom) -> None:
    room.device()
    broadcast_id = order(room, rule=DAILY)
    before = rows(room)
    (outlook,) = room.uses.previews.of_change(
        room.editor(), broadcast_id, rule=DAILY | {"times": ["18:00"]}, hours=48
    )
    assert [start for _, start, _, _ in played(outlook)] == [at(21, 18), at(22, 18)]
    assert rows(room) == before


# --- an area -------------------------------------------------------------------------------------------


def test_devices_that_do_the_same_are_foreseen_once(
    room: ControlRoom,
) -> None:
    ward = [room.device(name=f"loa {number}") for number in range(5)]
    hamlet = room.device(area="A1", name="loa tổ 1")
    school = room.device(name="loa trường")
    room.uses.guardrails.set_neighbour(room.administrator(), school.id, Neighbour.SCHOOL)
    board = room.board()
    order(room, rule=DAILY)
    notice = room.approved()
    room.uses.broadcasts.schedule(room.editor(), notice.id, area_id=room.tree["A1"].id, start_at=at(21, 18))
    found = room.uses.previews.of_area(room.editor(), room.tree["A"].id)
    groups = sorted(sorted(one.name for one in outlook.devices) for outlook in found)
    assert groups == sorted([[one.name for one in ward], [hamlet.name], [school.name], [board.name]])
    for outlook in found:
        for target in outlook.devices:
            own = room.uses.previews.of_device(room.editor(), target.device_id)
            assert [part[1:] for part in played(own)] == [part[1:] for part in played(outlook)]


def test_what_waits_for_an_order_of_play_is_pointed_out(room: ControlRoom) -> None:
    device = room.device()
    order(room, start_at=at(21, 18), band=Band.PRIORITY)
    notice = room.approved(area="province")
    view = room.uses.broadcasts.schedule(
        room.editor("province"),
        notice.id,
        area_id=room.tree["province"].id,
        start_at=at(21, 18),
        band=Band.PRIORITY,
    )
    room.uses.review.approve_second(room.approver("root"), view.broadcast.id, reason="đã xem")
    outlook = room.uses.previews.of_device(room.editor(), device.id)
    assert [one.code for one in warnings_of(outlook)] == ["order_not_chosen"]
    assert room.airings_of(device)[0].state in (AiringState.PLANNED, AiringState.HELD)
