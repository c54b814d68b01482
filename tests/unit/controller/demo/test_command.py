import fcntl
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.cli import main
from controller.demo import command
from controller.demo.stage import Stage


@pytest.fixture(autouse=True)
def _no_processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(command, "check_programs", lambda: None)
    monkeypatch.setattr(command, "perform", lambda _stage: 0)
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def _demo(folder: Path) -> int:
    return main(["demo", "--folder", str(folder)])


def test_a_demo_leaves_the_folder_of_another_one_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _demo(tmp_path) == 0
    (tmp_path / "mine.log").touch()
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        assert _demo(tmp_path) == 2
    finally:
        os.close(other)
    assert (tmp_path / "mine.log").exists()
    assert "another demo is at work" in capsys.readouterr().err


def test_a_demo_empties_only_what_a_demo_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    precious = tmp_path / "home" / "thesis.odt"
    precious.parent.mkdir()
    precious.touch()
    assert _demo(precious.parent) == 2
    assert precious.exists()
    assert "--folder" in capsys.readouterr().err
    earlier = tmp_path / "demo"
    assert _demo(earlier) == 0
    (earlier / "controller").mkdir()
    assert _demo(earlier) == 0
    assert not (earlier / "controller").exists()


def test_a_demo_keeps_its_hands_off_the_state_of_make_run(tmp_path: Path) -> None:
    assert _demo(tmp_path) == 0
    (tmp_path / "devices.json").write_text("[]", encoding="utf-8")
    assert _demo(tmp_path) == 2
    assert (tmp_path / "devices.json").exists()


def test_a_folder_that_cannot_be_is_named_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert _demo(tmp_path / "file" / "demo") == 2
    assert "cannot use" in capsys.readouterr().err


def test_a_full_disk_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_space(_stage: Stage) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "perform", no_space)
    assert _demo(tmp_path) == 2
    assert "No space left on device" in capsys.readouterr().err
