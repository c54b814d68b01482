"""The whole way from a text or an upload to a finished recording."""

from __future__ import annotations

import threading
import time
import unicodedata
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from audio import AudioError, Mixer, NoVoiceError, Recording, Studio, Voice, VoiceLadder
from audio.adapters.espeak_voice import EspeakSettings, EspeakVoice
from audio.adapters.ffmpeg import FfmpegSound
from audio.adapters.gtts_voice import GttsSettings, GttsVoice
from audio.adapters.pydub_mixer import PydubMixer
from audio.chime import DURATION_S
from audio.errors import NotSoundError, SoundTooLargeError, SoundTooLongError, TextEmptyError
from audio.studio import GAP_MS
from audio.waves import write_wave
from tests.fakes.audio import FakeVoice, WaveMixer
from tests.fakes.google_speech import FakeGoogle
from tests.unit.audio.meter import decode, ffmpeg, read_meter, synthesise

NOTICE = (
    "Kính mời bà con nhân dân trong phường chú ý nghe thông báo. "
    "Sáng ngày mai, trạm y tế phường tổ chức tiêm chủng cho trẻ em dưới năm tuổi. "
    "Đề nghị các gia đình đưa trẻ đến đúng giờ, mang theo sổ tiêm chủng. "
    "Bà con nào chưa rõ xin liên hệ với trưởng thôn hoặc tổ trưởng tổ dân phố. "
    "Ủy ban nhân dân phường trân trọng thông báo để toàn thể bà con được biết và thực hiện. "
    "Xin cảm ơn bà con đã chú ý lắng nghe và chúc bà con một ngày tốt lành."
)
QUICK = EspeakSettings(speed=300)


