"""Rename, move, merge, split and close: on the day, before it, and called off."""

from datetime import UTC, date, datetime, timedelta

import pytest

from controller.domain.area_plans import SplitPart
from controller.domain.areas import Area, AreaKind
from controller.domain.devices import Device, DeviceKind
from controller.domain.errors import Code, DomainError, NotFoundError, NotPermittedError
from controller.domain.people import Permission, Role
from controller.usecases.area_days import PlaceBook, place_at
from controller.usecases.rights import Actor
from controller.usecases.timetables import station_name
from tests.factories.controller import ControlRoom

TODAY = date(2026, 11, 21)
LATER = date(2026, 12, 1)
# 00:00 of 1 December in Viet Nam
LATER_AT = datetime(2026, 11, 30, 17, tzinfo=UTC)


def province(room: ControlRoom) -> Actor:
    return room.administrator("province")


def live_on(room: ControlRoom, at: datetime) -> int:
    """Let the clock come to an instant and the tick run."""
    room.clock.set(at)
    return room.uses.area_changes.apply_due()


def names(room: ControlRoom, day: date | None = None) -> list[str]:
    """Return the names of the areas in force, today or on a day, as the province sees them."""
    if day is None:
        return [area.name for area in room.uses.areas.visible(province(room))]
    return [place.name for place in room.uses.areas.tree_on(province(room), day)]


def station(room: ControlRoom, device: Device) -> str:
    with room.work() as work:
        return station_name(work, room.reload(device))


def refused(room: ControlRoom, change: str, *given: str, **told: object) -> DomainError:
    """Return why the province is refused a change; nothing of it may be left."""
    before = room.count("area_standings"), room.count("areas"), room.count("audit_entries")
    told.setdefault("effective_on", LATER)
    actor = told.pop("actor", province(room))
    with pytest.raises(DomainError) as caught:
        getattr(room.uses.area_changes, change)(actor, *given, **told)
    assert before == (room.count("area_standings"), room.count("areas"), room.count("audit_entries"))
    return caught.value


def merged(room: ControlRoom, *, on: date = LATER, name: str = "Phường Mới") -> Area:
    """Merge the communes A and B into a new one; return it."""
    room.uses.area_changes.merge(
        province(room), room.tree["A"].id, others=[room.tree["B"].id], name=name, effective_on=on
    )
    with room.work() as work:
        return next(one for one in work.areas.all(with_absent=True) if one.name == name)


def test_a_rename_holds_from_its_day_on_and_the_old_name_before(room: ControlRoom) -> None:
    device = room.device()
    room.uses.area_changes.rename(
        room.administrator("A"), room.tree["A"].id, name="Phường An", effective_on=LATER
    )
    assert (station(room, device), "Phường An" in names(room)) == ("Phường A", False)
    assert live_on(room, LATER_AT - timedelta(seconds=1)) == 0
    assert live_on(room, LATER_AT) == 1
    assert (station(room, device), "Phường A" in names(room)) == ("Phường An", False)
    assert ("Phường A" in names(room, TODAY), "Phường An" in names(room, LATER)) == (True, True)
    with room.work() as work:
        before = place_at(work, room.tree["A"].id, LATER_AT - timedelta(minutes=1))
        assert before is not None
        assert before.name == "Phường A"


def test_a_change_of_today_holds_at_once_and_is_told_to_the_devices_below(room: ControlRoom) -> None:
    device, elsewhere = room.device(area="A1"), room.device(area="B")
    revisions = [room.reload(one).desired_revision for one in (device, elsewhere)]
    room.uses.area_changes.rename(province(room), room.tree["A"].id, name="Phường An", effective_on=TODAY)
    assert station(room, device) == "Phường An"
    assert room.reload(device).desired_revision > revisions[0]
    assert room.reload(elsewhere).desired_revision == revisions[1]
    assert "rename_area" in room.audited()


def test_the_tick_does_nothing_twice_nor_for_a_second_controller(room: ControlRoom) -> None:
    room.device()
    room.uses.area_changes.rename(province(room), room.tree["A"].id, name="Phường An", effective_on=LATER)
    second = room.wire(room.database.unit)
    assert live_on(room, LATER_AT) == 1
    assert (room.uses.area_changes.apply_due(), second.area_changes.apply_due()) == (0, 0)


