"""Errors: stable codes, each explained to the operator."""

from pathlib import Path

from audio import errors
from audio.errors import AudioError, NoVoiceError, VoiceFailure, VoiceTimeoutError

DOCUMENT = Path(__file__).parents[3] / "docs" / "sound.md"
CODES = {
    "disk_full",
    "ffmpeg_failed",
    "ffmpeg_missing",
    "no_voice",
    "not_sound",
    "sound_too_large",
    "sound_too_long",
    "text_empty",
    "voice_incomplete",
    "voice_rate_limited",
    "voice_silent",
    "voice_timeout",
    "voice_unavailable",
}


def kinds() -> list[type[AudioError]]:
    found = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AudioError)
    ]
    return [kind for kind in found if kind is not AudioError]


def test_the_codes_stay_as_published() -> None:
    assert {kind.code for kind in kinds()} == CODES
    assert len(kinds()) == len(CODES)


def test_every_code_has_a_line_in_the_document() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    missing = [code for code in sorted(CODES) if f"| `{code}` |" not in text]
    assert not missing, f"explain in docs/sound.md: {missing}"


def test_the_message_holds_the_text_and_what_was_seen() -> None:
    error = VoiceTimeoutError("espeak:vi had 9.5 s")
    assert str(error) == "the speech engine did not finish in time: espeak:vi had 9.5 s"
    assert error.is_retryable


def test_no_voice_tells_every_engine() -> None:
    error = NoVoiceError((VoiceFailure("a", "voice_timeout", ""), VoiceFailure("b", "voice_silent", "")))
    assert "a: voice_timeout; b: voice_silent" in str(error)
