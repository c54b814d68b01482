"""Takes pictures of the console with a ward's ordinary day in it.

`python -m tests.browser.console_pictures` renews docs/images; `... FOLDER` takes every page, phone and desk, light
and dark, for looking at.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from controller.domain.airings import AiringState
from controller.domain.areas import AreaKind
from controller.domain.devices import DeviceKind
from controller.domain.people import Role
from controller.usecases.rights import Actor
from controller.web.visits import COOKIE
from schedules import Band, OnLoss
from tests.fixtures.console_house import ConsoleHouse, console_house

PATIENCE_MS = 10_000
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
WATER = (
    "Đài truyền thanh phường xin thông báo.\n\n"
    "Để súc rửa đường ống, nhà máy nước tạm ngừng cấp nước từ 8h00 đến 15h30 ngày 23/11/2026 trên địa bàn "
    "các tổ dân phố 1, 2 và 3. Đề nghị bà con chủ động trữ nước, khóa vòi trước khi ra khỏi nhà.\n\n"
    "Cần hỗ trợ, bà con gọi số 0200 555 010. Xin trân trọng thông báo."
)
VACCINE = (
    "Trạm y tế phường tổ chức tiêm phòng dại cho chó, mèo vào sáng Chủ Nhật 22/11/2026, từ 7h00 đến 10h30, "
    "tại sân nhà văn hóa. Hộ nuôi chó, mèo mang theo sổ tiêm; chó phải được rọ mõm và có dây dắt."
)
STORM = (
    "Bão số 9 có thể gây mưa to từ đêm nay. Bà con chằng chống nhà cửa, không ra sông, suối vớt củi. "
    "Điểm sơ tán: trường tiểu học và nhà văn hóa tổ dân phố 2."
)


LONG = " ".join(["Bản tin thời sự của phường."] * 200)


class Ward:
    """A ward with devices in different states and notices at every stage."""

    def __init__(self, house: ConsoleHouse) -> None:
        self.house, room = house, house.room
        province = room.add_area("Tỉnh Đông Giang", AreaKind.PROVINCE, room.tree["root"])
        self.ward = room.add_area("Phường Bến Trăng", AreaKind.COMMUNE, province)
        groups = {
            f"group-{number}": room.add_area(f"Tổ dân phố {number}", AreaKind.HAMLET, self.ward)
            for number in (1, 2, 3)
        }
        room.tree = room.tree | groups | {"ward": self.ward}
        self.editor = self._person("Biên tập viên", "bientap", Role.EDITOR)
        self.approver = self._person("Người duyệt", "duyet", Role.APPROVER)
        self.administrator = self._person("Quản trị phường", "quantri", Role.ADMINISTRATOR)
        self.second = self._person("Phó Chủ tịch phường", "phochutich", Role.APPROVER)
        self._devices()
        self._day()
        self._review()

    def _person(self, display_name: str, username: str, role: Role) -> Actor:
        actor = self.house.room.person(username, role, self.ward)
        with self.house.room.work() as work:
            user = work.people.get(actor.user_id)
            assert user is not None
            user.display_name = display_name
        return actor

    def _devices(self) -> None:
        room = self.house.room
        self.horns = [
            room.device(area=f"group-{number}", name=f"Cụm loa nhà văn hóa tổ {number}")
            for number in (1, 2, 3)
        ]
        self.board = room.device(DeviceKind.BOARD, area="ward", name="Bảng tin cổng UBND")
        for device in (*self.horns, self.board):
            room.report(device)

    def _written(self, title: str, text: str) -> str:
        desk = self.house.room.uses.notices
        notice_id = desk.write(self.editor, area_id=self.ward.id, title=title, text=text).notice.id
        desk.listen(self.editor, notice_id)
        self.house.make_sounds()
        return notice_id

    def _approved(self, title: str, text: str) -> str:
        notice_id = self._written(title, text)
        self.house.room.uses.notices.submit(self.editor, notice_id)
        self.house.room.uses.notices.approve(self.approver, notice_id)
        return notice_id

    def _schedule(self, notice_id: str, minutes: float) -> None:
        start_at = self.house.room.clock.now() + timedelta(minutes=minutes)
        self.house.room.uses.broadcasts.schedule(
            self.editor,
            notice_id,
            area_id=self.ward.id,
            start_at=start_at,
            board_until=start_at + timedelta(hours=4),
        )

    def _review(self) -> None:
        """Leave something in every stage of review: a changed version, an order for two, somebody away."""
        room, desk = self.house.room, self.house.room.uses.notices
        self.changed = self._approved("Lịch tiếp công dân", "Thứ Ba hằng tuần, từ 8h00. Tại trụ sở UBND.")
        desk.edit(
            self.editor,
            self.changed,
            title="Lịch tiếp công dân mới",
            text="Thứ Tư hằng tuần, từ 8h00. Tại trụ sở UBND.",
            seen_version=1,
            expires_at=room.clock.now() + timedelta(days=30),
        )
        desk.submit(self.editor, self.changed)
        self.house.make_sounds()
        room.uses.broadcasts.schedule(
            self.editor,
            self.vaccine,
            area_id=self.ward.id,
            start_at=room.clock.now() + timedelta(hours=30),
            priority=250,
            cause="Có chó dại cắn người trong phường",
        )
        today = room.clock.now().date()
        room.uses.stand_ins.delegate(
            self.approver,
            area_id=self.ward.id,
            username=self.second.username,
            starts_on=today,
            ends_on=today + timedelta(days=6),
        )

    def _day(self) -> None:
        house, room, desk = self.house, self.house.room, self.house.room.uses.notices
        self.vaccine = self._approved("Tiêm phòng dại cho chó, mèo", VACCINE)
        self._schedule(self.vaccine, 2)
        for number, horn in enumerate(self.horns):
            house.start_airing(horn)
            reason = {"result": AiringState.FAILED, "reason": "speaker_error"} if number == 2 else {}
            house.end_airing(horn, deviation_us=9_000 + 4_000 * number, **reason)
        self.water = self._approved("Tạm ngừng cấp nước thứ Hai", WATER)
        room.clock.move(timedelta(minutes=27))
        self._schedule(self.water, 1)
        self._schedule(self.water, 24 * 60)
        self._schedule(self.vaccine, 14 * 60)
        for horn in self.horns[:2]:
            house.start_airing(horn)
        house.start_airing(self.board)
        room.studio.lose_the_best_voice()
        self.storm = self._written("Chằng chống nhà cửa trước bão", STORM)
        desk.submit(self.editor, self.storm)
        room.studio.recover()
        self.draft = self._written("Lịch thu gom rác cồng kềnh", "Thứ Bảy hằng tuần, từ 6h00 đến 9h00.")
        self.returned = self._written("Họp tổ dân phố", "Kính mời bà con dự họp.")
        desk.submit(self.editor, self.returned)
        desk.reject(self.approver, self.returned, reason="Chưa ghi giờ và địa điểm họp.")
        room.report(self.horns[1], missing_contents=1, faults=("content_damaged",))
        self._silence(self.horns[2].id)

    def plan_a_week(self) -> None:
        """Add orders by rule, so that timelines have something to show."""
        self.news = self._repeat("Thời sự của phường", ["06:00", "17:00"], range(1, 8))
        self._repeat("Thể dục buổi sáng", ["06:20"], (1, 3, 5), on_loss=OnLoss.SKIP)
        self._repeat("Tiêm chủng mở rộng", ["17:02"], (2, 4), band=Band.PRIORITY, cause="dịch sởi")
        self._repeat("Nhạc chờ", ["17:03"], (6,), order=1, on_loss=OnLoss.SKIP)

    def _repeat(self, title: str, times: list[str], days: Iterable[int], **wish: Any) -> str:
        notice_id = self._approved(title, LONG)
        rule = {"kind": "weekly", "days": list(days), "times": times, "valid_from": "2026-11-21"}
        desk = self.house.room.uses.broadcasts
        order = desk.schedule(self.editor, notice_id, area_id=self.ward.id, rule=rule, **wish)
        return order.broadcast.id

    def _silence(self, device_id: str) -> None:
        room = self.house.room
        room.uses.reports.take_farewell(device_id, boot="boot-1", on_purpose=False)
        room.clock.move(timedelta(seconds=12))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def open_page(
    browser: Browser, house: ConsoleHouse, actor: Actor | None, *, size: dict[str, int], dark: bool = False
) -> Page:
    """Return an open page of somebody's browser."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        locale="vi-VN",
        color_scheme="dark" if dark else "light",
    )
    if actor is not None:
        context.add_cookies([{"name": COOKIE, "value": house.room.session_of(actor), "url": house.url}])
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def _shoot(page: Page, url: str, out: Path, *, whole: bool) -> None:
    page.goto(url)
    expect(page.locator("#line")).not_to_be_empty()
    page.screenshot(path=str(out), full_page=whole)


