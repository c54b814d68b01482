"""The one door to ffmpeg and ffprobe."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from audio._places import whole_file
from audio.errors import AudioError, DiskFullError, FfmpegFailedError, FfmpegMissingError, NotSoundError
from audio.levels import MAX_ROUNDS, Loudness, Move, Trial, best_trial, first_move, next_move
from audio.ports import Probe
from audio.waves import SAMPLE_RATE, wave_duration_ms

_LIMITER_RATE = 192_000  # the limiter sees the peaks between the samples only when it works on more samples
_SHORT_S = 3.0
_STDERR_TAIL = 600
# Only demuxers that read one file of sound: playlists and the like could name other files or addresses.
_FORMATS = "wav,w64,mp3,ogg,flac,mov,mp4,m4a,3gp,aac,matroska,webm,amr,aiff,caf,asf,au"
_SAFE_INPUT = ("-protocol_whitelist", "file", "-format_whitelist", _FORMATS)
_TO_MONO = "aformat=sample_fmts=dblp:channel_layouts=mono"
_UNWRITTEN = ("Error writing trailer", "Error closing file")
_NO_SPACE = "No space left on device"
_METER = re.compile(r"I:\s+(-?[\d.]+|-?inf|nan) LUFS.*?Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", re.DOTALL)


class FfmpegSound:
    """SoundTool over the ffmpeg programs. `timeout_s` bounds each single run."""

    def __init__(self, *, ffmpeg: str = "ffmpeg", ffprobe: str = "ffprobe", timeout_s: float = 300.0) -> None:
        self._ffmpeg = ffmpeg
        self._ffprobe = ffprobe
        self._timeout_s = timeout_s

    def probe(self, source: Path) -> Probe:
        command = [self._ffprobe, "-v", "error", *_SAFE_INPUT, "-print_format", "json"]
        command += ["-show_streams", "-show_format", "-select_streams", "a:0", "-i", _address(source)]
        try:
            return _read_probe(self._run(command).stdout)
        except FfmpegFailedError as error:
            raise NotSoundError(error.detail) from error

    def measure(self, source: Path) -> Loudness:
        return self._listen(source, self._duration_ms(source))

    def to_wav(
        self, source: Path, *, out: Path, gain_db: float = 0.0, max_duration_s: float | None = None
    ) -> None:
        graph = _TO_MONO if gain_db == 0 else _chain(Move(gain_db))
        cut = [] if max_duration_s is None else ["-t", f"{max_duration_s:.3f}"]
        output = ["-ar", str(SAMPLE_RATE), "-c:a", "pcm_s16le", "-f", "wav"]
        with whole_file(out) as draft:
            self._convert(source, "-af", graph, *cut, *output, _address(draft))

    def master(self, source: Path, *, out: Path, bit_rate_kbps: int = 24) -> Loudness:
        duration_ms = self._duration_ms(source)
        loudness = self._listen(source, duration_ms)
        if loudness.is_silent:
            raise NotSoundError("only silence")

        def attempt(move: Move, draft: Path) -> Loudness:
            self._encode(source, draft, move, bit_rate_kbps)
            return self._listen(draft, duration_ms)

        with whole_file(out, is_lasting=True) as draft:
            return _approach(attempt, first_move(loudness), draft)

    def _duration_ms(self, source: Path) -> int | None:
        try:
            return wave_duration_ms(source)  # our own files between the steps; saves a program each time
        except NotSoundError:
            return self.probe(source).duration_ms

    def _listen(self, source: Path, duration_ms: int | None) -> Loudness:
        repeat = _repeat(duration_ms) if duration_ms is not None else ""
        graph = f"{_TO_MONO},aresample={SAMPLE_RATE}{repeat},ebur128=peak=true:framelog=verbose"
        return _read_meter(self._convert(source, "-af", graph, "-f", "null", "-", log_level="info"))

    def _encode(self, source: Path, draft: Path, move: Move, bit_rate_kbps: int) -> None:
        codec = ["-c:a", "libopus", "-b:a", f"{bit_rate_kbps}k", "-ar", str(SAMPLE_RATE)]
        same_bytes = ["-flags:a", "+bitexact", "-fflags", "+bitexact", "-f", "ogg"]
        self._convert(source, "-af", _chain(move), *codec, *same_bytes, _address(draft))

    def _convert(self, source: Path, *output: str, log_level: str = "error") -> str:
        command = [self._ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-y", "-loglevel", log_level]
        command += [*_SAFE_INPUT, "-i", _address(source), "-map", "0:a:0", "-map_metadata", "-1"]
        try:
            return self._run([*command, *output]).stderr
        except FfmpegFailedError:
            self.probe(source)  # raises NotSoundError when the fault is in the source
            raise

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        program = Path(command[0]).name
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=self._timeout_s,
                check=False,
                env={**os.environ, "LC_ALL": "C"},  # the error texts below are English
            )
        except FileNotFoundError as error:
            raise FfmpegMissingError(program) from error
        except subprocess.TimeoutExpired as error:
            raise FfmpegFailedError(f"{program} did not finish in {self._timeout_s:g} s") from error
        # At the end of a file ffmpeg 5 may say that it could not write it, and still end with success.
        if done.returncode != 0 or any(sign in done.stderr for sign in _UNWRITTEN):
            raise _failure(program, done.stderr)
        return done


def _approach(attempt: Callable[[Move, Path], Loudness], move: Move, draft: Path) -> Loudness:
    """Attempt, listen to what came out, correct: at most MAX_ROUNDS times; the best trial stays in `draft`."""
    trials: list[Trial] = []
    correction: Move | None = move
    while correction is not None and len(trials) < MAX_ROUNDS:
        trials.append(Trial(correction, attempt(correction, draft)))
        correction = next_move(trials)
    best = best_trial(trials)
    return best.result if best is trials[-1] else attempt(best.move, draft)


def _failure(program: str, stderr: str) -> AudioError:
    tail = stderr.strip()[-_STDERR_TAIL:]
    if _NO_SPACE in stderr:
        return DiskFullError(tail)
    return FfmpegFailedError(f"{program}: {tail}")


def _address(path: Path) -> str:
    """Name a file so that no name is ever taken for an option or for a protocol."""
    return f"file:{path.absolute()}"


def _chain(move: Move) -> str:
    limit = 10 ** (move.ceiling_dbtp / 20)
    return (
        f"{_TO_MONO},volume={move.gain_db:.2f}dB:precision=double:replaygain=ignore,aresample={_LIMITER_RATE},"
        f"alimiter=limit={limit:.6f}:attack=2:release=30:level=false:latency=true,aresample={SAMPLE_RATE}"
    )


def _repeat(duration_ms: int) -> str:
    """Repeat a clip that is too short for the meter, which needs 0.4 s at least and 3 s to be sure."""
    samples = duration_ms * SAMPLE_RATE // 1000
    if duration_ms >= _SHORT_S * 1000 or samples == 0:
        return ""
    return f",aloop=loop=-1:size={samples},atrim=duration={_SHORT_S}"


def _read_probe(answer: str) -> Probe:
    try:
        found = json.loads(answer)
        stream = found["streams"][0]
        seconds = stream.get("duration") or found.get("format", {}).get("duration")
        found_sound = Probe(
            duration_ms=None if seconds is None else round(float(seconds) * 1000),
            sample_rate=int(stream["sample_rate"]),
            channels=int(stream["channels"]),
            codec=str(stream["codec_name"]),
        )
    except (KeyError, IndexError, ValueError) as error:
        raise NotSoundError("no stream of sound in the file") from error
    if found_sound.sample_rate <= 0 or found_sound.channels <= 0:
        raise NotSoundError("a stream without rate or channels")  # a file of zeros can look like this
    return found_sound


def _read_meter(report: str) -> Loudness:
    found = _METER.search(report[report.rfind("Integrated loudness:") :])
    if found is None:
        raise NotSoundError("nothing could be decoded")
    lufs, peak = (float(number) for number in found.groups())
    return Loudness(lufs, peak)
