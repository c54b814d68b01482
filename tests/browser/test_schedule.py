"""Ordering by rule in a real browser: by keyboard at 360 px, from other time zones, without scripts, at a glance."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from controller.domain.airings import Broadcast
from controller.domain.devices import Device
from controller.domain.people import Role
from controller.web.static_files import static_folder
from controller.web.visits import COOKIE
from tests.browser.console_pictures import DESK, PHONE, chromium, open_page
from tests.browser.keyboard import Keyboard
from tests.browser.test_console import check_page, watched
from tests.fixtures.console_house import ConsoleHouse, console_house

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (static_folder() / "build/app.js").is_file(), reason="the front end is not built: make frontend"
    ),
]
ZONES = ("America/New_York", "Europe/London", "Pacific/Kiritimati")
_CONTRASTS = Path(__file__).with_name("contrast.js").read_text("utf-8")
_BOX = "(one) => { const box = one.getBoundingClientRect(); return [box.x, box.y, box.width, box.height]; }"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ConsoleHouse]:
    with console_house(tmp_path) as house:
        house.room.report(house.room.device(name="Cụm loa tổ 1"))
        yield house


def weekly(house: ConsoleHouse, *, times: list[str], title: str = "Thời sự") -> Broadcast:
    notice = house.room.approved(title=title)
    rule = {"kind": "weekly", "days": [1, 2, 3, 4, 5, 6, 7], "times": times, "valid_from": "2026-11-21"}
    area_id = house.room.tree["A"].id
    return house.room.uses.broadcasts.schedule(
        house.room.editor(), notice.id, area_id=area_id, rule=rule
    ).broadcast


def row(house: ConsoleHouse, broadcast_id: str) -> Broadcast:
    return house.room.row(Broadcast, broadcast_id)


@pytest.mark.scenario("S-139")
def test_a_weekly_order_is_made_seen_and_saved_with_a_keyboard_at_360_px(
    house: ConsoleHouse, browser: Browser
) -> None:
    weekly(house, times=["17:00"], title="Thời sự chiều")
    notice = house.room.approved(title="Phun thuốc diệt muỗi")
    with watched(open_page(browser, house, house.room.editor(), size=PHONE)) as page:
        keys = Keyboard(page)
        page.goto(f"{house.url}/notices/{notice.id}")
        keys.press("link", "Lên lịch")
        preview = page.locator("#preview")
        expect(preview.get_by_text("T7 21/11 16:35:00").first).to_be_visible()
        check_page(keys)
        # weekly, on Monday as well as on today's weekday, an hour later than proposed
        keys.tab_to("combobox", "Cách phát")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        keys.tab_to("checkbox", "Thứ Hai")
        page.keyboard.press("Space")
        keys.tab_to("InputTime", "Giờ phát 1")
        page.keyboard.press("ArrowUp")
        expect(preview.get_by_text("T2 23/11 17:35:00").first).to_be_visible()
        expect(preview.get_by_text("Lịch đang soạn: 2 lượt trong 7 ngày")).to_be_visible()
        expect(page.locator("#schedule-start_date")).to_be_hidden()
        check_page(keys)
        keys.press("button", "Lên lịch")
        expect(page.get_by_text("Đã lên lịch.")).to_be_visible()
        expect(page.locator("#broadcasts strong")).to_have_text("Hằng tuần T2, T7 lúc 17:35, từ 21/11/2026")
        check_page(keys)
        # the timeline: a bar is reached by Tab, says what it is, and leads to its line
        keys.press("link", "Lịch sẽ phát")
        expect(page.get_by_role("heading", name="Lịch sẽ phát: Phường A")).to_be_visible()
        check_page(keys)
        keys.tab_to("link", "17:35:00–17:35:0")
        expect(page.locator("[data-readout]")).to_contain_text("Phun thuốc diệt muỗi")
        page.keyboard.press("Enter")
        expect(page.locator("li:target")).to_contain_text("Phun thuốc diệt muỗi")
        keys.press("link", "7 ngày tới")
        keys.press("link", "T2 23/11")
        expect(page.get_by_role("link", name="Thứ Hai 23/11/2026")).to_have_attribute("aria-current", "page")
        expect(page.locator("ol").get_by_text("17:35:00–17:35:0")).to_be_visible()


@pytest.mark.scenario("S-018")
def test_opening_and_saving_ten_times_from_other_zones_moves_nothing(
    house: ConsoleHouse, browser: Browser
) -> None:
    order = weekly(house, times=["06:30", "17:30:15"])
    once_id = house.room.schedule(in_s=16 * 3600 + 0.25).broadcast.id
    before, once = row(house, order.id), row(house, once_id)
    for number in range(10):
        context = browser.new_context(timezone_id=ZONES[number % 3], locale="en-US")
        context.add_cookies(
            [{"name": COOKIE, "value": house.room.session_of(house.room.editor()), "url": house.url}]
        )
        with watched(context.new_page()) as page:
            for broadcast_id, seen in ((order.id, ["06:30", "17:30:15"]), (once_id, [])):
                page.goto(f"{house.url}/broadcasts/{broadcast_id}/schedule")
                times = page.locator("input[name=times]").evaluate_all("all => all.map((one) => one.value)")
                assert times[: len(seen)] == seen
                page.locator("#preview button.first").click()
                page.wait_for_url("**/notices/**")
    after = row(house, order.id)
    assert (after.rule, after.start_at, after.version) == (before.rule, before.start_at, 1)
    assert (row(house, once_id).start_at, row(house, once_id).version) == (once.start_at, 1)


@pytest.mark.scenario("S-018")
def test_what_is_changed_beside_them_moves_no_times_either(house: ConsoleHouse, browser: Browser) -> None:
    order = weekly(house, times=["06:30", "17:30:15"])
    planned = [one.planned_at for one in house.room.airings_of(_speaker(house))]
    for number in range(10):
        context = browser.new_context(timezone_id=ZONES[number % 3], locale="vi-VN")
        context.add_cookies(
            [{"name": COOKIE, "value": house.room.session_of(house.room.editor()), "url": house.url}]
        )
        with watched(context.new_page()) as page:
            page.goto(f"{house.url}/broadcasts/{order.id}/schedule")
            page.locator("details").last.evaluate("(one) => { one.open = true; }")
            with page.expect_response("**/schedule/preview"):
                page.get_by_label("Âm lượng (%)").fill(str(50 + number))
                page.get_by_label("Âm lượng (%)").press("Tab")
            page.get_by_role("button", name="Lưu lịch phát").click()
            expect(page.get_by_text("Đã lưu lịch phát.")).to_be_visible()
    after = row(house, order.id)
    assert (after.rule, after.start_at) == (order.rule, order.start_at)
    assert (after.volume, after.version) == (59, 11)
    assert [one.planned_at for one in house.room.airings_of(_speaker(house))] == planned


def _speaker(house: ConsoleHouse) -> Device:
    return house.room.uses.devices.listed(house.room.editor())[0].device


def test_an_order_by_rule_is_made_without_scripts(house: ConsoleHouse, browser: Browser) -> None:
    notice = house.room.approved()
    context = browser.new_context(
        java_script_enabled=False, locale="vi-VN", viewport={"width": 360, "height": 740}
    )
    context.add_cookies(
        [{"name": COOKIE, "value": house.room.session_of(house.room.editor()), "url": house.url}]
    )
    page = context.new_page()
    page.goto(f"{house.url}/notices/{notice.id}/schedule")
    page.get_by_label("Cách phát").select_option("monthly_weekday")
    expect(page.get_by_label("Tuần trong tháng")).to_be_visible()
    page.get_by_label("Tuần trong tháng").select_option("-1")
    page.get_by_label("Giờ phát 1").fill("17:30")
    page.get_by_role("button", name="Lên lịch").click()
    expect(page.get_by_text("Bạn đã đổi lịch sau lần xem trước.")).to_be_visible()  # not seen, not saved
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("heading", name="Loa sẽ phát thế này")).to_be_visible()
    page.get_by_role("button", name="Lên lịch").click()
    expect(page.locator("#broadcasts strong")).to_contain_text("Thứ Bảy cuối cùng hằng tháng lúc 17:30")
    context.close()


def test_a_breach_is_seen_while_it_is_typed(house: ConsoleHouse, browser: Browser) -> None:
    notice = house.room.approved()
    with watched(open_page(browser, house, house.room.editor(), size=DESK)) as page:
        page.goto(f"{house.url}/notices/{notice.id}/schedule")
        page.locator("#schedule-start_date").fill("2026-11-22")
        page.locator("#schedule-start_time").fill("03:15")
        page.locator("#schedule-start_time").press("Tab")
        why = "03:15 nằm trong giờ yên tĩnh 22:00–05:00"
        expect(page.locator("#preview").get_by_text(why, exact=True)).to_be_visible()
        page.get_by_role("button", name="Lên lịch").click()
        expect(page.locator("#schedule-start_date-fault")).to_contain_text("giờ yên tĩnh 22:00–05:00")
        expect(page.locator("#schedule-start_date")).to_be_focused()
        assert page.locator("#schedule-start_time").input_value() == "03:15"


def test_the_timeline_lies_on_a_desk_and_stands_on_a_phone(house: ConsoleHouse, browser: Browser) -> None:
    weekly(house, times=["06:00", "18:00"])
    address = f"{house.url}/areas/{house.room.tree['A'].id}/timeline?view=day&day=2026-11-23"
    with watched(open_page(browser, house, house.room.editor(), size=DESK)) as desk:
        desk.goto(address)
        track = desk.locator("svg.track").evaluate(_BOX)
        morning, evening = (bar.evaluate(_BOX) for bar in desk.locator("rect.bar.routine").all()[:2])
        assert (morning[0] - track[0]) / track[2] == pytest.approx(0.25, abs=0.01)
        assert (evening[0] - track[0]) / track[2] == pytest.approx(0.75, abs=0.01)
    with watched(open_page(browser, house, house.room.editor(), size=PHONE)) as phone:
        phone.goto(address)
        track = phone.locator("svg.track").evaluate(_BOX)
        morning, evening = (bar.evaluate(_BOX) for bar in phone.locator("rect.bar.routine").all()[:2])
        assert track[3] > track[2] * 5
        assert (morning[1] - track[1]) / track[3] == pytest.approx(0.25, abs=0.01)
        assert (evening[1] - track[1]) / track[3] == pytest.approx(0.75, abs=0.01)


@pytest.mark.scenario("S-139")
def test_the_new_pages_are_named_narrow_readable_and_within_the_policy(
    house: ConsoleHouse, browser: Browser
) -> None:
    room = house.room
    order = weekly(house, times=["06:30", "17:30"])
    board = room.board()
    approver = room.also(room.editor(), Role.APPROVER, room.tree["A"])
    paths = [
        f"/areas/{room.tree['A'].id}/timeline",
        f"/areas/{room.tree['A'].id}/timeline?view=week",
        f"/devices/{board.id}/timeline",
        f"/broadcasts/{order.id}/schedule",
        f"/notices/{order.notice_id}/schedule",
        f"/notices/{order.notice_id}",
        "/inbox",
    ]
    for is_dark in (False, True):
        with watched(open_page(browser, house, approver, size=PHONE, dark=is_dark)) as page:
            keys = Keyboard(page)
            for path in paths:
                page.goto(house.url + path)
                _open_everything(page)
                check_page(keys)
                assert page.evaluate(_CONTRASTS) == [], f"{path} dark={is_dark}"


def _open_everything(page: Page) -> None:
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
