"""Coming in, staying in, going out; and everything that must not get in."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.airings import AuditEntry
from controller.domain.ids import token_hash
from controller.domain.people import Role
from controller.web.visits import COOKIE
from tests.factories.controller import PASSWORD
from tests.fixtures.console_house import ConsoleHouse, Visitor, console_house


def trail(house: ConsoleHouse, subject: str) -> list[AuditEntry]:
    with house.room.work() as work:
        return list(work.audit.of_subject(subject))


def actions(house: ConsoleHouse, subject: str) -> list[str]:
    return [entry.action for entry in trail(house, subject)]


def newcomer(house: ConsoleHouse, username: str) -> str:
    """Return the invitation of a new editor."""
    grants = [(house.room.tree["A"].id, Role.EDITOR)]
    return house.room.uses.accounts.invite(
        house.room.root_administrator, username=username, display_name="Biên tập viên mới", grants=grants
    )


def test_sign_in_opens_a_session_that_scripts_and_other_sites_cannot_take(house: ConsoleHouse) -> None:
    house.room.editor()
    visitor = house.visitor()
    answer = visitor.http.post(
        "/sign-in", data={"username": "bien-tap-a", "password": PASSWORD, "next": "/log"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/log")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # this house is served over plain http
    assert visitor.get("/").status_code == 200


def test_the_cookie_travels_over_https_only_when_the_console_is_public_there(tmp_path: Path) -> None:
    with console_house(tmp_path, public_url="https://loa.example") as house:
        house.room.editor()
        answer = house.visitor().http.post("/sign-in", data={"username": "bien-tap-a", "password": PASSWORD})
        assert "; Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "next_path",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:x",
        "/\t/x",
        "",
    ],
)
def test_sign_in_leads_to_own_paths_only(house: ConsoleHouse, next_path: str) -> None:
    house.room.editor()
    form = {"username": "bien-tap-a", "password": PASSWORD, "next": next_path}
    answer = house.visitor().http.post("/sign-in", data=form)
    assert answer.headers["location"] == "/"


def test_a_page_asks_to_sign_in_and_is_come_back_to(house: ConsoleHouse) -> None:
    answer = house.visitor().get("/log?state=failed")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Flog%3Fstate%3Dfailed"
    form = house.visitor().get(answer.headers["location"])
    assert 'name="next" value="/log?state=failed"' in form.text


def test_a_part_of_a_page_tells_the_script_to_go_and_sign_in(house: ConsoleHouse) -> None:
    answer = house.visitor().get("/devices", **{"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?next=%2Fdevices"


def test_a_wrong_password_keeps_the_name_and_says_nothing_of_which_was_wrong(house: ConsoleHouse) -> None:
    house.room.editor()
    visitor = house.visitor()
    known = visitor.http.post("/sign-in", data={"username": "bien-tap-a", "password": "sai"})
    unknown = visitor.http.post("/sign-in", data={"username": "khong-co", "password": "sai"})
    assert known.status_code == unknown.status_code == 401
    assert 'value="bien-tap-a"' in known.text
    assert not re.search(r'name="password"[^>]* value="[^"]', known.text)
    assert known.text.replace("bien-tap-a", "khong-co") == unknown.text


def test_an_invitation_opens_an_account_once(house: ConsoleHouse) -> None:
    token = newcomer(house, "moi.mot")
    visitor = house.visitor()
    assert visitor.get("/welcome").status_code == 200
    short = visitor.http.post("/welcome", data={"token": token, "password": "ngan"})
    assert short.status_code == 422
    assert "ít nhất 10 ký tự" in short.text
    assert f'value="{token}"' in short.text
    assert visitor.http.post("/welcome", data={"token": token, "password": "mot cau dai"}).status_code == 303
    assert visitor.get("/").status_code == 200
    again = house.visitor().http.post("/welcome", data={"token": token, "password": "mot cau dai"})
    assert again.status_code == 422
    assert "Liên kết mời đã dùng" in again.text


def test_the_invitation_link_carries_its_token_behind_the_fragment(house: ConsoleHouse) -> None:
    administrator = house.visitor(house.room.administrator())
    form = {
        "username": "moi.hai",
        "display_name": "Người duyệt mới",
        "role": "approver",
        "area_id": house.room.tree["A"].id,
    }
    answer = administrator.post("/people/invitations", form)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = answer.text.split("http://127.0.0.1:8080/welcome#")[1].split("<")[0]
    assert (
        house.visitor().http.post("/welcome", data={"token": token, "password": "mot cau dai"}).status_code
        == 303
    )


def test_somebody_who_lost_the_password_is_invited_again(house: ConsoleHouse) -> None:
    actor = house.room.person("quen-mat-khau", Role.EDITOR, "A")
    answer = house.visitor(house.room.administrator()).post(f"/people/{actor.user_id}/invitation", {})
    token = answer.text.split("/welcome#")[1].split("<")[0]
    form = {"token": token, "password": "mot cau dai khac"}
    assert house.visitor().http.post("/welcome", data=form).status_code == 303
    foreign = house.visitor(house.room.administrator("B"))
    assert foreign.post(f"/people/{actor.user_id}/invitation", {}).status_code == 404


@pytest.mark.scenario("S-140")
def test_ten_wrong_passwords_fail_and_are_in_the_trail(house: ConsoleHouse) -> None:
    house.room.person("bi-do-mat-khau", Role.EDITOR, "A")
    visitor = house.visitor()
    for _ in range(10):
        answer = visitor.http.post("/sign-in", data={"username": "bi-do-mat-khau", "password": "doan mo"})
        assert answer.status_code in (401, 429)
    right = visitor.http.post("/sign-in", data={"username": "bi-do-mat-khau", "password": PASSWORD})
    assert right.status_code == 429
    assert "Hãy chờ 15 phút" in right.text
    counted = Counter(actions(house, "user:bi-do-mat-khau"))
    assert counted == {"sign_in_refused": 5, "sign_in_throttled": 6}
    assert all(entry.address == "127.0.0.1" for entry in trail(house, "user:bi-do-mat-khau"))
    house.room.clock.move(timedelta(minutes=15, seconds=1))
    assert (
        visitor.http.post("/sign-in", data={"username": "bi-do-mat-khau", "password": PASSWORD}).headers[
            "location"
        ]
        == "/"
    )


@pytest.mark.scenario("S-140")
def test_a_stolen_cookie_is_worth_nothing_after_sign_out_and_its_use_is_in_the_trail(
    house: ConsoleHouse,
) -> None:
    owner = house.visitor(house.room.person("chu-phien", Role.EDITOR, "A"))
    stolen = owner.http.cookies[COOKIE]
    thief = Visitor(house, stolen)
    assert thief.get("/notices").status_code == 200
    assert owner.post("/sign-out", {}).headers["location"] == "/sign-in"
    for _ in range(3):
        assert thief.get("/notices").headers["location"].startswith("/sign-in")
        assert thief.http.get("/events").status_code == 401
        assert thief.http.post("/notices/new", data={"title": "x", "text": "y"}).status_code == 303
    thief.http.close()
    assert refused_sessions(house, "chu-phien") == ["signed out"]


@pytest.mark.scenario("S-140")
def test_an_old_api_token_fails_and_its_use_is_in_the_trail(house: ConsoleHouse) -> None:
    actor = house.room.person("chuong-trinh", Role.EDITOR, "A")
    token = house.room.session_of(actor)
    visitor = house.visitor()
    key = {"Authorization": f"Bearer {token}"}
    assert visitor.get("/api/v1/me", **key).status_code == 200
    house.room.clock.move(timedelta(hours=12))
    for path in ("/api/v1/me", "/api/v1/notices"):
        answer = visitor.get(path, **key)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert refused_sessions(house, "chuong-trinh") == ["expired or closed"]


@pytest.mark.scenario("S-140")
@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("x" * 43, {}),
        ("mã tiếng Việt", {}),
        ("own", {"Origin": "https://evil.example"}),
        ("own", {"Origin": "null"}),
        ("own", {"Sec-Fetch-Site": "cross-site"}),
        ("own", {"Sec-Fetch-Site": "same-site"}),
    ],
)
def test_a_forged_form_fails_and_is_in_the_trail(
    house: ConsoleHouse, token: str, headers: dict[str, str]
) -> None:
    username = f"bi-gia-mao-{token_hash(token + str(headers))[:8]}"
    visitor = house.visitor(house.room.person(username, Role.EDITOR, "A"))
    form = {"csrf": visitor.csrf() if token == "own" else token, "title": "Giả mạo", "text": "Giả"}
    form["area_id"] = house.room.tree["A"].id
    answer = visitor.http.post("/notices/new", data=form, headers=headers)
    assert answer.status_code == 403
    assert "Biểu mẫu đã hết hiệu lực" in answer.text
    assert actions(house, f"user:{username}") == ["forged_form"]
    assert trail(house, f"user:{username}")[0].detail == "/notices/new"
    assert "Giả mạo" not in visitor.get("/notices").text


def test_another_persons_form_token_does_not_count(house: ConsoleHouse) -> None:
    foreign = house.visitor(house.room.approver()).csrf()
    answer = house.visitor(house.room.editor()).http.post("/sign-out", data={"csrf": foreign})
    assert answer.status_code == 403


def test_a_sign_in_form_from_another_site_is_refused(house: ConsoleHouse) -> None:
    form = {"username": "bien-tap-a", "password": PASSWORD}
    answer = house.visitor().http.post("/sign-in", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_our_own_origins_are_accepted(house: ConsoleHouse) -> None:
    for headers in (
        {"Origin": house.url, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:8080"},  # the public address, seen through a proxy
        {"Sec-Fetch-Site": "none"},
    ):
        visitor = house.visitor(house.room.editor())
        answer = visitor.http.post("/sign-out", data={"csrf": visitor.csrf()}, headers=headers)
        assert answer.headers["location"] == "/sign-in"


def test_a_closed_account_is_out_at_once(house: ConsoleHouse) -> None:
    actor = house.room.person("sap-nghi", Role.EDITOR, "A")
    visitor = house.visitor(actor)
    administrator = house.visitor(house.room.administrator())
    answer = administrator.post(f"/people/{actor.user_id}/disable", {})
    assert answer.headers["location"] == "/people?done=disable"
    assert visitor.get("/").status_code == 303
    assert administrator.post("/people/0000/disable", {}).status_code == 404


def test_the_language_is_chosen_and_kept(house: ConsoleHouse) -> None:
    visitor = house.visitor()
    assert '<html lang="vi">' in visitor.get("/sign-in").text
    assert '<html lang="en">' in visitor.get("/sign-in", **{"Accept-Language": "en-GB,vi;q=0.5"}).text
    answer = visitor.http.post("/language", data={"language": "en", "next": "/sign-in"})
    assert answer.headers["location"] == "/sign-in"
    assert '<html lang="en">' in visitor.get("/sign-in").text
    assert (
        "Sign in" in visitor.get("/nothing").text or "There is no such thing" in visitor.get("/nothing").text
    )


def refused_sessions(house: ConsoleHouse, username: str) -> list[str]:
    """Return why dead sessions of this person were turned away, one for each session and address."""
    with house.room.work() as work:
        user = work.people.by_username(username)
        assert user is not None
        rows = work.audit._session.connection().exec_driver_sql(
            "SELECT detail FROM audit_entries WHERE action = 'session_refused' ORDER BY id"
        )
        return [str(row[0]).partition(": ")[2] for row in rows if user.id in str(row[0])]