class Watched:
    """A voice whose start is timed."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self.name = voice.name
        self.started_at: float | None = None

    def speak(self, script: str, *, out: Path, deadline_s: float) -> None:
        self.started_at = time.monotonic()
        self._voice.speak(script, out=out, deadline_s=deadline_s)


@pytest.fixture
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGoogle]:
    server = FakeGoogle(tmp_path_factory.mktemp("google"))
    server.start()
    yield server
    server.stop()


def studio(folder: Path, *voices: Voice, mixer: Mixer | None = None) -> Studio:
    sound = FfmpegSound()
    return Studio(
        ladder=VoiceLadder(voices or [FakeVoice()], sound=sound),
        mixer=mixer or PydubMixer(),
        sound=sound,
        work_folder=folder / "work",
    )


def online(google: FakeGoogle, *, proxy: str | None = None) -> GttsVoice:
    settings = GttsSettings(proxy=proxy or google.proxy, ca_bundle=google.ca_bundle)
    return GttsVoice(settings, sound=FfmpegSound())


@pytest.fixture(scope="module")
def whole_notice(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The notice as the offline engine reads it when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("whole")
    return studio(folder, EspeakVoice(QUICK)).announce(NOTICE, out=folder / "whole.ogg")


def leaves_nothing(folder: Path) -> bool:
    return not list((folder / "work").iterdir())


FAULTS: dict[str, tuple[str, Callable[[FakeGoogle], None]]] = {
    "200 without sound": ("voice_silent", FakeGoogle.answer_without_sound),
    "one chunk of six lost": ("voice_incomplete", lambda google: google.lose(4)),
    "one chunk of six cut": ("voice_incomplete", lambda google: google.cut(5)),
    "hangs": ("voice_timeout", FakeGoogle.hang),
    "429": ("voice_rate_limited", FakeGoogle.limit_rate),
    "no internet": ("voice_unavailable", lambda _: None),
}


@pytest.mark.scenario("S-031")
@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_failing_online_engine_gives_way_within_ten_seconds(
    tmp_path: Path, google: FakeGoogle, whole_notice: Recording, fault: str
) -> None:
    code, trigger = FAULTS[fault]
    trigger(google)
    offline = Watched(EspeakVoice(QUICK))
    first = online(google, proxy="http://127.0.0.1:9" if fault == "no internet" else None)

    asked_at = time.monotonic()
    made = studio(tmp_path, first, offline).announce(NOTICE, out=tmp_path / "out.ogg")

    assert offline.started_at is not None
    assert offline.started_at - asked_at < 10
    assert made.engine == "espeak:vi"
    assert [(failure.engine, failure.code) for failure in made.failures] == [("gtts:vi", code)]
    assert (tmp_path / "out.ogg").read_bytes() == whole_notice.path.read_bytes(), "not the whole notice"
    assert leaves_nothing(tmp_path)


@pytest.mark.scenario("S-031")
@pytest.mark.parametrize("fault", list(FAULTS))
def test_without_another_engine_nothing_is_published(tmp_path: Path, google: FakeGoogle, fault: str) -> None:
    code, trigger = FAULTS[fault]
    trigger(google)
    settings = GttsSettings(
        proxy="http://127.0.0.1:9" if fault == "no internet" else google.proxy,
        ca_bundle=google.ca_bundle,
        read_timeout_s=0.5,
    )
    alone = studio(tmp_path, GttsVoice(settings, sound=FfmpegSound(), pause=lambda _: None))
    with pytest.raises(NoVoiceError) as caught:
        alone.announce(NOTICE, out=tmp_path / "out.ogg")
    assert [failure.code for failure in caught.value.failures] == [code]
    assert not (tmp_path / "out.ogg").exists()
    assert leaves_nothing(tmp_path)


def test_a_healthy_online_engine_reads_the_notice(tmp_path: Path, google: FakeGoogle) -> None:
    made = studio(tmp_path, online(google), EspeakVoice(QUICK)).announce(NOTICE, out=tmp_path / "out.ogg")
    assert (made.engine, made.failures) == ("gtts:vi", ())
    assert len(google.texts) >= 6


@pytest.mark.scenario("S-032")
def test_two_texts_at_the_same_moment_stay_apart(tmp_path: Path) -> None:
    both_speak = threading.Barrier(2, timeout=20)

    class Meeting(FakeVoice):
        """Waits until the other editor's text is being read too, before and after its own reading."""

        def speak(self, script: str, *, out: Path, deadline_s: float) -> None:
            both_speak.wait()
            FakeVoice(pitch=300.0 if "lụt" in script else 900.0).speak(script, out=out, deadline_s=deadline_s)
            both_speak.wait()

    shared = studio(tmp_path, Meeting())
    texts = {
        "lut.ogg": "Tin báo lụt trên sông Hồng hôm nay.",
        "tiem.ogg": "Lịch tiêm chủng cho trẻ em hôm nay.",
    }
    made: dict[str, Recording] = {}

    def render(name: str) -> None:
        made[name] = shared.announce(texts[name], out=tmp_path / name)

    threads = [threading.Thread(target=render, args=(name,)) for name in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert pitch_of_words(made["lut.ogg"].path) == pytest.approx(300, rel=0.05)
    assert pitch_of_words(made["tiem.ogg"].path) == pytest.approx(900, rel=0.05)
    assert leaves_nothing(tmp_path)


@pytest.mark.parametrize("mixer", [PydubMixer(), WaveMixer()])
def test_a_recording_holds_chime_gap_and_every_word(tmp_path: Path, mixer: Mixer) -> None:
    voice = FakeVoice()
    made = studio(tmp_path, voice, mixer=mixer).announce(NOTICE, out=tmp_path / "out.ogg")
    words_ms = len(voice.scripts[0].split()) * 250
    words_from_ms = int(DURATION_S * 1000) + GAP_MS
    assert made.duration_ms == pytest.approx(words_from_ms + words_ms, abs=30)
    samples = decode(made.path)
    assert loudest(samples, 0, 300) > 1000, "the chime starts at once"
    assert loudest(samples, words_from_ms - 250, words_from_ms - 50) < 200, "the gap is quiet"
    assert loudest(samples, words_from_ms, words_from_ms + 80) > 1000, "the first syllable is there"
    assert loudest(samples, words_from_ms + words_ms - 100, words_from_ms + words_ms) > 1000, "and the last"


def test_a_recording_says_what_it_is(whole_notice: Recording) -> None:
    made = whole_notice
    read = read_meter(made.path)
    assert (made.path.name, made.media_type) == ("whole.ogg", "audio/ogg")
    assert made.size == made.path.stat().st_size
    assert made.duration_ms == pytest.approx(read.duration_ms, abs=2)
    assert made.lufs == pytest.approx(read.lufs, abs=0.3)
    assert made.true_peak_dbtp <= -1.5
    assert made.lufs == pytest.approx(-16, abs=0.5)


@pytest.mark.scenario("S-038")
def test_the_same_text_gives_the_same_recording(tmp_path: Path, whole_notice: Recording) -> None:
    again = studio(tmp_path, EspeakVoice(QUICK)).announce(NOTICE, out=tmp_path / "another name.ogg")
    assert again.path.read_bytes() == whole_notice.path.read_bytes()


@pytest.mark.parametrize("text", ["", "  \n", "🙂"])
def test_nothing_to_read_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TextEmptyError):
        studio(tmp_path).announce(text, out=tmp_path / "out.ogg")
    assert not (tmp_path / "out.ogg").exists()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("stereo.mp3", ["-ac", "2", "-ar", "44100"]),
        ("thoại.wav", ["-ar", "8000"]),
        ("phone.m4a", []),
        ("browser.webm", ["-c:a", "libopus"]),
        ("a sound\nwith a line.flac", []),
        ("-y.ogg", []),
        (unicodedata.normalize("NFD", "tiếng Việt.mp3"), []),
    ],
)
def test_uploads_of_many_kinds_are_finished(tmp_path: Path, name: str, options: Sequence[str]) -> None:
    (tmp_path / "work").mkdir()
    upload = synthesise(tmp_path / name, "sine=frequency=440:duration=1.5", *options)
    made = studio(tmp_path).record(upload, out=tmp_path / "work" / ".." / "out.ogg")
    assert made.engine == "recording"
    assert made.duration_ms == pytest.approx(DURATION_S * 1000 + GAP_MS + 1500, abs=120)
    assert made.lufs == pytest.approx(-16, abs=0.5)
    assert pitch_of_words(made.path) == pytest.approx(440, rel=0.05)


