"""Orders by a rule, their changes and previews, as programs and browsers ask for them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from controller.usecases.wishes import OrderWish
from controller.web.api.order_schemas import OrderTermsBody
from tests.unit.controller.web.api.conftest import ApiHouse

MONDAYS = {"kind": "weekly", "days": [1], "times": ["06:30"], "valid_from": "2026-11-21"}
DAILY = {"kind": "daily", "times": ["17:00"], "valid_from": "2026-11-21"}


def order(house: ApiHouse, **body: Any) -> dict[str, Any]:
    """Order a new notice for ward A and return the answer."""
    notice = house.room.approved()
    asker = house.as_(house.room.editor())
    answer = asker.post(f"/notices/{notice.id}/broadcasts", json={"area_id": house.room.tree["A"].id, **body})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.scenario("S-001")
def test_every_answer_tells_the_local_day_also_while_it_is_still_yesterday_in_utc(house: ApiHouse) -> None:
    """06:30 on Monday in Viet Nam is 23:30Z on Sunday."""
    device = house.room.device()
    made = order(house, rule=MONDAYS)
    local = {"day": "2026-11-23", "weekday": 1, "local_start": "2026-11-23T06:30:00+07:00"}
    assert datetime.fromisoformat(made["start_at"]) == datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert made["local_start"] == local["local_start"]
    house.room.clock.set(datetime(2026, 11, 22, 23, 29, tzinfo=UTC))
    asker = house.as_(house.room.editor())
    shown = [
        asker.get(f"/broadcasts/{made['id']}").json()["starts"][0],
        asker.get(f"/broadcasts/{made['id']}").json()["airings"][0],
        asker.get("/airings").json()[0],
        asker.get(f"/devices/{device.id}/timetable").json()[0],
        asker.get(f"/devices/{device.id}/preview").json()["segments"][0],
        asker.get(f"/areas/{house.room.tree['A'].id}/preview").json()[0]["segments"][0],
    ]
    for one in shown:
        assert {name: one[name] for name in local} == local
    log = asker.get("/airings").json()
    assert len(log) == 1, "once"


@pytest.mark.scenario("S-018")
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize("kind", ["rule", "once"])
def test_to_open_and_save_an_order_ten_times_from_another_zone_moves_nothing(
    house: ApiHouse, zone: str, kind: str
) -> None:
    device = house.room.device()
    asker = house.as_(house.room.editor())
    made = order(house, **({"rule": DAILY} if kind == "rule" else {"start_at": "2026-11-21T17:00:00+07:00"}))
    before = [one.planned_at for one in house.room.airings_of(device)]
    revision = house.room.reload(device).desired_revision
    for volume in range(91, 101):
        opened = asker.get(f"/broadcasts/{made['id']}").json()
        sent: dict[str, Any] = {"rule": opened["rule"]}
        if kind == "once":
            # A browser knows instants in its own zone only.
            there = datetime.fromisoformat(opened["start_at"]).astimezone(ZoneInfo(zone))
            sent = {"start_at": there.isoformat()}
        answer = asker.put(
            f"/broadcasts/{made['id']}", json={**sent, "volume": volume, "version": opened["version"]}
        )
        assert answer.status_code == 200, answer.text
    assert [one.planned_at for one in house.room.airings_of(device)] == before
    assert {one.id for one in house.room.airings_of(device)} == {one["id"] for one in made["airings"]}
    assert house.room.reload(device).desired_revision == revision + 10, "only what was changed went out"
    assert asker.get(f"/broadcasts/{made['id']}").json()["rule"] == made["rule"]


def test_a_change_that_somebody_else_overtook_says_who_and_what(house: ApiHouse) -> None:
    house.room.device()
    asker = house.as_(house.room.editor())
    made = order(house, rule=DAILY)
    asker.put(f"/broadcasts/{made['id']}", json={"volume": 60, "version": 1})
    answer = asker.put(f"/broadcasts/{made['id']}", json={"volume": 90, "version": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "edited_meanwhile")
    assert "volume: 100 → 60" in answer.json()["detail"]
    assert house.room.editor().display_name in answer.json()["detail"]


def test_a_refusal_names_the_field(house: ApiHouse) -> None:
    notice, asker = house.room.approved(), house.as_(house.room.editor())
    house.room.device()
    path, area_id = f"/notices/{notice.id}/broadcasts", house.room.tree["A"].id
    for body, status, code, field in (
        ({"rule": DAILY | {"times": ["5:30"]}}, 422, "rule_malformed", "rule.times[0]"),
        ({"start_at": "2026-11-22T03:15:00+07:00"}, 409, "quiet_hours", "start_at"),
        ({"start_at": "2026-11-22T17:00:00"}, 422, "time_zone_missing", "start_at"),
        (
            {"start_at": "2026-11-22T17:00:00+07:00", "priority": 999},
            422,
            "priority_out_of_range",
            "priority",
        ),
        ({"rule": DAILY, "colour": "red"}, 422, "input_invalid", "colour"),
    ):
        for address in (path, f"{path}/preview"):
            answer = asker.post(address, json={"area_id": area_id, **body})
            if code == "quiet_hours" and address.endswith("preview"):
                unaired = answer.json()[0]["unaired"][0]
                assert unaired["breaches"][0]["code"] == code
                continue
            assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
            assert answer.json()["field"] == field
    assert (house.room.count("broadcasts"), house.room.count("airings")) == (0, 0)


def test_the_inbox_of_a_commune(house: ApiHouse) -> None:
    house.room.device()
    notice = house.room.approved(area="province", title="Tin của tỉnh")
    view = house.room.uses.broadcasts.schedule(
        house.room.editor("province"), notice.id, area_id=house.room.tree["province"].id, rule=DAILY
    )
    house.room.uses.review.approve_second(house.room.approver("root"), view.broadcast.id, reason="đã xem")
    asker = house.as_(house.room.editor())
    (item,) = asker.get("/inbox").json()
    assert (item["title"], item["origin"], item["band"], item["state"]) == (
        "Tin của tỉnh",
        "province",
        "routine",
        "waiting",
    )
    start_at = house.room.clock.now() + timedelta(hours=2)
    taken = asker.post(f"/inbox/{item['id']}/take", json={"start_at": start_at.isoformat()})
    assert taken.status_code == 201, taken.text
    assert taken.json()["origin"] == "province"
    assert asker.get("/inbox").json() == []
    assert asker.get("/inbox?waiting=false").json()[0]["taken_as"] == taken.json()["id"]


def test_the_body_of_an_order_has_what_the_use_case_takes() -> None:
    assert set(OrderTermsBody.model_fields) == set(OrderWish.__annotations__)
