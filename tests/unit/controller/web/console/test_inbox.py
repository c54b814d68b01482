"""The commune's inbox: routine items to take or decline, priority ones to be put in order, for those who may."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.domain.airings import AiringState, InboxState
from controller.domain.people import Role
from controller.usecases.broadcast_desk import BroadcastView
from controller.usecases.rights import Actor
from schedules import Band
from tests.fixtures.console_house import ConsoleHouse, console_house
from tests.unit.controller.web.console.test_timelines import words_of


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ConsoleHouse]:
    with console_house(tmp_path) as house:
        house.room.device(name="Cụm loa tổ 1")
        yield house


def sent_down(house: ConsoleHouse, title: str, **wish: Any) -> BroadcastView:
    """Let the province order a notice for the whole province, approved by two."""
    room = house.room
    editor, approver, second = (
        room.person(name, role, "province")
        for name, role in (
            ("bt-tinh", Role.EDITOR),
            ("duyet-tinh", Role.APPROVER),
            ("duyet-tinh-2", Role.APPROVER),
        )
    )
    notice = _approved(house, editor, approver, title)
    rule = {"kind": "daily", "times": ["17:30"], "valid_from": "2026-11-21"}
    order = room.uses.broadcasts.schedule(
        editor, notice, area_id=room.tree["province"].id, rule=rule, cause="kế hoạch", **wish
    )
    room.uses.review.approve_second(second, order.broadcast.id, reason="đúng kế hoạch")
    return order


def _approved(house: ConsoleHouse, editor: Actor, approver: Actor, title: str) -> str:
    desk = house.room.uses.notices
    notice = desk.write(
        editor, area_id=house.room.tree["province"].id, title=title, text="Toàn tỉnh chú ý."
    ).notice
    desk.submit(editor, notice.id)
    house.make_sounds()
    desk.approve(approver, notice.id)
    return notice.id


def test_a_routine_item_is_taken_with_a_time_of_the_communes_own(own: ConsoleHouse) -> None:
    sent_down(own, "Lịch tiêm chủng toàn tỉnh")
    editor = own.visitor(own.room.editor())
    assert "Tin đến chờ xã quyết định 1" in words_of(editor.get("/").text)
    page = words_of(editor.get("/inbox").text)
    assert "Lịch tiêm chủng toàn tỉnh Tỉnh gửi ○ Thông thường Phường A nhận Thứ Bảy 21/11/2026 16:30" in page
    assert "Nơi gửi đề nghị: Hằng ngày lúc 17:30, từ 21/11/2026" in page
    item = own.room.uses.inbox.listed(own.room.editor())[0].item
    path = f"/inbox/{item.id}/take"
    refused = editor.post(path, {"start_date": "2026-11-23", "start_time": "03:15"})
    assert refused.status_code == 409
    assert "nằm trong giờ yên tĩnh 22:00–05:00" in words_of(refused.text)
    assert 'value="03:15"' in refused.text
    answer = editor.post(path, {"start_date": "2026-11-23", "start_time": "07:30"})
    assert answer.status_code == 303
    assert "Đã nhận và lên lịch phát." in words_of(editor.get(answer.headers["location"]).text)
    taken = own.room.uses.inbox.listed(own.room.editor(), is_waiting=False)[0].item
    assert taken.state is InboxState.TAKEN
    with own.room.work() as work:
        order = work.airings.broadcast(taken.taken_as or "")
    assert order is not None
    assert order.start_at.isoformat() == "2026-11-23T00:30:00+00:00"  # 07:30 on the commune's wall
    assert "Tin đến chờ xã quyết định" not in words_of(editor.get("/").text)


def test_an_item_taken_at_an_hour_for_two_people_is_said_to_wait_for_the_second(own: ConsoleHouse) -> None:
    sent_down(own, "Lịch tiêm chủng toàn tỉnh")
    editor = own.visitor(own.room.editor())
    item = own.room.uses.inbox.listed(own.room.editor())[0].item
    answer = editor.post(f"/inbox/{item.id}/take", {"start_date": "2026-11-23", "start_time": "05:30"})
    assert "chờ người thứ hai duyệt" in words_of(editor.get(answer.headers["location"]).text)


def test_an_item_is_declined_with_a_reason_only(own: ConsoleHouse) -> None:
    sent_down(own, "Ca nhạc")
    editor = own.visitor(own.room.editor())
    item = own.room.uses.inbox.listed(own.room.editor())[0].item
    refused = editor.post(f"/inbox/{item.id}/decline", {"reason": " "})
    assert refused.status_code == 422
    assert "Hãy ghi lý do" in words_of(refused.text)
    assert editor.post(f"/inbox/{item.id}/decline", {"reason": "đã có tin riêng"}).status_code == 303
    page = words_of(editor.get("/inbox").text)
    assert "Đã quyết định Ca nhạc ○ Thông thường Không nhận Phường A bien-tap-a" in page
    assert "đã có tin riêng" in page
    late = editor.post(f"/inbox/{item.id}/take", {"start_date": "2026-11-23", "start_time": "07:30"})
    assert late.status_code == 409
    assert 'role="alert"' in late.text


def test_equals_that_meet_wait_for_the_communes_order_of_play(own: ConsoleHouse) -> None:
    room = own.room
    rule = {"kind": "daily", "times": ["17:30"], "valid_from": "2026-11-21"}
    notice = room.approved(title="Tin ưu tiên của xã")
    area_id = room.tree["A"].id
    room.uses.broadcasts.schedule(
        room.editor(), notice.id, area_id=area_id, rule=rule, band=Band.PRIORITY, cause="họp"
    )
    sent_down(own, "Tin ưu tiên của tỉnh", band=Band.PRIORITY)
    editor = own.visitor(room.editor())
    device = room.uses.devices.listed(room.editor())[0].device
    timeline = words_of(editor.get(f"/devices/{device.id}/timeline").text)
    assert "chờ chọn thứ tự phát trong hộp tin đến" in timeline
    assert "Phát trước tin của xã Tin ưu tiên của tỉnh" in words_of(editor.get("/inbox").text)
    item = room.uses.inbox.listed(room.editor())[0].item
    assert editor.post(f"/inbox/{item.id}/order", {"play_order": "sideways"}).status_code == 422
    assert editor.post(f"/inbox/{item.id}/order", {"play_order": "before"}).status_code == 303
    assert "phát trước tin của xã" in words_of(editor.get("/inbox").text)
    held = [one for one in room.airings_of(device) if one.state is AiringState.HELD]
    assert not held
    timeline = words_of(editor.get(f"/devices/{device.id}/timeline").text)
    assert "Sẽ phát 17:30:00" in timeline
    assert timeline.index("Tin ưu tiên của tỉnh") < timeline.rindex("Tin ưu tiên của xã")
    links = re.findall(r'href="/notices/([^"]+)"', editor.get(f"/devices/{device.id}/timeline").text)
    assert set(links) == {notice.id}  # the province's own pages are not the commune's to open


def test_who_may_not_schedule_there_sees_but_does_not_decide(own: ConsoleHouse) -> None:
    sent_down(own, "Chỉ biên tập viên quyết định")
    operator, stranger = own.visitor(own.room.operator()), own.visitor(own.room.editor("B"))
    item = next(one for one in own.room.uses.inbox.listed(own.room.editor())).item
    page = operator.get("/inbox")
    assert "Biên tập viên của xã quyết định tin này." in words_of(page.text)
    assert "/take" not in page.text
    assert "Tin đến chờ xã quyết định" not in words_of(operator.get("/").text)
    assert operator.post(f"/inbox/{item.id}/decline", {"reason": "không"}).status_code == 403
    assert item.id not in stranger.get("/inbox").text
    for path, form in (
        ("take", {"start_date": "2026-11-23", "start_time": "07:30"}),
        ("decline", {"reason": "x"}),
    ):
        assert stranger.post(f"/inbox/{item.id}/{path}", form).status_code == 404
