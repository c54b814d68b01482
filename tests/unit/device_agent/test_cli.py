"""The command line: words and exit codes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device_agent.cli import main
from device_agent.core.errors import DeviceError
from device_agent.rehearsal import instant_of
from tests.factories.messages import NOW
from tests.fixtures.agent_bench import a_tone


@pytest.fixture(autouse=True)
def work_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_AGENT_WORK", str(tmp_path / "work"))


def test_play_tells_how_exactly_it_started(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = tmp_path / "tone.ogg"
    sound.write_bytes(a_tone(tmp_path, seconds=0.2))
    assert main(["play", str(sound), "--at", "+0.5s", "--output", "silent:"]) == 0
    lines = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    planned, real = (datetime.fromisoformat(lines[name].strip()) for name in ("planned start", "real start"))
    deviation_ms = float(lines["deviation"].split()[0])
    assert (real - planned) / timedelta(milliseconds=1) == pytest.approx(deviation_ms, abs=0.01)
    assert abs(deviation_ms) < 20
    assert lines["played"].split()[0] == pytest.approx("0.200", abs=0) or "0.2" in lines["played"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "--output", "loud"], 2, "LOA_AGENT_OUTPUT"),
        (["run", "--state", "/nonexistent/state"], 2, "loa-agent enrol"),
        (["play", "/nonexistent/file"], 2, "is not a file"),
        (["play", __file__, "--at", "tomorrow"], 2, "is not an instant"),
        (["play", __file__, "--output", "silent:"], 1, "undecodable"),
        (["play", __file__, "--output", "png:x.png"], 2, "output_unknown"),
        (["enrol", "https://loa.example.vn"], 2, "--code"),
        (["enrol", "http://loa.example.vn", "--code", "x", "--state", "unused"], 2, "not encrypted"),
    ],
)
def test_a_failure_has_its_exit_code_and_says_what_to_do(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    assert words in capsys.readouterr().err


def test_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["enrol", "run", "play"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert "--" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("now", NOW),
        ("+5s", NOW + timedelta(seconds=5)),
        ("+0.25", NOW + timedelta(milliseconds=250)),
        ("2026-03-03T05:30:00+07:00", datetime(2026, 3, 2, 22, 30, tzinfo=UTC)),
        ("2026-03-02T22:30:00Z", NOW),
    ],
)
def test_an_instant_can_be_said_in_several_ways(text: str, instant: datetime) -> None:
    assert instant_of(text, NOW) == instant


def test_a_time_that_is_past_is_refused_rather_than_played_as_nothing() -> None:
    with pytest.raises(DeviceError, match="is past") as caught:
        instant_of("2026-03-02T22:29:59Z", NOW)
    assert caught.value.code == "bad_instant"


@pytest.mark.parametrize("text", ["", "2026-03-03T05:30:00", "later", "-5s", "+s"])
def test_an_instant_without_a_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(DeviceError) as caught:
        instant_of(text, NOW)
    assert caught.value.code == "bad_instant"
