"""Reminding approvers over simulated days."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.domain.airings import Broadcast
from controller.domain.people import Role
from controller.domain.second_approval import Need
from controller.usecases.rights import Actor
from controller.usecases.taking_effect import hold
from tests.factories.controller import ControlRoom

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(room: ControlRoom, local: str) -> None:
    room.clock.set(datetime.fromisoformat(local).replace(tzinfo=HANOI).astimezone(room.clock.now().tzinfo))


def ticks(room: ControlRoom, hours: float, *, every: timedelta = 10 * MINUTE) -> list[str]:
    """Let time go by, ticking; return when somebody was reminded, in local time."""
    found, end = [], room.clock.now() + hours * HOUR
    while room.clock.now() < end:
        room.clock.move(every)
        if room.uses.reminders.remind_due():
            found.append(f"{room.clock.now().astimezone(HANOI):%d %H:%M}")
    return found


def reminded(room: ControlRoom) -> Counter[str]:
    with room.work() as work:
        people = {user.id: user.username for user in work.people.all()}
        rows = work.areas._session.connection().exec_driver_sql("SELECT user_id FROM reminders").all()
    return Counter(people[row[0]] for row in rows)


@pytest.mark.scenario("S-137")
def test_an_approver_is_reminded_after_half_an_hour_then_sparingly_and_never_at_night(
    room: ControlRoom,
) -> None:
    room.approver()
    at(room, "2026-11-23T19:00")
    room.submitted()
    told = ticks(room, 24 * 10)
    assert told == ["23 19:30", "24 06:30", "25 06:30", "26 06:30"]
    assert reminded(room) == {room.approver().username: 4}


def test_what_was_decided_reminds_nobody(room: ControlRoom) -> None:
    room.approver()
    at(room, "2026-11-23T08:00")
    notice = room.submitted()
    assert ticks(room, 1) == ["23 08:30"]
    assert [one.waiting.subject for one in room.uses.reminders.unseen(room.approver())] == [
        f"notice:{notice.id}"
    ]
    room.uses.notices.reject(room.approver(), notice.id, reason="Thiếu giờ")
    assert ticks(room, 72) == []
    assert room.uses.reminders.unseen(room.approver()) == []


def test_a_new_round_of_review_is_a_new_round_of_reminders(room: ControlRoom) -> None:
    room.approver()
    at(room, "2026-11-23T08:00")
    notice = room.submitted()
    assert len(ticks(room, 200, every=HOUR / 2)) == 4
    room.uses.notices.reject(room.approver(), notice.id, reason="Thiếu giờ")
    room.uses.notices.submit(room.editor(), notice.id)
    assert len(ticks(room, 200, every=HOUR / 2)) == 4


def test_each_approver_of_the_area_and_a_delegate_are_reminded_and_nobody_else(room: ControlRoom) -> None:
    first, two = room.approver(), room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    deputy = room.person("pho", Role.EDITOR, "A")
    room.approver("B"), room.approver("province"), room.editor()
    at(room, "2026-11-23T08:00")
    room.uses.stand_ins.delegate(
        first,
        area_id=room.tree["A"].id,
        username=deputy.username,
        starts_on=date(2026, 11, 23),
        ends_on=date(2026, 11, 23),
    )
    room.submitted()
    ticks(room, 1)
    assert reminded(room) == {first.username: 1, two.username: 1, deputy.username: 1}
    ticks(room, 30)
    assert reminded(room)[deputy.username] == 2, "the day of the delegation is over"


def test_nobody_is_reminded_of_their_own_and_the_next_above_is_asked_instead(room: ControlRoom) -> None:
    only = room.also(room.approver(), Role.EDITOR, room.tree["A"])
    above = room.approver("province")
    at(room, "2026-11-23T08:00")
    notice = room.uses.notices.write(only, area_id=room.tree["A"].id, title="Tin", text="Xin mời.").notice
    room.uses.notices.submit(only, notice.id)
    ticks(room, 1)
    assert reminded(room) == {above.username: 1}


def test_a_closed_account_is_not_reminded(room: ControlRoom) -> None:
    room.uses.accounts.disable(room.administrator(), room.approver().user_id)
    at(room, "2026-11-23T08:00")
    room.submitted()
    assert ticks(room, 24) == []


def test_a_held_order_reminds_those_who_may_be_the_second(room: ControlRoom) -> None:
    room.device()
    broadcast = room.schedule(in_s=80_000).broadcast
    two = room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    at(room, "2026-11-23T08:00")
    with room.work() as work:
        row = work.airings.broadcast(broadcast.id)
        assert row is not None
        hold(work, row, Need.EMERGENCY, room.clock.now())
    assert ticks(room, 1) == ["23 08:30"]
    assert reminded(room) == {two.username: 1}
    (view,) = room.uses.reminders.unseen(two)
    assert (view.waiting.subject, view.waiting.title) == (f"broadcast:{broadcast.id}", "Họp tổ dân phố")
    room.uses.review.reject_second(two, broadcast.id, reason="Không cần")
    assert ticks(room, 24) == []
    assert room.row(Broadcast, broadcast.id).second_by == two.user_id


def test_a_reminder_goes_when_its_thing_is_opened_and_for_that_person_alone(room: ControlRoom) -> None:
    def unseen(actor: Actor) -> int:
        return len(room.uses.reminders.unseen(actor))

    first, two = room.approver(), room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    at(room, "2026-11-23T08:00")
    notice = room.submitted()
    ticks(room, 6)
    assert (unseen(first), unseen(two)) == (1, 1), "one line for each thing, however often they were reminded"
    room.uses.reminders.see(first, f"notice:{notice.id}")
    assert (unseen(first), unseen(two)) == (0, 1)


def test_a_controller_that_was_away_reminds_once_and_not_of_everything_it_missed(room: ControlRoom) -> None:
    room.approver()
    at(room, "2026-11-23T08:00")
    room.submitted()
    at(room, "2026-11-26T23:00")
    assert room.uses.reminders.remind_due() == 0, "it is night"
    at(room, "2026-11-27T09:00")
    assert [room.uses.reminders.remind_due() for _ in range(3)] == [1, 0, 0]


def test_two_controllers_remind_once(room: ControlRoom) -> None:
    room.approver()
    at(room, "2026-11-23T08:00")
    room.submitted()
    room.clock.move(HOUR)
    other = room.wire(room.database.unit)
    assert (room.uses.reminders.remind_due(), other.reminders.remind_due()) == (1, 0)
    assert sum(reminded(room).values()) == 1
