"""Review over the API: what waits, second approval, standing in, reminders, the trail, lock-out."""

from datetime import timedelta

from controller.domain.airings import Broadcast, BroadcastState
from controller.domain.notices import Notice
from controller.domain.people import Role
from tests.factories.controller import TEXT
from tests.unit.controller.web.api.conftest import ApiHouse


def test_an_order_out_of_hours_goes_through_two_people_over_the_api(house: ApiHouse) -> None:
    room = house.room
    room.device()
    notice, second = room.approved(), room.person("nguoi-duyet-hai", Role.APPROVER, "A")
    wish = {
        "area_id": room.tree["A"].id,
        "start_at": (room.clock.now() + timedelta(minutes=10)).isoformat(),
        "priority": 250,
        "cause": "Nước sông lên nhanh",
    }
    order = house.as_(room.editor()).post(f"/notices/{notice.id}/broadcasts", json=wish).json()
    assert order["airings"] == []
    (waiting,) = house.as_(second).get("/review/broadcasts").json()
    assert (waiting["id"], waiting["needs"], waiting["cause"], waiting["text"]) == (
        order["id"],
        ["emergency"],
        "Nước sông lên nhanh",
        TEXT,
    )
    path, body = f"/broadcasts/{order['id']}/second-approval", {"version": waiting["version"]}
    assert house.as_(second).post(path, json=body).json()["code"] == "reason_empty"
    assert house.as_(room.approver()).post(path, json=body).json()["code"] == "second_same_person"
    done = house.as_(second).post(path, json=body | {"reason": "Đã xác minh"})
    assert (done.status_code, done.json()["state"], done.json()["missed_start"]) == (200, "approved", False)
    (airing,) = house.as_(room.editor()).get(f"/broadcasts/{order['id']}").json()["airings"]
    assert airing["state"] == "planned"
    with room.work() as work:
        (kept,) = work.airings.of_broadcast(order["id"])
    names = f"{room.editor().display_name}, {second.display_name}"
    assert (kept.authorised_by, kept.cause) == (names, "Nước sông lên nhanh")
    assert house.as_(second).post(path, json=body | {"reason": "x"}).json()["code"] == "not_held"


def test_an_order_is_refused_for_good_over_the_api(house: ApiHouse) -> None:
    room = house.room
    room.device()
    second = house.as_(room.person("nguoi-duyet-hai", Role.APPROVER, "A"))
    wish = {
        "area_id": room.tree["A"].id,
        "start_at": (room.clock.now() + timedelta(minutes=10)).isoformat(),
        "priority": 250,
        "cause": "thử",
    }
    notice = room.approved()
    order = house.as_(room.editor()).post(f"/notices/{notice.id}/broadcasts", json=wish).json()
    path = f"/broadcasts/{order['id']}/second-rejection"
    old = second.post(path, json={"version": 7, "reason": "Không có lũ"})
    assert (old.status_code, old.json()["code"]) == (409, "edited_meanwhile")
    assert "bien-tap-a" in old.json()["detail"]
    assert second.post(path, json={"version": 1, "reason": "Không có lũ"}).json()["state"] == "rejected"
    assert room.row(Broadcast, order["id"]).state is BroadcastState.REJECTED


def test_a_stand_in_is_named_listed_and_ended_over_the_api(house: ApiHouse) -> None:
    room = house.room
    notice = room.submitted()
    room.make_sounds()
    deputy, approver = house.as_(room.person("pho", Role.SUPERVISOR, "A")), house.as_(room.approver())
    body = {
        "area_id": room.tree["A"].id,
        "username": "pho",
        "starts_on": "2026-11-21",
        "ends_on": "2026-11-20",
    }
    refused = approver.post("/delegations", json=body)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        422,
        "delegation_dates",
        "ends_on",
    )
    given = approver.post("/delegations", json=body | {"ends_on": "2026-11-22"})
    assert (given.status_code, given.json()["to_name"], given.json()["holds_today"]) == (201, "pho", True)
    assert [one["id"] for one in deputy.get("/review/notices").json()] == [notice.id]
    assert {grant["role"] for grant in deputy.get("/me").json()["grants"]} == {"supervisor", "approver"}
    assert deputy.post(f"/notices/{notice.id}/approve").status_code == 200
    lines = approver.get("/trail", params={"subject": f"notice:{notice.id}"}).json()
    assert next(one for one in lines if one["action"] == "approve")["detail"].endswith(
        "on behalf of nguoi-duyet-a"
    )
    assert approver.delete(f"/delegations/{given.json()['id']}").status_code == 204
    assert approver.get("/delegations").json() == []
    assert {grant["role"] for grant in deputy.get("/me").json()["grants"]} == {"supervisor"}


def test_reminders_and_versions_are_read_over_the_api(house: ApiHouse) -> None:
    room = house.room
    notice = room.approved()
    room.uses.notices.edit(room.editor(), notice.id, title="Mới", text="Khác hẳn.", seen_version=1)
    room.uses.notices.submit(room.editor(), notice.id)
    room.clock.move(timedelta(hours=1))
    room.uses.reminders.remind_due()
    (reminder,) = house.as_(room.approver()).get("/reminders").json()
    assert (reminder["subject"], reminder["number"]) == (f"notice:{notice.id}", 1)
    assert house.as_(room.editor()).get("/reminders").json() == []
    seen = house.as_(room.editor()).get(f"/notices/{notice.id}").json()
    assert (seen["state"], seen["text"], seen["approved_version"], seen["approved_text"]) == (
        "submitted",
        "Khác hẳn.",
        1,
        TEXT,
    )


def test_an_edit_over_an_older_version_is_told_who_saved_what(house: ApiHouse) -> None:
    room = house.room
    notice = room.draft()
    room.clock.move(timedelta(minutes=1))
    editor = house.as_(room.editor())
    expires_at = (room.clock.now() + timedelta(days=2)).isoformat()
    body = {"title": "Mới", "text": TEXT, "version": 1, "expires_at": expires_at}
    assert editor.put(f"/notices/{notice.id}", json=body).status_code == 200
    assert room.row(Notice, notice.id).expires_at is not None
    again = editor.put(f"/notices/{notice.id}", json=body, headers={"Accept-Language": "en"})
    assert (again.status_code, again.json()["code"], again.json()["field"]) == (
        409,
        "edited_meanwhile",
        "version",
    )
    assert again.json()["detail"].startswith("bien-tap-a saved another version at 2026-11-21T09:31:00+00:00")
    assert "title: Họp tổ dân phố → Mới" in again.json()["detail"]


def test_a_lock_out_over_the_api_says_how_much_it_took_off_the_air(house: ApiHouse) -> None:
    room = house.room
    room.device()
    room.schedule(in_s=7_200)
    thief, path = house.as_(room.editor()), f"/users/{room.editor().user_id}/lock-out"
    answer = house.as_(room.administrator()).post(path, json={"reason": "Lộ mật khẩu"})
    assert (answer.status_code, answer.json()) == (200, {"held": 1})
    assert thief.get("/me").status_code == 401
