"""Changes of the tree and guard rails over the API: bodies, answers, and what is wrong named by its field."""

from typing import Any

import pytest

from tests.unit.controller.web.api.conftest import ApiHouse, Caller

DECEMBER = "2026-12-01"


def province(house: ApiHouse) -> Caller:
    return house.as_(house.room.administrator("province"))


def names(house: ApiHouse, **query: str) -> list[str]:
    return [area["name"] for area in province(house).get("/areas", params=query).json()]


def test_a_merger_is_planned_seen_on_its_day_and_called_off(house: ApiHouse) -> None:
    tree = house.room.tree
    client = province(house)
    wish = {"areas": [tree["B"].id], "name": "Phường Mới", "effective_on": DECEMBER}
    decided = client.post(f"/areas/{tree['A'].id}/merge", json=wish)
    assert decided.status_code == 201
    assert "Phường Mới" not in names(house)
    assert "Phường Mới" in names(house, on=DECEMBER)
    (planned,) = client.get("/area-changes").json()
    assert (planned["change"], planned["effective_on"]) == ("merged", DECEMBER)
    changed = {step["after"]["name"]: step for step in planned["areas"]}
    assert changed["Phường Mới"]["before"] is None
    assert (changed["Phường A"]["before"]["kind"], changed["Phường A"]["after"]["kind"]) == (
        "commune",
        "grouping",
    )
    gone = client.delete(f"/area-changes/{decided.json()['decision_id']}")
    assert gone.status_code == 204
    assert client.get("/area-changes").json() == []
    assert "Phường Mới" not in names(house, on=DECEMBER)


def test_history_tells_what_an_area_was_is_and_will_be(house: ApiHouse) -> None:
    area_id = house.room.tree["A"].id
    province(house).post(f"/areas/{area_id}/rename", json={"name": "Phường An", "effective_on": DECEMBER})
    told = house.as_(house.room.editor("A")).get(f"/areas/{area_id}/standings").json()
    assert [(one["starts_on"], one["change"], one["name"]) for one in told] == [
        ("2026-11-21", "added", "Phường A"),
        (DECEMBER, "renamed", "Phường An"),
    ]


