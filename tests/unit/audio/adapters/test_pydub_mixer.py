"""Joining beyond the contract of mixers: long programmes."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from audio.waves import write_wave
from tests.unit.audio.meter import ffmpeg

PIECES = 200
PIECE_S = 18  # 200 of them are an hour
MB = 1024 * 1024

JOIN = """
import re, sys, time
from pathlib import Path
from audio.adapters.pydub_mixer import PydubMixer
piece, out = Path(sys.argv[1]), Path(sys.argv[2])
started_at = time.perf_counter()
PydubMixer().join([piece] * int(sys.argv[3]), gap_ms=0, out=out)
# Not ru_maxrss: on Linux a new program begins with the peak of the process that started it.
peak_kib = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(time.perf_counter() - started_at, peak_kib)
"""


@pytest.mark.scenario("S-035")
def test_an_hour_of_pieces_is_joined_quickly_and_in_little_memory(tmp_path: Path) -> None:
    piece, joined, reference = (tmp_path / name for name in ("piece.wav", "joined.wav", "reference.wav"))
    write_wave(piece, bytes(range(256)) * (PIECE_S * 96_000 // 256))
    took_s, memory = join(piece, joined)
    ffmpeg_s = join_with_ffmpeg(piece, reference)
    expected = PIECES * PIECE_S * 96_000
    assert joined.stat().st_size - expected < 100
    assert abs(reference.stat().st_size - expected) < 200, "not the same work"
    joined.unlink()
    reference.unlink()
    assert memory < 150 * MB
    assert took_s <= 1.3 * ffmpeg_s


def join(piece: Path, out: Path) -> tuple[float, int]:
    command = [sys.executable, "-c", JOIN, str(piece), str(out), str(PIECES)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    took_s, kilobytes = done.stdout.split()
    return float(took_s), int(kilobytes) * 1024


def join_with_ffmpeg(piece: Path, out: Path) -> float:
    (piece.parent / "list").write_text("ffconcat version 1.0\n" + f"file {piece.name}\n" * PIECES)
    started_at = time.perf_counter()
    ffmpeg("-i", str(piece.parent / "list"), "-c:a", "pcm_s16le", str(out))
    return time.perf_counter() - started_at
