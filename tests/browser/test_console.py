"""The console in a real browser: by keyboard at 360 px, with names on everything, live, and within its policy."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from controller.domain.airings import AiringState
from controller.domain.people import Role
from controller.web.static_files import static_folder
from tests.browser.console_pictures import DESK, PHONE, Ward, chromium, open_page
from tests.browser.keyboard import Keyboard
from tests.factories.controller import PASSWORD
from tests.fixtures.console_house import ConsoleHouse, console_house

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (static_folder() / "build/app.js").is_file(), reason="the front end is not built: make frontend"
    ),
]
TITLE = "Phun thuốc diệt muỗi"
TEXT = (
    "Sáng thứ Hai, đội phòng dịch phun thuốc diệt muỗi tại các ngõ của tổ dân phố 1. "
    "Bà con đậy kín thức ăn, che bể cá và đưa người già, trẻ nhỏ ra khỏi nhà trong 30 phút."
)
_WATCH_POLICY = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.broken.push(event.violatedDirective + " " + event.blockedURI));
"""
_SOUNDS = """audio => new Promise((done) =>
  audio.addEventListener("timeupdate", () => audio.currentTime > 0 && done()))"""
_CONTRASTS = Path(__file__).with_name("contrast.js").read_text("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ConsoleHouse]:
    with console_house(tmp_path) as house:
        yield house


@contextmanager
def render_worker(house: ConsoleHouse) -> Iterator[None]:
    """Make sounds as they are asked for, as the controller's own worker does."""
    is_over = threading.Event()

    def work() -> None:
        while not is_over.wait(0.05):
            house.make_sounds()

    worker = threading.Thread(target=work, name="render")
    worker.start()
    try:
        yield
    finally:
        is_over.set()
        worker.join(10)


@contextmanager
def watched(page: Page) -> Iterator[Page]:
    """Fail when the page breaks its own policy, throws, or is wider than the phone."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.add_init_script(_WATCH_POLICY)
    yield page
    assert page.evaluate("window.broken") == []
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []
    page.context.close()


def narrow(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def sign_in(keys: Keyboard, house: ConsoleHouse, username: str) -> None:
    keys.page.goto(f"{house.url}/")
    keys.type_into("Tên đăng nhập", username)
    keys.type_into("Mật khẩu", PASSWORD)
    keys.page.keyboard.press("Enter")
    expect(keys.page.get_by_role("heading", name="Tổng quan")).to_be_visible()


@pytest.mark.scenario("S-139")
def test_the_whole_job_is_done_with_a_keyboard_at_360_px(house: ConsoleHouse, browser: Browser) -> None:
    room = house.room
    speaker = room.device(name="Cụm loa tổ 1", area="A1")
    room.report(speaker)
    room.editor()
    room.approver()
    with (
        render_worker(house),
        watched(open_page(browser, house, None, size=PHONE)) as desk,
        watched(open_page(browser, house, None, size=PHONE)) as other,
    ):
        keys = Keyboard(desk)
        # write
        sign_in(keys, house, "bien-tap-a")
        check_page(keys)
        keys.press("link", "Soạn tin mới")
        expect(desk.get_by_role("heading", name="Soạn tin mới")).to_be_visible()
        check_page(keys)
        keys.type_into("Tiêu đề", TITLE)
        keys.type_into("Nội dung", TEXT)
        expect(desk.get_by_text(f"{len(TEXT)} / 20.000 ký tự")).to_be_visible()
        # hear
        keys.press("button", "Nghe thử")
        expect(desk.get_by_text("đọc hết")).to_be_visible()
        check_page(keys)
        keys.tab_to("Audio", f"Bản đọc: {TITLE}")
        desk.keyboard.press("Space")
        desk.locator("audio").evaluate(_SOUNDS)
        # submit
        desk.keyboard.press("Home")
        desk.reload()
        keys.press("button", "Gửi duyệt")
        expect(desk.get_by_text("Đã gửi duyệt.")).to_be_visible()
        check_page(keys)
        # approve, by somebody else
        approver = Keyboard(other)
        sign_in(approver, house, "nguoi-duyet-a")
        approver.press("link", TITLE)
        expect(other.get_by_role("heading", name="Duyệt bản tin")).to_be_visible()
        check_page(approver)
        approver.press("button", "Duyệt cho phát")
        expect(other.get_by_text("Đã duyệt. Bản này có hiệu lực từ bây giờ.")).to_be_visible()
        # schedule: the author's page has heard of it
        keys.press_when_there("link", "Trạng thái vừa thay đổi")
        expect(desk.get_by_role("heading", name="Lên lịch phát")).to_be_visible()
        check_page(keys)
        keys.press("link", "Lên lịch")
        expect(desk.get_by_role("heading", name="Loa sẽ phát thế này")).to_be_visible()
        check_page(keys)
        keys.press("button", "Lên lịch")
        broadcasts = desk.locator("#broadcasts")
        expect(broadcasts.locator("time")).to_have_text("Thứ Bảy 21/11/2026 16:35")
        # watch
        house.start_airing(speaker)
        expect(broadcasts.get_by_text("Đang phát")).to_be_visible()
        check_page(keys)
        # stop
        keys.press("button", "Dừng ngay Thứ Bảy 21/11/2026 16:35")
        expect(broadcasts.get_by_text("Đã dừng: bien-tap-a")).to_be_visible()
        house.end_airing(speaker, result=AiringState.PREEMPTED, reason="withdrawn")
        expect(broadcasts.get_by_text("Bị ngắt")).to_be_visible()
        expect(broadcasts.get_by_text("bị dừng hoặc thu hồi")).to_be_visible()


def check_page(keys: Keyboard) -> None:
    """Every control has a name, and nothing is wider than the phone."""
    assert keys.nameless() == [], keys.page.url
    narrow(keys.page)


@pytest.mark.scenario("S-139")
def test_every_page_is_named_narrow_readable_and_within_its_policy(
    house: ConsoleHouse, browser: Browser
) -> None:
    ward = Ward(house)
    visits = {
        ward.editor: [
            "/",
            "/notices",
            "/notices/new",
            f"/notices/{ward.draft}",
            f"/notices/{ward.water}",
            "/log",
        ],
        ward.approver: [
            f"/notices/{ward.storm}",
            f"/notices/{ward.changed}",
            f"/notices/{ward.changed}/trail",
        ],
        ward.second: ["/", "/review", "/stand-ins"],
        ward.administrator: ["/devices", "/people", "/areas"],
        house.room.administrator("province"): [
            f"/areas/{house.room.tree['A'].id}",
            f"/areas/{house.room.tree['A'].id}/guardrails?check=1",
        ],
        None: ["/sign-in", "/welcome", "/api/v1/docs", "/nothing"],
    }
    for is_dark in (False, True):
        for actor, paths in visits.items():
            with watched(open_page(browser, house, actor, size=PHONE, dark=is_dark)) as page:
                keys = Keyboard(page)
                for path in paths:
                    page.goto(house.url + path)
                    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
                    check_page(keys)
                    assert page.evaluate(_CONTRASTS) == [], f"{path} dark={is_dark}"


def test_the_overview_follows_what_happens_without_being_asked(house: ConsoleHouse, browser: Browser) -> None:
    speaker = house.room.device(name="Cụm loa tổ 1")
    house.room.report(speaker)
    with watched(open_page(browser, house, house.room.approver(), size=DESK)) as page:
        page.goto(house.url)
        expect(page.get_by_text("Trang tự cập nhật")).to_be_visible()
        expect(page.get_by_text("Hiện không có bản tin nào đang phát.")).to_be_visible()
        house.room.submitted(title="Vừa gửi duyệt")
        expect(page.get_by_role("link", name="Vừa gửi duyệt")).to_be_visible()
        house.room.schedule(house.room.approved(title="Sắp phát ngay"))
        expect(page.get_by_role("link", name="Sắp phát ngay")).to_be_visible()
        house.start_airing(speaker)
        expect(page.locator(".on-air").get_by_text("Sắp phát ngay")).to_be_visible()
        house.room.uses.reports.take_farewell(speaker.id, boot="boot-1", on_purpose=False)
        expect(page.locator(".figures")).to_contain_text("Không liên lạc 1", use_inner_text=True)


def test_an_ended_session_sends_an_open_page_to_sign_in_and_back(
    house: ConsoleHouse, browser: Browser
) -> None:
    actor = house.room.person("het-phien", Role.EDITOR, "A")
    with watched(open_page(browser, house, actor, size=PHONE)) as page:
        page.goto(f"{house.url}/notices/new")
        page.get_by_label("Tiêu đề").fill("Chưa kịp lưu")
        page.get_by_label("Nội dung").fill(TEXT)
        page.context.clear_cookies()
        page.get_by_role("button", name="Lưu nháp").click()
        expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
        page.get_by_label("Tên đăng nhập").fill("het-phien")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url("**/notices/new")
        page.get_by_role("button", name="Khôi phục").click()
        expect(page.get_by_label("Nội dung")).to_have_value(TEXT)
        page.get_by_role("button", name="Lưu nháp").click()
        expect(page.get_by_text("Đã lưu bản nháp.")).to_be_visible()
        page.goto(f"{house.url}/notices/new")
        expect(page.get_by_role("button", name="Khôi phục")).to_be_hidden()


def test_an_invitations_token_reaches_no_address(house: ConsoleHouse, browser: Browser) -> None:
    grants = [(house.room.tree["A"].id, Role.EDITOR)]
    token = house.room.uses.accounts.invite(
        house.room.root_administrator, username="nguoi.moi", display_name="Biên tập viên", grants=grants
    )
    with watched(open_page(browser, house, None, size=PHONE)) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{house.url}/welcome#{token}")
        expect(page.get_by_label("Mã mời")).to_be_hidden()
        assert token not in page.url
        page.get_by_label("Mật khẩu mới").fill("mot cau dai va de nho")
        page.get_by_role("button", name="Đặt mật khẩu").click()
        expect(page.get_by_role("heading", name="Tổng quan")).to_be_visible()
        assert not [url for url in asked if token in url]


def test_times_are_the_wards_own_wherever_the_browser_stands(house: ConsoleHouse, browser: Browser) -> None:
    house.room.device(name="Cụm loa tổ 1")
    notice = house.room.approved()
    house.room.clock.move(timedelta(hours=24))  # Sunday 16:30 in the ward
    token = house.room.session_of(house.room.editor())
    context = browser.new_context(timezone_id="America/New_York", locale="vi-VN")
    context.add_cookies([{"name": "loa_session", "value": token, "url": house.url}])
    with watched(context.new_page()) as page:
        page.goto(f"{house.url}/notices/{notice.id}/schedule")
        assert page.locator("#schedule-start_time").input_value() == "16:35"
        page.locator("#schedule-start_date").fill("2026-11-23")
        page.locator("#schedule-start_time").fill("06:30")
        expect(page.locator("#preview").get_by_text("T2 23/11 06:30:00").first).to_be_visible()
        page.get_by_role("button", name="Lên lịch").click()
        for path in (f"/notices/{notice.id}", "/", "/log"):
            page.goto(house.url + path)
            expect(page.get_by_text("Thứ Hai 23/11/2026 06:30").first).to_be_visible()
    planned = house.room.uses.broadcasts.log(house.room.editor())[0].airing.planned_at
    assert planned.isoformat() == "2026-11-22T23:30:00+00:00"


def test_pages_work_without_scripts(house: ConsoleHouse, browser: Browser) -> None:
    house.room.editor()
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    page.goto(house.url)
    page.get_by_label("Tên đăng nhập").fill("bien-tap-a")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("link", name="Soạn tin mới").click()
    page.get_by_label("Tiêu đề").fill(TITLE)
    page.get_by_label("Nội dung").fill(TEXT)
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()
    context.close()
