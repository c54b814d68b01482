"""`loa` in this process: what it prints and how it exits."""

import io
import json
import os
import socket
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.cli import main
from controller.domain.airings import BroadcastState
from controller.domain.areas import DEFAULT_ZONE
from controller.storage.database import Database
from controller.usecases.calendars import Calendars
from schedules import local_day
from tests.factories.controller import ControlRoom


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leave no setting of the tester's own."""
    for name in [name for name in os.environ if name.startswith("LOA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the PATH lead to nothing."""
    empty = tmp_path / "no programs"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Give a loopback port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        yield port


def text_file(folder: Path, content: bytes = "Kính mời bà con.".encode()) -> str:
    path = folder / "notice.txt"
    path.write_bytes(content)
    return str(path)


def test_without_ffmpeg_serving_does_not_begin(
    no_programs: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOA_HTTP_PORT", "18080")
    assert main(["--state", str(tmp_path / "state"), "serve"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("loa: ffmpeg, ffprobe is not installed")
    assert "install it" in said


def test_without_ffmpeg_nothing_is_rendered(
    no_programs: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", text_file(tmp_path), "-o", str(tmp_path / "out.ogg")]) == 2
    assert "ffmpeg, ffprobe is not installed" in capsys.readouterr().err
    assert not (tmp_path / "out.ogg").exists()


def test_a_taken_http_port_is_named_with_what_to_do(
    tmp_path: Path, taken_port: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOA_HTTP_PORT", str(taken_port))
    assert main(["--state", str(tmp_path / "state"), "serve"]) == 2
    said = capsys.readouterr().err
    assert f"cannot listen on 127.0.0.1:{taken_port}" in said
    assert "LOA_HTTP_PORT" in said
    assert not (tmp_path / "state").exists(), "nothing was begun"


def test_a_taken_broker_port_is_named_and_everything_begun_is_ended(
    tmp_path: Path, taken_port: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        http_port = free.getsockname()[1]
    monkeypatch.setenv("LOA_HTTP_PORT", str(http_port))
    monkeypatch.setenv("LOA_BROKER_PORT", str(taken_port))
    assert main(["--state", str(tmp_path / "state"), "serve"]) == 2
    said = capfd.readouterr().err
    assert f"loa: the embedded broker cannot listen on 127.0.0.1:{taken_port}: the port is taken" in said
    socket.create_server(("127.0.0.1", http_port)).close()


def test_wrong_settings_are_told_all_together(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOA_HTTP_PORT", "x")
    monkeypatch.setenv("LOA_VOICES", "siri")
    assert main(["migrate"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "These settings need to be corrected:"
    assert [line.split(":")[0].strip() for line in said[1:]] == ["LOA_HTTP_PORT", "LOA_VOICES"]


def test_a_state_folder_that_cannot_be_is_a_wrong_setting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    assert main(["--state", str(in_the_way / "state"), "migrate"]) == 2
    assert "LOA_STATE" in capsys.readouterr().err


def test_migrating_says_from_where_to_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = str(tmp_path / "state")
    assert main(["--state", state, "migrate"]) == 0
    assert main(["--state", state, "migrate"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "database went from nothing to 0002",
        "database is at 0002",
    ]


def test_keys_and_secrets_are_for_their_owner_alone_and_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    main(["--state", str(state), "migrate"])
    secrets = {name: (state / name).read_text() for name in ("order-key.jwk", "broker-secret")}
    main(["--state", str(state), "migrate"])
    assert secrets == {name: (state / name).read_text() for name in secrets}
    assert state.stat().st_mode & 0o777 == 0o700
    assert {(state / name).stat().st_mode & 0o777 for name in secrets} == {0o600}


def test_an_administrator_gets_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = str(tmp_path / "state")
    assert main(["--state", state, "create-admin", "quan-tri"]) == 0
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://127.0.0.1:8080/welcome#")
    assert main(["--state", state, "create-admin", "quan-tri", "--if-none"]) == 0
    assert capsys.readouterr().out.strip() not in ("", link)


def test_a_name_that_cannot_be_is_refused_with_the_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--state", str(tmp_path / "state"), "create-admin", "Quản trị"]) == 1
    assert "A user name has 3 to 40" in capsys.readouterr().err


def test_the_timetable_of_an_unknown_device_is_not_found_even_in_an_empty_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--state", str(tmp_path / "state"), "timetable", "loa-1"]) == 1
    said = capsys.readouterr().err
    assert "knows no device loa-1" in said
    assert "(not_found)" in said


@pytest.mark.parametrize("hours", ["0", "-1", "99999999999", "x"])
def test_hours_out_of_reason_are_a_wrong_use(hours: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["timetable", "loa-1", f"--hours={hours}"])
    assert ended.value.code == 2
    assert "--hours" in capsys.readouterr().err


def test_a_timetable_is_printed_for_people_and_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    room = ControlRoom(state)
    room.clock.set(datetime.now(UTC))
    board, speaker = room.board(), room.device()
    room.uses.guardrails.set(
        room.administrator("root"),
        room.tree["root"].id,
        profile="open",
        starts_on=local_day(room.clock.now(), ZoneInfo(DEFAULT_ZONE)),
        ends_on=None,
        reason="thử",
        seen="",
    )
    view = room.schedule(in_s=1800, board_for_s=600)
    with room.work() as work:
        broadcast = work.airings.broadcast(view.broadcast.id)
        assert broadcast is not None
        # At night the order waits for a second approver; that is not the matter here.
        broadcast.state = BroadcastState.APPROVED
    room.database.close()
    assert main(["--state", str(state), "timetable", board.id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (segment,) = told["segments"]
    assert (segment["title"], segment["ending"], told["unaired"]) == ("Họp tổ dân phố", "whole", [])
    assert main(["--state", str(state), "timetable", board.id]) == 0
    assert capsys.readouterr().out.strip().endswith("Họp tổ dân phố  (100%, routine)")
    assert main(["--state", str(state), "timetable", speaker.id, "--hours", "1"]) == 0
    (tmp_path / "quiet").mkdir()
    room = ControlRoom(tmp_path / "quiet")
    speaker = room.device()
    room.database.close()
    assert main(["--state", str(tmp_path / "quiet"), "timetable", speaker.id]) == 0
    assert "nothing is planned" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_text_file_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = text_file(tmp_path, content) if content is not None else str(tmp_path / "missing.txt")
    assert main(["render", path, "-o", str(tmp_path / "out.ogg")]) == 2
    assert "cannot be read as UTF-8 text" in capsys.readouterr().err


def test_a_text_on_standard_input_in_another_encoding_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = io.TextIOWrapper(io.BytesIO("Họp tổ".encode("utf-16")))
    monkeypatch.setattr("sys.stdin", words)
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO()))
    assert main(["say"]) == 2
    assert "is not UTF-8" in capsys.readouterr().err


def test_an_empty_text_is_refused_with_the_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", text_file(tmp_path, b" \n"), "-o", str(tmp_path / "out.ogg")]) == 1
    assert "(text_empty)" in capsys.readouterr().err


def test_a_database_that_another_program_holds_is_busy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    assert main(["--state", str(state), "migrate"]) == 0
    original = Database.__init__

    def impatient(self: Database, url: str, *, calendars: Calendars | None = None) -> None:
        original(self, url, busy_timeout_s=0.1, calendars=calendars)

    monkeypatch.setattr(Database, "__init__", impatient)
    lock = sqlite3.connect(state / "loa.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    assert main(["--state", str(state), "create-admin", "quan-tri"]) == 1
    lock.close()
    assert "(storage_busy)" in capsys.readouterr().err
