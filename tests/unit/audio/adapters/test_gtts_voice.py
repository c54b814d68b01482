"""Online speech against a service on loopback that fails as the real one does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from audio.adapters.ffmpeg import FfmpegSound
from audio.adapters.gtts_voice import GttsSettings, GttsVoice
from audio.errors import (
    AudioError,
    VoiceIncompleteError,
    VoiceRateLimitedError,
    VoiceSilentError,
    VoiceTimeoutError,
    VoiceUnavailableError,
)
from tests.fakes.google_speech import SYLLABLE_S, FakeGoogle

SENTENCE = "sáng ngày mai trạm y tế phường tổ chức tiêm chủng cho trẻ em dưới năm tuổi."
SIX_PARTS = " ".join([f"{number} {SENTENCE}" for number in ("một", "hai", "ba", "bốn", "năm", "sáu")])


@pytest.fixture
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGoogle]:
    server = FakeGoogle(tmp_path_factory.mktemp("google"))
    server.start()
    yield server
    server.stop()


def voice(google: FakeGoogle, *, pauses: list[float] | None = None, parallel: int = 1) -> GttsVoice:
    settings = GttsSettings(proxy=google.proxy, ca_bundle=google.ca_bundle, parallel=parallel)
    waits: list[float] = [] if pauses is None else pauses
    return GttsVoice(settings, sound=FfmpegSound(), pause=waits.append, jitter=lambda: 0.5)


def fails(google: FakeGoogle, kind: type[AudioError], folder: Path, *, deadline_s: float = 30) -> AudioError:
    with pytest.raises(kind) as caught:
        voice(google).speak(SIX_PARTS, out=folder / "voice.wav", deadline_s=deadline_s)
    assert list(folder.iterdir()) == []
    return caught.value


def test_every_part_is_asked_for_once_and_in_order(google: FakeGoogle, tmp_path: Path) -> None:
    voice(google).speak(SIX_PARTS, out=tmp_path / "voice.wav", deadline_s=30)
    assert google.asked == len(google.texts) == 6
    assert " ".join(google.texts) == SIX_PARTS
    assert all(len(text) <= 100 for text in google.texts)
    duration_ms = FfmpegSound().probe(tmp_path / "voice.wav").duration_ms
    assert duration_ms == pytest.approx(len(SIX_PARTS.split()) * SYLLABLE_S * 1000, rel=0.05)


def test_parts_asked_for_at_once_are_joined_in_order(google: FakeGoogle, tmp_path: Path) -> None:
    for parallel in (1, 4):
        out = tmp_path / f"{parallel}.wav"
        voice(google, parallel=parallel).speak(SIX_PARTS, out=out, deadline_s=30)
    assert (tmp_path / "1.wav").read_bytes() == (tmp_path / "4.wav").read_bytes()


def test_after_a_failure_no_lane_asks_on(google: FakeGoogle, tmp_path: Path) -> None:
    google.limit_rate()
    with pytest.raises(VoiceRateLimitedError):
        voice(google, parallel=2).speak(SIX_PARTS * 3, out=tmp_path / "voice.wav", deadline_s=30)
    assert google.asked <= 2


def test_an_answer_without_sound_is_no_success(google: FakeGoogle, tmp_path: Path) -> None:
    google.answer_without_sound()
    fails(google, VoiceSilentError, tmp_path)
    assert google.asked == 3


def test_one_lost_part_of_six_fails_the_whole_text(google: FakeGoogle, tmp_path: Path) -> None:
    google.lose(4)
    error = fails(google, VoiceIncompleteError, tmp_path)
    assert "part 4 of 6" in error.detail


def test_a_part_too_short_for_its_words_fails_the_whole_text(google: FakeGoogle, tmp_path: Path) -> None:
    google.cut(6)
    fails(google, VoiceIncompleteError, tmp_path)


def test_a_part_that_cannot_be_decoded_fails_the_whole_text(google: FakeGoogle, tmp_path: Path) -> None:
    google.garble(2)
    fails(google, VoiceIncompleteError, tmp_path)


def test_too_many_requests_are_not_repeated(google: FakeGoogle, tmp_path: Path) -> None:
    google.limit_rate()
    fails(google, VoiceRateLimitedError, tmp_path)
    assert google.asked == 1


def test_a_passing_fault_is_repeated_after_a_growing_pause(google: FakeGoogle, tmp_path: Path) -> None:
    google.fail_next(2)
    pauses: list[float] = []
    voice(google, pauses=pauses).speak(SIX_PARTS, out=tmp_path / "voice.wav", deadline_s=30)
    assert pauses == pytest.approx([0.3, 0.6])


def test_a_lasting_fault_ends_after_three_attempts(google: FakeGoogle, tmp_path: Path) -> None:
    google.fail_next(3)
    fails(google, VoiceUnavailableError, tmp_path)
    assert google.asked == 3


def test_a_service_that_hangs_is_left_at_the_deadline(google: FakeGoogle, tmp_path: Path) -> None:
    google.hang()
    fails(google, VoiceTimeoutError, tmp_path, deadline_s=0.4)


def test_a_certificate_of_a_stranger_is_refused(google: FakeGoogle, tmp_path: Path) -> None:
    trusting_nobody_new = GttsVoice(
        GttsSettings(proxy=google.proxy), sound=FfmpegSound(), pause=lambda _: None
    )
    with pytest.raises(VoiceUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
        trusting_nobody_new.speak(SENTENCE, out=tmp_path / "voice.wav", deadline_s=30)
    assert google.texts == []


def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    (tmp_path / "google").mkdir()
    stranger = FakeGoogle(tmp_path / "google", certified_for="translate.example.org")
    stranger.start()
    try:
        with pytest.raises(VoiceUnavailableError, match=r"Hostname mismatch|doesn't match"):
            voice(stranger).speak(SENTENCE, out=tmp_path / "voice.wav", deadline_s=30)
    finally:
        stranger.stop()
    assert stranger.texts == []


def test_the_environment_does_not_change_the_way_out(
    google: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    voice(google).speak(SENTENCE, out=tmp_path / "voice.wav", deadline_s=30)
    assert google.texts == [SENTENCE]


@pytest.mark.parametrize("tld", ["", "com/evil", "com.evil.org", "COM"])
def test_a_top_level_domain_is_only_that(tld: str) -> None:
    with pytest.raises(ValueError, match="top-level"):
        GttsSettings(tld=tld)
