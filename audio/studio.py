"""From a text or a recording to a sound that a loudspeaker can play."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audio.chime import DURATION_S, write_chime
from audio.errors import NotSoundError, SoundTooLargeError, SoundTooLongError, TextEmptyError, VoiceFailure
from audio.levels import first_move
from audio.pace import Pace, estimate_ms
from audio.ports import Mixer, SoundTool
from audio.script import read
from audio.voices import Spoken, VoiceLadder
from audio.waves import wave_duration_ms

MEDIA_TYPE = "audio/ogg"
RECORDING = "recording"  # the engine of a sound that somebody brought
GAP_MS = 400
SPEECH_KBPS = 24
OPENING_MS = int(DURATION_S * 1000) + GAP_MS  # before the first word
MAX_UPLOAD_SIZE = 200 * 1024 * 1024
MAX_UPLOAD_S = 3600.0


@dataclass(frozen=True, slots=True)
class Recording:
    """A finished sound. `failures` are the engines that were to read it and did not."""

    path: Path
    duration_ms: int
    size: int
    engine: str
    failures: tuple[VoiceFailure, ...]
    lufs: float
    true_peak_dbtp: float
    media_type: str = MEDIA_TYPE


class Studio:
    """Makes recordings. Every call works in a folder of its own, gone when the call ends."""

    def __init__(self, *, ladder: VoiceLadder, mixer: Mixer, sound: SoundTool, work_folder: Path) -> None:
        self._ladder = ladder
        self._mixer = mixer
        self._sound = sound
        self._work_folder = work_folder

    def announce(self, text: str, *, out: Path, dictionary: Mapping[str, str] | None = None) -> Recording:
        """Read `text` aloud after the chime. Raises AudioError; then nothing new is at `out`."""
        script = read(text, dictionary).spoken
        if not script.strip():
            raise TextEmptyError
        with self._desk() as folder:
            desk = Path(folder)
            voice = desk / "voice.wav"
            spoken = self._ladder.speak(script, out=voice)
            return self._finish(desk, voice, spoken, out=out)

    def estimate_ms(self, text: str, *, pace: Pace, dictionary: Mapping[str, str] | None = None) -> int:
        """Estimate how long the recording of `text` will be, without making it."""
        return OPENING_MS + estimate_ms(read(text, dictionary).spoken, pace)

    def record(
        self,
        upload: Path,
        *,
        out: Path,
        max_duration_s: float = MAX_UPLOAD_S,
        max_size: int = MAX_UPLOAD_SIZE,
        bit_rate_kbps: int = SPEECH_KBPS,
    ) -> Recording:
        """Finish a sound that somebody brought, after the chime. Nothing is believed of its name.

        Raises NotSoundError, SoundTooLongError, SoundTooLargeError or another AudioError; then nothing new is
        at `out`.
        """
        size = upload.stat().st_size
        if size > max_size:
            raise SoundTooLargeError(f"{size} bytes, allowed are {max_size}")
        if size == 0:
            raise NotSoundError("an empty file")
        _check_length(self._sound.probe(upload).duration_ms, max_duration_s)
        with self._desk() as folder:
            desk = Path(folder)
            decoded = desk / "upload.wav"
            # One second more than allowed is enough to see that it is too long, whatever its header says.
            self._sound.to_wav(upload, out=decoded, max_duration_s=max_duration_s + 1)
            _check_length(wave_duration_ms(decoded), max_duration_s)
            loudness = self._sound.measure(decoded)
            if loudness.is_silent:
                raise NotSoundError("only silence")
            brought = Spoken(RECORDING, (), loudness)
            return self._finish(desk, decoded, brought, out=out, bit_rate_kbps=bit_rate_kbps)

    def _finish(
        self, desk: Path, words: Path, spoken: Spoken, *, out: Path, bit_rate_kbps: int = SPEECH_KBPS
    ) -> Recording:
        """Level the words first: beside the chime a quiet voice would count as a pause and stay quiet."""
        chime, levelled, joined = desk / "chime.wav", desk / "levelled.wav", desk / "joined.wav"
        write_chime(chime)
        self._sound.to_wav(words, out=levelled, gain_db=first_move(spoken.loudness).gain_db)
        self._mixer.join([chime, levelled], gap_ms=GAP_MS, out=joined)
        loudness = self._sound.master(joined, out=out, bit_rate_kbps=bit_rate_kbps)
        return Recording(
            path=out,
            # Of what went in: the container of the finished file counts the encoder's start-up too.
            duration_ms=wave_duration_ms(joined),
            size=out.stat().st_size,
            engine=spoken.engine,
            failures=spoken.failures,
            lufs=loudness.lufs,
            true_peak_dbtp=loudness.true_peak_dbtp,
        )

    def _desk(self) -> tempfile.TemporaryDirectory[str]:
        self._work_folder.mkdir(parents=True, exist_ok=True)
        # Clean-up errors are ignored for the sake of a speech engine that wakes up after its deadline.
        return tempfile.TemporaryDirectory(
            dir=self._work_folder, prefix="studio-", ignore_cleanup_errors=True
        )


def _check_length(duration_ms: int | None, max_duration_s: float) -> None:
    if duration_ms is not None and duration_ms > max_duration_s * 1000:
        raise SoundTooLongError(f"{duration_ms / 1000:.0f} s, allowed are {max_duration_s:.0f} s")