@pytest.mark.parametrize(
    ("verb", "body", "status", "code", "field"),
    [
        ("rename", {"name": "x", "effective_on": "2026-02-30"}, 422, "input_invalid", "effective_on"),
        ("rename", {"name": "x", "effective_on": "2026-11-20"}, 422, "day_in_the_past", "effective_on"),
        ("rename", {"name": "x"}, 422, "input_invalid", "effective_on"),
        ("rename", {"name": "x" * 200, "effective_on": DECEMBER}, 422, "name_too_long", "name"),
        ("move", {"parent_id": "none", "effective_on": DECEMBER}, 404, "not_found", None),
        ("merge", {"areas": [], "name": "x", "effective_on": DECEMBER}, 422, "areas_not_alike", "areas"),
        ("split", {"parts": [], "effective_on": DECEMBER}, 422, "split_part_wrong", "parts"),
        ("close", {"effective_on": DECEMBER}, 409, "area_not_empty", "area_id"),
    ],
)
def test_a_change_that_cannot_be_names_the_field_and_saves_nothing(
    house: ApiHouse, verb: str, body: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    before = house.room.count("area_standings"), house.room.count("areas")
    answer = province(house).post(f"/areas/{house.room.tree['A'].id}/{verb}", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem.get("field")) == (status, code, field)
    assert (house.room.count("area_standings"), house.room.count("areas")) == before


def test_an_area_is_not_put_below_itself(house: ApiHouse) -> None:
    tree = house.room.tree
    body = {"parent_id": tree["A1"].id, "effective_on": DECEMBER}
    problem = province(house).post(f"/areas/{tree['A'].id}/move", json=body).json()
    assert (problem["code"], problem["field"]) == ("area_cycle", "parent_id")
    assert "“Phường A”" in problem["detail"]


def rails(house: ApiHouse, area: str, profile: Any, **changes: Any) -> Any:
    client = house.as_(house.room.administrator(area))
    address = f"/areas/{house.room.tree[area].id}/guardrails"
    body = {"profile": profile, "starts_on": "2026-11-21", "reason": "Quy chế", "seen": ""} | changes
    return client.put(address, json=body)


def test_guard_rails_are_set_by_name_and_read_with_what_is_above(house: ApiHouse) -> None:
    answer = rails(house, "province", "hanoi_urban").json()
    assert answer["own"]["profile"]["session_minutes"] == 15
    client = house.as_(house.room.editor("A"))
    seen = client.get(f"/areas/{house.room.tree['A1'].id}/guardrails").json()
    assert (seen["own"], seen["seen"], seen["without_effect"]) == (None, "", [])
    assert seen["above"] == seen["effective"] == client.get("/guardrails/built-in").json()["hanoi_urban"]
    assert seen["effective"]["quiet_hours"] == [["21:00", "06:00"]]
    earlier = client.get(f"/areas/{house.room.tree['A1'].id}/guardrails", params={"on": "2026-11-20"}).json()
    assert earlier["effective"]["quiet_hours"] == [["22:00", "05:00"]]


def test_what_breaks_new_guard_rails_is_listed_as_codes_with_numbers(house: ApiHouse) -> None:
    device = house.room.device()
    house.room.schedule(house.room.approved(title="Họp tổ"), in_s=1_800)
    assert rails(house, "A", {"slots": [["06:00", "07:00"]]}).status_code == 200
    client = house.as_(house.room.editor("A"))
    (broken,) = client.get(f"/areas/{house.room.tree['A'].id}/guardrails/breaches").json()
    assert (broken["title"], broken["devices"]) == ("Họp tổ", [device.id])
    (reason,) = broken["breaches"]
    assert (reason["code"], reason["params"]["at"]) == ("outside_slots", "17:00")


@pytest.mark.parametrize(
    ("profile", "changes", "status", "code", "field"),
    [
        ({"day_minutes": 200}, {}, 422, "guardrail_loosens", "day_minutes"),
        ({"day_minutes": 2.5}, {}, 422, "guardrail_wrong", "day_minutes"),
        ({"night_volume": 200}, {}, 422, "guardrail_wrong", "night_volume"),
        ("none", {}, 422, "guardrail_wrong", "profile"),
        (7, {}, 422, "input_invalid", None),
        ({}, {"starts_on": "2026-13-01"}, 422, "input_invalid", "starts_on"),
        ({}, {"ends_on": "2026-11-01"}, 422, "not_a_time", "ends_on"),
        ({}, {"reason": ""}, 422, "reason_empty", "reason"),
    ],
)
def test_guard_rails_that_cannot_be_name_the_field(
    house: ApiHouse, profile: Any, changes: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    answer = rails(house, "A", profile, **changes)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert field is None or problem["field"] == field
    assert house.room.count("guardrail_settings") == 0


def test_the_second_of_two_programs_is_told_what_was_set(house: ApiHouse) -> None:
    first = rails(house, "A", {"day_minutes": 60}).json()
    late = rails(house, "A", {"day_minutes": 30})
    assert (late.status_code, late.json()["code"]) == (409, "guardrail_changed")
    assert "day_minutes: 30 → 60" in late.json()["detail"]
    assert rails(house, "A", {"day_minutes": 30}, seen=first["seen"]).status_code == 200


def test_an_operator_says_what_stands_beside_a_loudspeaker(house: ApiHouse) -> None:
    device = house.room.device()
    client = house.as_(house.room.operator("A"))
    assert client.request("PATCH", f"/devices/{device.id}", json={"neighbour": "pagoda"}).status_code == 200
    wrong = client.request("PATCH", f"/devices/{device.id}", json={"neighbour": "zoo"}).json()
    assert (wrong["code"], wrong["field"]) == ("input_invalid", "neighbour")
