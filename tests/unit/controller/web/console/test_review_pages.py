"""The pages of review: what waits, the second pair of eyes, standing in, the trail, the version in force."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.airings import Broadcast, BroadcastState
from controller.domain.notices import Notice
from controller.domain.people import Role
from controller.domain.second_approval import Need
from controller.usecases.rights import Actor
from controller.usecases.taking_effect import hold
from schedules import OnLoss
from tests.factories.controller import TEXT, ControlRoom
from tests.fixtures.console_house import ConsoleHouse, console_house
from tests.unit.controller.web.console.test_pages import words_of

HOUR = timedelta(hours=1)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ConsoleHouse]:
    """Serve a console over an empty ward."""
    with console_house(tmp_path) as house:
        yield house


def held(room: ControlRoom, *, title: str = "Họp tổ dân phố") -> Broadcast:
    room.device()
    broadcast = room.schedule(room.approved(title=title), in_s=7_200).broadcast
    with room.work() as work:
        row = work.airings.broadcast(broadcast.id)
        assert row is not None
        row.cause = "Nước sông lên nhanh"
        hold(work, row, Need.OUT_OF_HOURS, room.clock.now())
    return room.row(Broadcast, broadcast.id)


def second(room: ControlRoom) -> Actor:
    return room.person("nguoi-duyet-hai", Role.APPROVER, "A")


# --- the second approver -----------------------------------------------------------------------------


def test_a_held_order_is_shown_with_why_and_decided_with_a_reason(own: ConsoleHouse) -> None:
    broadcast = held(own.room)
    visitor = own.visitor(second(own.room))
    overview = words_of(visitor.get("/").text)
    assert "Chờ bạn duyệt lần hai 1 Họp tổ dân phố Ngoài giờ (21 giờ – 6 giờ) Phường A" in overview
    page = words_of(visitor.get("/review").text)
    assert "Lý do phát: Nước sông lên nhanh" in page
    assert TEXT in page
    assert "người đặt lịch: bien-tap-a" in page

    form = {"version": str(broadcast.version), "decision": "approve"}
    refused = visitor.post(f"/review/{broadcast.id}", form | {"reason": "  "})
    assert refused.status_code == 422
    assert "Hãy ghi lý do" in refused.text
    assert "autofocus" in refused.text
    accepted = visitor.post(f"/review/{broadcast.id}", form | {"reason": "Cần báo ngay"})
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/review?done=second_approve")
    assert own.room.row(Broadcast, broadcast.id).state is BroadcastState.APPROVED
    assert "Không có lịch phát nào chờ bạn duyệt." in visitor.get("/review").text
    notice = words_of(own.visitor(own.room.editor()).get(f"/notices/{broadcast.notice_id}").text)
    assert "Duyệt lần hai: nguoi-duyet-hai Cần báo ngay" in notice


def test_who_had_a_part_in_it_sees_that_it_waits_and_has_no_buttons(own: ConsoleHouse) -> None:
    broadcast = held(own.room)
    for actor in (own.room.editor(), own.room.approver()):
        page = own.visitor(actor).get("/review").text
        assert "Đang chờ người khác duyệt" in page
        assert 'name="decision"' not in page
    form = {"version": "2", "decision": "approve", "reason": "x"}
    answer = own.visitor(own.room.approver()).post(f"/review/{broadcast.id}", form)
    assert answer.status_code == 403
    assert "Người duyệt lần hai phải là người khác" in answer.text
    stranger = own.visitor(own.room.approver("B"))
    assert "Họp tổ dân phố" not in stranger.get("/review").text
    assert stranger.post(f"/review/{broadcast.id}", form).status_code == 404
    notice = words_of(own.visitor(own.room.editor()).get(f"/notices/{broadcast.notice_id}").text)
    assert "Chờ duyệt lần hai Ngoài giờ" in notice


@pytest.mark.parametrize("change", [{"decision": "maybe"}, {"version": "x"}, {"version": "9" * 30}])
def test_a_decision_that_no_page_sends_is_refused(own: ConsoleHouse, change: dict[str, str]) -> None:
    broadcast = held(own.room)
    form = {"version": "2", "decision": "approve", "reason": "x"} | change
    assert own.visitor(second(own.room)).post(f"/review/{broadcast.id}", form).status_code == 422
    assert own.room.row(Broadcast, broadcast.id).state is BroadcastState.HELD


# --- reminders ---------------------------------------------------------------------------------------


def test_a_reminder_stands_on_the_overview_until_its_notice_is_opened(own: ConsoleHouse) -> None:
    room = own.room
    visitor = own.visitor(room.approver())
    notice = room.submitted(title="Chờ lâu")
    room.clock.move(HOUR)
    room.uses.reminders.remind_due()
    assert "Nhắc việc 1 Chờ lâu Phường A chờ từ 1 giờ trước" in words_of(visitor.get("/").text)
    visitor.get(f"/notices/{notice.id}", **{"HX-Request": "true"})
    assert "Nhắc việc" in visitor.get("/").text, "a page that refreshes itself has not been opened"
    visitor.get(f"/notices/{notice.id}")
    assert "Nhắc việc" not in visitor.get("/").text


def test_a_reminder_of_an_order_goes_when_the_list_is_opened(own: ConsoleHouse) -> None:
    held(own.room)
    visitor = own.visitor(second(own.room))
    own.room.clock.move(HOUR)
    own.room.uses.reminders.remind_due()
    assert "Nhắc việc" in visitor.get("/").text
    visitor.get("/review")
    assert "Nhắc việc" not in visitor.get("/").text


# --- standing in -------------------------------------------------------------------------------------


def test_an_approver_lends_the_right_for_some_days_and_takes_it_back(own: ConsoleHouse) -> None:
    room = own.room
    room.editor()
    visitor = own.visitor(room.approver())
    assert "/stand-ins" in visitor.get("/").text
    form = {
        "area_id": room.tree["A"].id,
        "username": room.editor().username,
        "starts_on": "2026-11-21",
        "ends_on": "2026-11-22",
    }
    for change, field in (({"ends_on": "2026-11-20"}, "ends_on"), ({"starts_on": "hôm nay"}, "starts_on")):
        refused = visitor.post("/stand-ins", form | change)
        assert refused.status_code == 422
        assert f'id="delegation-{field}-fault"' in refused.text
    assert visitor.post("/stand-ins", form).status_code == 303
    page = visitor.get("/stand-ins").text
    assert "bien-tap-a duyệt thay nguoi-duyet-a" in page
    assert "từ 21/11/2026 đến hết 22/11/2026" in page
    assert "Hôm nay có hiệu lực" in page
    waiting = room.submitted(title="Tin của người khác")
    assert waiting.id
    (address,) = re.findall(r'action="(/stand-ins/\w+/end)"', page)
    assert own.visitor(room.approver("B")).post(address, {}).status_code == 404
    assert visitor.post(address, {}).status_code == 303
    assert "Chưa có ủy quyền nào." in visitor.get("/stand-ins").text


def test_who_decides_nowhere_sees_the_list_and_no_form(own: ConsoleHouse) -> None:
    page = own.visitor(own.room.editor()).get("/stand-ins")
    assert page.status_code == 200
    assert 'name="username"' not in page.text


# --- the version in force ----------------------------------------------------------------------------


def test_an_approved_notice_is_changed_on_its_page_and_both_versions_are_shown(own: ConsoleHouse) -> None:
    room = own.room
    notice = room.approved()
    editor = own.visitor(room.editor())
    page = editor.get(f"/notices/{notice.id}").text
    assert "Sửa nội dung" in page
    form = {"title": notice.title, "text": f"{TEXT} Đến sớm.", "version": "1", "then": "submit"}
    assert editor.post(f"/notices/{notice.id}", form).status_code == 303
    for actor in (room.editor(), room.approver()):
        shown = words_of(own.visitor(actor).get(f"/notices/{notice.id}").text)
        assert "Bản đang có hiệu lực ✓ bản 1" in shown
    decision = own.visitor(room.approver()).get(f"/notices/{notice.id}").text
    assert "<ins>Đến sớm.</ins>" in decision
    too_soon = own.visitor(room.approver()).post(f"/notices/{notice.id}/approve", {"version": "2"})
    assert too_soon.status_code == 409
    assert "Bản đọc chưa làm xong" in too_soon.text
    room.make_sounds()
    assert (
        own.visitor(room.approver()).post(f"/notices/{notice.id}/approve", {"version": "2"}).status_code
        == 303
    )
    assert room.row(Notice, notice.id).approved_text == f"{TEXT} Đến sớm."


def test_an_expiry_is_typed_in_the_areas_time_and_kept(own: ConsoleHouse) -> None:
    room = own.room
    editor = own.visitor(room.editor())
    form = {
        "area_id": room.tree["A"].id,
        "title": "Có hạn",
        "text": TEXT,
        "expires_date": "2026-11-25",
        "expires_time": "",
    }
    past = editor.post("/notices/new", form | {"expires_date": "2026-11-20"})
    assert past.status_code == 422
    assert 'id="notice-expires_date-fault"' in past.text
    address = editor.post("/notices/new", form).headers["location"].partition("?")[0]
    kept = room.row(Notice, address.rpartition("/")[2])
    assert kept.expires_at is not None
    assert kept.expires_at.isoformat() == "2026-11-25T16:59:00+00:00"
    page = editor.get(address).text
    assert 'value="2026-11-25"' in page
    again = form | {"version": "1", "expires_time": "23:59", "then": "keep"}
    assert editor.post(address, again).status_code == 303
    assert room.row(Notice, kept.id).version == 1, "what is there already is no edit"


def test_the_author_reads_why_a_notice_was_taken_back(own: ConsoleHouse) -> None:
    room = own.room
    notice = room.approved()
    approver = own.visitor(room.approver())
    empty = approver.post(f"/notices/{notice.id}/withdraw", {"reason": ""})
    assert empty.status_code == 422
    assert 'id="withdraw-reason-fault"' in empty.text
    assert approver.post(f"/notices/{notice.id}/withdraw", {"reason": "Sai địa điểm"}).status_code == 303
    assert "Lý do: Sai địa điểm" in words_of(own.visitor(room.editor()).get(f"/notices/{notice.id}").text)


# --- the trail ---------------------------------------------------------------------------------------


def test_the_trail_of_a_notice_tells_who_when_from_where_and_what(own: ConsoleHouse) -> None:
    room = own.room
    notice = room.draft()
    room.clock.move(timedelta(minutes=1))
    room.uses.notices.edit(room.editor(), notice.id, title="Khác", text=f"{TEXT} <b>", seen_version=1)
    approver = own.visitor(room.approver())
    assert f"/notices/{notice.id}/trail" in approver.get(f"/notices/{notice.id}").text
    page = approver.get(f"/notices/{notice.id}/trail").text
    shown = words_of(page)
    assert (
        "Sửa Thứ Bảy 21/11/2026 16:31 bien-tap-a từ 127.0.0.1 bản 2 Tiêu đề: Họp tổ dân phố → Khác" in shown
    )
    assert "<ins>&lt;b&gt;</ins>" in page
    assert "127.0.0.1" not in own.visitor(room.editor()).get(f"/notices/{notice.id}/trail").text
    assert own.visitor(room.approver("B")).get(f"/notices/{notice.id}/trail").status_code == 404


def test_the_trail_tells_of_orders_in_the_words_of_their_form_and_in_local_time(own: ConsoleHouse) -> None:
    room = own.room
    room.device()
    notice = room.approved()
    rule = {"kind": "weekly", "days": [1, 3], "times": ["06:00", "17:00"], "valid_from": "2026-11-21"}
    desk = room.uses.broadcasts
    made = desk.schedule(room.editor(), notice.id, area_id=room.tree["A"].id, rule=rule).broadcast
    page = own.visitor(room.editor())
    assert "Lên lịch phát Thứ Bảy 21/11/2026 16:30 bien-tap-a Thứ Hai 23/11/2026 06:00, Phường A" in words_of(
        page.get(f"/notices/{notice.id}/trail").text
    )
    changed = rule | {"times": ["06:10"], "valid_until": "2026-12-31"}
    desk.reschedule(room.editor(), made.id, seen_version=1, rule=changed, on_loss=OnLoss.SKIP)
    shown = words_of(page.get(f"/notices/{notice.id}/trail").text)
    for line in (
        "Sửa lịch phát",
        "Giờ phát: 06:00, 17:00 → 06:10",
        "Đến ngày: không có → 31/12/2026",
        "Nếu trùng giờ: Phát tiếp phần còn lại → Bỏ lượt này",
    ):
        assert line in shown
    assert "rule." not in shown
    assert "+00:00" not in shown


# --- lock-out ----------------------------------------------------------------------------------------


def test_an_administrator_locks_somebody_out_with_a_reason(own: ConsoleHouse) -> None:
    room = own.room
    room.device()
    broadcast = room.schedule(in_s=7_200).broadcast
    visitor = own.visitor(room.administrator())
    path = f"/people/{room.editor().user_id}/lock-out"
    refused = visitor.post(path, {"reason": ""})
    assert refused.status_code == 422
    assert "Hãy ghi lý do" in refused.text
    assert visitor.post(path, {"reason": "Lộ mật khẩu"}).status_code == 303
    assert room.row(Broadcast, broadcast.id).state is BroadcastState.HELD
    assert own.visitor(room.approver()).post(path, {"reason": "x"}).status_code == 404
