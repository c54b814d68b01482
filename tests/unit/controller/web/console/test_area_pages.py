"""The pages of the tree of areas and of guard rails: what they show, to whom, and what their forms do."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from controller.domain.areas import AreaKind
from controller.domain.devices import Neighbour
from controller.domain.people import Role
from tests.fixtures.console_house import ConsoleHouse, Visitor, console_house


def words_of(page: str) -> str:
    """Return the words of a page as they are read."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[ConsoleHouse]:
    """Serve a console whose tree this test alone changes."""
    with console_house(tmp_path) as house:
        yield house


def province(house: ConsoleHouse) -> Visitor:
    return house.visitor(house.room.administrator("province"))


def day(house: ConsoleHouse, days: int) -> str:
    return (house.room.clock.now() + timedelta(days=days)).date().isoformat()


def send(house: ConsoleHouse, area: str, form: str, **typed: str) -> httpx.Response:
    return province(house).post(f"/areas/{house.room.tree[area].id}/{form}", typed)


def test_a_rename_is_planned_shown_in_the_history_and_called_off(own_house: ConsoleHouse) -> None:
    house, area_id = own_house, own_house.room.tree["A"].id
    answer = send(house, "A", "rename", name="Phường An", effective_on=day(house, 10))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/areas/{area_id}?done=area_rename")
    page = province(house).get(f"/areas/{area_id}").text
    assert "Phường A → Phường An" in words_of(page)
    assert "Đổi tên Thứ Ba 01/12/2026" in words_of(page)
    tree = words_of(province(house).get("/areas?on=2026-12-01").text)
    assert "Thay đổi sắp tới Đổi tên: Phường An Thứ Ba 01/12/2026" in tree
    assert "Cây địa bàn ngày Thứ Ba 01/12/2026" in tree
    assert "Phường An xã, phường, đặc khu" in tree
    call_off = re.search(r'action="(/areas/changes/\w+/call-off)"', page)
    assert call_off
    assert province(house).post(call_off[1], {"area_id": area_id}).status_code == 303
    assert "Phường An" not in words_of(province(house).get(f"/areas/{area_id}").text)


def test_two_communes_are_merged_and_a_ward_is_split_by_its_form(own_house: ConsoleHouse) -> None:
    house = own_house
    tree = house.room.tree
    device = house.room.device(name="Cụm loa chợ")
    form = {"part_1": "Phường Đông", "part_2": "Phường Tây", f"area-{tree['A1'].id}": "1"}
    left = send(house, "A", "split", effective_on=day(house, 0), **form)
    assert left.status_code == 422
    assert "Chưa giao cho đơn vị mới nào: Cụm loa chợ." in words_of(left.text)
    assert 'value="Phường Đông"' in left.text
    assert re.search(r'<details class="card" open>\s*<summary>Chia tách', left.text)
    form |= {f"device-{device.id}": "2"}
    assert send(house, "A", "split", effective_on=day(house, 0), **form).status_code == 303
    seen = words_of(province(house).get("/areas").text)
    assert "Phường A nhóm địa bàn" in seen
    assert re.search(r"Phường Đông xã, phường, đặc khu .{0,40}Tổ dân phố 1 thôn", seen)
    assert house.room.reload(device).area_id != tree["A"].id


def test_a_merger_names_the_new_unit(own_house: ConsoleHouse) -> None:
    house = own_house
    other = house.room.tree["B"].id
    answer = send(house, "A", "merge", areas=other, name="Phường Mới", effective_on=day(house, 0))
    assert answer.status_code == 303
    seen = words_of(province(house).get("/areas").text)
    assert re.search("Phường Mới xã, phường, đặc khu .*Phường A nhóm địa bàn", seen)


@pytest.mark.parametrize(
    ("form", "typed", "sentence"),
    [
        ("rename", {"name": " "}, "để trống"),
        ("rename", {"name": "x", "effective_on": "hôm nay"}, "Hãy xem lại mục “Có hiệu lực từ ngày”"),
        ("rename", {"name": "x", "effective_on": "2026-11-20"}, "Ngày này đã qua"),
        ("close", {}, "còn thiết bị, địa bàn bên dưới hoặc lịch phát sắp tới (Tổ dân phố 1)"),
        ("merge", {}, "Chỉ sáp nhập được các địa bàn cùng loại"),
        ("split", {"part_1": "Đông"}, "cần ít nhất hai phần"),
    ],
)
def test_a_refused_change_says_why_in_its_form(
    house: ConsoleHouse, form: str, typed: dict[str, str], sentence: str
) -> None:
    answer = send(house, "A", form, **({"effective_on": day(house, 1)} | typed))
    assert answer.status_code in (409, 422)
    assert sentence in words_of(answer.text)
    assert re.search(r'<details class="card" open>', answer.text)


def test_a_stranger_finds_no_page_of_an_area_and_a_reader_finds_no_form(house: ConsoleHouse) -> None:
    area_id = house.room.tree["A"].id
    stranger = house.visitor(house.room.administrator("B"))
    for path in (f"/areas/{area_id}", f"/areas/{area_id}/guardrails"):
        assert stranger.get(path).status_code == 404
        page = house.visitor(house.room.editor("A")).get(path)
        assert page.status_code == 200
        assert f'action="/areas/{area_id}' not in page.text
    for form in ("rename", "move", "merge", "split", "close", "guardrails"):
        typed = {"effective_on": day(house, 1), "starts_on": day(house, 1), "name": "x", "reason": "x"}
        assert stranger.post(f"/areas/{area_id}/{form}", typed).status_code == 404, form


