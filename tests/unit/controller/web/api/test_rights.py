"""Every address of the API, asked by somebody of another ward."""

import re
from typing import Any

import pytest

from controller.domain.people import Role
from controller.domain.second_approval import Need
from controller.usecases.taking_effect import hold
from tests.factories.belongings import AREA_CHANGES, NO_ID, all_powerful, belongings, next_week
from tests.factories.controller import ControlRoom
from tests.unit.controller.web.api.conftest import ApiHouse

OPEN = {
    ("POST", "/api/v1/sessions"),
    ("DELETE", "/api/v1/sessions/current"),
    ("POST", "/api/v1/invitations/redeem"),
    ("POST", "/api/v1/enrolments"),
    ("GET", "/api/v1/health"),
}
"""Needs no session."""

LISTS = {
    "/api/v1/notices",
    "/api/v1/devices",
    "/api/v1/areas",
    "/api/v1/area-changes",
    "/api/v1/guardrails/built-in",
    "/api/v1/users",
    "/api/v1/airings",
    "/api/v1/me",
    "/api/v1/review/notices",
    "/api/v1/review/broadcasts",
    "/api/v1/delegations",
    "/api/v1/reminders",
    "/api/v1/inbox",
}
"""Takes no id: shows what is one's own."""


def addresses(house: ApiHouse) -> list[tuple[str, str]]:
    """Return every method and path of the API, from its own description."""
    paths = house.app.openapi()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def body(room: ControlRoom, method: str, path: str, ids: dict[str, str]) -> dict[str, Any]:
    """Return a body that would be accepted, about one area and what is in it."""
    area_id = ids["area_id"]
    on_day = {"effective_on": next_week(room).isoformat()}
    start_at = room.clock.now().replace(hour=23).isoformat()
    bodies: dict[str, dict[str, Any]] = {
        "POST /notices": {"area_id": area_id, "title": "Tin", "text": "Nội dung"},
        "PUT /notices/{notice_id}": {"title": "Tin", "text": "Nội dung", "version": 1},
        "POST /notices/{notice_id}/reject": {"reason": "sai"},
        "POST /notices/{notice_id}/withdraw": {"reason": "sai"},
        "POST /notices/{notice_id}/broadcasts": {"area_id": area_id, "start_at": start_at},
        "POST /notices/{notice_id}/broadcasts/preview": {"area_id": area_id, "start_at": start_at},
        "POST /broadcasts/{broadcast_id}/preview": {"volume": 70},
        "PUT /broadcasts/{broadcast_id}": {"volume": 70, "version": 1},
        "POST /inbox/{item_id}/take": {"start_at": start_at},
        "POST /inbox/{item_id}/decline": {"reason": "đã phát rồi"},
        "POST /inbox/{item_id}/order": {"play_order": "before"},
        "POST /broadcasts/{broadcast_id}/stop": {"reason": "sai"},
        "POST /broadcasts/{broadcast_id}/second-approval": {"reason": "bão", "version": 1},
        "POST /broadcasts/{broadcast_id}/second-rejection": {"reason": "đêm", "version": 1},
        "POST /delegations": {
            "area_id": area_id,
            "username": room.editor("A").username,
            "starts_on": next_week(room).isoformat(),
            "ends_on": next_week(room).isoformat(),
        },
        "POST /users/{user_id}/lock-out": {"reason": "mất mật khẩu"},
        "POST /areas": {"parent_id": area_id, "kind": "hamlet", "name": "Tổ mới"},
        "POST /areas/{area_id}/rename": {"name": "Tên mới", **on_day},
        "POST /areas/{area_id}/move": {"parent_id": area_id, **on_day},
        "POST /areas/{area_id}/merge": {"areas": [ids["hamlet_to_rename"]], "name": "Tổ gộp", **on_day},
        "POST /areas/{area_id}/split": {"parts": [{"name": "Đông"}, {"name": "Tây"}], **on_day},
        "POST /areas/{area_id}/close": on_day,
        "PUT /areas/{area_id}/guardrails": {
            "profile": {"day_minutes": 60},
            "starts_on": next_week(room).isoformat(),
            "reason": "Quy chế",
            "seen": "",
        },
        "PATCH /devices/{device_id}": {"neighbour": "school"},
        "POST /claim-codes": {"kind": "board", "name": "Bảng", "area_id": area_id},
        "POST /users": {
            "username": "nguoi-moi",
            "display_name": "Người mới",
            "grants": [{"area_id": area_id, "role": "editor"}],
        },
    }
    return bodies.get(f"{method} {path.removeprefix('/api/v1')}", {})


