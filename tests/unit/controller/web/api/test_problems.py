"""What the API says when it refuses: one sentence for each code, in the language asked for, with its numbers."""

import ast
import re
import sqlite3
import string
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from controller.domain.errors import Code, DomainError
from controller.web.wording import language, sentences
from tests.house.source import dotted, python_files, text_of, tree_of
from tests.unit.controller.web.api.conftest import ApiHouse

ALWAYS_FILLED = {"field"}
FILLED_ELSEWHERE = {
    Code.EDITED_MEANWHILE: {"name", "at", "changes"},  # controller/usecases/meanwhile.py
    Code.UNEXPECTED: {"incident"},  # controller/web/problems.py
    Code.SIGN_IN_THROTTLED: {"minutes"},  # ThrottledError
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def raised() -> Iterator[tuple[Code, set[str], str]]:
    """Yield every `SomeError(Code.X, name=...)` of the controller: code, names filled in, place."""
    for path in python_files("controller"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and node.args and dotted(node.args[0]).startswith("Code."):
                if not dotted(node.func).endswith("Error"):
                    continue
                code = Code[dotted(node.args[0]).removeprefix("Code.")]
                names = {one.arg for one in node.keywords if one.arg} - {"field"}
                yield code, names, f"{path}:{node.lineno}"


def test_every_code_has_one_sentence_in_each_language_and_no_other_is_there() -> None:
    assert set(sentences()) == set(Code)
    for code, texts in sentences().items():
        assert set(texts) == {"vi", "en"}, code
        assert placeholders(texts["vi"]) == placeholders(texts["en"]), code
        assert all(text.strip().endswith(".") for text in texts.values()), code


def test_every_refusal_fills_its_sentence() -> None:
    found = list(raised())
    assert len(found) > 50
    for code, names, place in found:
        wanted = placeholders(sentences()[code]["vi"]) - ALWAYS_FILLED - FILLED_ELSEWHERE.get(code, set())
        assert wanted <= names, f"{place}: {code} needs {wanted - names}"


def test_every_code_can_happen() -> None:
    used = {code for code, _, _ in raised()}
    text = "\n".join(ast.dump(tree_of(path)) for path in python_files("controller"))
    # What `schedules` refuses, and the guard rails that it finds broken, keep their names on the way up.
    below = "\n".join(ast.dump(tree_of(path)) for path in python_files("schedules"))
    assert not [
        code
        for code in Code
        if code not in used and f"attr='{code.name}'" not in text and f"value='{code}'" not in below
    ]


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", "vi"),
        ("vi", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en;q=0.8,vi;q=0.9", "vi"),
        ("fr,de", "vi"),
        ("en;q=x", "vi"),
        ("en;q=0", "vi"),
        (",;=,;;", "vi"),
        ("en," * 10_000, "en"),
    ],
)
def test_the_language_is_the_one_that_is_preferred(header: str, chosen: str) -> None:
    assert language(header) == chosen


def refusal(answer: httpx.Response, status: int, code: Code) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), problem
    assert problem["type"] == f"urn:loa-phuong:problem:{code}"
    assert not placeholders(problem["detail"])
    return problem


def write(house: ApiHouse, **changes: Any) -> httpx.Response:
    body = {"area_id": house.room.tree["A"].id, "title": "Tin", "text": "Nội dung"} | changes
    return house.as_(house.room.editor()).post("/notices", json=body)


def test_a_text_that_is_too_long_is_refused_in_either_language(house: ApiHouse) -> None:
    body = {"area_id": house.room.tree["A"].id, "title": "Tin", "text": "a" * 20_001}
    client = house.as_(house.room.editor())
    vi = refusal(client.post("/notices", json=body), 422, Code.TEXT_TOO_LONG)
    en = refusal(
        client.post("/notices", json=body, headers={"Accept-Language": "en"}), 422, Code.TEXT_TOO_LONG
    )
    assert vi["detail"].startswith("Nội dung dài 20001 ký tự, tối đa 20000.")
    assert en["detail"].startswith("The text has 20001 characters, at most 20000")
    assert vi["field"] == "text"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"text": ""}, Code.TEXT_EMPTY, "text"),
        ({"text": "a\u0000b"}, Code.CONTROL_CHARACTERS, "text"),
        ({"title": "  "}, Code.NAME_EMPTY, "title"),
        ({"title": "T" * 201}, Code.NAME_TOO_LONG, "title"),
        ({"text": 7}, Code.INPUT_INVALID, "text"),
        ({"txt": "x"}, Code.INPUT_INVALID, "txt"),
        ({"area_id": None}, Code.INPUT_INVALID, "area_id"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(
    house: ApiHouse, changes: dict[str, Any], code: Code, field: str
) -> None:
    assert refusal(write(house, **changes), 422, code)["field"] == field
    assert house.room.count("notices") == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"text": "\\ud800"}', b"[" * 100_000])
