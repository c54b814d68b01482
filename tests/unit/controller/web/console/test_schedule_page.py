"""Making and changing an order: seen before it is saved, refused in the same words, and nothing typed is lost."""

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from controller.domain.airings import SHORTEST_NOTICE, Broadcast, BroadcastState
from controller.domain.areas import Area, AreaKind
from controller.domain.notices import Notice
from controller.domain.people import Role
from tests.fixtures.console_house import ConsoleHouse, Visitor, console_house
from tests.unit.controller.web.console.test_timelines import words_of

WEEKLY: dict[str, Any] = {
    "kind": "weekly",
    "days": ["1", "5"],
    "times": ["17:30", ""],
    "every": "1",
    "valid_from": "2026-11-21",
    "holidays": "play",
    "band": "routine",
    "on_loss": "resume",
    "window_minutes": "30",
    "board_for": "1",
    "board_unit": "days",
    "volume": "100",
}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ConsoleHouse]:
    with console_house(tmp_path) as house:
        house.room.device(name="Cụm loa tổ 1")
        yield house


def area_of(house: ConsoleHouse, name: str = "A") -> Area:
    return house.room.tree[name]


def send(visitor: Visitor, path: str, form: Mapping[str, object]) -> tuple[int, str]:
    """Send a form whose inputs may come several times; return the status and the page."""
    answer = visitor.http.post(path, data={"csrf": visitor.csrf(), **form})
    return answer.status_code, answer.text


def shown(page: str, name: str) -> list[str]:
    """Return the values that the inputs of a name hold."""
    inputs = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    ticked = [
        one
        for one in inputs
        if ('type="checkbox"' not in one and 'type="radio"' not in one) or " checked" in one
    ]
    return [html.unescape(match[1]) for one in ticked if (match := re.search(r'value="([^"]*)"', one))]


def saved(house: ConsoleHouse, visitor: Visitor, **changes: object) -> Broadcast:
    notice = house.room.approved()
    form = WEEKLY | {"area_id": area_of(house).id} | changes
    status, page = send(visitor, f"/notices/{notice.id}/broadcasts", form)
    assert status == 303, words_of(page)
    with house.room.work() as work:
        return work.airings.broadcasts_of_notice(notice.id)[0]


def path_of(notice: Notice) -> str:
    return f"/notices/{notice.id}/broadcasts"


def test_the_form_proposes_soon_and_shows_at_once_what_that_would_lead_to(own: ConsoleHouse) -> None:
    notice = own.room.approved(title="Phun thuốc")
    page = own.visitor(own.room.editor()).get(f"/notices/{notice.id}/schedule").text
    assert shown(page, "start_date") == ["2026-11-21"]
    assert shown(page, "start_time") == ["16:35"]
    text = words_of(page)
    assert "Loa sẽ phát thế này Cụm loa tổ 1" in text
    assert "✚ Lịch đang soạn: 1 lượt trong 7 ngày T7 21/11 16:35:00–16:35:0" in text


def test_a_preview_shows_the_wish_among_the_others_and_saves_nothing(own: ConsoleHouse) -> None:
    visitor = own.visitor(own.room.editor())
    saved(own, visitor, kind="daily", times="17:00")
    notice = own.room.approved(title="Phun thuốc")
    status, page = send(visitor, f"{path_of(notice)}/preview", WEEKLY | {"area_id": area_of(own).id})
    assert status == 200
    assert "✚ Lịch đang soạn: 2 lượt trong 7 ngày T2 23/11 17:30:00" in words_of(page)
    assert 'class="bar routine wish"' in page
    assert 'class="bar routine"' in page
    assert not own.room.uses.broadcasts.of_notice(own.room.editor(), notice.id)
    assert shown(page, "days") == ["1", "5"]
    assert shown(page, "times")[0] == "17:30"


def test_only_what_was_seen_is_saved(own: ConsoleHouse) -> None:
    visitor = own.visitor(own.room.editor())
    notice = own.room.approved()
    form = WEEKLY | {"area_id": area_of(own).id}
    _, page = send(visitor, f"{path_of(notice)}/preview", form)
    seen = shown(page, "seen")[0]
    status, page = send(visitor, path_of(notice), form | {"times": ["18:30"], "seen": seen})
    assert status == 200
    assert "Bạn đã đổi lịch sau lần xem trước." in words_of(page)
    assert "T2 23/11 18:30:00" in words_of(page)
    assert not own.room.uses.broadcasts.of_notice(own.room.editor(), notice.id)
    status, _ = send(visitor, path_of(notice), form | {"times": ["18:30"], "seen": shown(page, "seen")[0]})
    assert status == 303
    assert len(own.room.uses.broadcasts.of_notice(own.room.editor(), notice.id)) == 1