def test_a_hamlet_moves_with_its_devices_and_the_roles_above_follow_the_place(room: ControlRoom) -> None:
    device = room.device(area="A1")
    room.uses.area_changes.move(
        province(room), room.tree["A1"].id, parent_id=room.tree["B"].id, effective_on=LATER
    )
    assert [view.device.id for view in room.uses.devices.listed(room.operator("A"))] == [device.id]
    live_on(room, LATER_AT)
    assert room.uses.devices.listed(room.operator("A")) == []
    assert [view.device.id for view in room.uses.devices.listed(room.operator("B"))] == [device.id]
    assert station(room, device) == "Phường B"


def test_a_merged_unit_goes_on_as_a_grouping_and_nothing_is_orphaned(room: ControlRoom) -> None:
    first, second = room.device(area="A1"), room.device(area="B")
    editor, notice = room.editor("A"), room.draft(area="A")
    new = merged(room)
    assert "Phường Mới" not in names(room)
    live_on(room, LATER_AT)
    tree = {place.name: place for place in room.uses.areas.tree_on(province(room), LATER)}
    assert tree["Phường A"].kind is AreaKind.GROUPING
    assert tree["Phường A"].parent_id == new.id
    assert (tree["Phường Mới"].kind, tree["Phường Mới"].parent_id) == ("commune", room.tree["province"].id)
    assert [station(room, one) for one in (first, second)] == ["Phường Mới", "Phường Mới"]
    # Who worked in one of the old units keeps that part, and that only.
    returned = room.uses.sign_ins.visit(room.session_of(editor), address="127.0.0.1").actor
    seen = [area.name for area in room.uses.areas.visible(returned)]
    assert seen == ["Phường A", "Tổ dân phố 1"]
    assert room.uses.notices.view(returned, notice.id).notice.area_id == room.tree["A"].id
    # The administrator above grants rights in the new unit, and they reach both old ones.
    room.uses.accounts.invite(
        province(room), username="moi", display_name="Mới", grants=[(new.id, Role.EDITOR)]
    )


def test_an_area_to_come_is_not_usable_before_its_day(room: ControlRoom) -> None:
    new = merged(room)
    with pytest.raises(DomainError) as early:
        room.uses.areas.add(province(room), parent_id=new.id, kind=AreaKind.HAMLET, name="Tổ 9")
    assert early.value.code is Code.AREA_NOT_IN_FORCE
    with pytest.raises(DomainError) as early:
        room.uses.accounts.invite(
            province(room), username="moi", display_name="Mới", grants=[(new.id, Role.EDITOR)]
        )
    assert early.value.code is Code.AREA_NOT_IN_FORCE
    assert new.id not in {area.id for area in room.uses.areas.visible(province(room), Permission.ADMINISTER)}


def test_a_commune_takes_another_one_in(room: ControlRoom) -> None:
    device = room.device(area="B")
    room.uses.area_changes.merge(
        province(room), room.tree["A"].id, others=[room.tree["B"].id], name=None, effective_on=TODAY
    )
    assert station(room, device) == "Phường A"
    assert [view.device.id for view in room.uses.devices.listed(room.operator("A"))] == [device.id]


def test_communes_of_two_groupings_are_merged_below_what_is_above_both(room: ControlRoom) -> None:
    for commune in ("A", "B"):
        group = room.add_area(f"Huyện {commune}", AreaKind.GROUPING, room.tree["province"])
        room.uses.area_changes.move(
            province(room), room.tree[commune].id, parent_id=group.id, effective_on=TODAY
        )
    new = merged(room, on=TODAY)
    assert new.parent_id == room.tree["province"].id


def test_a_split_gives_every_hamlet_and_device_to_a_part_and_old_roles_cover_all_parts(
    room: ControlRoom,
) -> None:
    hamlet = room.add_area("Tổ dân phố 2", AreaKind.HAMLET, room.tree["A"])
    devices = [room.device(name="Cụm loa chợ"), room.device(name="Cụm loa đình")]
    parts = [
        SplitPart(name="Phường Đông", areas=(room.tree["A1"].id,), devices=(devices[0].id,)),
        SplitPart(name="Phường Tây", areas=(hamlet.id,), devices=(devices[1].id,)),
    ]
    room.uses.area_changes.split(province(room), room.tree["A"].id, parts=parts, effective_on=LATER)
    assert [station(room, one) for one in devices] == ["Phường A", "Phường A"]
    live_on(room, LATER_AT)
    assert [station(room, one) for one in devices] == ["Phường Đông", "Phường Tây"]
    assert len(room.uses.devices.listed(room.operator("A"))) == 2
    tree = {place.name: place for place in room.uses.areas.tree_on(province(room), LATER)}
    assert tree["Tổ dân phố 2"].parent_id == tree["Phường Tây"].area_id
    assert (tree["Phường Đông"].kind, tree["Phường A"].kind) == ("commune", "grouping")
    with room.work() as work:
        device = work.devices.get(devices[0].id)
        assert device is not None
        book = PlaceBook(work, [device.area_id], [device.id])
        stood = [book.place_of(device, at) for at in (LATER_AT - timedelta(seconds=1), LATER_AT)]
    assert [place.name for place in stood if place is not None] == ["Phường A", "Phường Đông"]


