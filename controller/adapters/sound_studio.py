"""The controller's studio over the `audio` package."""

from pathlib import Path

from audio import AudioError, Recording, Studio
from controller.domain.errors import Code, DomainError, InvalidError, UnavailableError
from controller.usecases.ports import Sound

MAX_RECORDING_S = 30 * 60
_REFUSALS = {"not_sound": Code.NOT_SOUND, "text_empty": Code.TEXT_EMPTY}


class SoundStudio:
    """`usecases.ports.Studio`: translates results and errors."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def announce(self, text: str, *, out: Path) -> Sound:
        try:
            return _sound(self._studio.announce(text, out=out))
        except AudioError as error:
            raise _translated(error) from error

    def record(self, upload: Path, *, out: Path) -> Sound:
        try:
            return _sound(self._studio.record(upload, out=out, max_duration_s=MAX_RECORDING_S))
        except AudioError as error:
            raise _translated(error) from error


def _sound(recording: Recording) -> Sound:
    return Sound(
        path=recording.path,
        media_type=recording.media_type,
        duration_ms=recording.duration_ms,
        engine=recording.engine,
        fell_back=tuple(f"{failure.engine}:{failure.code}" for failure in recording.failures),
    )


def _translated(error: AudioError) -> DomainError:
    if error.code in _REFUSALS:
        return InvalidError(_REFUSALS[error.code])
    if error.code in ("sound_too_long", "sound_too_large"):
        return InvalidError(Code.SOUND_TOO_LONG, minutes=MAX_RECORDING_S // 60)
    if error.code == "disk_full":
        return UnavailableError(Code.DISK_FULL)
    if error.code == "ffmpeg_missing":
        return UnavailableError(Code.MISSING_PROGRAM)
    return UnavailableError(Code.VOICES_FAILED)
