"""Planning for a province: 100 communes of 100 devices, in 5 hamlets each."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, update

from controller.domain.areas import AreaKind
from controller.storage import tables
from controller.usecases.planning import renew_broadcast
from controller.usecases.timetables import refresh_in_parts
from tests.factories.controller import ControlRoom

COMMUNES, HAMLETS, DEVICES = 100, 5, 20
DAILY = {"kind": "daily", "times": ["17:00"], "valid_from": "2026-11-21"}
PRIORITY = 150


def bench() -> list[tuple[str, float, str]]:
    """Return what it takes to plan, to change and to foresee."""
    with TemporaryDirectory() as folder:
        room = ControlRoom(Path(folder), busy_timeout_s=30)
        _fill(room)
        rows = _measure(room)
        room.database.close()
    return rows


def _measure(room: ControlRoom) -> list[tuple[str, float, str]]:
    count = COMMUNES * HAMLETS * DEVICES
    province = _order(room, "province")
    rows = [
        (
            f"a daily rule for {count:,} devices: order approved",
            _seconds(lambda: _approve(room, province)),
            "s",
        ),
        ("the rest of its week, by the tick", _seconds(room.uses.planning.plan_ahead), "s"),
        (f"airings of {count:,} devices planned", room.count("airings"), ""),
        (
            "every timetable computed again, nothing changed",
            _seconds(room.uses.timetables.renew_windows),
            "s",
        ),
    ]
    rows.append(("the order changed for the whole province", _seconds(lambda: _change(room, province)), "s"))
    before = _revisions(room)
    hamlet = room.uses.areas.visible(room.root_administrator)[-1]
    rows.append(("an order for one hamlet", _seconds(lambda: _order_in(room, hamlet.id)), "s"))
    touched = {one for one, revision in _revisions(room).items() if revision != before[one]}
    rows.append((f"devices touched by it, of {DEVICES} in the hamlet", len(touched), ""))
    whole = _seconds(lambda: room.uses.previews.of_area(room.editor("province"), room.tree["province"].id))
    device = sorted(before)[0]
    one = _seconds(lambda: room.uses.previews.of_device(room.editor("province"), device, hours=168))
    return [
        *rows,
        ("preview of the province, a day", whole, "s"),
        ("preview of a device, a week", one * 1000, "ms"),
    ]


def _fill(room: ControlRoom) -> None:
    now = room.clock.now()
    with room.work() as work:
        session = work.areas._session
        places: list[dict[str, Any]] = []
        devices: list[dict[str, Any]] = []
        province = room.tree["province"]
        for commune in range(COMMUNES):
            ward = _place(
                province.path, province.id, AreaKind.COMMUNE, f"Xã {commune}", now, f"c{commune:03}"
            )
            places.append(ward)
            for number in range(HAMLETS):
                hamlet = _place(
                    ward["path"], ward["id"], AreaKind.HAMLET, f"Thôn {number}", now, f"z{commune:03}{number}"
                )
                places.append(hamlet)
                devices += [
                    _device(hamlet["id"], f"d{commune:03}{number}{index:02}", now) for index in range(DEVICES)
                ]
        session.execute(insert(tables.areas), places)
        session.execute(
            insert(tables.area_standings),
            [
                {
                    "id": place["id"],
                    "area_id": place["id"],
                    "starts_on": now.date(),
                    "parent_id": place["parent_id"],
                    "kind": place["kind"],
                    "name": place["name"],
                    "change": "added",
                    "decision_id": place["id"],
                    "created_at": now,
                }
                for place in places
            ],
        )
        session.execute(insert(tables.devices), devices)
        # As in a province that has stood for a while: none of its areas is new today.
        session.execute(update(tables.area_standings).values(starts_on=date(2026, 1, 1)))


def _place(path: str, parent_id: str, kind: AreaKind, name: str, now: Any, place_id: str) -> dict[str, Any]:
    return {
        "id": place_id,
        "parent_id": parent_id,
        "path": f"{path}{place_id}/",
        "kind": kind,
        "name": name,
        "zone": "Asia/Ho_Chi_Minh",
        "created_at": now,
    }


def _device(area_id: str, device_id: str, now: Any) -> dict[str, Any]:
    words = dict.fromkeys(("boot", "agent_version", "faults", "desired_digest"), "")
    numbers = dict.fromkeys(
        (
            "state_seq",
            "missing_contents",
            "unsent_entries",
            "desired_revision",
            "reported_revision",
            "push_attempts",
        ),
        0,
    )
    same = {"kind": "speaker", "presence": "unknown", "public_key": "key", "created_at": now}
    return {"id": device_id, "name": device_id, "area_id": area_id, **words, **numbers, **same}


def _order(room: ControlRoom, area: str) -> str:
    notice = room.approved(area=area)
    view = room.uses.broadcasts.schedule(
        room.editor(area), notice.id, area_id=room.tree[area].id, rule=DAILY, priority=PRIORITY
    )
    return view.broadcast.id


def _order_in(room: ControlRoom, area_id: str) -> None:
    notice = room.approved(area="province")
    rule = DAILY | {"times": ["18:00"]}
    room.uses.broadcasts.schedule(room.editor("province"), notice.id, area_id=area_id, rule=rule)


def _approve(room: ControlRoom, broadcast_id: str) -> None:
    room.uses.review.approve_second(room.approver("root"), broadcast_id, reason="đã xem")


def _change(room: ControlRoom, broadcast_id: str) -> None:
    """What a change costs once it may be carried out: every airing and every timetable anew."""
    with room.work() as work:
        broadcast = work.airings.broadcast(broadcast_id)
        assert broadcast is not None
        broadcast.volume = 70
        concerned = renew_broadcast(work, broadcast, room.clock.now())
    refresh_in_parts(room.database.unit, sorted(concerned), room.clock.now())
    room.uses.planning.plan_ahead()


def _revisions(room: ControlRoom) -> dict[str, int]:
    with room.work() as work:
        rows = work.areas._session.execute(
            tables.devices.select().with_only_columns(tables.devices.c.id, tables.devices.c.desired_revision)
        )
        return {row[0]: row[1] for row in rows}


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
