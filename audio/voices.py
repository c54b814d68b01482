"""Which engine reads a text: the best that answers, and never half a notice."""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from audio.errors import (
    AudioError,
    DiskFullError,
    FfmpegMissingError,
    NotSoundError,
    NoVoiceError,
    TextEmptyError,
    VoiceFailure,
    VoiceIncompleteError,
    VoiceSilentError,
    VoiceTimeoutError,
    VoiceUnavailableError,
)
from audio.levels import Loudness
from audio.ports import SoundTool, Voice

_log = logging.getLogger(__name__)

START_MARGIN_S = 0.5  # for checking a late answer and starting the next engine within the budget
REST_S = 60.0

_FASTEST_SYLLABLE_S = 0.1
_SLOWEST_SYLLABLE_S = 1.2
_SLACK_S = 4.0  # silence before, after and at the pauses of a short text


@dataclass(frozen=True, slots=True)
class Spoken:
    """`engine` read the whole text; `failures` names the engines before it that did not."""

    engine: str
    failures: tuple[VoiceFailure, ...]
    loudness: Loudness


class VoiceLadder:
    """Tries the engines in order; the last one should need no network.

    The engines before the last share `budget_s`, so that the last has started by then. An engine that failed is
    not asked again for `rest_s`, except the last: one that hangs must not cost its time on every text.
    """

    def __init__(
        self,
        voices: Sequence[Voice],
        *,
        sound: SoundTool,
        budget_s: float = 10.0,
        last_deadline_s: float = 120.0,
        rest_s: float = REST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not voices:
            raise ValueError("a ladder needs at least one voice")
        self._voices = tuple(voices)
        self._sound = sound
        self._budget_s = budget_s
        self._last_deadline_s = last_deadline_s
        self._rest_s = rest_s
        self._clock = clock
        self._resting_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def speak(self, script: str, *, out: Path) -> Spoken:
        """Write `script` as spoken by the first engine that reads all of it to `out` (WAV).

        Raises NoVoiceError with every failure, or TextEmptyError; then nothing is at `out`.
        """
        if not script.strip():
            raise TextEmptyError
        started_at = self._clock()
        failures: list[VoiceFailure] = []
        for position, voice in enumerate(self._voices):
            left_s = self._budget_s - START_MARGIN_S - (self._clock() - started_at)
            failure = self._reason_to_skip(position, left_s)
            if failure is None:
                try:
                    loudness = self._try(voice, script, out=out, deadline_s=self._share(position, left_s))
                    return Spoken(voice.name, tuple(failures), loudness)
                except (DiskFullError, FfmpegMissingError):
                    raise  # no other engine would fare better
                except AudioError as error:
                    failure = self._note(voice, error)
            failures.append(failure)
        raise NoVoiceError(tuple(failures))

    def _share(self, position: int, left_s: float) -> float:
        before_last = len(self._voices) - 1 - position
        return left_s / before_last if before_last else self._last_deadline_s

    def _reason_to_skip(self, position: int, left_s: float) -> VoiceFailure | None:
        if position == len(self._voices) - 1:
            return None
        name = self._voices[position].name
        with self._lock:
            rest_s = self._resting_until.get(name, 0.0) - self._clock()
        if rest_s > 0:
            detail = f"failed shortly before; asked again in {rest_s:.0f} s"
            return VoiceFailure(name, VoiceUnavailableError.code, detail, is_skipped=True)
        if left_s <= 0:
            return VoiceFailure(name, VoiceTimeoutError.code, "no time left to ask it", is_skipped=True)
        return None

    def _try(self, voice: Voice, script: str, *, out: Path, deadline_s: float) -> Loudness:
        # A draft of its own: an engine that wakes up after its deadline must not write into another's sound.
        draft = out.with_name(f".{secrets.token_hex(8)}.wav")
        try:
            _speak_within(voice, script, out=draft, deadline_s=deadline_s)
            loudness = self._check(draft, script)
            draft.replace(out)
            return loudness
        finally:
            draft.unlink(missing_ok=True)

    def _check(self, draft: Path, script: str) -> Loudness:
        if not draft.exists() or draft.stat().st_size == 0:
            raise VoiceSilentError("no file, or an empty one")
        try:
            duration_ms = self._sound.probe(draft).duration_ms
            loudness = self._sound.measure(draft)
        except NotSoundError as error:
            raise VoiceSilentError(f"what it wrote cannot be decoded: {error.detail}") from error
        if loudness.is_silent:
            raise VoiceSilentError(f"{loudness.lufs:.0f} LUFS is silence")
        check_length(script, (duration_ms or 0) / 1000)
        return loudness

    def _note(self, voice: Voice, error: AudioError) -> VoiceFailure:
        _log.warning("speech engine %s failed: %s %s", voice.name, error.code, error.detail)
        with self._lock:
            self._resting_until[voice.name] = self._clock() + self._rest_s
        return VoiceFailure(voice.name, error.code, error.detail)


def check_length(script: str, duration_s: float) -> None:
    """Raise VoiceIncompleteError when nobody can have read `script` in `duration_s` seconds."""
    syllables = len(script.split())
    shortest, longest = syllables * _FASTEST_SYLLABLE_S, syllables * _SLOWEST_SYLLABLE_S + _SLACK_S
    if not shortest <= duration_s <= longest:
        raise VoiceIncompleteError(f"{duration_s:.1f} s of sound for {syllables} syllables")


def _speak_within(voice: Voice, script: str, *, out: Path, deadline_s: float) -> None:
    """Run the engine in a thread of its own, left behind at the deadline: not every hang obeys a time-out."""
    outcome: queue.SimpleQueue[AudioError | None] = queue.SimpleQueue()

    def run() -> None:
        try:
            voice.speak(script, out=out, deadline_s=deadline_s)
            outcome.put(None)
        except AudioError as error:
            outcome.put(error)
        except Exception as error:  # an engine is a plug-in: whatever breaks in it, the next one still speaks
            _log.exception("speech engine %s broke", voice.name)
            outcome.put(VoiceUnavailableError(f"{type(error).__name__}: {error}"))

    threading.Thread(target=run, name=f"voice-{voice.name}", daemon=True).start()
    try:
        failure = outcome.get(timeout=deadline_s)
    except queue.Empty:
        raise VoiceTimeoutError(f"{voice.name} had {deadline_s:.1f} s") from None
    if failure is not None:
        raise failure