def test_a_split_that_leaves_something_over_names_it(room: ControlRoom) -> None:
    room.device(name="Cụm loa chợ")
    parts = [SplitPart(name="Đông"), SplitPart(name="Tây")]
    error = refused(room, "split", room.tree["A"].id, parts=parts)
    assert (error.code, error.field) == (Code.SPLIT_LEAVES_OVER, "parts")
    assert error.params["left"] == "Tổ dân phố 1, Cụm loa chợ"


@pytest.mark.parametrize("areas", [("A1", "A1"), ("A1", "B")])
def test_a_part_is_given_only_what_lies_right_in_the_unit_and_once(
    room: ControlRoom, areas: tuple[str, str]
) -> None:
    parts = [SplitPart(name=one, areas=(room.tree[one].id,)) for one in areas]
    error = refused(room, "split", room.tree["A"].id, parts=parts)
    assert (error.code, error.field) == (Code.SPLIT_PART_WRONG, "parts")
    error = refused(room, "split", room.tree["A"].id, parts=parts[:1])
    assert (error.code, error.field) == (Code.SPLIT_PART_WRONG, "parts")


def test_an_area_is_closed_only_when_it_is_empty(room: ControlRoom) -> None:
    hamlet = room.tree["A1"]
    device = room.device(area="A1", name="Cụm loa tổ 1")
    error = refused(room, "close", hamlet.id)
    assert (error.code, error.params["left"]) == (Code.AREA_NOT_EMPTY, "Cụm loa tổ 1")
    notice = room.approved(title="Họp tổ")
    room.uses.broadcasts.schedule(
        room.editor("A"), notice.id, area_id=hamlet.id, start_at=LATER_AT + timedelta(hours=8)
    )
    room.uses.devices.revoke(room.operator("A"), device.id)
    error = refused(room, "close", hamlet.id)
    assert (error.code, error.params["left"]) == (Code.AREA_NOT_EMPTY, "Họp tổ")
    assert refused(room, "close", room.tree["A"].id).params["left"].startswith("Tổ dân phố 1")  # type: ignore[union-attr]


def test_a_closed_area_is_gone_from_its_day_and_its_log_stays(room: ControlRoom) -> None:
    device = room.device(area="A1")
    aired = room.schedule(room.approved(), area="A").broadcast
    room.clock.move(timedelta(hours=1))
    room.uses.devices.revoke(room.operator("A"), device.id)
    room.uses.area_changes.close(province(room), room.tree["A1"].id, effective_on=LATER)
    assert "Tổ dân phố 1" in names(room)
    live_on(room, LATER_AT)
    assert "Tổ dân phố 1" not in names(room)
    assert "Tổ dân phố 1" in names(room, TODAY)
    logged = room.uses.broadcasts.log(room.operator("A"))
    assert [(view.airing.broadcast_id, view.place) for view in logged] == [(aired.id, "Tổ dân phố 1")]
    with pytest.raises(DomainError) as late:
        room.draft(area="A1")
    assert late.value.code is Code.AREA_NOT_IN_FORCE


def test_a_device_that_came_after_the_closing_was_decided_moves_up(room: ControlRoom) -> None:
    room.uses.area_changes.close(province(room), room.tree["A1"].id, effective_on=LATER)
    device = room.device(area="A1")
    live_on(room, LATER_AT)
    assert room.reload(device).area_id == room.tree["A"].id


def test_a_claim_code_of_an_area_that_closed_meanwhile_is_refused(room: ControlRoom) -> None:
    hamlet = room.tree["A1"].id
    issued = room.uses.devices.issue_code(
        room.operator("A"), kind=DeviceKind.SPEAKER, name="Loa", area_id=hamlet
    )
    room.uses.area_changes.close(province(room), room.tree["A1"].id, effective_on=TODAY)
    with pytest.raises(DomainError) as late:
        room.uses.devices.enrol(code=issued.code, public_key="k", agent_version="1", address="1.1.1.1")
    assert late.value.code is Code.CLAIM_CODE_REFUSED


