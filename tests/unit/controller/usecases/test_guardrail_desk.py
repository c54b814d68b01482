"""Guard rails of areas: tightened down the tree, dated, and what they then forbid."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from controller.domain.devices import Device, DeviceKind, Neighbour
from controller.domain.errors import Code, DomainError, NotFoundError, NotPermittedError
from controller.usecases.guardrail_desk import GuardrailView
from controller.usecases.outlooks import outlooks
from controller.usecases.planning_ports import Target
from controller.usecases.rails_book import rails_for
from controller.usecases.rights import Actor
from schedules import BUILT_IN, Guardrail, Rails, RailsInForce, Segment, Slot, guardrail_from_plain
from tests.factories.controller import ControlRoom

TODAY = date(2026, 11, 21)  # a Saturday, 16:30 in Viet Nam
MONDAY = date(2026, 11, 23)


def set_rails(
    room: ControlRoom, area: str, profile: dict[str, Any] | str, *, actor: Actor | None = None, **told: Any
) -> GuardrailView:
    """Set guard rails as whoever administers the area, having seen what is set."""
    actor = actor or room.administrator(area)
    seen = told.pop("seen", None)
    if seen is None:
        seen = room.uses.guardrails.view(actor, room.tree[area].id).seen
    given = {"starts_on": TODAY, "ends_on": None, "reason": "Quy chế đài"} | told
    return room.uses.guardrails.set(actor, room.tree[area].id, profile=profile, seen=seen, **given)


def refused(room: ControlRoom, area: str, profile: dict[str, Any] | str, **told: Any) -> DomainError:
    count = room.count("guardrail_settings"), room.count("audit_entries")
    with pytest.raises(DomainError) as caught:
        set_rails(room, area, profile, **told)
    assert (room.count("guardrail_settings"), room.count("audit_entries")) == count
    return caught.value


def effective(room: ControlRoom, area: str, day: date = TODAY) -> Guardrail:
    return room.uses.guardrails.effective(room.tree[area].id, day)


def test_where_nobody_has_set_anything_the_standard_holds(room: ControlRoom) -> None:
    assert effective(room, "A1") == BUILT_IN["standard"]
    view = room.uses.guardrails.view(room.editor("A"), room.tree["A1"].id)
    assert (view.own, view.seen, view.above) == (None, "", BUILT_IN["standard"])


def test_what_holds_is_folded_from_the_root_down(room: ControlRoom) -> None:
    set_rails(room, "province", "hanoi_urban")
    set_rails(room, "A", {"session_minutes": 10, "quiet_hours": [["11:30", "13:30"]]})
    found = effective(room, "A1")
    assert (found.session_minutes, found.sessions_per_day, found.days) == (10, 2, frozenset(range(1, 6)))
    assert found.quiet_hours == (Slot(time(11, 30), time(13, 30)), Slot(time(21), time(6)))
    assert effective(room, "B") == BUILT_IN["hanoi_urban"]


def test_only_the_root_may_be_more_open_than_the_standard(room: ControlRoom) -> None:
    assert refused(room, "province", "open").code is Code.GUARDRAIL_LOOSENS
    set_rails(room, "root", "open")
    assert effective(room, "A1") == BUILT_IN["open"]


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        ({"session_minutes": 16}, "session_minutes"),
        ({"days": [1, 6]}, "days"),
        ({"quiet_hours": [["22:00", "05:00"]]}, "quiet_hours"),
        ({"night_volume": 80}, "night_volume"),
        ("hanoi_rural", "quiet_hours"),
    ],
)
def test_a_hamlet_cannot_loosen_and_is_told_the_field(
    room: ControlRoom, profile: dict[str, Any] | str, field: str
) -> None:
    set_rails(room, "province", "hanoi_urban")
    error = refused(room, "A1", profile)
    assert (error.code, error.field) == (Code.GUARDRAIL_LOOSENS, field)
    assert field in str(error.params["fields"])


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        ("no_such_name", "profile"),
        ({"session_minutes": -1}, "session_minutes"),
        ({"session_minutes": "15"}, "session_minutes"),
        ({"quiet_hours": [["25:00", "05:00"]]}, "quiet_hours"),
        ({"days": [0]}, "days"),
        ({"minutes": 3}, "minutes"),
        ({"slots": 7}, "slots"),
        ({"volume_curve": [["05:00", 101]]}, "volume_curve"),
    ],
)
def test_a_profile_that_cannot_be_names_its_field(
    room: ControlRoom, profile: dict[str, Any] | str, field: str
) -> None:
    error = refused(room, "A", profile)
    assert (error.code, error.field) == (Code.GUARDRAIL_WRONG, field)


@pytest.mark.parametrize(
    ("told", "code", "field"),
    [
        ({"starts_on": date(2026, 11, 20)}, Code.DAY_IN_THE_PAST, "starts_on"),
        ({"ends_on": date(2026, 11, 20)}, Code.NOT_A_TIME, "ends_on"),
        ({"starts_on": date(2126, 1, 1)}, Code.TIME_TOO_FAR, "starts_on"),
        ({"ends_on": date(2126, 1, 1)}, Code.TIME_TOO_FAR, "ends_on"),
        ({"reason": " "}, Code.REASON_EMPTY, "reason"),
    ],
)
def test_impossible_days_and_a_missing_reason_are_refused(
    room: ControlRoom, told: dict[str, Any], code: Code, field: str
) -> None:
    error = refused(room, "A", {}, **told)
    assert (error.code, error.field) == (code, field)


def test_only_an_administrator_of_the_area_sets_its_guard_rails(room: ControlRoom) -> None:
    for actor, kind in (
        (room.editor("A"), NotPermittedError),
        (room.operator("A"), NotPermittedError),
        (room.administrator("B"), NotFoundError),
    ):
        assert isinstance(refused(room, "A", {}, actor=actor, seen=""), kind)
    with pytest.raises(NotFoundError):
        room.uses.guardrails.view(room.editor("B"), room.tree["A"].id)
    with pytest.raises(NotFoundError):
        room.uses.guardrails.recheck(room.editor("B"), room.tree["A"].id)


def test_the_second_of_two_editors_is_told_who_set_what(room: ControlRoom) -> None:
    first = set_rails(room, "A", {"session_minutes": 20})
    set_rails(room, "A", {"session_minutes": 30}, seen=first.seen)
    error = refused(room, "A", {"session_minutes": 10}, seen=first.seen)
    assert (error.code, error.field) == (Code.GUARDRAIL_CHANGED, "seen")
    assert error.params["name"] == "quan-tri-a"
    assert error.params["changes"] == "session_minutes: 10 → 30"
    assert effective(room, "A").session_minutes == 30


def test_the_trail_tells_what_was_and_what_is(room: ControlRoom) -> None:
    set_rails(room, "A", {"session_minutes": 20})
    set_rails(room, "A", {"session_minutes": 10, "days": [1, 2]})
    with room.work() as work:
        details = [entry.detail for entry in work.audit.of_subject(f"area:{room.tree['A'].id}")]
    assert "21/11/2026–: days: – → [1, 2], session_minutes: 20 → 10; Quy chế đài" in details


def test_a_setting_with_an_end_goes_before_one_without_and_then_the_other_is_back(room: ControlRoom) -> None:
    set_rails(room, "A", {"day_minutes": 60})
    set_rails(room, "A", {"day_minutes": 120}, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=1))
    set_rails(room, "A", {"day_minutes": 30}, starts_on=MONDAY + timedelta(days=5))
    expected = {0: 60, 2: 120, 3: 120, 4: 60, 6: 60, 7: 30, 30: 30}
    found = {days: effective(room, "A", TODAY + timedelta(days=days)).day_minutes for days in expected}
    assert found == expected


def test_an_empty_profile_sets_nothing_of_its_own(room: ControlRoom) -> None:
    set_rails(room, "A", {"day_minutes": 60})
    set_rails(room, "A", {})
    assert effective(room, "A") == BUILT_IN["standard"]
    assert room.count("guardrail_settings") == 2


def test_a_window_has_each_turn_at_the_local_midnight(room: ControlRoom) -> None:
    set_rails(room, "province", {"day_minutes": 90}, starts_on=MONDAY, ends_on=MONDAY)
    set_rails(room, "A", {"day_minutes": 60}, starts_on=MONDAY)
    with room.work() as work:
        found = rails_for(work, room.tree["A"], TODAY, TODAY + timedelta(days=7))
        other = rails_for(work, room.tree["B"], TODAY, TODAY + timedelta(days=7))
    assert [(at, rails.day_minutes) for at, rails in found] == [
        (datetime(2026, 11, 20, 17, tzinfo=UTC), 180),
        (datetime(2026, 11, 22, 17, tzinfo=UTC), 60),
    ]
    assert [(at, rails.day_minutes) for at, rails in other] == [
        (datetime(2026, 11, 20, 17, tzinfo=UTC), 180),
        (datetime(2026, 11, 22, 17, tzinfo=UTC), 90),
        (datetime(2026, 11, 23, 17, tzinfo=UTC), 180),
    ]


def test_a_planned_move_of_the_area_turns_its_guard_rails_on_that_day(room: ControlRoom) -> None:
    set_rails(room, "B", {"day_minutes": 45})
    room.uses.area_changes.move(
        room.administrator("province"), room.tree["A1"].id, parent_id=room.tree["B"].id, effective_on=MONDAY
    )
    with room.work() as work:
        found = rails_for(work, room.tree["A1"], TODAY, TODAY + timedelta(days=7))
    assert [(at, rails.day_minutes) for at, rails in found] == [
        (datetime(2026, 11, 20, 17, tzinfo=UTC), 180),
        (datetime(2026, 11, 22, 17, tzinfo=UTC), 45),
    ]


def test_a_wish_that_came_to_be_looser_than_above_has_no_effect_and_is_named(room: ControlRoom) -> None:
    set_rails(room, "A", {"day_minutes": 120})
    set_rails(room, "province", {"day_minutes": 60})
    view = room.uses.guardrails.view(room.administrator("A"), room.tree["A"].id)
    assert (view.profile.day_minutes, view.effective.day_minutes, view.loosened) == (
        120,
        60,
        ("day_minutes",),
    )


@pytest.mark.scenario("S-025")
def test_a_hamlet_tightens_its_commune_and_the_change_lists_what_is_planned_and_breaks_it(
    room: ControlRoom,
) -> None:
    inside, beside = room.device(area="A1", name="Cụm loa tổ 1"), room.device(area="A", name="Cụm loa chợ")
    planned = room.schedule(room.approved(title="Họp tổ"), area="A", in_s=1_800).broadcast  # 17:00
    hamlet = room.tree["A1"]
    assert room.uses.guardrails.recheck(room.administrator("A"), hamlet.id) == []
    set_rails(room, "A", {"quiet_hours": [["12:00", "13:00"]]})
    error = refused(room, "A1", {"day_minutes": 200})
    assert (error.code, error.field) == (Code.GUARDRAIL_LOOSENS, "day_minutes")
    set_rails(room, "A1", {"quiet_hours": [["16:45", "17:15"]]})
    (broken,) = room.uses.guardrails.recheck(room.administrator("A"), hamlet.id)
    assert (broken.title, broken.broadcast_id, broken.planned_at) == ("Họp tổ", planned.id, planned.start_at)
    assert [one.code for one in broken.breaches] == ["quiet_hours"]
    assert dict(broken.breaches[0].params)["at"] == "17:00"
    # What the hamlet has set binds the hamlet alone.
    assert broken.devices == (inside.id,)
    assert beside.id not in broken.devices
    assert effective(room, "A").quiet_hours == (Slot(time(12), time(13)), Slot(time(22), time(5)))


def forecast_volume(room: ControlRoom, device: Device) -> int:
    """Return how loud the forecast says that a device will be."""
    now = room.clock.now()
    with room.work() as work:
        targets = [Target.of(row) for row in [work.devices.get(device.id)] if row is not None]
        (outlook,) = outlooks(work, targets, now=now, start_at=now, end_at=now + timedelta(days=2))
    (segment,) = [one for one in outlook.outcome if isinstance(one, Segment)]
    return segment.volume


def test_what_stands_beside_a_loudspeaker_lowers_its_volume_and_no_other_one(room: ControlRoom) -> None:
    school, street = room.device(name="Cụm loa trường"), room.device(name="Cụm loa chợ")
    room.schedule(room.approved(), in_s=1_800)
    set_rails(room, "A", {"neighbour_volume": 40})
    assert [forecast_volume(room, one) for one in (school, street)] == [100, 100]
    room.uses.guardrails.set_neighbour(room.operator("A"), school.id, Neighbour.SCHOOL)
    assert [forecast_volume(room, one) for one in (school, street)] == [40, 100]
    with room.work() as work:
        (entry,) = [
            one for one in work.audit.of_subject(f"device:{school.id}") if one.action == "set_neighbour"
        ]
    assert entry.detail == "neighbour: – → school"


def test_an_operator_of_the_place_says_what_stands_beside_a_device(room: ControlRoom) -> None:
    device = room.device(DeviceKind.SPEAKER)
    with pytest.raises(NotPermittedError):
        room.uses.guardrails.set_neighbour(room.editor("A"), device.id, Neighbour.CLINIC)
    for actor, device_id in ((room.operator("B"), device.id), (room.operator("A"), "none")):
        with pytest.raises(NotFoundError):
            room.uses.guardrails.set_neighbour(actor, device_id, Neighbour.CLINIC)


def test_built_in_profiles_are_set_by_name_and_kept_in_full(room: ControlRoom) -> None:
    view = set_rails(room, "province", "hanoi_urban")
    assert view.own is not None
    assert view.profile == BUILT_IN["hanoi_urban"]
    assert guardrail_from_plain({}) == Guardrail()


def pushed_rails(room: ControlRoom, device: Device) -> tuple[Rails, ...]:
    """Return the guard rails that a device was sent last."""
    room.clock.move(timedelta(minutes=5))
    room.uses.timetables.push_due()
    return room.downlink.rails[device.id]


@pytest.mark.scenario("S-026")
@pytest.mark.parametrize(
    ("night", "beside", "expected"), [(50, 40, [40, 50, 40, 100]), (60, 70, [60, 60, 70, 100])]
)
def test_the_caps_of_night_and_of_what_stands_beside_it_reach_the_device(
    room: ControlRoom, night: int, beside: int, expected: list[int]
) -> None:
    school, street = room.device(name="Cụm loa trường"), room.device(name="Cụm loa chợ")
    set_rails(room, "A", {"night_volume": night, "neighbour_volume": beside})
    room.uses.guardrails.set_neighbour(room.operator("A"), school.id, Neighbour.CLINIC)
    sent = [RailsInForce(pushed_rails(room, one)) for one in (school, street)]
    five = datetime(2026, 11, 22, 22, tzinfo=UTC)  # Monday 05:00 in Viet Nam
    ten = datetime(2026, 11, 23, 3, tzinfo=UTC)
    found = [one.volume(at, at, at + timedelta(minutes=1), 100) for at in (five, ten) for one in sent]
    assert found == expected
    assert [one.emergency_volume(five, 100) for one in sent] == [100, 100]


def test_setting_a_profile_makes_new_timetables_below_the_area_and_nowhere_else(room: ControlRoom) -> None:
    devices = [room.device(area=area) for area in ("A", "A1", "B")]
    revisions = [room.reload(one).desired_revision for one in devices]
    set_rails(room, "A1", {"day_minutes": 60})
    grown = [room.reload(one).desired_revision - old for one, old in zip(devices, revisions, strict=True)]
    assert grown == [0, 1, 0]
    assert pushed_rails(room, devices[1])[0].guardrail.day_minutes == 180  # what was planned for yesterday
    assert RailsInForce(pushed_rails(room, devices[1])).at(room.clock.now()).guardrail.day_minutes == 60


def test_a_setting_to_come_travels_with_its_day(room: ControlRoom) -> None:
    device = room.device()
    set_rails(room, "A", {"day_minutes": 60}, starts_on=MONDAY)
    first, second = pushed_rails(room, device)
    assert (first.guardrail.day_minutes, second.guardrail.day_minutes) == (180, 60)
    assert second.holds_from == datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_what_guard_rails_to_come_would_break_is_found_from_their_first_day_on(room: ControlRoom) -> None:
    room.device()
    room.schedule(room.approved(), in_s=20 * 86_400)  # 11 December, 16:30
    room.uses.guardrails.recheck(room.administrator("A"), room.tree["A"].id)
    later = TODAY + timedelta(days=18)
    set_rails(room, "A", {"slots": [["06:00", "07:00"]]}, starts_on=later)
    ask = room.uses.guardrails.recheck
    assert ask(room.editor("A"), room.tree["A"].id) == []
    (broken,) = ask(room.editor("A"), room.tree["A"].id, later)
    assert [one.code for one in broken.breaches] == ["outside_slots"]
    with pytest.raises(DomainError) as far:
        ask(room.editor("A"), room.tree["A"].id, date(9999, 12, 31))
    assert (far.value.code, far.value.field) == (Code.TIME_TOO_FAR, "on")