def test_a_breach_is_shown_before_and_refused_after_in_the_same_words(own: ConsoleHouse) -> None:
    visitor = own.visitor(own.room.editor())
    notice = own.room.approved()
    form = WEEKLY | {"area_id": area_of(own).id, "times": ["03:15", "17:30"], "cause": "tiếp sóng"}
    _, before = send(visitor, f"{path_of(notice)}/preview", form)
    why = "nằm trong giờ yên tĩnh 22:00–05:00"
    assert f"03:15 {why}" in words_of(before)
    assert "Sẽ không phát 03:15 Họp tổ dân phố" in words_of(before)
    status, after = send(visitor, path_of(notice), form)
    assert status == 409
    assert why in re.findall(r'<span class="fault"[^>]*>([^<]*)', after)[0]
    assert f"03:15 {why}" in words_of(after)
    assert shown(after, "times")[:2] == ["03:15", "17:30"]
    assert shown(after, "days") == ["1", "5"]
    assert "tiếp sóng" in after
    assert not own.room.uses.broadcasts.of_notice(own.room.editor(), notice.id)


def test_a_time_that_an_equal_order_has_is_told_before_and_refused_after_in_the_same_words(
    own: ConsoleHouse,
) -> None:
    visitor = own.visitor(own.room.editor())
    own.room.device()
    saved(own, visitor, kind="daily", times="17:30")
    notice = own.room.approved(title="Phun thuốc")
    form = WEEKLY | {"area_id": area_of(own).id}
    why = "Loa đã có lịch phát vào giờ này. Giờ trống gần nhất: Thứ Hai 23/11/2026 17:30:"
    _, before = send(visitor, f"{path_of(notice)}/preview", form)
    assert why in words_of(before)
    assert "Thứ tự khi cùng mức ưu tiên" in words_of(before).split(why)[1][:120]
    status, after = send(visitor, path_of(notice), form)
    assert (status, words_of(after).count(why)) == (409, 2)
    _, chosen = send(visitor, f"{path_of(notice)}/preview", form | {"order": "1"})
    assert why not in words_of(chosen)


def test_what_cannot_be_a_rule_is_told_beside_its_input_and_in_the_preview(own: ConsoleHouse) -> None:
    visitor = own.visitor(own.room.editor())
    notice = own.room.approved()
    form = WEEKLY | {"area_id": area_of(own).id, "valid_until": "2026-11-01"}
    status, page = send(visitor, path_of(notice), form)
    assert status == 422
    assert 'id="schedule-valid_until" name="valid_until" aria-invalid="true"' in page
    _, page = send(visitor, f"{path_of(notice)}/preview", form)
    assert words_of(page).count("ngày cuối") or "“Đến ngày”" in words_of(page)


def test_an_emergency_asks_why_and_waits_for_a_second_person(own: ConsoleHouse) -> None:
    visitor = own.visitor(own.room.editor())
    notice = own.room.approved()
    form = WEEKLY | {"area_id": area_of(own).id, "band": "emergency"}
    status, page = send(visitor, path_of(notice), form)
    assert status == 422
    assert 'name="cause" aria-invalid="true"' in page
    assert shown(page, "band") == ["emergency"]
    _, page = send(visitor, f"{path_of(notice)}/preview", form | {"cause": "lũ về"})
    assert "Lịch này phải chờ người thứ hai duyệt: khẩn cấp" in words_of(page).lower().replace(
        "lịch này", "Lịch này"
    )
    answer = visitor.http.post(path_of(notice), data={"csrf": visitor.csrf()} | form | {"cause": "lũ về"})
    assert answer.headers["location"].endswith("?done=schedule_held#broadcasts")
    assert "chờ người thứ hai duyệt rồi mới phát" in words_of(visitor.get(answer.headers["location"]).text)
    with own.room.work() as work:
        assert work.airings.broadcasts_of_notice(notice.id)[0].state is BroadcastState.HELD


def test_an_emergency_with_no_start_typed_is_shown_and_saved_as_one_for_now(own: ConsoleHouse) -> None:
    visitor = own.visitor(own.room.editor())
    notice = own.room.approved()
    typed = {"kind": "once", "start_date": "", "start_time": "", "band": "emergency", "cause": "lũ về"}
    form = WEEKLY | {"area_id": area_of(own).id} | typed
    _, page = send(visitor, f"{path_of(notice)}/preview", form)
    assert "16:30" in words_of(page), "the preview begins now"
    assert send(visitor, path_of(notice), form)[0] == 303
    with own.room.work() as work:
        (order,) = work.airings.broadcasts_of_notice(notice.id)
    assert (order.state, order.start_at - own.room.clock.now()) == (BroadcastState.HELD, SHORTEST_NOTICE)
    status, page = send(visitor, path_of(notice), form | {"band": "routine"})
    assert (status, 'name="start_date" aria-invalid="true"' in page) == (422, True)


def test_repeating_every_few_minutes_is_for_emergencies_only(own: ConsoleHouse) -> None:
    visitor = own.visitor(own.room.editor())
    notice = own.room.approved()
    start = {
        "start_date": "2026-11-22",
        "start_time": "07:00",
        "until_date": "2026-11-22",
        "until_time": "12:00",
    }
    form = WEEKLY | start | {"area_id": area_of(own).id, "kind": "campaign", "every_minutes": "60"}
    status, page = send(visitor, path_of(notice), form)
    assert status == 422
    assert "Lặp lại mỗi vài phút chỉ dành cho tin khẩn cấp" in words_of(page)
    assert 'id="schedule-band-fault"' in page
    assert send(visitor, path_of(notice), form | {"band": "emergency", "cause": "lũ về"})[0] == 303