def test_an_area_never_comes_to_stand_below_itself_not_even_by_plans_for_two_days(room: ControlRoom) -> None:
    one = room.add_area("Nhóm 1", AreaKind.GROUPING, room.tree["province"])
    two = room.add_area("Nhóm 2", AreaKind.GROUPING, room.tree["province"])
    error = refused(room, "move", one.id, parent_id=one.id)
    assert (error.code, error.field) == (Code.AREA_CYCLE, "parent_id")
    room.uses.area_changes.move(
        province(room), one.id, parent_id=two.id, effective_on=LATER + timedelta(days=30)
    )
    error = refused(room, "move", two.id, parent_id=one.id)
    assert (error.code, error.field, error.params["day"]) == (Code.AREA_CYCLE, "parent_id", "31/12/2026")


def test_a_decision_is_carried_into_what_is_planned_for_later(room: ControlRoom) -> None:
    changes = room.uses.area_changes
    changes.rename(province(room), room.tree["A1"].id, name="Tổ Một", effective_on=LATER + timedelta(days=9))
    changes.move(province(room), room.tree["A1"].id, parent_id=room.tree["B"].id, effective_on=LATER)
    tree = room.uses.areas.tree_on(province(room), LATER + timedelta(days=9))
    place = next(one for one in tree if one.area_id == room.tree["A1"].id)
    assert (place.name, place.parent_id) == ("Tổ Một", room.tree["B"].id)


def test_a_plan_is_called_off_before_its_day_and_not_on_it(room: ControlRoom) -> None:
    new = merged(room)
    (planned,) = room.uses.area_changes.coming(province(room))
    room.uses.area_changes.call_off(province(room), planned.decision_id)
    assert room.uses.area_changes.coming(province(room)) == []
    with room.work() as work:
        assert work.areas.get(new.id) is None
    live_on(room, LATER_AT)
    assert "Phường Mới" not in names(room)
    decision = room.uses.area_changes.rename(
        province(room), room.tree["A"].id, name="Phường An", effective_on=LATER
    )
    with pytest.raises(DomainError) as late:
        room.uses.area_changes.call_off(province(room), decision)
    assert late.value.code is Code.AREA_CHANGE_PAST


def test_a_plan_on_which_another_one_builds_is_not_called_off(room: ControlRoom) -> None:
    new = merged(room)
    room.uses.area_changes.move(
        province(room), room.tree["A1"].id, parent_id=new.id, effective_on=LATER + timedelta(days=1)
    )
    (first, _) = room.uses.area_changes.coming(province(room))
    with pytest.raises(DomainError) as needed:
        room.uses.area_changes.call_off(province(room), first.decision_id)
    assert needed.value.code is Code.AREA_CHANGE_NEEDED


def test_two_plans_for_one_area_and_day_clash(room: ControlRoom) -> None:
    merged(room)
    error = refused(room, "rename", room.tree["A"].id, name="Khác")
    assert (error.code, error.field) == (Code.AREA_CHANGE_CLASH, "effective_on")


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 11, 20), Code.DAY_IN_THE_PAST), (date(2099, 1, 1), Code.TIME_TOO_FAR)],
)
def test_a_day_that_is_past_or_too_far_is_refused(room: ControlRoom, day: date, code: Code) -> None:
    error = refused(room, "rename", room.tree["A"].id, name="Khác", effective_on=day)
    assert (error.code, error.field) == (code, "effective_on")


def test_today_is_that_of_the_place_and_not_of_the_server(room: ControlRoom) -> None:
    room.clock.set(datetime(2026, 11, 21, 17, 30, tzinfo=UTC))  # 00:30 of the 22nd in Viet Nam
    error = refused(room, "rename", room.tree["A"].id, name="Khác", effective_on=TODAY)
    assert (error.code, error.params["today"]) == (Code.DAY_IN_THE_PAST, "22/11/2026")


