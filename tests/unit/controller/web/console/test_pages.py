"""What pages show, to whom, and how heavy they are."""

import html
import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.airings import AiringState
from controller.domain.areas import AreaKind
from controller.domain.devices import DeviceKind
from controller.domain.notices import Notice, RenderingState
from controller.domain.people import Role
from controller.web.console import page as console_page
from controller.web.static_files import static_folder
from tests.fixtures.console_house import ConsoleHouse, console_house

MAX_PAGE_BYTES = 150_000
needs_build = pytest.mark.skipif(
    not (static_folder() / "build/app.js").is_file(), reason="the front end is not built: make frontend"
)


def words_of(page: str) -> str:
    """Return the words of a page as they are read."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@needs_build
def test_no_page_is_heavier_than_a_slow_phone_bears(house: ConsoleHouse) -> None:
    house.room.device()
    notice = house.room.schedule().broadcast.notice_id
    visitor = house.visitor(house.room.administrator())
    weights = {}
    for path in (
        "/",
        "/notices",
        f"/notices/{notice}",
        "/devices",
        "/log",
        "/people",
        "/areas",
        f"/areas/{house.room.tree['A'].id}",
        f"/areas/{house.room.tree['A'].id}/guardrails",
        f"/areas/{house.room.tree['A'].id}/timeline?view=week",
        "/inbox",
        "/review",
        "/stand-ins",
        f"/notices/{notice}/trail",
        "/sign-in",
    ):
        answer = visitor.get(path)
        parts = re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text)
        assert len(parts) == 3, path
        weights[path] = len(answer.content) + sum(len(visitor.get(part).content) for part in parts)
    docs = visitor.get("/api/v1/docs")
    weights["/api/v1/docs"] = len(docs.content)
    assert max(weights.values()) < MAX_PAGE_BYTES, weights


@needs_build
def test_built_files_are_named_by_their_content_and_may_be_kept(house: ConsoleHouse) -> None:
    visitor = house.visitor()
    page = visitor.get("/sign-in")
    script = re.search(r'src="(/static/build/app\.js\?v=\w{10})"', page.text)
    assert script
    assert visitor.get(script[1]).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "cache-control" not in visitor.get("/static/mark.svg").headers
    assert page.headers["cache-control"] == "no-store"


def test_a_missing_build_is_said_and_pages_still_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(console_page, "static_folder", lambda: tmp_path / "nothing")
    with caplog.at_level(logging.ERROR), console_house(tmp_path) as house:
        assert house.visitor().get("/sign-in").status_code == 200
        assert house.visitor(house.room.editor()).get("/").status_code == 200
    assert any("run `make frontend`" in record.getMessage() for record in caplog.records)


def test_every_answer_carries_the_guard_headers(house: ConsoleHouse) -> None:
    for path in ("/sign-in", "/nothing", "/api/v1/health", "/static/mark.svg"):
        headers = house.visitor().get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"


def test_a_fault_of_ours_is_a_page_with_an_incident_number(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with console_house(tmp_path) as house:
        visitor = house.visitor(house.room.editor())
        with house.room.work() as work:
            work.people._session.connection().exec_driver_sql("DROP TABLE journal_records")
            work.people._session.connection().exec_driver_sql("DROP TABLE airings")
        answer = visitor.get("/", **{"Accept-Language": "en"})
    assert answer.status_code == 500
    incident = re.search(r"incident (\w{8})", answer.text)
    assert incident
    assert incident[1] in caplog.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("role", "tabs", "may_write"),
    [
        ("editor", ["/", "/notices", "/devices", "/log"], True),
        ("approver", ["/", "/notices", "/devices", "/log"], False),
        ("operator", ["/", "/notices", "/devices", "/log"], False),
        ("administrator", ["/", "/notices", "/devices", "/log", "/people", "/areas"], False),
    ],
)
def test_people_see_the_pages_of_their_role(
    house: ConsoleHouse, role: str, tabs: list[str], may_write: bool
) -> None:
    page = house.visitor(getattr(house.room, role)()).get("/").text
    navigation = page.split('<nav class="tabs"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', navigation) == tabs
    assert ("/notices/new" in page) is may_write


def test_the_overview_tells_what_is_on_air_what_comes_and_who_is_silent(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        speaker, board = house.room.device(name="Cụm loa tổ 1"), house.room.board()
        house.room.report(speaker)
        house.room.schedule(house.room.approved(title="Tiêm phòng dại"), in_s=600)
        waiting = house.room.submitted(title="Chờ tôi duyệt")
        page = words_of(house.visitor(house.room.approver()).get("/").text)
        assert "Chờ bạn duyệt 1 Chờ tôi duyệt Phường A Thứ Bảy 21/11/2026 16:30" in page
        assert "Hiện không có bản tin nào đang phát." in page
        assert "Thứ Bảy 21/11/2026 16:40" in page.split("Sắp phát")[1]
        assert "● Trực tuyến 1 ▲ Không liên lạc 1" in page
        house.room.report(speaker)
        house.start_airing(speaker)
        page = words_of(house.visitor(house.room.editor()).get("/").text)
        assert "Tiêm phòng dại ▶ Đang phát" in page.split("Đang phát", 1)[1]
        assert "Chờ bạn duyệt" not in page
        assert waiting.id
        assert board.id


def test_nobody_is_asked_to_decide_their_own_notice(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        both = house.room.also(house.room.editor(), Role.APPROVER, house.room.tree["A"])
        house.room.submitted(title="Tin của chính tôi")
        visitor = house.visitor(both)
        assert "Tin của chính tôi" not in visitor.get("/").text
        assert "Tin của chính tôi" in visitor.get("/notices").text


def test_a_supervisor_of_another_commune_sees_nothing_of_ours(house: ConsoleHouse) -> None:
    house.room.device(name="Loa chỉ của A")
    notice = house.room.draft(title="Chỉ của A")
    visitor = house.visitor(house.room.editor("B"))
    for path in ("/", "/notices", "/devices", "/log"):
        page = visitor.get(path).text
        assert "Loa chỉ của A" not in page
        assert "Chỉ của A" not in page
        assert notice.id not in page


def test_the_sound_is_played_and_told_about(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        visitor = house.visitor(house.room.editor())
        notice = house.room.draft(text="từ " * 288)
        answer = visitor.post(
            f"/notices/{notice.id}",
            {"title": notice.title, "text": notice.text, "version": "1", "then": "listen"},
        )
        assert answer.headers["location"] == f"/notices/{notice.id}?done=listen#standing"
        page = visitor.get(f"/notices/{notice.id}").text
        assert "Đang tạo bản đọc" in page
        assert 'hx-trigger="every 2s"' in page
        house.make_sounds()
        page = visitor.get(f"/notices/{notice.id}").text
        assert "đọc hết 1 phút 12 giây" in page
        assert "Giọng đọc Google" in page
        assert "every 2s" not in page
        sound = visitor.get(html.unescape(re.findall(r'<audio[^>]* src="([^"]+)"', page)[0]))
        assert (sound.status_code, sound.headers["content-type"]) == (200, "audio/wav")
        part = visitor.get(f"/notices/{notice.id}/sound", Range="bytes=0-3")
        assert (part.status_code, part.content) == (206, b"RIFF")


def test_saving_the_same_words_again_keeps_their_sound(house: ConsoleHouse) -> None:
    visitor = house.visitor(house.room.editor())
    notice = house.room.draft(text="dòng một\ndòng hai")
    form = {"title": notice.title, "text": "dòng một\r\ndòng hai ", "version": "1", "then": "listen"}
    for _ in range(2):
        assert visitor.post(f"/notices/{notice.id}", form).status_code == 303
    assert house.room.uses.notices.view(house.room.editor(), notice.id).notice.version == 1


def test_a_better_voice_that_failed_is_told_plainly(house: ConsoleHouse) -> None:
    house.room.studio.lose_the_best_voice("voice_timeout")
    notice = house.room.submitted()
    house.make_sounds()
    house.room.studio.recover()
    page = words_of(house.visitor(house.room.approver()).get(f"/notices/{notice.id}").text)
    assert "giọng tốt hơn không đọc được (Giọng đọc Google: trả lời quá chậm)" in page
    assert "Bản này dùng Giọng đọc dự phòng trên máy." in page


def test_a_sound_that_failed_says_why_and_offers_another_try(house: ConsoleHouse) -> None:
    notice = house.room.draft()
    visitor = house.visitor(house.room.editor())
    broken = visitor.http.post(
        f"/notices/{notice.id}/recording",
        data={"csrf": visitor.csrf()},
        files={"file": ("a.mp3", b"not sound")},
    )
    assert broken.headers["location"] == f"/notices/{notice.id}?done=recording#standing"
    house.make_sounds()
    page = words_of(visitor.get(f"/notices/{notice.id}").text)
    assert "Chưa tạo được bản đọc: tệp tải lên không phải âm thanh đọc được." in page


def test_a_recording_takes_the_place_of_the_voice(house: ConsoleHouse) -> None:
    notice = house.room.draft()
    visitor = house.visitor(house.room.editor())
    visitor.http.post(
        f"/notices/{notice.id}/recording", data={"csrf": visitor.csrf()}, files={"file": ("a", b"RIFF....")}
    )
    house.make_sounds()
    assert "đọc hết 2 giây</strong><span>Bản ghi âm" in visitor.get(f"/notices/{notice.id}").text


def test_a_part_that_refreshes_tells_when_the_state_has_changed(house: ConsoleHouse) -> None:
    notice = house.room.submitted()
    visitor = house.visitor(house.room.editor())
    assert "Tải lại trang" not in visitor.get(f"/notices/{notice.id}?seen=submitted").text
    house.room.uses.notices.reject(house.room.approver(), notice.id, reason="Thiếu giờ họp.")
    page = words_of(visitor.get(f"/notices/{notice.id}?seen=submitted").text)
    assert "Trạng thái vừa thay đổi. Tải lại trang" in page
    assert "Lý do: Thiếu giờ họp." in page


def test_broadcasts_show_each_device_and_can_be_stopped_by_those_who_may(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        speaker = house.room.device(name="Cụm loa tổ 1")
        view = house.room.schedule()
        house.start_airing(speaker)
        path = f"/notices/{view.broadcast.notice_id}"
        editor = house.visitor(house.room.editor())
        assert "Cụm loa tổ 1 ▶ Đang phát" in words_of(editor.get(path).text)
        assert "Dừng ngay" in editor.get(path).text
        assert "Hủy lần phát này" not in editor.get(path).text
        stop = f"/broadcasts/{view.broadcast.id}/stop"
        assert stop not in house.visitor(house.room.approver()).get(path).text
        assert house.visitor(house.room.approver()).post(stop, {}).status_code == 403
        assert house.visitor(house.room.editor("B")).post(stop, {}).status_code == 404
        assert editor.post(stop, {}).headers["location"] == f"{path}?done=stop#broadcasts"
        assert "Đã dừng: bien-tap-a" in words_of(editor.get(path).text)
        assert editor.post(stop, {}).status_code == 409


def test_what_is_on_air_stands_before_what_is_only_planned_and_seconds_tell_starts_apart(
    tmp_path: Path,
) -> None:
    with console_house(tmp_path) as house:
        speaker = house.room.device()
        on_air = house.room.schedule(in_s=600).broadcast
        house.start_airing(speaker)
        later = house.room.schedule(house.room.row(Notice, on_air.notice_id), in_s=3616).broadcast
        page = house.visitor(house.room.editor()).get(f"/notices/{on_air.notice_id}").text
        cards = {one: page.index(f'id="broadcast-{one}"') for one in (on_air.id, later.id)}
        assert cards[on_air.id] < cards[later.id] < page.index('id="standing"')
        assert page.count('id="broadcasts"') == 1
        assert "Dừng ngay" in page[cards[on_air.id] : cards[later.id]]
        planned = words_of(page[cards[later.id] :])
        assert "Hủy lần phát này" in planned
        assert "Dừng ngay" not in planned
        assert "17:40:16" in planned


def test_an_author_is_told_at_once_what_was_sent_back(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        notice = house.room.submitted(title="Tin phải sửa")
        house.room.uses.notices.reject(house.room.approver(), notice.id, reason="Thiếu giờ họp.")
        page = words_of(house.visitor(house.room.editor()).get("/").text)
        assert "Tin của bạn cần sửa lại 1 Tin phải sửa" in page
        assert "Lý do: Thiếu giờ họp." in page
        assert "Tin phải sửa" not in house.visitor(house.room.approver()).get("/").text


@pytest.mark.parametrize(
    ("code", "advice"), [("text_empty", "Hãy viết nội dung bằng chữ"), ("not_sound", "Hãy tải lên tệp khác")]
)
def test_a_sound_that_cannot_be_made_is_told_with_what_helps(tmp_path: Path, code: str, advice: str) -> None:
    with console_house(tmp_path) as house:
        notice = house.room.draft()
        house.room.uses.notices.listen(house.room.editor(), notice.id)
        with house.room.work() as work:
            rendering = work.notices.rendering(notice.id, 1)
            assert rendering is not None
            rendering.state, rendering.error_code = RenderingState.FAILED, code
        assert advice in words_of(house.visitor(house.room.editor()).get(f"/notices/{notice.id}").text)


def test_the_log_tells_planned_and_real_start_deviation_length_and_reason(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        good, bad = house.room.device(name="Loa tốt"), house.room.device(name="Loa hỏng")
        house.room.schedule()
        for device, line in ((good, {}), (bad, {"result": AiringState.FAILED, "reason": "speaker_error"})):
            house.start_airing(device)
            house.end_airing(device, deviation_us=-12_400, **line)
        editor = house.visitor(house.room.editor())
        page = words_of(editor.get("/log").text)
        assert "Dự kiến Thứ Bảy 21/11/2026 16:40 Phát thật Thứ Bảy 21/11/2026 16:40" in page
        assert "Lệch \u221212\u00a0ms" in page.replace(" ms", "\u00a0ms")
        assert "lỗi phần phát âm thanh" in page
        failed = words_of(editor.get("/log?state=failed").text)
        assert failed.count("Dự kiến Thứ Bảy") == 1
        one = words_of(editor.get(f"/log?device={good.id}").text)
        assert one.count("Dự kiến Thứ Bảy") == 1
        assert editor.get("/log?state=nonsense&before=nonsense").status_code == 200


def test_the_log_is_paged(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        house.room.device()
        notice = house.room.approved()
        for number in range(52):
            house.room.schedule(notice, in_s=600 + 60 * number)
        editor = house.visitor(house.room.editor())
        first = editor.get("/log").text
        older = re.findall(r'href="(/log\?[^"]*before=[^"]+)"', first)
        assert len(older) == 1
        rest = editor.get(html.unescape(older[0])).text
        assert (first.count("Dự kiến <time"), rest.count("Dự kiến <time")) == (50, 2)
        assert "before=" not in rest.split("<main")[1]


def test_a_page_of_the_log_may_end_amid_the_devices_of_one_broadcast(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        for number in range(52):
            house.room.device(name=f"Loa số {number}.")
        house.room.schedule(in_s=600)
        editor = house.visitor(house.room.editor())
        first = editor.get("/log").text
        older = re.findall(r'href="(/log\?[^"]*before=[^"]+)"', first)
        rest = editor.get(html.unescape(older[0])).text
        seen = re.findall(r"<span>(Loa số \d+\.)</span>", first + rest)
        assert (len(seen), len(set(seen))) == (52, 52)


@pytest.mark.parametrize("before", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00"])
def test_the_log_before_the_ends_of_the_calendar_is_a_page_too(house: ConsoleHouse, before: str) -> None:
    assert house.visitor(house.room.editor()).get(f"/log?before={before}").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_broadcast_at_the_ends_of_the_calendar_is_refused(house: ConsoleHouse, day: str) -> None:
    house.room.device()
    notice = house.room.approved()
    zone = "Asia/Ho_Chi_Minh" if day.startswith("0001") else "America/New_York"
    area = house.room.uses.areas.add(
        house.room.root_administrator,
        parent_id=house.room.tree["A"].id,
        kind=AreaKind.HAMLET,
        name="Xa",
        zone=zone,
    )
    form = {
        "area_id": area.id,
        "start_date": day,
        "start_time": "00:00" if day.startswith("0001") else "23:59",
    }
    answer = house.visitor(house.room.editor()).post(f"/notices/{notice.id}/broadcasts", form)
    assert answer.status_code == 422


def test_devices_tell_their_state_in_words_and_marks(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        near = house.room.device(name="Loa gần")
        house.room.device(DeviceKind.BOARD, name="Bảng xa")
        house.room.report(near, missing_contents=2, unsent_entries=3, faults=("content_damaged", "flux_low"))
        house.room.clock.move(timedelta(minutes=2))
        page = words_of(house.visitor(house.room.editor()).get("/devices").text)
        assert "Loa gần ● Trực tuyến Cụm loa Phường A liên lạc 2 phút trước" in page
        assert "▲ Thiếu 2 tệp nội dung 3 dòng nhật ký chưa gửi" in page
        assert "Tệp nội dung bị hỏng, đang tải lại flux_low" in page
        assert "Bảng xa ○ Chưa rõ Bảng tin điện tử Phường A chưa liên lạc lần nào" in page
        assert "Thêm thiết bị" not in page


def test_an_operator_gets_a_claim_code_with_its_command_and_revokes(house: ConsoleHouse) -> None:
    operator = house.visitor(house.room.operator())
    area_id = house.room.tree["A"].id
    answer = operator.post(
        "/devices/claim-codes", {"kind": "speaker", "name": "Loa <mới>", "area_id": area_id}
    )
    code = re.findall(r'class="code"[^>]*>([0-9A-Z-]{14})<', answer.text)
    assert len(code) == 1
    assert f"loa-agent enrol http://127.0.0.1:8080 --code {code[0]}" in answer.text
    assert "Thứ Hai 23/11" not in answer.text
    enrolled = house.room.uses.devices.enrol(code=code[0], public_key="k", agent_version="1", address="")
    assert "Loa &lt;mới&gt;" in operator.get("/devices").text
    assert (
        house.visitor(house.room.editor()).post(f"/devices/{enrolled.device.id}/revoke", {}).status_code
        == 403
    )
    assert (
        operator.post(f"/devices/{enrolled.device.id}/revoke", {}).headers["location"]
        == "/devices?done=revoke"
    )
    assert "Loa &lt;mới&gt;" not in operator.get("/devices").text


def test_areas_are_added_and_shown_as_a_tree(house: ConsoleHouse) -> None:
    administrator = house.visitor(house.room.administrator())
    form = {"parent_id": house.room.tree["A"].id, "kind": "hamlet", "name": "Tổ dân phố 9", "zone": ""}
    assert administrator.post("/areas", form).headers["location"] == "/areas?done=add"
    page = administrator.get("/areas").text
    assert 'class="depth-0"' in page
    assert re.search(r'class="depth-1">.*?Tổ dân phố 9', page)


def test_the_api_page_names_every_operation(house: ConsoleHouse) -> None:
    visitor = house.visitor()
    schema = visitor.get("/api/v1/openapi.json").json()
    page = visitor.get("/api/v1/docs")
    assert page.status_code == 200
    for path, methods in schema["paths"].items():
        assert f"<code>{html.escape(path)}</code>" in page.text
        for method in methods:
            assert re.search(rf">{method.upper()}</span> <code>{re.escape(html.escape(path))}<", page.text)
    assert len(page.content) < MAX_PAGE_BYTES
