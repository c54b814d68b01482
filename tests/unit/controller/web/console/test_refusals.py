"""Every form's refusals: the right status, a sentence next to the field, and nothing of what was typed lost."""

import html
import re
import unicodedata
from datetime import timedelta

import pytest

from controller.domain.notices import Notice
from controller.domain.people import Role
from tests.factories.controller import TEXT
from tests.fixtures.console_house import ConsoleHouse, Visitor

TITLE = "Họp <tổ> dân phố & bàn việc"


@pytest.fixture
def editor(house: ConsoleHouse) -> Visitor:
    return house.visitor(house.room.editor())


def area_of(house: ConsoleHouse, name: str = "A") -> str:
    return house.room.tree[name].id


def stored(house: ConsoleHouse, notice_id: str) -> Notice:
    return house.room.row(Notice, notice_id)


def shows(page: str, typed: str) -> bool:
    """Tell whether a page holds what was typed, line breaks as browsers send them."""
    return html.escape(typed, quote=False) in html.escape(html.unescape(page), quote=False).replace(
        "\r\n", "\n"
    )


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        ("", 422, "Nội dung đang để trống"),
        ("   \n \t ", 422, "Nội dung đang để trống"),
        ("a" * 20_001, 422, "20001 ký tự, tối đa 20000"),
        ("dòng một\ndòng \x07 hai", 422, "Dòng 2 có ký tự điều khiển U+0007"),
    ],
)
def test_a_new_notice_that_is_refused_keeps_all_that_was_typed(
    house: ConsoleHouse, editor: Visitor, text: str, status: int, sentence: str
) -> None:
    form = {"area_id": area_of(house), "title": TITLE, "text": text}
    answer = editor.post("/notices/new", form)
    assert answer.status_code == status
    assert sentence in answer.text
    assert 'aria-describedby="notice-text-fault" autofocus' in answer.text
    assert shows(answer.text, TITLE)
    assert shows(answer.text, text)
    assert f'<option value="{area_of(house)}" selected>' in answer.text


def test_an_edit_that_is_refused_keeps_all_that_was_typed(house: ConsoleHouse, editor: Visitor) -> None:
    notice = house.room.draft()
    form = {"title": "", "text": "câu mới chưa lưu", "version": "1", "then": "submit"}
    answer = editor.post(f"/notices/{notice.id}", form)
    assert answer.status_code == 422
    assert "Mục này đang để trống" in answer.text
    assert shows(answer.text, "câu mới chưa lưu")
    assert stored(house, notice.id).text == TEXT
    assert stored(house, notice.id).state == "draft"


def test_a_form_with_ten_thousand_inputs_is_refused_in_words(house: ConsoleHouse, editor: Visitor) -> None:
    notice = house.room.approved()
    dates = {"except_dates": ["2026-12-01"] * 10_000}
    answer = editor.http.post(f"/notices/{notice.id}/broadcasts", data={"csrf": editor.csrf(), **dates})
    assert answer.status_code == 400
    assert "Hãy xem lại mục “toàn bộ biểu mẫu”" in answer.text


def test_a_text_in_nfd_is_stored_in_nfc(house: ConsoleHouse, editor: Visitor) -> None:
    form = {"area_id": area_of(house), "title": TITLE, "text": unicodedata.normalize("NFD", TEXT)}
    answer = editor.post("/notices/new", form)
    notice_id = re.fullmatch(r"/notices/(\w+)\?done=keep", answer.headers["location"])
    assert notice_id is not None
    assert stored(house, notice_id[1]).text == TEXT


def test_a_text_of_exactly_the_limit_is_accepted(house: ConsoleHouse, editor: Visitor) -> None:
    answer = editor.post("/notices/new", {"area_id": area_of(house), "title": TITLE, "text": "ă" * 20_000})
    assert answer.status_code == 303


def test_an_area_outside_the_rights_does_not_exist(house: ConsoleHouse, editor: Visitor) -> None:
    form = {"area_id": area_of(house, "B"), "title": TITLE, "text": TEXT}
    answer = editor.post("/notices/new", form)
    assert answer.status_code == 404
    assert shows(answer.text, TEXT)


