"""A second opinion about a finished sound: another meter than the one that finished it."""

from __future__ import annotations

import json
import subprocess
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reading:
    lufs: float
    true_peak_dbtp: float
    sample_rate: int
    samples: array[int]

    @property
    def duration_ms(self) -> int:
        return len(self.samples) * 1000 // 48_000

    @property
    def clipped(self) -> int:
        return sum(1 for sample in self.samples if abs(sample) >= 32767)


def read_meter(sound: Path) -> Reading:
    """Decode and measure; a sound shorter than 3 s is repeated to be measured."""
    samples = decode(sound)
    times = 1 if len(samples) >= 3 * 48_000 else 3 * 48_000 // len(samples) + 1
    source = ["-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "-"]
    raw = samples.tobytes() * times
    report = ffmpeg(*source, "-af", "loudnorm=print_format=json", "-f", "null", "-", given=raw).stderr
    found = json.loads(report[report.rindex(b"{") : report.rindex(b"}") + 1])
    return Reading(float(found["input_i"]), float(found["input_tp"]), sample_rate(sound), samples)


def decode(sound: Path) -> array[int]:
    raw = ffmpeg("-i", str(sound), "-f", "s16le", "-ar", "48000", "-ac", "1", "-").stdout
    assert sys.byteorder == "little"
    return array("h", raw)


def sample_rate(sound: Path) -> int:
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=sample_rate", "-of", "csv=p=0", str(sound)]
    return int(subprocess.run(command, check=True, capture_output=True).stdout)


def ffmpeg(*arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = ["ffmpeg", "-hide_banner", "-nostats", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True, input=given or b"", timeout=60)


def synthesise(out: Path, source: str, *options: str) -> Path:
    """Make a test sound from an ffmpeg source such as `sine=frequency=440:duration=1`."""
    ffmpeg("-f", "lavfi", "-i", source, *options, str(out))
    return out
