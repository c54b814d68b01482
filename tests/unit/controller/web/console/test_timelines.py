"""Pages of what will really play: at a glance, in words, local days, light enough, and for whom."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.domain.people import Role
from controller.web.static_files import static_folder
from tests.fixtures.console_house import ConsoleHouse, console_house

MAX_PAGE_BYTES = 150_000
SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
"""Monday 23/11/2026 05:30 in Viet Nam."""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ConsoleHouse]:
    with console_house(tmp_path) as house:
        yield house


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def daily(*times: str, start: str = "2026-11-21", **more: object) -> dict[str, object]:
    return {"kind": "daily", "times": list(times), "valid_from": start} | more


def order(house: ConsoleHouse, rule: dict[str, object], *, title: str = "Thời sự", **wish: object) -> str:
    room = house.room
    notice = room.approved(title=title)
    view = room.uses.broadcasts.schedule(
        room.editor(),
        notice.id,
        area_id=room.tree["A"].id,
        rule=rule,
        **wish,  # type: ignore[arg-type]
    )
    return view.broadcast.id


@pytest.mark.scenario("S-001")
def test_monday_half_past_five_is_monday_on_every_screen_while_utc_has_sunday(own: ConsoleHouse) -> None:
    room = own.room
    speaker = room.device(name="Cụm loa tổ 1")
    room.report(speaker)
    rule: dict[str, object] = {"kind": "weekly", "days": [1], "times": ["05:30"], "valid_from": "2026-11-21"}
    broadcast_id = order(own, rule)
    second = room.person("duyet-hai", Role.APPROVER, "A")  # before 06:00 it takes two
    assert "lúc 05:30, từ 21/11/2026" in words_of(own.visitor(second).get("/review").text)
    room.uses.review.approve_second(second, broadcast_id, reason="tiếp sóng thời sự")
    airings = room.airings_of(speaker)
    assert [one.planned_at for one in airings] == [SUNDAY_NIGHT]  # once, and at 22:30Z on Sunday
    room.clock.set(SUNDAY_NIGHT - timedelta(minutes=1))
    visitor = own.visitor(room.also(room.editor(), Role.ADMINISTRATOR, room.tree["A"]))
    notice_id = airings[0].notice_id
    pages = {
        "/": "Thứ Hai 23/11/2026 05:30",
        "/log": "Thứ Hai 23/11/2026 05:30",
        f"/notices/{notice_id}": "Thứ Hai 23/11/2026 05:30",
        f"/devices/{speaker.id}/timeline": "Thứ Hai 23/11/2026 05:29",
        f"/devices/{speaker.id}/timeline?view=week": "T2 23/11",
        f"/areas/{room.tree['A'].id}/timeline?view=day": "Thứ Hai 23/11/2026",
        f"/broadcasts/{broadcast_id}/schedule": "T2 23/11 05:30:00",
    }
    for path, told in pages.items():
        text = words_of(visitor.get(path).text)
        assert told in text, path
        assert "Chủ Nhật 22/11" not in text, path
        assert "CN 22/11" not in text, path
        assert "22:30" not in text, path
    week = visitor.get(f"/devices/{speaker.id}/timeline?view=week").text
    days = re.findall(r"view=day&amp;day=([0-9-]+)", week)
    assert (days[0], days[-1]) == ("2026-11-23", "2026-11-30")  # seven days from 05:29 on
    own.start_airing(speaker)
    assert "Thứ Hai 23/11/2026 05:30" in words_of(visitor.get("/").text).split("Đang phát", 1)[1]
    api = own.visitor()
    token = room.session_of(room.editor())
    answer = api.get(f"/api/v1/devices/{speaker.id}/preview", Authorization=f"Bearer {token}").text
    assert "2026-11-23" in answer or "2026-11-22T22:30" in answer


def test_a_device_shows_what_airs_and_what_does_not_with_the_reason(own: ConsoleHouse) -> None:
    room = own.room
    speaker = room.device(name="Cụm loa tổ 1")
    order(own, daily("17:30"), title="Thời sự chiều")
    page = own.visitor(room.operator()).get(f"/devices/{speaker.id}/timeline").text
    text = words_of(page)
    assert "Lịch sẽ phát: Cụm loa tổ 1" in text
    assert re.search(r"Sẽ phát 17:30:00–17:30:0\d Thời sự chiều", text)
    assert "giờ yên tĩnh 22:00–05:00" in text
    assert 'class="shade quiet"' in page
    assert 'class="now"' in page
    link = re.search(r'<a href="#(line-1-1)"[^>]*aria-label="17:30:00–17:30:0\d Thời sự chiều"', page)
    assert link
    assert f'id="{link[1]}"' in page


def test_the_next_24_hours_name_the_day_of_what_comes_tomorrow(own: ConsoleHouse) -> None:
    speaker = own.room.device()
    order(own, daily("07:00", "17:30"))
    text = words_of(own.visitor(own.room.editor()).get(f"/devices/{speaker.id}/timeline").text)
    assert re.search(r"Sẽ phát 17:30:00–17:30:0\d Thời sự CN 22/11 07:00:00–07:00:0\d Thời sự", text)


def test_a_priority_item_keeps_a_routine_one_off_and_the_page_says_so(own: ConsoleHouse) -> None:
    room = own.room
    speaker = room.device()
    order(own, daily("17:30"), title="Nhạc chiều", on_loss="skip")
    order(own, daily("17:30"), title="Tin của tỉnh", band="priority", cause="tiêm chủng")
    text = words_of(own.visitor(room.editor()).get(f"/devices/{speaker.id}/timeline?view=week").text)
    assert "Sẽ không phát 17:30 Nhạc chiều T7 21/11 – T6 27/11" in text
    assert "nhường bản tin ưu tiên “Tin của tỉnh”" in text
    assert "Thứ Bảy 21/11/2026: 1 lượt phát, 1 lượt không phát" in text


def test_a_bulletin_that_loses_past_midnight_is_told_of_on_the_day_on_which_it_begins(
    own: ConsoleHouse,
) -> None:
    board = own.room.board()
    monday: dict[str, object] = {
        "kind": "weekly",
        "days": [1],
        "times": ["17:30"],
        "valid_from": "2026-11-21",
    }
    order(own, monday, title="Thời sự", board_for_s=86_400)
    order(own, monday, title="Ngừng cấp nước", board_for_s=86_400, order=1)
    visitor = own.visitor(own.room.editor())
    text = words_of(visitor.get(f"/devices/{board.id}/timeline?view=week").text)
    assert "Sẽ không phát 17:30 Ngừng cấp nước T2 23/11 nhường" in text


def test_the_timeline_of_an_area_leads_back_to_the_area_for_whoever_may_only_look(own: ConsoleHouse) -> None:
    area = own.room.tree["A"]
    visitor = own.visitor(own.room.person("giam-sat", Role.SUPERVISOR, area))
    page = visitor.get(f"/areas/{area.id}/timeline").text
    assert f'<a class="back" href="/areas/{area.id}">← {area.name}</a>' in page
    assert visitor.get(f"/areas/{area.id}").status_code == 200


def test_an_area_draws_devices_that_do_the_same_once(own: ConsoleHouse) -> None:
    room = own.room
    for number in (1, 2, 3):
        room.device(name=f"Cụm loa {number}", area="A1" if number > 1 else "A")
    order(own, daily("17:30"))
    page = own.visitor(room.editor()).get(f"/areas/{room.tree['A'].id}/timeline").text
    assert page.count('class="track"') == 1
    assert "Cụm loa 1, Cụm loa 2, Cụm loa 3" in words_of(page)


def test_a_board_has_no_quiet_hours(own: ConsoleHouse) -> None:
    board = own.room.board()
    order(own, daily("17:30"))
    page = own.visitor(own.room.editor()).get(f"/devices/{board.id}/timeline").text
    assert "giờ yên tĩnh" not in words_of(page)
    assert 'class="shade quiet"' not in page


def test_an_empty_area_says_so(house: ConsoleHouse) -> None:
    area = house.room.tree["B"].id
    assert "chưa có thiết bị nào" in words_of(
        house.visitor(house.room.editor("B")).get(f"/areas/{area}/timeline").text
    )


def test_what_may_not_be_seen_has_no_timeline(house: ConsoleHouse) -> None:
    speaker = house.room.device()
    stranger = house.visitor(house.room.editor("B"))
    for path in (
        f"/devices/{speaker.id}/timeline",
        f"/areas/{house.room.tree['A'].id}/timeline",
        "/devices/x/timeline",
    ):
        assert stranger.get(path).status_code == 404
    assert house.visitor().get(f"/devices/{speaker.id}/timeline").headers["location"].startswith("/sign-in")


def test_a_day_of_a_link_that_cannot_be_foreseen_is_today(house: ConsoleHouse) -> None:
    speaker = house.room.device()
    visitor = house.visitor(house.room.editor())
    today = words_of(visitor.get(f"/devices/{speaker.id}/timeline?view=day").text)
    for day in ("2026-11-20", "2026-12-20", "mai", "%00"):
        answer = visitor.get(f"/devices/{speaker.id}/timeline?view=day&day={day}")
        assert words_of(answer.text) == today, day


@pytest.mark.skipif(
    not (static_folder() / "build/app.js").is_file(), reason="the front end is not built: make frontend"
)
def test_no_timeline_of_200_rules_is_heavier_than_a_slow_phone_bears(own: ConsoleHouse) -> None:
    room = own.room
    speaker = room.device(name="Cụm loa tổ 1")
    notice = room.approved(title="Bản tin của phường Bến Trăng, tỉnh Đông Giang")
    for hour in range(6, 16):
        times = [f"{hour:02}:{minute:02}:{second:02}" for minute in range(0, 60, 6) for second in (5, 35)]
        rule = daily(*times)
        room.uses.broadcasts.schedule(room.editor(), notice.id, area_id=room.tree["A"].id, rule=rule)
    visitor = own.visitor(room.editor())
    weights = {}
    for view in ("", "?view=week", "?view=day&day=2026-11-24"):
        answer = visitor.get(f"/devices/{speaker.id}/timeline{view}")
        parts = re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text)
        weights[view] = len(answer.content) + sum(len(visitor.get(part).content) for part in parts)
        assert "lượt" in answer.text
    assert "Thứ Ba 24/11/2026: 200 lượt phát" in words_of(
        visitor.get(f"/devices/{speaker.id}/timeline?view=week").text
    )
    assert max(weights.values()) < MAX_PAGE_BYTES, weights
