"""Decoding: any sound file becomes 48 kHz mono 16-bit samples through ffmpeg, ahead of its time.

The samples wait in a pipe of about ten seconds: ffmpeg works ahead by that much and rests when it is full, so a
programme of an hour takes no more memory than a gong, and no disk at all.
"""

import contextlib
import fcntl
import os
import shutil
import struct
import subprocess
import termios
import time
from datetime import timedelta
from pathlib import Path

from device_agent.core.errors import DeviceError

HEAD_START_BYTES = 48_000
_PIPE_BYTES = 1024 * 1024
_POLL_S = 0.005
_SAMPLE_BYTES = 2
_SAMPLE_RATE = 48_000
_LEAD_IN_S = 2
"""A decoder that is set down inside a sound needs a while until it is exact."""


class Sound:
    """One sound being decoded; `feed.Samples`. Takes over the read end of the decoder's pipe."""

    def __init__(self, pipe: int, decoder: "subprocess.Popen[bytes]") -> None:
        self._pipe = pipe
        self._decoder = decoder
        self._rest = b""
        self._is_over = False

    def wait_until_ready(self, timeout_s: float) -> None:
        """Wait for a head start of samples, or for the end of a short sound. Raise DeviceError without any."""
        deadline_s = time.monotonic() + timeout_s
        while self._decoder.poll() is None and self._waiting_bytes() < HEAD_START_BYTES:
            if time.monotonic() > deadline_s:
                raise DeviceError("decode_timeout", "ffmpeg gave no sound in time")
            time.sleep(_POLL_S)
        if self._waiting_bytes() == 0:
            raise DeviceError(
                "undecodable", "ffmpeg cannot decode this content", hint="build it again on the controller"
            )

    def read(self, byte_count: int) -> bytes:
        found = self._rest
        with contextlib.suppress(BlockingIOError):
            while len(found) < byte_count:
                more = os.read(self._pipe, byte_count - len(found))
                if not more:
                    self._is_over = True
                    break
                found += more
        whole = len(found) - len(found) % _SAMPLE_BYTES
        self._rest = found[whole:]
        if self._decoder.poll() is not None and self._waiting_bytes() == 0:
            self._is_over = True
        return found[:whole]

    @property
    def is_over(self) -> bool:
        return self._is_over

    def is_damaged(self) -> bool:
        """Tell, once it is over, whether the decoder gave up before the end of the file."""
        try:
            return self._decoder.wait(timeout=0.5) != 0
        except subprocess.TimeoutExpired:
            return False

    def close(self) -> None:
        """End the decoder; may be called twice."""
        if self._pipe < 0:
            return
        if self._decoder.poll() is None:
            self._decoder.kill()
        self._decoder.wait()
        os.close(self._pipe)
        self._pipe = -1

    def _waiting_bytes(self) -> int:
        """Return how many bytes are in the pipe."""
        answer = fcntl.ioctl(self._pipe, termios.FIONREAD, b"\0\0\0\0")
        return int(struct.unpack("i", answer)[0])


class Decoder:
    """Starts ffmpeg for each sound."""

    def __init__(self, program: str = "ffmpeg") -> None:
        self._program = program

    def start(self) -> None:
        """Check that ffmpeg is there. Raise DeviceError `ffmpeg_missing`."""
        if shutil.which(self._program) is None:
            raise DeviceError(
                "ffmpeg_missing",
                "the program ffmpeg is not installed",
                hint="install it: apt install ffmpeg",
            )

    def decode(
        self, source: Path, *, volume: int, longest_s: float, offset: timedelta = timedelta(0)
    ) -> Sound:
        """Begin to decode `source` at `volume` percent from the very sample at `offset` on; returns at once.

        At most `longest_s` of it.
        """
        command = [self._program, "-nostdin", "-loglevel", "fatal"]
        # A content is a file of its own: it must not make ffmpeg open anything else.
        command += ["-protocol_whitelist", "file"]
        filters, seek_s = _from(offset)
        if seek_s:
            command += ["-ss", str(seek_s)]
        command += ["-i", str(source), "-map", "0:a:0", "-t", f"{longest_s:.3f}"]
        filters += [f"volume={volume / 100:.2f}"]
        command += ["-af", ",".join(filters), "-ac", "1", "-ar", str(_SAMPLE_RATE), "-f", "s16le"]
        read_end, write_end = os.pipe()
        command += [f"pipe:{write_end}"]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(write_end,),
            )
        except OSError as error:
            os.close(read_end)
            raise DeviceError("ffmpeg_missing", f"ffmpeg cannot be started: {error}") from error
        finally:
            os.close(write_end)
        os.set_blocking(read_end, False)
        # The system may allow less; then ffmpeg works ahead by less than ten seconds.
        with contextlib.suppress(OSError):
            fcntl.fcntl(read_end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return Sound(read_end, process)


def _from(offset: timedelta) -> tuple[list[str], int]:
    """Return the filters that begin at the sample of `offset`, and the whole second to seek to before."""
    first = round(offset / timedelta(seconds=1) * _SAMPLE_RATE)
    if first <= 0:
        return [], 0
    seek_s = max(0, first // _SAMPLE_RATE - _LEAD_IN_S)
    return [
        f"aresample={_SAMPLE_RATE}",
        f"atrim=start_sample={first - seek_s * _SAMPLE_RATE}",
        "asetpts=N/SR/TB",
    ], seek_s
