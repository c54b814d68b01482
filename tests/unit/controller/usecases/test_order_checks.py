"""What is refused of an order, by the name of the field, and nothing of it saved."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from controller.domain.airings import AiringState, Broadcast, BroadcastState
from controller.domain.errors import Code, ConflictError, DomainError, InvalidError
from controller.domain.people import Role
from controller.usecases.broadcast_views import BroadcastView
from controller.usecases.wishes import OrderWish
from controller.web.wording import sentence
from schedules import Band, Campaign, Daily, Once, OnLoss, Recurring
from tests.factories.controller import TEXT, ControlRoom

TODAY = date(2026, 11, 21)  # a Saturday; the room's clock stands at 16:30 in Viet Nam
DAILY = {"kind": "daily", "times": ["17:00"], "valid_from": "2026-11-21"}
LONG_AGO, FAR = "1900-01-01", "2126-11-21"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of November 2026 by the clock in Viet Nam."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def order(room: ControlRoom, *, area: str = "A", **wish: Any) -> BroadcastView:
    notice = room.approved(area=area)
    return room.uses.broadcasts.schedule(room.editor(area), notice.id, area_id=room.tree[area].id, **wish)


def refused(room: ControlRoom, **wish: Any) -> DomainError:
    """Return why an order is refused, once it is sure that nothing of it was kept."""
    if not room.count("devices"):
        room.device()
    before = (room.count("broadcasts"), room.count("airings"))
    with pytest.raises(DomainError) as found:
        order(room, **wish)
    assert (room.count("broadcasts"), room.count("airings")) == before
    told = sentence(found.value, "vi")
    assert "…" not in told, "every word of the sentence is filled in"
    return found.value


# --- bad input -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({}, Code.ONE_START_WANTED, "start_at"),
        ({"rule": DAILY, "start_at": at(21, 18)}, Code.ONE_START_WANTED, "rule"),
        ({"rule": {"kind": "hourly"}}, Code.RULE_MALFORMED, "rule.kind"),
        ({"rule": [1, 2]}, Code.RULE_MALFORMED, "rule"),
        ({"rule": DAILY | {"times": []}}, Code.RULE_EMPTY, "rule.times"),
        ({"rule": DAILY | {"times": ["25:00"]}}, Code.RULE_MALFORMED, "rule.times[0]"),
        ({"rule": DAILY | {"times": ["17:00", "17:00"]}}, Code.TIME_REPEATED, "rule.times"),
        ({"rule": DAILY | {"valid_from": "2026-02-30"}}, Code.RULE_MALFORMED, "rule.valid_from"),
        ({"rule": DAILY | {"valid_until": "2026-11-20"}}, Code.END_BEFORE_START, "rule.valid_until"),
        ({"rule": DAILY | {"valid_from": LONG_AGO}}, Code.OUT_OF_RANGE, "rule.valid_from"),
        ({"rule": DAILY | {"valid_until": FAR}}, Code.WINDOW_TOO_LONG, "rule.valid_until"),
        (
            {"rule": DAILY | {"valid_from": "2026-11-01", "valid_until": "2026-11-20"}},
            Code.RULE_NEVER_FIRES,
            "rule",
        ),
        (
            {"rule": DAILY | {"moved": [{"from": "2026-12-01", "to": "2026-12-01"}]}},
            Code.MOVE_IMPOSSIBLE,
            "rule.moved",
        ),
        ({"rule": DAILY | {"holidays": "skip"}}, Code.CALENDAR_UNKNOWN, "rule.calendar"),
        ({"rule": DAILY | {"valid_from": "2027-11-21"}}, Code.TIME_TOO_FAR, "rule"),
        ({"start_at": at(21, 18), "priority": 256}, Code.PRIORITY_OUT_OF_RANGE, "priority"),
        ({"start_at": at(21, 18), "priority": -1}, Code.PRIORITY_OUT_OF_RANGE, "priority"),
        ({"start_at": at(21, 18), "volume": 101}, Code.OUT_OF_RANGE, "volume"),
        ({"start_at": at(21, 18), "window_s": -1}, Code.OUT_OF_RANGE, "window_s"),
        ({"start_at": at(21, 18), "window_s": 86_401}, Code.OUT_OF_RANGE, "window_s"),
        ({"start_at": at(21, 18), "board_for_s": 0}, Code.OUT_OF_RANGE, "board_for_s"),
        ({"start_at": at(21, 18), "order": 101}, Code.OUT_OF_RANGE, "order"),
        ({"start_at": at(21, 18), "band": Band.EMERGENCY}, Code.CAUSE_EMPTY, "cause"),
        ({"band": Band.EMERGENCY}, Code.CAUSE_EMPTY, "cause"),
        ({"band": Band.PRIORITY}, Code.ONE_START_WANTED, "start_at"),
        ({"start_at": at(21, 18), "band": Band.EMERGENCY, "cause": "  "}, Code.CAUSE_EMPTY, "cause"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(
    room: ControlRoom, wish: dict[str, Any], code: Code, field: str
) -> None:
    error = refused(room, **wish)
    assert (error.code, error.field) == (code, field)


def test_ten_thousand_exceptions_are_refused_in_a_moment(room: ControlRoom) -> None:
    days = [(TODAY + timedelta(days=number)).isoformat() for number in range(10_000)]
    error = refused(room, rule=DAILY | {"except_dates": days})
    assert (error.code, error.field) == (Code.TOO_MANY_EXCEPTIONS, "rule.except_dates")


def test_a_repetition_that_would_run_into_itself_is_refused(room: ControlRoom) -> None:
    notice = room.approved(text="lời " * 2_000)  # 500 seconds
    room.device()
    rule = Campaign(start_at=at(21, 17), until=at(21, 18), every_minutes=5)
    wish: OrderWish = {"rule": rule, "band": Band.EMERGENCY, "cause": "Lũ quét"}
    with pytest.raises(DomainError) as found:
        room.uses.broadcasts.schedule(room.editor(), notice.id, area_id=room.tree["A"].id, **wish)
    assert (found.value.code, found.value.params) == (Code.OVERLAPS_ITSELF, {"seconds": 500, "gap": 300})


def test_repeating_every_few_minutes_is_for_emergencies(room: ControlRoom) -> None:
    error = refused(room, rule=Campaign(start_at=at(21, 17), until=at(21, 18), every_minutes=5))
    assert (error.code, error.field) == (Code.CAMPAIGN_NOT_EMERGENCY, "priority")


# --- guard rails ---------------------------------------------------------------------------------------


def test_a_routine_item_at_a_quarter_past_three_is_refused_with_the_reason(room: ControlRoom) -> None:
    error = refused(room, start_at=at(22, 3, 15))
    assert (error.code, error.field) == (Code.QUIET_HOURS, "start_at")
    assert sentence(error, "vi").startswith("22/11/2026: 03:15–03:15:03 nằm trong giờ yên tĩnh 22:00–05:00.")
    far = refused(room, rule=DAILY | {"times": ["03:15"], "valid_from": "2027-01-10"})
    assert (far.code, far.params["day"]) == (Code.QUIET_HOURS, "10/01/2027")


def test_an_emergency_passes_the_quiet_hours_after_a_second_approver(room: ControlRoom) -> None:
    device = room.device()
    view = order(room, start_at=at(22, 3, 15), band=Band.EMERGENCY, cause="Lũ quét")
    assert (view.broadcast.state, view.airings) == (BroadcastState.HELD, ())
    second = room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    room.uses.review.approve_second(second, view.broadcast.id, reason="đã gọi")
    assert [one.state for one in room.airings_of(device)] == [AiringState.PLANNED]


def test_what_would_take_the_minutes_of_another_is_refused(room: ControlRoom) -> None:
    """The cap is of the day: an earlier order must not push a later one off the air."""
    room.device()
    room.uses.guardrails.set(
        room.administrator(),
        room.tree["A"].id,
        profile={"day_minutes": 30},
        starts_on=TODAY,
        ends_on=None,
        reason="Quy chế",
        seen="",
    )
    long, longer = (room.approved(text="lời " * count) for count in (4_000, 3_900))  # 16:40 and 16:15 minutes
    room.uses.broadcasts.schedule(room.editor(), long.id, area_id=room.tree["A"].id, start_at=at(22, 17))
    with pytest.raises(DomainError) as found:
        room.uses.broadcasts.schedule(room.editor(), longer.id, area_id=room.tree["A"].id, start_at=at(22, 8))
    assert found.value.code is Code.DAY_MINUTES
    assert sentence(found.value, "vi").startswith("22/11/2026: phát 33 phút trên 30 phút cho phép mỗi ngày.")
    room.uses.broadcasts.schedule(room.editor(), longer.id, area_id=room.tree["A"].id, start_at=at(23, 8))


def test_boards_make_no_noise(room: ControlRoom) -> None:
    board = room.board()
    order(room, start_at=at(22, 3, 15))
    assert len(room.airings_of(board)) == 1


# --- equals --------------------------------------------------------------------------------------------


def test_rules_that_meet_weeks_ahead_are_found(room: ControlRoom) -> None:
    room.device()
    order(room, rule={"kind": "monthly_day", "day": 20, "times": ["17:00"], "valid_from": "2026-11-21"})
    error = refused(room, rule=DAILY)
    assert (error.code, error.field) == (Code.TIME_OVERLAPS, "rule")
    assert datetime.fromisoformat(str(error.params["at"])) == datetime(2026, 12, 20, 10, tzinfo=UTC)
    assert datetime.fromisoformat(str(error.params["free_at"])) > datetime(2026, 12, 20, 10, tzinfo=UTC)


def test_a_person_may_choose_the_order_of_equals(room: ControlRoom) -> None:
    room.device()
    order(room, start_at=at(21, 17))
    assert refused(room, start_at=at(21, 17)).code is Code.TIME_OVERLAPS
    view = order(room, start_at=at(21, 17), order=-1)
    assert view.airings[0].order == -1


def test_a_forbidden_hour_is_told_before_a_taken_one_near_which_no_time_is_free(room: ControlRoom) -> None:
    room.device()
    order(room, rule=DAILY)
    error = refused(room, rule=DAILY | {"times": ["03:15", "17:00"]})
    assert error.code is not Code.TIME_OVERLAPS
    assert "03:15" in sentence(error, "vi")


def test_another_rank_may_overlap_and_the_loser_follows_its_own_rule(room: ControlRoom) -> None:
    device = room.device()
    order(room, start_at=at(21, 17), on_loss=OnLoss.SKIP)
    order(room, start_at=at(21, 17), band=Band.PRIORITY)
    outlook = room.uses.previews.of_device(room.editor(), device.id)
    assert [one.occurrence.priority for one in outlook.outcome] == [150, 50]


# --- two editors ---------------------------------------------------------------------------------------


@pytest.mark.scenario("S-134")
def test_the_second_of_two_editors_sees_who_changed_what_and_nothing_is_lost(room: ControlRoom) -> None:
    device = room.device()
    view = order(room, rule=DAILY)
    first, second = room.editor(), room.person("dong-nghiep", Role.EDITOR, "A")
    room.clock.move(timedelta(seconds=1))
    room.uses.broadcasts.reschedule(
        first, view.broadcast.id, seen_version=1, rule=DAILY | {"times": ["18:00"]}, volume=60
    )
    with pytest.raises(ConflictError) as refused:
        room.uses.broadcasts.reschedule(second, view.broadcast.id, seen_version=1, volume=90)
    error = refused.value
    assert (error.code, error.field) == (Code.EDITED_MEANWHILE, "version")
    assert error.params["name"] == first.display_name
    assert error.params["at"] == room.clock.now().isoformat()
    assert "volume: 100 → 60" in str(error.params["changes"])
    assert "rule.times: ['17:00'] → ['18:00']" in str(error.params["changes"])
    assert first.display_name in sentence(error, "vi")
    kept = room.row(Broadcast, view.broadcast.id)
    assert (kept.version, kept.volume) == (2, 60)
    room.clock.move(timedelta(seconds=1))
    room.uses.broadcasts.reschedule(second, view.broadcast.id, seen_version=2, volume=90)
    assert {one.volume for one in room.airings_of(device) if one.state is AiringState.PLANNED} == {90}
    assert room.row(Broadcast, view.broadcast.id).rule == kept.rule, "what the second did not touch stays"
    with room.work() as work:
        trail = list(work.audit.of_subject(f"broadcast:{view.broadcast.id}"))
    assert [one.action for one in trail] == ["schedule", "reschedule", "reschedule"]
    assert "volume: 60 → 90" in trail[-1].detail


def test_to_save_what_one_opened_changes_nothing(room: ControlRoom) -> None:
    device = room.device()
    view = order(room, rule=DAILY)
    revision = room.reload(device).desired_revision
    same = room.uses.broadcasts.reschedule(room.editor(), view.broadcast.id, seen_version=1, rule=DAILY)
    assert same.broadcast.version == 1
    assert room.reload(device).desired_revision == revision


def test_a_change_that_is_refused_leaves_the_order_as_it_was(room: ControlRoom) -> None:
    device = room.device()
    view = order(room, rule=DAILY)
    before = [(one.id, one.state, one.planned_at) for one in room.airings_of(device)]
    for wish in ({"rule": DAILY | {"times": ["23:00"]}}, {"volume": 300}, {"rule": {"kind": "x"}}):
        with pytest.raises(DomainError):
            room.uses.broadcasts.reschedule(room.editor(), view.broadcast.id, seen_version=1, **wish)
    kept = room.row(Broadcast, view.broadcast.id)
    assert (kept.version, kept.rule, kept.volume) == (1, view.broadcast.rule, 100)
    assert [(one.id, one.state, one.planned_at) for one in room.airings_of(device)] == before


def test_a_change_that_needs_a_second_approver_waits_for_one(room: ControlRoom) -> None:
    device = room.device()
    view = order(room, rule=DAILY)
    room.uses.broadcasts.reschedule(
        room.editor(), view.broadcast.id, seen_version=1, rule=DAILY | {"times": ["05:30"]}
    )
    held = room.row(Broadcast, view.broadcast.id)
    assert (held.state, held.needs) == (BroadcastState.HELD, "out_of_hours")
    assert {one.state for one in room.airings_of(device)} == {AiringState.WITHDRAWN}
    second = room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    room.uses.review.approve_second(second, view.broadcast.id, reason="đồng ý")
    planned = [one for one in room.airings_of(device) if one.state is AiringState.PLANNED]
    assert [one.planned_at for one in planned] == [at(day, 5, 30) for day in range(22, 29)]


def test_a_rule_object_is_as_good_as_its_plain_form(room: ControlRoom) -> None:
    room.device()
    rule = Recurring(pattern=Daily(), times=(time(17),), valid_from=TODAY)
    assert order(room, rule=rule).starts == order(room, rule=DAILY, order=1).starts
    assert len(order(room, rule=Once(start_at=at(21, 20))).starts) == 1


def test_an_order_for_after_the_expiry_of_its_notice_is_refused(room: ControlRoom) -> None:
    room.device()
    editor, expires_at = room.editor(), room.clock.now() + timedelta(hours=3)
    notice = room.uses.notices.write(
        editor, area_id=room.tree["A"].id, title="Họp", text=TEXT, expires_at=expires_at
    ).notice
    room.uses.notices.submit(editor, notice.id)
    room.make_sounds()
    room.uses.notices.approve(room.approver(), notice.id)
    with pytest.raises(InvalidError) as refused:
        room.schedule(notice, in_s=3 * 3_600)
    assert (refused.value.code, refused.value.field) == (Code.EXPIRES_FIRST, "start_at")
    assert room.count("broadcasts") == 0


def test_a_cause_is_cleaned_and_has_a_limit(room: ControlRoom) -> None:
    room.device()
    notice, start_at = room.approved(), room.clock.now() + timedelta(hours=1)

    def ordered(cause: str) -> str:
        return room.uses.broadcasts.schedule(
            room.editor(),
            notice.id,
            area_id=room.tree["A"].id,
            start_at=start_at,
            priority=240,
            cause=cause,
        ).broadcast.cause

    assert ordered("Vỡ\u202e đê\u200b ") == "Vỡ đê"
    with pytest.raises(InvalidError) as refused:
        ordered("x" * 1_001)
    assert (refused.value.code, refused.value.field) == (Code.TEXT_TOO_LONG, "cause")
