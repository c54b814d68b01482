"""A WAV file instead of a sound card: in it goes exactly what would leave the card, when it would."""

import os
import struct
from pathlib import Path

from device_agent.core.errors import DeviceError
from device_agent.core.ports import Clock
from device_agent.speaker.output import SAMPLE_BYTES, SAMPLE_RATE, Playback
from device_agent.speaker.pace import play_paced

HEADER_BYTES = 44
_MOST_BYTES = 2**32 - 1 - HEADER_BYTES


class FileOutput:
    """`speaker.output.Output` into one file; each airing is appended to the ones before."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._descriptor = -1
        self._size = 0

    def open(self) -> None:
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            found = os.fstat(self._descriptor).st_size
            has_header = os.pread(self._descriptor, HEADER_BYTES, 0)[:4] == b"RIFF"
            # A file of a killed process may end within a sample and carry an old length.
            self._size = (found - HEADER_BYTES) // SAMPLE_BYTES * SAMPLE_BYTES if has_header else 0
            self._write_header()
        except OSError as error:
            raise DeviceError(
                "output_unusable",
                f"{self._path} cannot be written: {error.strerror}",
                hint="name a file in a folder that the agent's user may write",
            ) from error

    def play(self, playback: Playback) -> None:
        try:
            play_paced(playback, self._write, self._clock)
        except OSError as error:
            raise DeviceError("output_failed", f"{self._path} cannot be written: {error.strerror}") from error

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _write(self, frame: bytes) -> None:
        if self._size + len(frame) > _MOST_BYTES:
            raise DeviceError("output_failed", f"{self._path} is as long as a WAV file can be")
        os.pwrite(self._descriptor, frame, HEADER_BYTES + self._size)
        self._size += len(frame)
        self._write_header()

    def _write_header(self) -> None:
        """Keep the lengths true after each frame, so that the file may be read at any time."""
        header = struct.pack("<4sI4s4sI", b"RIFF", 36 + self._size, b"WAVE", b"fmt ", 16)
        header += struct.pack(
            "<HHIIHH", 1, 1, SAMPLE_RATE, SAMPLE_RATE * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES
        )
        header += struct.pack("<4sI", b"data", self._size)
        os.pwrite(self._descriptor, header, 0)
