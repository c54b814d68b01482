"""How long finishing one minute of announcement takes, beside ffmpeg doing the same work once and unchecked."""

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from audio import Studio, VoiceLadder
from audio.adapters.espeak_voice import EspeakVoice
from audio.adapters.ffmpeg import FfmpegSound
from audio.adapters.pydub_mixer import PydubMixer

_SENTENCE = "Kính mời bà con nhân dân trong phường chú ý nghe thông báo về lịch tiêm chủng cho trẻ em. "
_MINUTE = _SENTENCE * 11
_RAW_GRAPH = (
    "aformat=sample_fmts=dblp:channel_layouts=mono,volume=4dB,aresample=192000,"
    "alimiter=limit=0.7:attack=2:release=30:level=false:latency=true,aresample=48000"
)
_ROUNDS = 3


def bench() -> list[tuple[str, float, str]]:
    with tempfile.TemporaryDirectory() as folder:
        return _measure(Path(folder))


def _measure(folder: Path) -> list[tuple[str, float, str]]:
    sound, voice, words, out = FfmpegSound(), EspeakVoice(), folder / "words.wav", folder / "out.ogg"
    spoken_s = _best(lambda: voice.speak(_MINUTE.lower(), out=words, deadline_s=60))
    length_s = (sound.probe(words).duration_ms or 0) / 1000
    raw_s = _best(lambda: _raw(words, folder / "raw.ogg"))
    finished_s = _best(lambda: sound.master(words, out=out))
    ladder = VoiceLadder([voice], sound=sound)
    studio = Studio(ladder=ladder, mixer=PydubMixer(), sound=sound, work_folder=folder / "work")
    whole_s = _best(lambda: studio.announce(_MINUTE, out=out))
    return [
        ("sound: length of the words", length_s, "s"),
        ("sound: espeak reads them", spoken_s, "s"),
        ("sound: raw ffmpeg, once, unchecked", raw_s, "s"),
        ("sound: mastered and checked", finished_s, "s"),
        ("sound: mastered / raw", finished_s / raw_s, "ratio"),
        ("sound: announce, text to file", whole_s, "s"),
        ("sound: off target", abs(sound.measure(out).lufs + 16), "LU"),
    ]


def _raw(source: Path, out: Path) -> None:
    command = ["ffmpeg", "-v", "error", "-y", "-nostdin", "-i", str(source), "-af", _RAW_GRAPH]
    subprocess.run([*command, "-c:a", "libopus", "-b:a", "24k", str(out)], check=True)


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started_at = time.perf_counter()
        work()
        times.append(time.perf_counter() - started_at)
    return min(times)
