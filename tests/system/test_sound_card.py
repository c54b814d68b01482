"""The sound card's output, heard at the other end: a private PulseAudio whose null sink is recorded."""

import os
import shutil
import subprocess
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fixtures.agent_bench import a_tone, until

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("pulseaudio") is None, reason="pulseaudio is not installed"),
    pytest.mark.skipif(shutil.which("parec") is None, reason="parec is not installed"),
]

RATE = 48_000
AUDIBLE = 300


@dataclass(frozen=True)
class Card:
    """A sound card that is all software; `environment` makes PortAudio find it as the default one."""

    folder: Path
    environment: dict[str, str]

    @property
    def recording(self) -> Path:
        return self.folder / "recording.raw"

    def heard(self) -> "array[int]":
        raw = self.recording.read_bytes()
        return array("h", raw[: len(raw) // 2 * 2])

    def audible_runs(self) -> list[tuple[float, float]]:
        """Return start and end in seconds of each stretch of sound without a pause of 0.3 s."""
        runs: list[tuple[int, int]] = []
        for position, level in enumerate(self.heard()):
            if abs(level) <= AUDIBLE:
                continue
            if runs and position - runs[-1][1] < 0.3 * RATE:
                runs[-1] = (runs[-1][0], position)
            else:
                runs.append((position, position))
        return [(first / RATE, last / RATE) for first, last in runs]


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    server = tmp_path / "native"
    alsa = tmp_path / "asound.conf"
    pulse = f'type pulse server "unix:{server}"'
    alsa.write_text(f"</usr/share/alsa/alsa.conf>\npcm.!default {{ {pulse} }}\nctl.!default {{ {pulse} }}\n")
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PULSE_RUNTIME_PATH": str(tmp_path / "run"),
        "PULSE_SERVER": f"unix:{server}",
        "ALSA_CONFIG_PATH": str(alsa),
        "LOA_AGENT_WORK": str(tmp_path / "work"),
    }
    made = Card(tmp_path, environment)
    options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=1"]
    sink = f"--load=module-null-sink sink_name=loa rate={RATE} channels=1"
    socket = f"--load=module-native-protocol-unix auth-anonymous=1 socket={server}"
    daemon = subprocess.Popen(
        ["pulseaudio", *options, sink, socket],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(server.exists, "PulseAudio listens")
        record = ["parec", "-d", "loa.monitor", f"--rate={RATE}", "--channels=1", "--format=s16le"]
        with made.recording.open("wb") as file:
            recorder = subprocess.Popen(
                [*record, "--latency-msec=20"], env=environment, stdout=file, stderr=subprocess.DEVNULL
            )
            until(lambda: made.recording.stat().st_size > 0, "the recorder hears the sink")
            yield made
            recorder.terminate()
            recorder.wait()
    finally:
        daemon.terminate()
        daemon.wait()


def play(card: Card, sound: Path, *, at: str) -> tuple[datetime, datetime]:
    """Play a file on the card; return planned and real start."""
    command = [sys.executable, "-m", "device_agent", "play", str(sound), "--at", at, "--output", "card:"]
    done = subprocess.run(command, env=card.environment, capture_output=True, text=True, check=True)
    lines = dict(line.split("  ", 1) for line in done.stdout.splitlines())
    planned, real = (datetime.fromisoformat(lines[name].strip()) for name in ("planned start", "real start"))
    return planned, real


def decoded(sound: Path) -> "array[int]":
    command = ["ffmpeg", "-v", "error", "-i", str(sound), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    return array("h", subprocess.run(command, capture_output=True, check=True).stdout)


def test_the_card_gets_the_whole_sound_at_its_instant(card: Card, tmp_path: Path) -> None:
    sound = tmp_path / "tone.ogg"
    sound.write_bytes(a_tone(tmp_path, seconds=1.5))

    starts = [play(card, sound, at="+1.5s") for _ in range(2)]

    until(lambda: len(card.audible_runs()) == 2, "both are recorded")
    until(lambda: card.audible_runs()[1][1] - card.audible_runs()[1][0] > 1.4, "the second is whole")
    (first_on, first_off), (second_on, second_off) = card.audible_runs()
    # The software card may stall on a busy machine: that stretches a sound, but takes nothing away.
    assert 1.45 < first_off - first_on < 1.9
    assert 1.45 < second_off - second_on < 1.9
    whole = sum(abs(level) > AUDIBLE for level in decoded(sound))
    assert sum(abs(level) > AUDIBLE for level in card.heard()) == pytest.approx(2 * whole, rel=0.02)
    for planned, real in starts:
        assert abs(real - planned) < timedelta(milliseconds=5)
    planned_apart = (starts[1][0] - starts[0][0]).total_seconds()
    assert second_on - first_on == pytest.approx(planned_apart, abs=0.15)


def test_a_card_that_is_not_there_is_named(card: Card, tmp_path: Path) -> None:
    sound = tmp_path / "tone.ogg"
    sound.write_bytes(a_tone(tmp_path, seconds=0.2))
    command = [sys.executable, "-m", "device_agent", "play", str(sound), "--output", "card:none such"]
    done = subprocess.run(command, env=card.environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "output_failed" in done.stderr