def test_a_body_that_is_no_json_of_ours_is_refused(house: ApiHouse, content: bytes) -> None:
    client = house.as_(house.room.editor())
    answer = client.post("/notices", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == "input_invalid"
    assert re.search("“[a-z_]+”", answer.json()["detail"])


@pytest.mark.parametrize(
    ("start_at", "code"),
    [
        ("2020-01-01T07:00:00+07:00", Code.TIME_IN_THE_PAST),
        ("2099-01-01T07:00:00+07:00", Code.TIME_TOO_FAR),
        ("2026-12-01T07:00:00", Code.TIME_ZONE_MISSING),
        ("tomorrow", Code.INPUT_INVALID),
        ("", Code.INPUT_INVALID),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_a_sentence_that_helps(
    house: ApiHouse, start_at: str, code: Code
) -> None:
    house.room.device()
    notice = house.room.approved()
    body = {"area_id": house.room.tree["A"].id, "start_at": start_at}
    answer = house.as_(house.room.editor()).post(f"/notices/{notice.id}/broadcasts", json=body)
    assert refusal(answer, 422, code)["field"] == "start_at"
    assert house.room.count("broadcasts") == 0


def test_a_taken_time_is_a_conflict_that_names_a_free_one(house: ApiHouse) -> None:
    house.room.device()
    taken = house.room.schedule().broadcast
    body = {"area_id": taken.area_id, "start_at": taken.start_at.isoformat()}
    answer = house.as_(house.room.editor()).post(f"/notices/{house.room.approved().id}/broadcasts", json=body)
    detail = refusal(answer, 409, Code.TIME_OVERLAPS)["detail"]
    assert re.search(r"\d{4}-\d\d-\d\dT", detail)


def test_an_unknown_address_or_method_is_a_problem_too(house: ApiHouse) -> None:
    refusal(house.guest.get("/nothing"), 404, Code.NOT_FOUND)
    refusal(house.guest.request("PATCH", "/notices"), 405, Code.NOT_FOUND)


def test_a_throttled_sign_in_says_when_to_come_back(house: ApiHouse) -> None:
    house.room.editor()
    for _ in range(5):
        answer = house.guest.post("/sessions", json={"username": "bien-tap-a", "password": "sai"})
        refusal(answer, 401, Code.SIGN_IN_REFUSED)
    answer = house.guest.post("/sessions", json={"username": "bien-tap-a", "password": "mat-khau-du-dai"})
    detail = refusal(answer, 429, Code.SIGN_IN_THROTTLED)["detail"]
    assert answer.headers["retry-after"] == "900"
    assert "15 phút" in detail


def test_a_busy_database_is_503_with_retry_after_and_nothing_is_half_saved(house: ApiHouse) -> None:
    client = house.as_(house.room.editor())
    database = house.room.second_database(busy_timeout_s=0.1)
    house.app.state.uses = house.room.wire(database.unit)
    lock = sqlite3.connect(house.room.folder / "loa.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    body = {"area_id": house.room.tree["A"].id, "title": "Tin", "text": "Nội dung"}
    answer = client.post("/notices", json=body)
    lock.close()
    refusal(answer, 503, Code.STORAGE_BUSY)
    assert int(answer.headers["retry-after"]) > 0
    assert house.room.count("notices") == 0
    assert client.post("/notices", json=body).status_code == 201
    database.close()


def test_a_fault_of_ours_is_an_incident_number_and_not_a_trace(
    house: ApiHouse, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite3.connect(house.room.folder / "loa.db") as raw:
        raw.execute("DROP TABLE failed_tries")
    raw.close()
    answer = house.guest.post("/sessions", json={"username": "x", "password": "y"})
    detail = refusal(answer, 500, Code.UNEXPECTED)["detail"]
    found = re.search(r"\b[0-9a-f]{8}\b", detail)
    assert found
    assert f"incident {found[0]}" in caplog.text
    assert "failed_tries" not in answer.text


@pytest.mark.scenario("S-107")
def test_a_claim_code_works_once_expires_is_throttled_and_betrays_no_other(house: ApiHouse) -> None:
    operator = house.as_(house.room.operator())
    area_id = house.room.tree["A"].id

    def a_code() -> str:
        issued = operator.post("/claim-codes", json={"kind": "speaker", "name": "Loa", "area_id": area_id})
        return str(issued.json()["code"])

    def enrol(code: str) -> httpx.Response:
        body = {"code": code, "public_key": "key", "agent_version": "1"}
        return house.guest.post("/enrolments", json=body)

    used, expired, waiting = a_code(), a_code(), a_code()
    assert enrol(used).status_code == 201
    answers = [enrol(used)]
    house.room.clock.move(timedelta(hours=24))
    answers.append(enrol(expired))
    fresh = operator_again(house, area_id)
    near_miss = fresh[:-1] + ("2" if fresh[-1] != "2" else "3")
    answers += [enrol(near_miss), *(enrol(f"ABCD-EFGH-{number:04}") for number in range(2000, 2008))]
    assert len({answer.content for answer in answers}) == 1
    refusal(answers[0], 422, Code.CLAIM_CODE_REFUSED)
    throttled = enrol(fresh)
    refusal(throttled, 429, Code.SIGN_IN_THROTTLED)
    assert int(throttled.headers["retry-after"]) > 0
    assert throttled.content == enrol(waiting).content
    house.room.clock.move(timedelta(minutes=16))
    assert enrol(fresh).status_code == 201
    assert house.room.count("devices") == 2


def operator_again(house: ApiHouse, area_id: str) -> str:
    """Return a code issued now: yesterday's session is over."""
    client = house.as_(house.room.operator())
    issued = client.post("/claim-codes", json={"kind": "speaker", "name": "Loa", "area_id": area_id})
    return str(issued.json()["code"])


def test_the_api_describes_itself(house: ApiHouse) -> None:
    page = house.guest.get("/openapi.json").json()
    assert page["openapi"].startswith("3.1")
    for path, methods in page["paths"].items():
        assert path.startswith("/api/v1/"), path
        for method, operation in methods.items():
            assert operation["description"], f"{method} {path}"
            named = set(re.findall(r"{(\w+)}", path))
            assert named == {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
    references = re.findall(r'"#/components/schemas/(\w+)"', house.guest.get("/openapi.json").text)
    assert set(references) <= set(page["components"]["schemas"])
    operations = [one["operationId"] for methods in page["paths"].values() for one in methods.values()]
    assert len(operations) == len(set(operations))


def test_every_refusal_has_a_status() -> None:
    from controller.web.problems import _STATUS

    assert set(_STATUS) == set(DomainError.__subclasses__())


def statuses() -> dict[str, set[int]]:
    """Return the HTTP statuses with which each code is answered, from where it is raised."""
    from controller.domain import errors
    from controller.web.problems import status_of

    found: dict[str, set[int]] = {Code.UNEXPECTED: {500}, Code.NOT_FOUND: {404}}
    for path in python_files("controller"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and node.args and dotted(node.args[0]).startswith("Code."):
                kind = getattr(errors, dotted(node.func), None)
                if kind is not None:
                    code = Code[dotted(node.args[0]).removeprefix("Code.")]
                    sample = kind(code, retry_after_s=1) if kind is errors.ThrottledError else kind(code)
                    found.setdefault(code, set()).add(status_of(sample))
    return found


def test_the_docs_tell_the_status_of_every_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}(?:, \d{3})*) \|", text_of("docs/errors.md"), flags=re.MULTILINE)
    told = {code: {int(status) for status in text.split(", ")} for code, text in rows}
    assert set(told) == set(Code)
    known = statuses()
    assert told == {code: known.get(code, told[code]) for code in told}
