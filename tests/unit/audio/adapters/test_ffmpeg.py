"""The door to ffmpeg, with the real programs."""

import wave
from pathlib import Path

import pytest

from audio.adapters.espeak_voice import EspeakSettings, EspeakVoice, EspeakVoiceName
from audio.adapters.ffmpeg import FfmpegSound
from audio.errors import AudioError, DiskFullError, FfmpegFailedError, FfmpegMissingError, NotSoundError
from audio.waves import write_wave
from tests.unit.audio.meter import decode, read_meter, synthesise

NOTICE = "kính mời bà con nhân dân trong phường chú ý nghe thông báo về lịch tiêm chủng. " * 3
MUSIC = (
    "aevalsrc='(0.3*sin(2*PI*220*t)+0.2*sin(2*PI*277*t)+0.2*sin(2*PI*330*t))*(0.4+0.6*exp(-3*mod(t,0.5)))"
    "+0.3*(random(0)-0.5)*exp(-40*mod(t,0.25))':duration=12:sample_rate=44100"
)
DRUMS = "aevalsrc='0.6*(random(0)-0.5)*exp(-60*mod(t,0.25))+0.1*sin(2*PI*220*t)':duration=8"  # Opus overshoots here
SHORT_CHIME = "aevalsrc='0.5*sin(2*PI*880*t)*exp(-8*t)':duration=0.3:sample_rate=48000"


def program(folder: Path, script: str) -> str:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def speech(folder: Path, voice: EspeakVoiceName = "vi") -> Path:
    EspeakVoice(EspeakSettings(voice=voice)).speak(NOTICE, out=folder / "speech.wav", deadline_s=20)
    return folder / "speech.wav"


def source(kind: str, folder: Path) -> Path:
    if kind == "speech":
        return speech(folder)
    if kind == "central speech":
        return speech(folder, "vi-vn-x-central")
    if kind == "quiet speech":
        FfmpegSound().to_wav(speech(folder), out=folder / "quiet.wav", gain_db=-30)
        return folder / "quiet.wav"
    if kind == "shouted speech":
        FfmpegSound().to_wav(speech(folder), out=folder / "loud.wav", gain_db=20)
        return folder / "loud.wav"
    if kind == "stereo music":
        return synthesise(folder / "music.mp3", MUSIC, "-ac", "2")
    if kind == "drums":
        return synthesise(folder / "drums.wav", DRUMS)
    if kind == "8 kHz":
        return synthesise(folder / "narrow.wav", MUSIC, "-ar", "8000")
    return synthesise(folder / "chime.wav", SHORT_CHIME)


@pytest.mark.scenario("S-034")
@pytest.mark.parametrize(
    "kind",
    [
        "speech",
        "central speech",
        "quiet speech",
        "shouted speech",
        "stereo music",
        "drums",
        "8 kHz",
        "0.3 s chime",
    ],
)
def test_every_sound_comes_out_at_the_target(tmp_path: Path, kind: str) -> None:
    before = source(kind, tmp_path)
    told = FfmpegSound().master(before, out=tmp_path / "out.ogg")
    read = read_meter(tmp_path / "out.ogg")
    assert read.lufs == pytest.approx(-16, abs=0.5)
    assert read.true_peak_dbtp <= -1.5
    assert read.sample_rate == 48_000
    assert read.clipped == 0
    assert told.is_on_target
    assert read.duration_ms == pytest.approx(len(decode(before)) / 48, abs=5)


@pytest.mark.scenario("S-038")
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = tmp_path / "một" / "a.ogg", tmp_path / "hai" / "b.bin"
    for out in (one, two):
        out.parent.mkdir()
        voice = out.parent / "speech.wav"
        EspeakVoice().speak(NOTICE, out=voice, deadline_s=20)
        FfmpegSound().master(voice, out=out)
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")
        monkeypatch.setenv("LANG", "vi_VN.UTF-8")
        monkeypatch.chdir(out.parent)
    assert one.read_bytes() == two.read_bytes()
    head = one.read_bytes()[:400]
    assert b"OpusTags" in head
    assert b"Lavf" not in head, "the version of ffmpeg must not be in the file"


def test_the_delivery_is_mono_opus(tmp_path: Path) -> None:
    FfmpegSound().master(synthesise(tmp_path / "in.mp3", MUSIC, "-ac", "2"), out=tmp_path / "out.ogg")
    found = FfmpegSound().probe(tmp_path / "out.ogg")
    assert (found.codec, found.channels, found.sample_rate) == ("opus", 1, 48_000)
    assert (tmp_path / "out.ogg").stat().st_size < 12 * 24_000 / 8 * 1.3


