"""How the browser is started."""

import os
from pathlib import Path

import pytest

from device_agent.board.adapters._browser import LaunchPlan, command, sweep_profiles
from device_agent.core.errors import DeviceError


def words(folder: Path, *, is_headless: bool) -> list[str]:
    plan = LaunchPlan(work_folder=folder, is_headless=is_headless, program="true")
    return command(plan, folder / "profile")


@pytest.mark.parametrize("is_headless", [True, False])
def test_it_talks_over_pipes_and_opens_no_port(is_headless: bool, tmp_path: Path) -> None:
    found = words(tmp_path, is_headless=is_headless)
    assert "--remote-debugging-pipe" in found
    assert not any(word.startswith("--remote-debugging-port") for word in found)


def test_it_keeps_its_profile_in_the_work_folder(tmp_path: Path) -> None:
    assert f"--user-data-dir={tmp_path / 'profile'}" in words(tmp_path, is_headless=True)


def test_the_sandbox_is_given_up_by_root_alone(tmp_path: Path) -> None:
    assert ("--no-sandbox" in words(tmp_path, is_headless=True)) == (os.geteuid() == 0)


def test_the_kiosk_is_full_screen_and_never_headless(tmp_path: Path) -> None:
    found = words(tmp_path, is_headless=False)
    assert "--kiosk" in found
    assert "--headless=new" not in found


def test_a_missing_program_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as refusal:
        command(LaunchPlan(work_folder=tmp_path, is_headless=True, program="no-such-browser"), tmp_path)
    assert refusal.value.code == "chromium_missing"


def test_profiles_of_a_killed_agent_are_swept_away(tmp_path: Path) -> None:
    (tmp_path / "chromium-old" / "Default").mkdir(parents=True)
    (tmp_path / "journal").mkdir()
    sweep_profiles(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["journal"]