def ask(client: Any, room: ControlRoom, method: str, path: str, ids: dict[str, str]) -> Any:
    change = path.rpartition("/")[2]
    if change in AREA_CHANGES:
        # Each change has a hamlet of its own: two of them on one day and area would clash.
        ids = ids | {"area_id": ids[f"hamlet_to_{change}"], "ward_id": ids["area_id"]}
    address = re.sub(r"{(\w+)}", lambda found: ids[found[1]], path).removeprefix("/api/v1")
    if path.endswith("/recording"):
        return client.put(address, files={"file": ("a.wav", b"RIFF", "audio/wav")})
    if path.endswith("/trail"):
        return client.get(address, params={"subject": f"notice:{ids['notice_id']}"})
    json = body(room, method, path, ids | {"area_id": ids.get("ward_id", ids["area_id"])})
    return client.request(method, address, json=json or None)


@pytest.mark.scenario("S-111")
def test_somebody_of_another_ward_finds_nothing_by_id_at_any_address(house: ApiHouse) -> None:
    theirs = belongings(house.room, "A")
    nothing = dict.fromkeys(theirs, NO_ID)
    stranger = house.as_(all_powerful(house.room, "B"))
    asked = 0
    for method, path in addresses(house):
        if (method, path) in OPEN or (method == "GET" and path in LISTS):
            continue
        answer = ask(stranger, house.room, method, path, theirs)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), f"{method} {path}"
        unknown = ask(stranger, house.room, method, path, nothing)
        assert answer.content == unknown.content, f"{method} {path} tells that there is something"
        asked += 1
    assert asked >= 40


def test_the_same_requests_are_answered_for_somebody_of_the_ward(house: ApiHouse) -> None:
    """Without this, the test above would prove nothing: a 404 has many reasons."""
    ids = belongings(house.room, "A")
    own, other = (house.as_(all_powerful(house.room, "A", number)) for number in ("", "-2"))
    for method, path in sorted(addresses(house), key=lambda one: one[0] == "DELETE"):
        if (method, path) not in OPEN:
            # Nobody decides about what they changed themselves.
            asker = other if path.endswith(("/approve", "/reject")) else own
            answer = ask(asker, house.room, method, path, ids)
            assert answer.status_code not in (404, 403, 422), f"{method} {path}: {answer.text}"


@pytest.mark.parametrize(
    ("method", "path", "of_theirs"),
    [
        ("POST", "/notices/{notice_id}/broadcasts", "area_id"),
        ("POST", "/notices/{notice_id}/broadcasts/preview", "area_id"),
        ("POST", "/areas/{hamlet_to_move}/move", "area_id"),
        ("POST", "/areas/{hamlet_to_merge}/merge", "hamlet_to_rename"),
    ],
)
def test_nothing_of_another_ward_can_be_named_in_a_request_about_ones_own(
    house: ApiHouse, method: str, path: str, of_theirs: str
) -> None:
    own, theirs = belongings(house.room, "B"), belongings(house.room, "A")
    client = house.as_(all_powerful(house.room, "B"))
    address = re.sub(r"{(\w+)}", lambda found: own[found[1]], path)
    described = re.sub(r"{hamlet_to_\w+}", "{area_id}", path)
    mixed = body(house.room, method, described, own | {of_theirs: theirs[of_theirs]})
    answer = client.request(method, address, json=mixed)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    empty = body(house.room, method, described, own | {of_theirs: NO_ID})
    unknown = client.request(method, address, json=empty)
    assert answer.content == unknown.content