@pytest.mark.parametrize(
    "path",
    [
        "/notices/{other}",
        "/notices/{other}/sound",
        "/notices/0000",
        "/people",
        "/nothing",
    ],
)
def test_what_may_not_be_seen_does_not_exist(house: ConsoleHouse, editor: Visitor, path: str) -> None:
    other = house.room.draft(area="B")
    answer = editor.get(path.format(other=other.id))
    assert answer.status_code == 404
    assert "Không tìm thấy" in answer.text


@pytest.mark.parametrize(
    "deed", ["", "/listen", "/submit", "/approve", "/reject", "/withdraw", "/broadcasts"]
)
def test_a_foreign_notice_does_not_exist_for_any_form(
    house: ConsoleHouse, editor: Visitor, deed: str
) -> None:
    other = house.room.submitted(area="B")
    form = {"title": "x", "text": "y", "version": "1", "reason": "z", "area_id": area_of(house, "B")}
    answer = editor.post(f"/notices/{other.id}{deed}", form)
    assert answer.status_code == 404
    assert stored(house, other.id).state == "submitted"


@pytest.mark.scenario("S-134")
def test_the_second_of_two_editors_sees_both_versions_and_loses_nothing(
    house: ConsoleHouse, editor: Visitor
) -> None:
    notice = house.room.draft()
    house.room.uses.notices.edit(
        house.room.person("nguoi-khac", Role.EDITOR, "A"),
        notice.id,
        title="Bản của người khác",
        text=TEXT,
        seen_version=1,
    )
    form = {"title": TITLE, "text": "bản của tôi", "version": "1"}
    answer = editor.post(f"/notices/{notice.id}", form)
    assert answer.status_code == 409
    assert re.search(r"nguoi-khac đã lưu bản khác lúc Thứ Bảy 21/11/2026 \d\d:\d\d", answer.text)
    assert "bản 2; Tiêu đề: Họp tổ dân phố → Bản của người khác" in answer.text
    assert "Bản người khác vừa lưu (bản 2)" in answer.text
    assert shows(answer.text, "bản của tôi")
    assert stored(house, notice.id).title == "Bản của người khác"

    # Having seen both, they decide.
    (version,) = re.findall(r'name="version" value="(\d+)"', answer.text)
    assert editor.post(f"/notices/{notice.id}", form | {"version": version}).status_code == 303
    assert (stored(house, notice.id).text, stored(house, notice.id).version) == ("bản của tôi", 3)


@pytest.mark.scenario("S-134")
def test_words_that_come_too_late_for_an_edit_are_shown_all_the_same(
    house: ConsoleHouse, editor: Visitor
) -> None:
    notice = house.room.submitted()
    form = {"title": TITLE, "text": "chữ gõ trong lúc người khác gửi duyệt", "version": "1"}
    answer = editor.post(f"/notices/{notice.id}", form)
    assert answer.status_code == 409
    assert shows(answer.text, "chữ gõ trong lúc người khác gửi duyệt")
    assert stored(house, notice.id).text == TEXT


@pytest.mark.parametrize("version", ["", "một", "-1", "9" * 30])
def test_a_version_that_no_page_sends_is_refused(house: ConsoleHouse, editor: Visitor, version: str) -> None:
    notice = house.room.draft()
    answer = editor.post(f"/notices/{notice.id}", {"title": TITLE, "text": TEXT, "version": version})
    assert answer.status_code == 422


def test_a_rejection_needs_a_reason(house: ConsoleHouse) -> None:
    notice = house.room.submitted()
    answer = house.visitor(house.room.approver()).post(f"/notices/{notice.id}/reject", {"reason": "  "})
    assert answer.status_code == 422
    assert "Hãy ghi lý do" in answer.text
    assert 'id="reject-reason-fault"' in answer.text


def test_a_reason_that_is_too_long_is_kept(house: ConsoleHouse) -> None:
    notice = house.room.submitted()
    reason = "sai " * 600
    answer = house.visitor(house.room.approver()).post(f"/notices/{notice.id}/reject", {"reason": reason})
    assert answer.status_code == 422
    assert shows(answer.text, reason)