def test_an_order_opened_and_saved_changes_nothing(own: ConsoleHouse) -> None:
    visitor = own.visitor(own.room.editor())
    before = saved(own, visitor)
    for _ in range(10):
        page = visitor.get(f"/broadcasts/{before.id}/schedule").text
        form = {
            name: shown(page, name) for name in ("times", "days", "valid_from", "seen", "version", "volume")
        }
        form |= {"kind": ["weekly"], "every": shown(page, "every"), "band": shown(page, "band")}
        for name in (
            "window_minutes",
            "board_for",
            "order",
            "valid_until",
            "except_dates",
            "moved_from",
            "moved_to",
        ):
            form[name] = shown(page, name)
        form |= {"on_loss": ["resume"], "holidays": ["play"], "board_unit": ["days"], "cause": [""]}
        status, answer = send(visitor, f"/broadcasts/{before.id}/schedule", dict(form))
        assert status == 303, words_of(answer)
    after = own.room.row(Broadcast, before.id)
    assert (after.rule, after.version, after.start_at) == (before.rule, 1, before.start_at)


def test_a_change_is_saved_and_told_on_the_notice(own: ConsoleHouse) -> None:
    visitor = own.visitor(own.room.editor())
    before = saved(own, visitor)
    form = WEEKLY | {"version": "1", "times": ["18:00"], "days": ["1"]}
    status, page = send(visitor, f"/broadcasts/{before.id}/schedule", form)
    assert status == 303, words_of(page)
    text = words_of(visitor.get(f"/notices/{before.notice_id}").text)
    assert "Hằng tuần T2 lúc 18:00, từ 21/11/2026" in text
    assert "Thứ Hai 23/11/2026 18:00" in text


def test_the_second_of_two_editors_sees_who_saved_what_beside_their_own(own: ConsoleHouse) -> None:
    room = own.room
    first, second = own.visitor(room.editor()), own.visitor(room.person("bien-tap-hai", Role.EDITOR, "A"))
    order = saved(own, first)
    path = f"/broadcasts/{order.id}/schedule"
    assert send(first, path, WEEKLY | {"version": "1", "times": ["18:00"]})[0] == 303
    status, page = send(second, path, WEEKLY | {"version": "1", "times": ["19:00"], "volume": "60"})
    assert status == 409
    text = words_of(page)
    assert "bien-tap-a đã lưu lịch này trước bạn. Thứ Bảy 21/11/2026 16:30" in text
    assert "Mục Đã lưu Của bạn Giờ phát 18:00 19:00 Âm lượng 100 60" in text
    assert shown(page, "times")[0] == "19:00"
    assert room.row(Broadcast, order.id).rule.count("18:00") == 1
    again = WEEKLY | {"version": shown(page, "version")[0], "times": ["19:00"], "volume": "60"}
    assert send(second, path, again)[0] == 303
    after = room.row(Broadcast, order.id)
    assert ("19:00" in after.rule, after.volume, after.version) == (True, 60, 3)


def test_forms_of_orders_are_for_those_who_may_schedule_there(own: ConsoleHouse) -> None:
    order = saved(own, own.visitor(own.room.editor()))
    notice = own.room.approved()
    for stranger in (own.room.editor("B"), own.room.operator()):
        visitor = own.visitor(stranger)
        for path in (f"/notices/{notice.id}/schedule", f"/broadcasts/{order.id}/schedule"):
            assert visitor.get(path).status_code in (403, 404), path
        assert send(visitor, f"/broadcasts/{order.id}/schedule", WEEKLY | {"version": "1"})[0] in (403, 404)
    assert own.room.row(Broadcast, order.id).version == 1


def test_times_are_those_of_the_chosen_area_whatever_its_zone(own: ConsoleHouse) -> None:
    room = own.room
    far = room.uses.areas.add(
        room.root_administrator,
        parent_id=area_of(own).id,
        kind=AreaKind.HAMLET,
        name="Thôn xa",
        zone="Asia/Tokyo",
    )
    room.tree = room.tree | {"far": far}
    room.device(area="far", name="Loa xa")
    visitor = own.visitor(room.editor())
    notice = room.approved()
    form = {"area_id": far.id, "start_date": "2026-11-23", "start_time": "07:30"}
    status, page = send(visitor, path_of(notice), form)
    assert status == 303, words_of(page)
    with room.work() as work:
        order = work.airings.broadcasts_of_notice(notice.id)[0]
    assert order.start_at.isoformat() == "2026-11-22T22:30:00+00:00"
    page = visitor.get(f"/broadcasts/{order.id}/schedule").text
    assert (shown(page, "start_date"), shown(page, "start_time")) == (["2026-11-23"], ["07:30"])