def test_a_clip_too_short_for_the_meter_is_measured_as_if_repeated(tmp_path: Path) -> None:
    short = synthesise(tmp_path / "short.wav", "sine=frequency=1000:duration=0.3")
    long = synthesise(tmp_path / "long.wav", "sine=frequency=1000:duration=6")
    sound = FfmpegSound()
    assert sound.measure(short).lufs == pytest.approx(sound.measure(long).lufs, abs=0.2)


def test_decoding_stops_at_the_limit(tmp_path: Path) -> None:
    before = synthesise(tmp_path / "in.wav", "sine=frequency=440:duration=5")
    FfmpegSound().to_wav(before, out=tmp_path / "out.wav", max_duration_s=2)
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert (file.getnframes(), file.getframerate()) == (96_000, 48_000)


def test_gain_is_limited_and_never_clips(tmp_path: Path) -> None:
    before = synthesise(tmp_path / "in.wav", "sine=frequency=440:duration=3")
    FfmpegSound().to_wav(before, out=tmp_path / "out.wav", gain_db=30)
    assert FfmpegSound().measure(tmp_path / "out.wav").true_peak_dbtp <= -2.5


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00" + bytes(5000), b"#EXTM3U\n/etc/hostname\n", b"hello"])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.mp3").write_bytes(content)
    refuses(FfmpegSound(), NotSoundError, tmp_path)


def test_silence_is_no_sound(tmp_path: Path) -> None:
    write_wave(tmp_path / "in.mp3", bytes(48_000 * 2 * 4))
    with pytest.raises(NotSoundError):
        FfmpegSound().master(tmp_path / "in.mp3", out=tmp_path / "out.ogg")
    assert not (tmp_path / "out.ogg").exists()


def test_a_list_of_other_files_is_not_followed(tmp_path: Path) -> None:
    synthesise(tmp_path / "secret.wav", "sine=frequency=440:duration=1")
    (tmp_path / "in.mp3").write_text("ffconcat version 1.0\nfile 'secret.wav'\n")
    refuses(FfmpegSound(), NotSoundError, tmp_path)


def test_missing_programs_are_named(tmp_path: Path) -> None:
    synthesise(tmp_path / "in.wav", "sine=duration=1")
    refuses(FfmpegSound(ffmpeg="no-such-program"), FfmpegMissingError, tmp_path, name="in.wav")
    with pytest.raises(FfmpegMissingError):
        FfmpegSound(ffprobe="no-such-program").probe(tmp_path / "in.wav")


def test_a_full_disk_is_told_from_other_failures(tmp_path: Path) -> None:
    synthesise(tmp_path / "in.wav", "sine=duration=1")
    full = program(tmp_path, "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1")
    refuses(FfmpegSound(ffmpeg=full), DiskFullError, tmp_path, name="in.wav")


def test_a_file_that_could_not_be_written_to_its_end_is_no_success(tmp_path: Path) -> None:
    before = synthesise(tmp_path / "in.wav", MUSIC)
    # The real ffmpeg, with files of at most 20 KiB; version 5 ends with success all the same.
    small = program(tmp_path, "trap '' XFSZ; ulimit -f 20; exec ffmpeg \"$@\"")
    refuses(FfmpegSound(ffmpeg=small), FfmpegFailedError, tmp_path, name=before.name)


def test_a_failure_tells_the_end_of_what_ffmpeg_said(tmp_path: Path) -> None:
    synthesise(tmp_path / "in.wav", "sine=duration=1")
    broken = program(tmp_path, "echo 'something odd' >&2; exit 1")
    error = refuses(FfmpegSound(ffmpeg=broken), FfmpegFailedError, tmp_path, name="in.wav")
    assert "something odd" in error.detail


def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    synthesise(tmp_path / "in.wav", "sine=duration=1")
    slow = FfmpegSound(ffmpeg=program(tmp_path, "exec sleep 60"), timeout_s=0.3)
    refuses(slow, FfmpegFailedError, tmp_path, name="in.wav")


def test_a_failed_run_leaves_the_old_file(tmp_path: Path) -> None:
    synthesise(tmp_path / "in.wav", "sine=duration=1")
    (tmp_path / "out.ogg").write_bytes(b"the old one")
    # The program writes half a file before it fails.
    half = program(tmp_path, 'for last; do :; done; echo half > "${last#file:}"; exit 1')
    with pytest.raises(AudioError):
        FfmpegSound(ffmpeg=half).to_wav(tmp_path / "in.wav", out=tmp_path / "out.ogg")
    assert (tmp_path / "out.ogg").read_bytes() == b"the old one"
    assert not list(tmp_path.glob(".*"))


def refuses(sound: FfmpegSound, kind: type[AudioError], folder: Path, *, name: str = "in.mp3") -> AudioError:
    before = sorted(folder.iterdir())
    with pytest.raises(kind) as caught:
        sound.master(folder / name, out=folder / "out.ogg")
    assert sorted(folder.iterdir()) == before
    return caught.value