def test_what_cannot_be_merged_moved_split_or_closed_is_refused(room: ControlRoom) -> None:
    tree = {key: area.id for key, area in room.tree.items()}
    root = room.root_administrator
    error = refused(room, "merge", tree["A"], others=[tree["A1"]], name="x")
    assert (error.code, error.field) == (Code.AREAS_NOT_ALIKE, "areas")
    error = refused(room, "merge", tree["A"], others=[tree["A"]], name="x")
    assert (error.code, error.field) == (Code.AREAS_NOT_ALIKE, "areas")
    assert refused(room, "merge", tree["A"], others=[], name="x").code is Code.AREAS_NOT_ALIKE
    assert refused(room, "close", tree["root"], actor=root).code is Code.AREA_KIND_FIXED
    error = refused(room, "move", tree["root"], actor=root, parent_id=tree["A"])
    assert (error.code, error.field) == (Code.AREA_KIND_FIXED, "area_id")
    error = refused(room, "move", tree["A"], parent_id=tree["A1"])
    assert error.code is Code.AREA_CYCLE
    error = refused(room, "move", tree["B"], parent_id=tree["A"])
    assert (error.code, error.field) == (Code.AREA_KIND_MISPLACED, "kind")
    assert refused(room, "rename", tree["A"], name=" ").code is Code.NAME_EMPTY


def test_one_must_administer_both_ends_of_a_change(room: ControlRoom) -> None:
    tree = {key: area.id for key, area in room.tree.items()}
    ward = room.administrator("A")
    assert isinstance(refused(room, "rename", tree["B"], actor=ward, name="x"), NotFoundError)
    assert isinstance(refused(room, "move", tree["A1"], actor=ward, parent_id=tree["B"]), NotFoundError)
    error = refused(room, "merge", tree["A"], actor=ward, others=[tree["B"]], name="x")
    assert isinstance(error, NotFoundError)
    error = refused(room, "close", tree["A"], actor=ward)
    assert isinstance(error, NotPermittedError)
    assert error.field == "area_id"
    supervisor = room.person("giam-sat", Role.SUPERVISOR, "province")
    error = refused(room, "rename", tree["A"], actor=supervisor, name="x")
    assert isinstance(error, NotPermittedError)


def test_one_must_administer_an_area_also_on_the_day_itself(room: ControlRoom) -> None:
    room.uses.area_changes.move(
        province(room), room.tree["A1"].id, parent_id=room.tree["B"].id, effective_on=LATER
    )
    ward = room.administrator("A")
    after = LATER + timedelta(days=1)
    error = refused(room, "rename", room.tree["A1"].id, actor=ward, name="x", effective_on=after)
    assert isinstance(error, NotPermittedError)


def test_plans_and_history_show_what_is_ones_own(room: ControlRoom) -> None:
    merged(room)
    (planned,) = room.uses.area_changes.coming(room.editor("A"))
    assert [step.standing.name for step in planned.steps] == ["Phường A"]
    with pytest.raises(NotPermittedError):
        room.uses.area_changes.call_off(room.editor("A"), planned.decision_id)
    other = room.add_area("Tỉnh Tây", AreaKind.PROVINCE, room.tree["root"])
    stranger = room.person("nguoi-la", Role.ADMINISTRATOR, other)
    assert room.uses.area_changes.coming(stranger) == []
    for ask in (
        lambda: room.uses.area_changes.call_off(stranger, planned.decision_id),
        lambda: room.uses.area_changes.call_off(stranger, "none"),
        lambda: room.uses.area_changes.history(stranger, room.tree["A"].id),
    ):
        with pytest.raises(NotFoundError):
            ask()
    steps = room.uses.area_changes.history(room.editor("A"), room.tree["A"].id)
    assert [(step.standing.change, step.standing.kind) for step in steps] == [
        ("added", "commune"),
        ("merged", "grouping"),
    ]


def test_the_log_names_the_place_as_it_was_called_on_the_day_of_each_airing(room: ControlRoom) -> None:
    device = room.device()
    before = room.schedule(room.approved(title="Trước"), in_s=600).broadcast
    after = room.schedule(room.approved(title="Sau"), in_s=86_400).broadcast
    tomorrow = TODAY + timedelta(days=1)
    room.uses.area_changes.split(
        province(room),
        room.tree["A"].id,
        parts=[
            SplitPart(name="Phường Đông", devices=(device.id,)),
            SplitPart(name="Phường Tây", areas=(room.tree["A1"].id,)),
        ],
        effective_on=tomorrow,
    )
    for at in (room.clock.now(), room.clock.now() + timedelta(days=2)):
        live_on(room, at)
        places = {view.airing.broadcast_id: view.place for view in room.uses.broadcasts.log(province(room))}
        assert places == {before.id: "Phường A", after.id: "Phường Đông"}
