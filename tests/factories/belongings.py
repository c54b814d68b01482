"""One thing of each kind in a ward, and somebody who may do everything in one: for tests of who sees what."""

from datetime import date, timedelta

from controller.domain.airings import InboxItem, InboxState
from controller.domain.areas import AreaKind
from controller.domain.ids import new_id
from controller.domain.people import Role
from controller.usecases.rights import Actor
from tests.factories.controller import ControlRoom

NO_ID = "0" * 20
AREA_CHANGES = ("rename", "move", "merge", "split", "close")


def all_powerful(room: ControlRoom, area: str, number: str = "") -> Actor:
    """Return somebody with every role in one ward, so that only the place can be the reason of a refusal."""
    actor = room.person(f"moi-quyen-{area.lower()}{number}", Role.EDITOR, area)
    for role in (Role.APPROVER, Role.OPERATOR, Role.ADMINISTRATOR):
        actor = room.also(actor, role, room.tree[area])
    return actor


def belongings(room: ControlRoom, area: str) -> dict[str, str]:
    """Return ids of one thing of each kind in a ward."""
    device = room.device(area=area)
    notice = room.approved(area=area)
    broadcast = room.schedule(notice, area=area).broadcast
    hamlets = {
        f"hamlet_to_{change}": room.add_area(f"Tổ {change}", AreaKind.HAMLET, room.tree[area]).id
        for change in AREA_CHANGES
    }
    decision_id = room.uses.area_changes.rename(
        room.administrator(area),
        hamlets["hamlet_to_rename"],
        name="Tổ sau này",
        effective_on=next_week(room) + timedelta(days=1),
    )
    delegation = room.uses.stand_ins.delegate(
        room.approver(area),
        area_id=room.tree[area].id,
        username=room.editor(area).username,
        starts_on=room.clock.now().date(),
        ends_on=next_week(room),
    )
    return hamlets | {
        "delegation_id": delegation.id,
        "item_id": inbox_item(room, broadcast.id, area),
        "decision_id": decision_id,
        "notice_id": notice.id,
        "device_id": device.id,
        "broadcast_id": broadcast.id,
        "user_id": room.editor(area).user_id,
        "area_id": room.tree[area].id,
    }


def inbox_item(room: ControlRoom, broadcast_id: str, area: str) -> str:
    """Return the id of something that waits in a ward's inbox."""
    now = room.clock.now()
    item = InboxItem(
        id=new_id(now),
        broadcast_id=broadcast_id,
        area_id=room.tree[area].id,
        state=InboxState.WAITING,
        received_at=now,
    )
    with room.work() as work:
        work.inboxes.add_missing([item])
    return item.id


def next_week(room: ControlRoom) -> date:
    return (room.clock.now() + timedelta(days=7)).date()
