"""deploy/system-packages installs what is missing and nothing else, or says what to install by hand."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "deploy" / "system-packages"
_ALWAYS_THERE = ("sh", "env", "cat", "grep")


class Machine:
    """A folder as the whole PATH; programs in it answer with success, or with a script of their own."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self.bin = folder / "bin"
        self.bin.mkdir()
        for program in _ALWAYS_THERE:
            (self.bin / program).symlink_to(shutil.which(program) or f"/bin/{program}")

    def has(self, *programs: str, script: str = "exit 0") -> None:
        for program in programs:
            path = self.bin / program
            path.unlink(missing_ok=True)
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)

    def has_apt(self, *, user: str = "1000", sudo: bool = True, apt_says: int = 0) -> None:
        """Give it apt and a user who is not root; sudo writes down what it is asked for."""
        self.has("id", script=f"echo {user}")
        self.has("apt-get")
        if sudo:
            self.has("sudo", script=f'for one in "$@"; do echo "$one"; done >>{self.log}; exit {apt_says}')

    def run(self, *purposes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(SCRIPT), *purposes],
            env={**os.environ, "PATH": str(self.bin), "PYTHON": sys.executable},
            capture_output=True,
            text=True,
        )

    def installed(self) -> list[str]:
        """Return the packages that sudo was asked to install."""
        lines = self.log.read_text().splitlines()
        return lines[len(lines) - lines[::-1].index("sh") :]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_with_everything_there_nothing_is_asked_of_anybody(machine: Machine) -> None:
    machine.has("ffmpeg", "ffprobe", "espeak-ng", "chromium", "npm", "mosquitto", "openssl")
    machine.has("fc-list", script="echo Noto Sans")
    result = machine.run("python", "board", "frontend", "tests")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_without_apt_it_says_what_to_install_by_hand(machine: Machine) -> None:
    machine.has("ffmpeg", "espeak-ng")  # but no ffprobe
    result = machine.run("sound", "frontend", "board")
    assert result.returncode == 2
    assert "by hand" in result.stderr
    for package in ("ffmpeg", "nodejs", "npm", "chromium"):
        assert f" {package}" in result.stderr
    assert "espeak-ng" not in result.stderr


def test_only_what_is_missing_is_installed(machine: Machine) -> None:
    machine.has_apt()
    machine.has("ffmpeg", "ffprobe")
    assert machine.run("sound", "frontend").returncode == 0
    assert [one for one in machine.installed() if one != "libportaudio2"] == ["espeak-ng", "nodejs", "npm"]


def test_services_are_kept_from_starting(machine: Machine) -> None:
    machine.has_apt()
    machine.run("sound")
    asked = machine.log.read_text()
    assert "policy-rc.d" in asked
    assert "exit 101" in asked


def test_without_root_and_sudo_it_says_so(machine: Machine) -> None:
    machine.has_apt(sudo=False)
    result = machine.run("frontend")
    assert result.returncode == 2
    assert "neither root nor sudo" in result.stderr
    assert "nodejs npm" in result.stderr


def test_when_apt_fails_it_says_what_is_left_to_do(machine: Machine) -> None:
    machine.has_apt(apt_says=100)
    result = machine.run("frontend")
    assert result.returncode == 2
    assert "apt-get failed" in result.stderr
    assert "nodejs npm" in result.stderr


def test_an_unknown_purpose_is_a_mistake(machine: Machine) -> None:
    result = machine.run("coffee")
    assert result.returncode == 64
    assert "no such purpose: coffee" in result.stderr