def take_all(folder: Path) -> None:
    """Take every page, phone and desk, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as state, console_house(Path(state)) as house, chromium() as browser:
        ward = Ward(house)
        ward.plan_a_week()
        area = f"/areas/{ward.ward.id}"
        visits = {
            "overview": (ward.approver, "/"),
            "notices": (ward.editor, "/notices"),
            "new": (ward.editor, "/notices/new"),
            "draft": (ward.editor, f"/notices/{ward.draft}"),
            "returned": (ward.editor, f"/notices/{ward.returned}"),
            "decide": (ward.approver, f"/notices/{ward.storm}"),
            "schedule": (ward.editor, f"/notices/{ward.water}"),
            "order": (ward.editor, f"/notices/{ward.water}/schedule"),
            "change": (ward.editor, f"/broadcasts/{ward.news}/schedule"),
            "timeline": (ward.editor, f"{area}/timeline"),
            "week": (ward.editor, f"{area}/timeline?view=week"),
            "inbox": (ward.editor, "/inbox"),
            "devices": (ward.administrator, "/devices"),
            "log": (ward.editor, "/log"),
            "people": (ward.administrator, "/people"),
            "areas": (ward.administrator, "/areas"),
            "sign-in": (None, "/sign-in"),
            "welcome": (None, "/welcome#token"),
            "api": (None, "/api/v1/docs"),
            "missing": (None, "/nothing"),
        }
        for look, size, dark in (("phone", PHONE, False), ("desk", DESK, False), ("night", PHONE, True)):
            for name, (actor, path) in visits.items():
                page = open_page(browser, house, actor, size=size, dark=dark)
                page.goto(house.url + path)
                page.wait_for_load_state("load")
                page.screenshot(path=str(folder / f"{name}-{look}.png"), full_page=True)
                page.context.close()


def take_for_docs(folder: Path) -> None:
    """Renew the pictures of the README and of docs/console.md."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as state, console_house(Path(state)) as house, chromium() as browser:
        ward = Ward(house)
        desk = open_page(browser, house, ward.approver, size=DESK)
        _shoot(desk, f"{house.url}/", folder / "console.png", whole=False)
        phone = open_page(browser, house, ward.approver, size=PHONE)
        _shoot(phone, f"{house.url}/notices/{ward.storm}#standing", folder / "phone.png", whole=False)
        ward.plan_a_week()
        desk = open_page(browser, house, ward.editor, size=DESK)
        _shoot(
            desk, f"{house.url}/areas/{ward.ward.id}/timeline?view=week", folder / "timeline.png", whole=False
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        take_all(Path(sys.argv[1]))
    else:
        take_for_docs(Path("docs/images"))