def guardrails(house: ConsoleHouse, area: str, **typed: str) -> httpx.Response:
    visitor = house.visitor(house.room.administrator(area))
    path = f"/areas/{house.room.tree[area].id}/guardrails"
    seen = re.search(r'name="seen" value="([^"]*)"', visitor.get(path).text)
    assert seen
    given = {"starts_on": day(house, 0), "reason": "Quy chế 12", "seen": seen[1]} | typed
    return visitor.post(path, given)


def test_own_guard_rails_stand_beside_the_inherited_ones_and_what_breaks_them_is_listed(
    own_house: ConsoleHouse,
) -> None:
    house = own_house
    house.room.device(name="Cụm loa tổ 1")
    house.room.schedule(house.room.approved(title="Họp tổ"), in_s=1_800)
    assert guardrails(house, "province", built_in="hanoi_rural").status_code == 303
    answer = guardrails(house, "A", quiet_hours="16:45-17:15; 22:00–05:00", session_minutes="30", days="6")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/guardrails?done=guardrails&on=2026-11-21#breaches")
    visitor = house.visitor(house.room.editor("A"))
    page = words_of(visitor.get(answer.headers["location"]).text)
    assert "Phút mỗi buổi 30 phút 45 phút 30 phút" in page
    assert "Giờ yên tĩnh 16:45–17:15, 22:00–05:00 22:00–05:00" in page
    assert "Họp tổ Thứ Bảy 21/11/2026 17:00 17:00 nằm trong giờ yên tĩnh 16:45–17:15 Cụm loa tổ 1" in page
    hamlet = words_of(visitor.get(f"/areas/{house.room.tree['A1'].id}/guardrails").text)
    assert "Phút mỗi buổi – 30 phút 30 phút" in hamlet


@pytest.mark.parametrize(
    ("typed", "sentence", "field"),
    [
        ({"day_minutes": "200"}, "Nới lỏng ở “Phường A”: Phút mỗi ngày.", "day_minutes"),
        ({"quiet_hours": "đêm"}, "Mục “Giờ yên tĩnh” của quy định phát không đúng", "quiet_hours"),
        ({"volume_curve": "05:00=120"}, "Mục “Âm lượng theo giờ”", "volume_curve"),
        ({"reason": ""}, "Hãy ghi lý do", "reason"),
        ({"starts_on": "2026-11-20"}, "Ngày này đã qua", "starts_on"),
    ],
)
def test_refused_guard_rails_say_why_beside_their_field_and_keep_what_was_typed(
    own_house: ConsoleHouse, typed: dict[str, str], sentence: str, field: str
) -> None:
    answer = guardrails(own_house, "A", session_minutes="12", **typed)
    assert answer.status_code == 422
    assert sentence in words_of(answer.text)
    assert f'id="guardrails-{field}-fault"' in answer.text
    assert 'name="session_minutes" value="12"' in re.sub(r"\s+", " ", answer.text)
    assert own_house.room.count("guardrail_settings") == 0


def test_the_second_administrator_is_told_and_may_then_save(own_house: ConsoleHouse) -> None:
    house = own_house
    assert guardrails(house, "A", day_minutes="60").status_code == 303
    late = guardrails(house, "A", day_minutes="30", seen="")
    assert late.status_code == 409
    assert "quan-tri-a vừa đặt quy định phát khác cho “Phường A”" in words_of(late.text)
    seen = re.search(r'name="seen" value="(\w+)"', late.text)
    assert seen
    assert guardrails(house, "A", day_minutes="30", seen=seen[1]).status_code == 303


def test_an_operator_says_what_stands_beside_a_loudspeaker(own_house: ConsoleHouse) -> None:
    house = own_house
    device = house.room.device()
    visitor = house.visitor(house.room.operator("A"))
    assert "Trường học" in visitor.get("/devices").text
    answer = visitor.post(f"/devices/{device.id}/neighbour", {"neighbour": "school"})
    assert answer.headers["location"] == "/devices?done=neighbour"
    assert house.room.reload(device).neighbour is Neighbour.SCHOOL
    assert visitor.post(f"/devices/{device.id}/neighbour", {"neighbour": "zoo"}).status_code == 422
    stranger = house.visitor(house.room.operator("B"))
    assert stranger.post(f"/devices/{device.id}/neighbour", {"neighbour": "school"}).status_code == 404


def test_who_only_looks_sees_the_tree_of_what_is_theirs(house: ConsoleHouse) -> None:
    other = house.room.add_area("Tỉnh Tây", AreaKind.PROVINCE, house.room.tree["root"])
    visitor = house.visitor(house.room.person("quan-tri-tay", Role.ADMINISTRATOR, other))
    page = words_of(visitor.get("/areas").text)
    assert "Tỉnh Tây" in page
    assert "Tỉnh Đông" not in page


@pytest.mark.parametrize("role", ["editor", "supervisor"])
def test_who_may_not_change_the_tree_finds_its_places_and_their_timelines(
    own_house: ConsoleHouse, role: str
) -> None:
    area = own_house.room.tree["A"]
    visitor = own_house.visitor(own_house.room.person("nguoi-xem", Role(role), area))
    overview = visitor.get("/").text
    for path in ("/areas", "/inbox", "/review", "/stand-ins"):
        assert f'href="{path}"' in overview
        assert visitor.get(path).status_code == 200
    page = visitor.get("/areas").text
    assert f'href="/areas/{area.id}/timeline"' in page
    assert "Phường B" not in page
    assert 'action="/areas"' not in page.replace('method="get" action="/areas"', "")
    form = {"parent_id": area.id, "kind": "hamlet", "name": "Tổ mới"}
    assert visitor.post("/areas", form).status_code in (403, 404)
    assert "Tổ mới" not in visitor.get("/areas").text