def test_a_split_gives_away_nothing_of_another_ward(house: ApiHouse) -> None:
    theirs, hamlet = belongings(house.room, "A"), belongings(house.room, "B")["hamlet_to_split"]
    client = house.as_(all_powerful(house.room, "B"))
    answers = []
    for given in (theirs, dict.fromkeys(theirs, NO_ID)):
        parts = [
            {"name": "Đông", "devices": [given["device_id"]]},
            {"name": "Tây", "areas": [given["area_id"]]},
        ]
        wish = {"parts": parts, "effective_on": next_week(house.room).isoformat()}
        answers.append(client.post(f"/areas/{hamlet}/split", json=wish))
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].content == answers[1].content


def test_no_list_names_anything_of_another_ward(house: ApiHouse) -> None:
    theirs = belongings(house.room, "A")
    stranger = house.as_(all_powerful(house.room, "B"))
    for path in sorted(LISTS):
        answer = stranger.get(path.removeprefix("/api/v1"))
        assert answer.status_code == 200
        for name in (*theirs.values(), "Phường A", "Tổ ", "bien-tap-a", "nguoi-duyet-a"):
            assert name not in answer.text, f"{path} tells of {name}"


def test_lists_show_what_is_ones_own(house: ApiHouse) -> None:
    theirs = belongings(house.room, "A")
    stranger = house.as_(all_powerful(house.room, "B"))
    with house.room.work() as work:
        hold(work, work.airings.broadcast(theirs["broadcast_id"]), Need.EMERGENCY, house.room.clock.now())  # type: ignore[arg-type]
    review = ("/review/notices", "/review/broadcasts", "/delegations", "/reminders")
    for path in ("/notices", "/devices", "/airings", "/area-changes", *review):
        assert stranger.get(path).json() == [], path
    for query in ("device_id", "broadcast_id"):
        assert stranger.get("/airings", params={query: theirs[query]}).json() == []
    for asked in ({}, {"on": next_week(house.room).isoformat()}):
        assert [area["name"] for area in stranger.get("/areas", params=asked).json()] == ["Phường B"]
    assert {person["username"] for person in stranger.get("/users").json()} == {"moi-quyen-b"}
    assert {grant["area_id"] for grant in stranger.get("/me").json()["grants"]} == {house.room.tree["B"].id}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic YTpi"},
        {"Cookie": "loa_session={token}"},
        {"Authorization": "{token}"},
    ],
)
def test_without_a_live_bearer_token_nothing_is_answered(house: ApiHouse, headers: dict[str, str]) -> None:
    token = house.room.session_of(house.room.editor("A"))
    sent = {key: value.format(token=token) for key, value in headers.items()}
    ids = dict.fromkeys(belongings(house.room, "A"), NO_ID)
    house.guest.headers.update(sent)
    for method, path in addresses(house):
        if (method, path) in OPEN:
            continue
        answer = ask(house.guest, house.room, method, path, ids)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), f"{method} {path}"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_is_worth_nothing_after_sign_out(house: ApiHouse) -> None:
    client = house.as_(house.room.editor("A"))
    assert client.get("/me").status_code == 200
    assert client.delete("/sessions/current").status_code == 204
    assert client.get("/me").status_code == 401


def test_who_may_look_and_not_touch_is_refused_with_403(house: ApiHouse) -> None:
    ids = belongings(house.room, "A")
    supervisor = house.as_(house.room.person("cap-tren", Role.SUPERVISOR, "province"))
    for method, path in addresses(house):
        if (method, path) in OPEN or method == "GET" or "/users/" in path or path.endswith("/listen"):
            continue
        answer = ask(supervisor, house.room, method, path, ids)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), f"{method} {path}"
