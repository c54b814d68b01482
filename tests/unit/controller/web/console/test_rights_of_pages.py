"""Every page and form of the console, asked by somebody of another ward."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from controller.web.console.events import TOPICS
from tests.factories.belongings import NO_ID, all_powerful, belongings
from tests.fixtures.console_house import ConsoleHouse, Visitor, console_house

OPEN = {"/sign-in", "/sign-out", "/welcome", "/language", "/events"}
"""Needs no session, or is about the session itself; /events carries no more than the names of topics."""

FORMS_WITHOUT_ID = {
    "/areas": {"kind": "hamlet", "name": "x"},
    "/devices/claim-codes": {"kind": "board", "name": "x"},
    "/notices/new": {"title": "x", "text": "x"},
    "/people/invitations": {"username": "nguoi-x", "display_name": "x", "role": "editor"},
    "/stand-ins": {"username": "bien-tap-a", "starts_on": "2026-11-22", "ends_on": "2026-11-23"},
}
"""A form that names an area, and what else it asks for."""

TYPED = {
    "effective_on": "2026-12-01",
    "starts_on": "2026-12-01",
    "name": "x",
    "reason": "x",
    "version": "1",
    "title": "x",
    "text": "x",
    "neighbour": "school",
    "kind": "once",
    "start_date": "2026-11-22",
    "start_time": "07:00",
    "play_order": "before",
    "decision": "approve",
}
"""What the forms with an id ask for, so that nothing but the place can be at fault."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ConsoleHouse]:
    """Serve a console of this test's own."""
    with console_house(tmp_path) as house:
        yield house


def addresses(routes: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield method and path of every page and form."""
    for route in routes:
        if methods := getattr(route, "methods", None):
            yield from ((method, prefix + route.path) for method in methods if method in ("GET", "POST"))
        elif router := getattr(route, "original_router", None):
            yield from addresses(router.routes, prefix + route.include_context.prefix)


def of_the_console(house: ConsoleHouse) -> list[tuple[str, str]]:
    found = [(method, path) for method, path in addresses(house.app.routes) if not path.startswith("/api/")]
    assert len(found) > 40
    return sorted(found)


def ask(visitor: Visitor, csrf: str, method: str, path: str, ids: dict[str, str]) -> Any:
    address = re.sub(r"{(\w+)}", lambda found: ids[found[1]], path)
    if method == "GET":
        return visitor.get(address)
    if path.endswith("/recording"):
        return visitor.http.post(
            address, data={"csrf": csrf}, files={"file": ("a.wav", b"RIFF", "audio/wav")}
        )
    return visitor.http.post(address, data={"csrf": csrf, **TYPED, "area_id": ids["area_id"]})


@pytest.mark.scenario("S-111")
def test_somebody_of_another_ward_finds_no_page_and_no_form_by_id(house: ConsoleHouse) -> None:
    theirs = belongings(house.room, "A")
    stranger = house.visitor(all_powerful(house.room, "B"))
    csrf, asked = stranger.csrf(), 0
    for method, path in of_the_console(house):
        if "{" in path:
            answer = ask(stranger, csrf, method, path, theirs)
            assert answer.status_code == 404, f"{method} {path}: {answer.status_code}"
            unknown = ask(stranger, csrf, method, path, dict.fromkeys(theirs, NO_ID))
            assert unknown.status_code == 404
            asked += 1
    assert asked > 25


def test_the_same_pages_are_there_for_somebody_of_the_ward(house: ConsoleHouse) -> None:
    """Without this, the test above would prove nothing: a 404 has many reasons."""
    ids = belongings(house.room, "A")
    own = house.visitor(all_powerful(house.room, "A"))
    csrf = own.csrf()
    for method, path in of_the_console(house):
        if "{" in path:
            answer = ask(own, csrf, method, path, ids)
            assert answer.status_code not in (404, 500), f"{method} {path}"


def test_no_form_takes_the_area_of_another_ward(house: ConsoleHouse) -> None:
    area_id = house.room.tree["A"].id
    stranger = house.visitor(all_powerful(house.room, "B"))
    forms = {path for method, path in of_the_console(house) if method == "POST" and "{" not in path}
    assert forms - OPEN == set(FORMS_WITHOUT_ID)
    for path, typed in FORMS_WITHOUT_ID.items():
        answer = stranger.post(path, typed | {"area_id": area_id, "parent_id": area_id})
        assert answer.status_code == 404, path


def test_no_page_names_anything_of_another_ward(house: ConsoleHouse) -> None:
    theirs = belongings(house.room, "A")
    stranger = house.visitor(all_powerful(house.room, "B"))
    for method, path in of_the_console(house):
        if method == "GET" and "{" not in path and path not in OPEN:
            page = stranger.get(path).text
            for name in (*theirs.values(), "Phường A", "Họp tổ dân phố", "bien-tap-a", "nguoi-duyet-a"):
                assert name not in page, f"{path} tells of {name}"


def test_what_belonged_to_a_closed_area_is_still_shown(house: ConsoleHouse) -> None:
    room = house.room
    device, notice = room.device(area="A1"), room.approved(area="A1")
    broadcast = room.schedule(notice, area="A1").broadcast
    actor = all_powerful(room, "A")
    room.clock.move(timedelta(days=2))
    room.uses.devices.revoke(actor, device.id)
    room.uses.area_changes.close(
        room.administrator("A"), room.tree["A1"].id, effective_on=room.clock.now().date()
    )
    ids = {
        "notice_id": notice.id,
        "broadcast_id": broadcast.id,
        "device_id": device.id,
        "area_id": room.tree["A1"].id,
    }
    visitor = house.visitor(actor)
    for method, path in of_the_console(house):
        named = set(re.findall(r"{(\w+)}", path))
        if method == "GET" and named <= set(ids) and path not in OPEN:
            answer = ask(visitor, "", method, path, ids)
            assert answer.status_code in (200, 404, 409, 422), f"{path}: {answer.status_code}"
            if path in ("/notices/{notice_id}", "/log", "/notices"):
                assert notice.title in answer.text, path


@pytest.mark.scenario("S-111")
def test_the_stream_of_news_carries_topics_and_nothing_of_another_ward(house: ConsoleHouse) -> None:
    stranger = house.visitor(all_powerful(house.room, "B"))
    with stranger.http.stream("GET", "/events") as answer:
        lines = answer.iter_lines()
        said = [next(lines) for _ in range(3 * len(TOPICS))]
        belongings(house.room, "A")
        said += [next(lines) for _ in range(9)]
    assert {line for line in said if line} <= {
        f"{word}: {topic}" for word in ("event", "data") for topic in TOPICS
    }
