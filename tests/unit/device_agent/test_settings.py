"""Settings: where they come from, and all faults at once."""

from pathlib import Path

import pytest

from device_agent.settings import SettingsError, read


def test_nothing_set_gives_the_defaults() -> None:
    settings = read({})
    assert settings.state_folder == Path.home() / ".local/state/loa-agent"
    assert settings.work_folder == settings.state_folder / "work"
    assert (settings.output, settings.heartbeat_s, settings.log_level) == ("card:", 10.0, "info")


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text('state = "/a"\noutput = "card:a"\nheartbeat_s = 30\n')
    environment = {
        "LOA_AGENT_CONFIG": str(path),
        "LOA_AGENT_STATE": "/b",
        "LOA_AGENT_OUTPUT": "card:b",
    }
    settings = read(environment, {"output": "silent:", "state": None})
    assert (settings.state_folder, settings.output, settings.heartbeat_s) == (Path("/b"), "silent:", 30.0)


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "code"
    path.write_text("AB12-CD34\n")
    settings = read({"LOA_AGENT_CODE_FILE": str(path)})
    assert settings.code == "AB12-CD34"
    assert "AB12" not in repr(settings)


def test_all_faults_are_told_together_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text("volume = 11\n")
    environment = {
        "LOA_AGENT_CONFIG": str(path),
        "LOA_AGENT_OUPTUT": "card:",
        "LOA_AGENT_OUTPUT": "speaker",
        "LOA_AGENT_HEARTBEAT_S": "soon",
        "LOA_AGENT_LOG_LEVEL": "loud",
        "LOA_AGENT_CODE_FILE": str(tmp_path / "missing"),
    }
    with pytest.raises(SettingsError) as caught:
        read(environment)
    faults = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 6
    for name in ("volume", "OUPTUT", "OUTPUT", "HEARTBEAT_S", "LOG_LEVEL", "CODE_FILE"):
        assert name in faults


@pytest.mark.parametrize("content", ["not = = toml", "\xff"])
def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path, content: str) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(SettingsError, match="CONFIG"):
        read({"LOA_AGENT_CONFIG": str(path)})


@pytest.mark.parametrize("output", ["file:", "png:", "", "mp3:x", "card", "silent"])
def test_an_output_that_says_too_little_is_a_fault(output: str) -> None:
    with pytest.raises(SettingsError, match="OUTPUT"):
        read({}, {"output": output})


@pytest.mark.parametrize("seconds", ["0", "0.5", "301", "nan", "-1"])
def test_a_heartbeat_out_of_reason_is_a_fault(seconds: str) -> None:
    with pytest.raises(SettingsError, match="HEARTBEAT_S"):
        read({"LOA_AGENT_HEARTBEAT_S": seconds})