def test_an_mp3_with_a_cover_is_finished(tmp_path: Path) -> None:
    cover = tmp_path / "cover.png"
    ffmpeg("-f", "lavfi", "-i", "color=red:size=64x64:duration=0.04", "-frames:v", "1", str(cover))
    sound = synthesise(tmp_path / "plain.mp3", "sine=frequency=440:duration=2")
    both = ["-i", str(sound), "-i", str(cover), "-map", "0", "-map", "1", "-c", "copy"]
    ffmpeg(*both, "-disposition:v:0", "attached_pic", str(tmp_path / "covered.mp3"))
    made = studio(tmp_path).record(tmp_path / "covered.mp3", out=tmp_path / "out.ogg")
    assert made.lufs == pytest.approx(-16, abs=0.5)


def test_a_quiet_upload_is_as_loud_as_the_chime(tmp_path: Path) -> None:
    upload = synthesise(tmp_path / "quiet.wav", "sine=frequency=440:duration=3", "-af", "volume=-35dB")
    made = studio(tmp_path).record(upload, out=tmp_path / "out.ogg")
    samples = decode(made.path)
    assert loudest(samples, 4000, 6000) > 2500


def test_a_wave_with_a_false_length_is_believed_by_its_sound(tmp_path: Path) -> None:
    write_wave(tmp_path / "in.wav", array("h", [9000, -9000] * 48_000).tobytes())
    bytes_of_it = bytearray((tmp_path / "in.wav").read_bytes())
    bytes_of_it[4:8] = bytes_of_it[40:44] = b"\xff\xff\xff\x7f"
    (tmp_path / "in.wav").write_bytes(bytes_of_it)
    made = studio(tmp_path).record(tmp_path / "in.wav", out=tmp_path / "out.ogg", max_duration_s=5)
    assert made.duration_ms == pytest.approx(DURATION_S * 1000 + GAP_MS + 2000, abs=30)


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90\x00" + bytes(200_000), b"RIFF\xff\xff\xff\xffWAVEfmt ", b"<html></html>" * 100]
)
def test_uploads_that_are_no_sound_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "song.mp3").write_bytes(content)
    refuses(tmp_path, NotSoundError)


def test_silence_is_refused(tmp_path: Path) -> None:
    write_wave(tmp_path / "song.mp3", bytes(96_000 * 3))
    refuses(tmp_path, NotSoundError)


def test_an_upload_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "song.mp3").open("wb") as file:
        file.truncate(500 * 1024 * 1024)
    refuses(tmp_path, SoundTooLargeError)


def test_an_upload_too_long_is_refused_also_when_nothing_tells_its_length(tmp_path: Path) -> None:
    synthesise(tmp_path / "song.mp3", "sine=duration=4", "-f", "mp3", "-write_xing", "0")
    refuses(tmp_path, SoundTooLongError, max_duration_s=2)
    live = ["-f", "lavfi", "-i", "sine=duration=4", "-c:a", "libopus", "-f", "webm", "-live", "1", "pipe:1"]
    (tmp_path / "song.mp3").write_bytes(ffmpeg(*live).stdout)
    assert FfmpegSound().probe(tmp_path / "song.mp3").duration_ms is None
    refuses(tmp_path, SoundTooLongError, max_duration_s=2)


def refuses(folder: Path, kind: type[AudioError], *, max_duration_s: float = 60) -> None:
    with pytest.raises(kind):
        studio(folder).record(folder / "song.mp3", out=folder / "out.ogg", max_duration_s=max_duration_s)
    assert not (folder / "out.ogg").exists()
    assert not (folder / "work").exists() or leaves_nothing(folder)


def loudest(samples: array[int], from_ms: int, to_ms: int) -> int:
    return max(abs(sample) for sample in samples[from_ms * 48 : to_ms * 48])


def pitch_of_words(recording: Path) -> float:
    """Count the zero crossings of half a second in the middle of the words."""
    start = int(DURATION_S * 48_000) + GAP_MS * 48 + 24_000
    middle = decode(recording)[start : start + 24_000]
    rising = sum(1 for before, after in pairwise(middle) if before < 0 <= after)
    return rising * 2.0
