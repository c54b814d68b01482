from pathlib import Path

import pytest

from audio import Studio, VoiceLadder
from audio import errors as sound
from audio.adapters.ffmpeg import FfmpegSound
from controller.adapters.sound_studio import SoundStudio, _translated
from controller.domain.errors import Code, InvalidError, UnavailableError
from tests.fakes.audio import FakeVoice, WaveMixer


def studio(folder: Path, *voices: FakeVoice) -> SoundStudio:
    tool = FfmpegSound()
    return SoundStudio(
        Studio(
            ladder=VoiceLadder(list(voices) or [FakeVoice()], sound=tool, budget_s=5),
            mixer=WaveMixer(),
            sound=tool,
            work_folder=folder / "work",
        )
    )


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (sound.NotSoundError(), InvalidError, Code.NOT_SOUND),
        (sound.TextEmptyError(), InvalidError, Code.TEXT_EMPTY),
        (sound.SoundTooLongError(), InvalidError, Code.SOUND_TOO_LONG),
        (sound.SoundTooLargeError(), InvalidError, Code.SOUND_TOO_LONG),
        (sound.DiskFullError(), UnavailableError, Code.DISK_FULL),
        (sound.FfmpegMissingError(), UnavailableError, Code.MISSING_PROGRAM),
        (sound.FfmpegFailedError(), UnavailableError, Code.VOICES_FAILED),
        (sound.NoVoiceError(()), UnavailableError, Code.VOICES_FAILED),
    ],
)
def test_every_fault_of_sound_has_a_word_of_ours(
    error: sound.AudioError, kind: type[Exception], code: Code
) -> None:
    translated = _translated(error)
    assert type(translated) is kind
    assert translated.code is code


def test_a_voice_that_fell_out_is_named_with_its_reason(tmp_path: Path) -> None:
    better = FakeVoice("better")
    better.go_away()
    made = studio(tmp_path, better, FakeVoice("other")).announce("kính mời bà con", out=tmp_path / "out.ogg")
    assert (made.engine, made.fell_back) == ("other", ("better:voice_unavailable",))
    assert made.path.stat().st_size > 1000
    assert made.duration_ms > 1000


def test_when_no_voice_speaks_there_is_no_half_notice(tmp_path: Path) -> None:
    only = FakeVoice("only")
    only.cut_short()
    with pytest.raises(UnavailableError) as refused:
        studio(tmp_path, only).announce(
            "kính mời bà con ra nhà văn hóa họp tổ dân phố", out=tmp_path / "out.ogg"
        )
    assert refused.value.code is Code.VOICES_FAILED
    assert not (tmp_path / "out.ogg").exists()


def test_an_executable_with_another_name_is_no_sound(tmp_path: Path) -> None:
    upload = tmp_path / "renamed.mp3"
    upload.write_bytes(b"MZ\x90\x00\x03" + bytes(4096))
    with pytest.raises(InvalidError) as refused:
        studio(tmp_path).record(upload, out=tmp_path / "out.ogg")
    assert refused.value.code is Code.NOT_SOUND
    assert not (tmp_path / "out.ogg").exists()
