"""Requests that carry too much are refused before they are kept anywhere."""

from collections.abc import AsyncIterator

import pytest

from controller.domain.errors import Code
from controller.web.body_limit import MAX_FORM_MB, MEGABYTE
from tests.factories.controller import ControlRoom
from tests.unit.controller.web.api.conftest import ApiHouse


@pytest.fixture
def house(room: ControlRoom) -> ApiHouse:
    """Give the API of a room of its own."""
    return ApiHouse(room)


def test_an_upload_that_says_it_is_far_too_large_is_refused_unread(house: ApiHouse) -> None:
    read: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        for number in range(500):
            read.append(number)
            yield bytes(MEGABYTE)

    headers = {"Content-Length": str(500 * MEGABYTE), "Content-Type": "multipart/form-data; boundary=x"}
    answer = house.guest.put("/notices/x/recording", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, Code.FILE_TOO_LARGE)
    assert "100 MB" in answer.json()["detail"]
    assert read == []


def test_an_upload_that_does_not_say_how_large_it_is_is_read_to_the_limit_only(house: ApiHouse) -> None:
    read: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for number in range(2 * MAX_FORM_MB):
            read.append(number)
            yield bytes(MEGABYTE)

    client = house.as_(house.room.editor())
    answer = client.put(
        f"/notices/{house.room.draft().id}/recording",
        content=body(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, Code.FILE_TOO_LARGE)
    assert MAX_FORM_MB - 1 <= len(read) <= MAX_FORM_MB + 1
    assert house.room.count("renderings") == 0


@pytest.mark.parametrize("path", ["/sessions", "/notices", "/enrolments"])
def test_a_body_that_is_no_upload_has_a_megabyte(house: ApiHouse, path: str) -> None:
    content = b'{"username": "' + b"a" * MEGABYTE + b'"}'
    answer = house.guest.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
