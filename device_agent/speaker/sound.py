"""Decoding: any sound file becomes 48 kHz mono 16-bit samples through ffmpeg, ahead of its time.

The samples go to a file that grows while ffmpeg works, so that a long programme neither fills the memory nor
has to be decoded to its end before it starts.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path
from uuid import uuid4

from device_agent.core.errors import DeviceError

HEAD_START_BYTES = 48_000
_POLL_S = 0.005


class Sound:
    """One sound being decoded; `feed.Samples`."""

    def __init__(self, path: Path, decoder: "subprocess.Popen[bytes]") -> None:
        self._path = path
        self._decoder = decoder
        self._descriptor = os.open(path, os.O_RDONLY)
        self._position = 0
        self._is_over = False

    def wait_until_ready(self, timeout_s: float) -> None:
        """Wait for a head start of samples, or for the end of a short sound. Raise DeviceError without any."""
        deadline_s = time.monotonic() + timeout_s
        while self._decoder.poll() is None and self._size() < HEAD_START_BYTES:
            if time.monotonic() > deadline_s:
                raise DeviceError("decode_timeout", "ffmpeg gave no sound in time")
            time.sleep(_POLL_S)
        if self._size() == 0:
            raise DeviceError(
                "undecodable", "ffmpeg cannot decode this content", hint="build it again on the controller"
            )

    def read(self, byte_count: int) -> bytes:
        # The order matters: an ended decoder writes nothing after it was seen ended.
        has_ended = self._decoder.poll() is not None
        found = os.pread(self._descriptor, byte_count, self._position)
        found = found[: len(found) - len(found) % 2]
        self._position += len(found)
        self._is_over = has_ended and self._position >= self._size() - 1
        return found

    @property
    def is_over(self) -> bool:
        return self._is_over

    @property
    def is_damaged(self) -> bool:
        """Whether the decoder gave up before the end of the file."""
        return self._decoder.poll() not in (None, 0)

    def close(self) -> None:
        """End the decoder and remove the samples; may be called twice."""
        if self._descriptor < 0:
            return
        if self._decoder.poll() is None:
            self._decoder.kill()
        self._decoder.wait()
        os.close(self._descriptor)
        self._descriptor = -1
        self._path.unlink(missing_ok=True)

    def _size(self) -> int:
        return os.fstat(self._descriptor).st_size


class Decoder:
    """Starts ffmpeg for each sound; samples are kept in `work_folder` while they are needed."""

    def __init__(self, work_folder: Path, *, program: str = "ffmpeg") -> None:
        self._folder = work_folder
        self._program = program

    def start(self) -> None:
        """Check that ffmpeg is there and empty the work folder. Raise DeviceError `ffmpeg_missing`."""
        if shutil.which(self._program) is None:
            raise DeviceError(
                "ffmpeg_missing",
                "the program ffmpeg is not installed",
                hint="install it: apt install ffmpeg",
            )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._folder.glob("*.pcm"):
            path.unlink(missing_ok=True)

    def decode(self, source: Path, *, volume: int, longest_s: float) -> Sound:
        """Begin to decode `source` at `volume` percent, at most `longest_s` of it; returns at once."""
        target = self._folder / f"{uuid4().hex}.pcm"
        target.touch(mode=0o600)
        command = [self._program, "-nostdin", "-loglevel", "fatal", "-y"]
        # A content is a file of its own: it must not make ffmpeg open anything else.
        command += [
            "-protocol_whitelist",
            "file",
            "-i",
            str(source),
            "-map",
            "0:a:0",
            "-t",
            f"{longest_s:.3f}",
        ]
        command += ["-af", f"volume={volume / 100:.2f}", "-ac", "1", "-ar", "48000", "-f", "s16le"]
        # Written through at once: the first second must be there as soon as it is decoded.
        command += ["-flush_packets", "1", str(target)]
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise DeviceError("ffmpeg_missing", f"ffmpeg cannot be started: {error}") from error
        return Sound(target, process)
