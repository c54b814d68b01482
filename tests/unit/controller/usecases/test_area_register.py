import pytest

from controller.domain.areas import AreaKind
from controller.domain.errors import Code, DomainError, NotFoundError, NotPermittedError
from controller.usecases.rights import Actor
from tests.factories.controller import ControlRoom


def add(room: ControlRoom, actor: Actor, parent: str, name: str = "Tổ 2", zone: str | None = None) -> str:
    area = room.uses.areas.add(
        actor, parent_id=room.tree[parent].id, kind=AreaKind.HAMLET, name=name, zone=zone
    )
    return area.zone


def test_an_administrator_adds_below_their_own_area(room: ControlRoom) -> None:
    assert add(room, room.administrator("A"), "A") == "Asia/Ho_Chi_Minh"
    assert add(room, room.administrator("province"), "A", zone="Asia/Bangkok") == "Asia/Bangkok"


def test_nobody_adds_where_they_see_nothing_or_may_only_look(room: ControlRoom) -> None:
    with pytest.raises(NotFoundError):
        add(room, room.administrator("A"), "B")
    with pytest.raises(NotFoundError):
        room.uses.areas.add(room.administrator("A"), parent_id="no", kind=AreaKind.HAMLET, name="x")
    with pytest.raises(NotPermittedError):
        add(room, room.editor("A"), "A")


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "\x00", "x" * 5000, "Asia"]
)
def test_a_zone_that_does_not_exist_is_refused(room: ControlRoom, zone: str) -> None:
    with pytest.raises(DomainError) as refused:
        add(room, room.administrator("A"), "A", zone=zone)
    assert (refused.value.code, refused.value.field) == (Code.INPUT_INVALID, "zone")


def test_a_place_needs_a_name_and_the_right_rung(room: ControlRoom) -> None:
    with pytest.raises(DomainError) as refused:
        add(room, room.administrator("A"), "A", name=" ")
    assert refused.value.code is Code.NAME_EMPTY
    with pytest.raises(DomainError) as refused:
        add(room, room.administrator("A"), "A1")
    assert refused.value.code is Code.AREA_KIND_MISPLACED


def test_one_sees_ones_own_area_and_what_lies_below(room: ControlRoom) -> None:
    assert [area.name for area in room.uses.areas.visible(room.editor("A"))] == ["Phường A", "Tổ dân phố 1"]
    assert len(room.uses.areas.visible(room.editor("province"))) == 4


def test_the_root_is_made_once(room: ControlRoom) -> None:
    assert room.uses.areas.ensure_root("Khác").id == room.tree["root"].id
