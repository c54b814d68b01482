"""The stream of news: who may read it, what it says, and when it ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import httpx
import pytest

from controller.domain.people import Role
from controller.usecases.rights import Actor
from controller.web.console import events
from tests.fixtures.console_house import ConsoleHouse, console_house

GREETING = ["devices", "airings", "notices"]


@contextmanager
def stream(house: ConsoleHouse, actor: Actor) -> Iterator[Iterator[str]]:
    """Read the topics (and ":" for heartbeats) that a page hears."""
    with house.visitor(actor).http.stream("GET", "/events") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _topics(answer)


def _topics(answer: httpx.Response) -> Iterator[str]:
    for line in answer.iter_lines():
        if line.startswith("event: "):
            yield line.removeprefix("event: ")
        elif line.startswith(":"):
            yield ":"


def until_nobody_reads(house: ConsoleHouse) -> None:
    """Wait until the server has noticed that every page is gone."""
    pause = threading.Event()
    for _ in range(500):
        if house.bus.reader_count == 0:
            return
        pause.wait(0.01)
    raise AssertionError(f"{house.bus.reader_count} streams are still open")


def test_a_page_hears_everything_once_at_first_and_then_what_changes(house: ConsoleHouse) -> None:
    editor = house.room.editor()
    with stream(house, editor) as topics:
        assert [next(topics) for _ in GREETING] == GREETING
        house.room.draft()
        assert next(topics) == "notices"
        house.bus.publish("devices")
        assert next(topics) == "devices"
    until_nobody_reads(house)


def test_nobody_reads_without_a_session(house: ConsoleHouse) -> None:
    assert house.visitor().get("/events").status_code == 401


def test_heartbeats_pass_and_the_stream_ends_with_the_session(
    house: ConsoleHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.05)
    actor = house.room.person("nghe-tin", Role.EDITOR, "A")
    with stream(house, actor) as topics:
        assert [next(topics) for _ in GREETING] == GREETING
        assert next(topics) == ":"
        house.room.uses.accounts.disable(house.room.administrator(), actor.user_id)
        # Busy news must not keep a dead session alive.
        for _ in range(20):
            house.bus.publish("airings")
        rest = list(islice(topics, 100))
    assert set(rest) <= {"airings", ":"}
    assert len(rest) < 100, "the stream goes on though the account is closed"


def test_there_is_an_upper_bound_of_streams(house: ConsoleHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MAX_STREAMS", 1)
    with stream(house, house.room.editor()) as topics:
        assert next(topics)
        assert house.visitor(house.room.editor()).get("/events").status_code == 503
    until_nobody_reads(house)


def test_the_server_stops_at_once_though_pages_are_open(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        visitor = house.visitor(house.room.editor())
        with visitor.http.stream("GET", "/events") as answer:
            topics = _topics(answer)
            assert [next(topics) for _ in GREETING] == GREETING
            house.bus.detach()
            assert list(topics) == []
    # leaving the block stops the server; it fails when that takes longer than ten seconds


def test_a_full_queue_drops_news_but_not_the_end(tmp_path: Path) -> None:
    with console_house(tmp_path) as house:
        visitor = house.visitor(house.room.editor())
        with visitor.http.stream("GET", "/events") as answer:
            for _ in range(500):
                house.bus.publish("devices")
            house.bus.detach()
            assert set(_topics(answer)) == set(GREETING)