def test_nobody_approves_their_own_notice(house: ConsoleHouse) -> None:
    notice = house.room.submitted()
    both = house.room.also(house.room.editor(), Role.APPROVER, house.room.tree["A"])
    visitor = house.visitor(both)
    answer = visitor.post(f"/notices/{notice.id}/approve", {})
    assert answer.status_code == 403
    assert "Không ai tự duyệt tin của mình" in answer.text
    assert "Duyệt cho phát" not in answer.text


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"start_date": "2026-11-21", "start_time": "16:29"}, 422, "Giờ phát đã qua"),
        ({"start_date": "2027-11-21"}, 422, "tối đa 90 ngày"),
        ({"start_date": "21/11/2026"}, 422, "Hãy xem lại mục “Bắt đầu phát”"),
        ({"start_time": ""}, 422, "Hãy xem lại mục “Bắt đầu phát”"),
        ({"start_time": "17:00+00:00"}, 422, "Hãy xem lại mục “Bắt đầu phát”"),
        ({"board_for": "0"}, 422, "“Hiện trên bảng tin” nằm ngoài khoảng"),
        ({"board_for": "32"}, 422, "“Hiện trên bảng tin” nằm ngoài khoảng"),
        ({"board_for": "lâu"}, 422, "Hãy xem lại mục “Hiện trên bảng tin”"),
        ({"free_at": "sớm"}, 422, "Hãy xem lại mục “Bắt đầu phát”"),
        ({"free_at": "2026-11-21T17:00:00"}, 422, "thiếu múi giờ"),
    ],
)
def test_a_start_that_is_refused_keeps_all_that_was_typed(
    house: ConsoleHouse, editor: Visitor, change: dict[str, str], status: int, sentence: str
) -> None:
    notice = house.room.approved()
    house.room.device()
    form = {"area_id": area_of(house), "start_date": "2026-11-22", "start_time": "07:05"} | change
    answer = editor.post(f"/notices/{notice.id}/broadcasts", form)
    assert answer.status_code == status
    assert sentence in answer.text
    for name in ("start_date", "start_time", "until_date", "until_time"):
        assert f'value="{form.get(name, "")}"' in answer.text, name


def test_an_area_that_may_not_be_seen_cannot_be_scheduled(house: ConsoleHouse, editor: Visitor) -> None:
    notice = house.room.approved()
    form = {"area_id": area_of(house, "B"), "start_date": "2026-11-22", "start_time": "07:05"}
    answer = editor.post(f"/notices/{notice.id}/broadcasts", form)
    assert answer.status_code == 404
    assert 'value="07:05"' in answer.text


def test_an_overlap_offers_the_first_free_time_as_a_button(house: ConsoleHouse, editor: Visitor) -> None:
    house.room.device()
    taken = house.room.schedule(in_s=3_600)
    notice = house.room.approved()
    start = taken.broadcast.start_at + timedelta(hours=7)
    form = {"area_id": area_of(house), "start_date": f"{start:%Y-%m-%d}", "start_time": f"{start:%H:%M}"}
    answer = editor.post(f"/notices/{notice.id}/broadcasts", form)
    assert answer.status_code == 409
    offered = re.search(r'name="free_at" value="([^"]+)"', answer.text)
    assert offered, "the page offers no free time"
    assert "Giờ trống gần nhất: Thứ Bảy 21/11/2026 17:30" in answer.text
    assert "T10:30" not in answer.text.split("</form>")[0].replace(offered[1], "")
    again = editor.post(f"/notices/{notice.id}/broadcasts", form | {"free_at": html.unescape(offered[1])})
    assert again.status_code == 303


def test_a_file_that_is_no_sound_is_refused_next_to_its_field(house: ConsoleHouse, editor: Visitor) -> None:
    notice = house.room.draft()
    for files in ({"file": ("ban-ghi.mp3", b"")}, {}):
        answer = editor.http.post(
            f"/notices/{notice.id}/recording", data={"csrf": editor.csrf()}, files=files or None
        )
        assert answer.status_code == 422
        assert 'id="recording-file-fault"' in answer.text


