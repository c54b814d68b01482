"""What can go wrong with sound. The code is stable: the controller translates by it; the text is for the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class AudioError(Exception):
    """Base of every failure of this package.

    `code` never changes once published. `is_retryable` says whether the same request may succeed later
    without anybody changing anything. `detail` is for the operator: what was seen.
    """

    code: ClassVar[str] = "audio_error"
    is_retryable: ClassVar[bool] = False
    text: ClassVar[str] = "sound production failed"

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(f"{self.text}: {detail}" if detail else self.text)


class VoiceUnavailableError(AudioError):
    code = "voice_unavailable"
    is_retryable = True
    text = "the speech engine cannot be reached or is not installed"


class VoiceTimeoutError(AudioError):
    code = "voice_timeout"
    is_retryable = True
    text = "the speech engine did not finish in time"


class VoiceSilentError(AudioError):
    code = "voice_silent"
    is_retryable = True
    text = "the speech engine answered without sound"


class VoiceIncompleteError(AudioError):
    code = "voice_incomplete"
    is_retryable = True
    text = "the speech engine lost a part of the text"


class VoiceRateLimitedError(AudioError):
    code = "voice_rate_limited"
    is_retryable = True
    text = "the speech engine refuses more requests for now"


@dataclass(frozen=True, slots=True)
class VoiceFailure:
    """Why one engine did not speak. `is_skipped`: it was not asked, because it failed shortly before."""

    engine: str
    code: str
    detail: str
    is_skipped: bool = False


class NoVoiceError(AudioError):
    """Every engine failed; `failures` tells how, in the order tried."""

    code = "no_voice"
    is_retryable = True
    text = "no speech engine could read the text"

    def __init__(self, failures: tuple[VoiceFailure, ...]) -> None:
        self.failures = failures
        super().__init__("; ".join(f"{failure.engine}: {failure.code}" for failure in failures))


class NotSoundError(AudioError):
    code = "not_sound"
    text = "the file holds no sound that can be played"


class SoundTooLongError(AudioError):
    code = "sound_too_long"
    text = "the sound is longer than allowed"


class SoundTooLargeError(AudioError):
    code = "sound_too_large"
    text = "the file is larger than allowed"


class DiskFullError(AudioError):
    code = "disk_full"
    is_retryable = True
    text = "no space left on the disk"


class FfmpegMissingError(AudioError):
    code = "ffmpeg_missing"
    text = "ffmpeg or ffprobe is not installed"


class FfmpegFailedError(AudioError):
    code = "ffmpeg_failed"
    text = "ffmpeg failed"


class TextEmptyError(AudioError):
    code = "text_empty"
    text = "there is nothing to read aloud"