def test_a_body_that_no_form_sends_is_refused_before_it_is_read(house: ConsoleHouse) -> None:
    flood = (b"&password=" + b"x" * 65_536 for _ in range(20))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    declared = house.visitor().http.post("/sign-in", content=b"x" * (1 << 20) + b"xx", headers=kind)
    undeclared = house.visitor().http.post("/sign-in", content=flood, headers=kind)
    assert declared.status_code == undeclared.status_code == 413
    assert "Tệp lớn hơn 100 MB" in declared.text


def test_a_recording_may_be_longer_than_any_other_body(house: ConsoleHouse, editor: Visitor) -> None:
    notice = house.room.draft()
    files = {"file": ("dai.wav", b"RIFF" + b"x" * (2 << 20))}
    answer = editor.http.post(f"/notices/{notice.id}/recording", data={"csrf": editor.csrf()}, files=files)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"kind": "speaker", "name": " ", "area_id": "A"}, "claim-name-fault"),
        ({"kind": "kettle", "name": "Loa", "area_id": "A"}, "claim-kind-fault"),
    ],
)
def test_a_refused_claim_code_keeps_the_name(house: ConsoleHouse, form: dict[str, str], fault: str) -> None:
    operator = house.visitor(house.room.operator())
    answer = operator.post("/devices/claim-codes", form | {"area_id": area_of(house, form["area_id"])})
    assert answer.status_code == 422
    assert fault in answer.text


@pytest.mark.parametrize(
    ("form", "status", "kept"),
    [
        ({"username": "A!", "display_name": "Biên tập viên mới", "role": "editor"}, 422, "Biên tập viên mới"),
        ({"username": "bien-tap-a", "display_name": "Người trùng", "role": "editor"}, 409, "Người trùng"),
        ({"username": "moi.tinh", "display_name": "", "role": "editor"}, 422, "moi.tinh"),
        ({"username": "moi.tinh", "display_name": "Ai đó", "role": "king"}, 422, "moi.tinh"),
    ],
)
def test_a_refused_invitation_keeps_what_was_typed(
    house: ConsoleHouse, form: dict[str, str], status: int, kept: str
) -> None:
    house.room.editor()
    administrator = house.visitor(house.room.administrator())
    answer = administrator.post("/people/invitations", form | {"area_id": area_of(house)})
    assert answer.status_code == status
    assert f'value="{kept}"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_refused_area_keeps_what_was_typed(house: ConsoleHouse) -> None:
    administrator = house.visitor(house.room.administrator())
    form = {"parent_id": area_of(house), "kind": "province", "name": "Nơi nào đó", "zone": "Sao/Hoa"}
    for change, status in (({}, 422), ({"kind": "hamlet"}, 422), ({"kind": "x"}, 422)):
        answer = administrator.post("/areas", form | change)
        assert answer.status_code == status
        assert 'value="Nơi nào đó"' in answer.text
        assert 'value="Sao/Hoa"' in answer.text


def test_an_old_page_does_not_approve_what_was_written_since(house: ConsoleHouse) -> None:
    room = house.room
    notice = room.submitted()
    approver = house.visitor(room.approver())
    version = re.findall(r'name="version" value="(\d+)"', approver.get(f"/notices/{notice.id}").text)
    assert version == ["1"]
    colleague = room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    room.uses.notices.reject(colleague, notice.id, reason="sửa giờ")
    room.uses.notices.edit(room.editor(), notice.id, title="Khác", text="Chữ khác hẳn", seen_version=1)
    room.uses.notices.submit(room.editor(), notice.id)
    room.make_sounds()

    path = f"/notices/{notice.id}/approve"
    answer = approver.post(path, {"version": version[0]})

    assert (answer.status_code, "Chữ khác hẳn" in answer.text) == (409, True)
    assert approver.post(path, {"version": "x"}).status_code == 422
    assert approver.post(path, {"version": "2"}).status_code == 303
