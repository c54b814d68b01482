"""Online speech of Google Translate: the one door to gTTS and to the web for it.

gTTS 2.5.4 sends its requests without verifying certificates, without a time-out, and takes an answer that lacks
sound for the end of the text. So we take only the body of the request from it, and do the sending ourselves.
"""

from __future__ import annotations

import base64
import binascii
import random
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import requests
from gtts import gTTS

from audio.chunks import split_script
from audio.errors import (
    AudioError,
    FfmpegFailedError,
    NotSoundError,
    TextEmptyError,
    VoiceIncompleteError,
    VoiceRateLimitedError,
    VoiceSilentError,
    VoiceTimeoutError,
    VoiceUnavailableError,
)
from audio.ports import SoundTool
from audio.voices import check_length
from audio.waves import SAMPLE_RATE, SAMPLE_SIZE, read_wave, write_wave

_CHUNK_LENGTH = 100
_PATH = "_/TranslateWebserverUi/data/batchexecute"
_SOUND = re.compile(rb'jQ1olc","\[\\"(.*?)\\"\]')
_MAX_ANSWER_SIZE = 4 * 1024 * 1024
_BLOCK_SIZE = 16 * 1024


@dataclass(frozen=True, slots=True)
class GttsSettings:
    """`ca_bundle` is a PEM file for a network with its own certificate authority; None is the usual list.

    `proxy` is an http:// or https:// address; None goes out directly. Nothing is read from the environment.
    """

    tld: str = "com"
    is_slow: bool = False
    connect_timeout_s: float = 3.0
    read_timeout_s: float = 5.0
    attempts: int = 3
    parallel: int = 3
    proxy: str | None = None
    ca_bundle: Path | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z]{2,3}(\.[a-z]{2})?", self.tld):
            raise ValueError(f"not a top-level domain: {self.tld!r}")
        if self.attempts < 1 or self.parallel < 1:
            raise ValueError("at least one attempt and one lane are needed")


class GttsVoice:
    """Voice over Google Translate. `clock`, `pause` and `jitter` are arguments so that tests need not wait."""

    def __init__(
        self,
        settings: GttsSettings | None = None,
        *,
        sound: SoundTool,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings or GttsSettings()
        self._sound = sound
        self._clock = clock
        self._pause = pause
        self._jitter = jitter

    @property
    def name(self) -> str:
        return "gtts:vi"

    def speak(self, script: str, *, out: Path, deadline_s: float) -> None:
        chunks = split_script(script, limit=_CHUNK_LENGTH)
        if not chunks:
            raise TextEmptyError
        ends_at = self._clock() + deadline_s
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".gtts-") as folder:
            spoken = self._speak_all(chunks, desk=Path(folder), ends_at=ends_at)
        write_wave(out, b"".join(spoken))

    def _speak_all(self, chunks: Sequence[str], *, desk: Path, ends_at: float) -> list[bytes]:
        """Ask in several lanes at once; after the first failure no lane asks for another chunk."""
        lanes = min(self._settings.parallel, len(chunks))
        spoken: dict[int, bytes] = {}
        failed: dict[int, AudioError] = {}

        def work(lane: int) -> None:
            with self._session() as session:
                for number in range(lane, len(chunks), lanes):
                    if failed:
                        return
                    try:
                        spoken[number] = self._speak_chunk(
                            session, chunks[number], place=desk / str(number), ends_at=ends_at
                        )
                    except AudioError as error:
                        failed[number] = error

        with ThreadPoolExecutor(lanes, thread_name_prefix="gtts") as pool:
            list(pool.map(work, range(lanes)))
        if failed:
            _raise_first(failed, has_spoken=bool(spoken), parts=len(chunks))
        return [spoken[number] for number in range(len(chunks))]

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self._settings.ca_bundle) if self._settings.ca_bundle else True
        if self._settings.proxy:
            session.proxies = {"https": self._settings.proxy}
        return session

    def _speak_chunk(self, session: requests.Session, chunk: str, *, place: Path, ends_at: float) -> bytes:
        for attempt in range(1, self._settings.attempts + 1):
            try:
                return self._decode(self._ask(session, chunk, ends_at=ends_at), chunk, place=place)
            except (VoiceRateLimitedError, VoiceTimeoutError):
                raise  # asking again would make the first worse and has no time in the second case
            except AudioError as error:
                rest_s = 0.2 * attempt * (1 + self._jitter())
                is_last = attempt == self._settings.attempts or not error.is_retryable
                if is_last or self._clock() + rest_s >= ends_at:
                    raise
                self._pause(rest_s)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _ask(self, session: requests.Session, chunk: str, *, ends_at: float) -> bytes:
        request = gTTS(
            chunk, lang="vi", slow=self._settings.is_slow, lang_check=False, pre_processor_funcs=[]
        )
        left_s = self._left_s(ends_at)
        try:
            with session.post(
                f"https://translate.google.{self._settings.tld}/{_PATH}",
                data=request.get_bodies()[0],
                headers=gTTS.GOOGLE_TTS_HEADERS,
                timeout=(
                    min(self._settings.connect_timeout_s, left_s),
                    min(self._settings.read_timeout_s, left_s),
                ),
                allow_redirects=False,
                stream=True,
            ) as answer:
                _check_status(answer)
                return self._read(answer, ends_at)
        except requests.exceptions.ReadTimeout as error:
            raise VoiceTimeoutError("no answer in time") from error
        except requests.exceptions.RequestException as error:
            self._left_s(ends_at)  # cut short by our own deadline, it says nothing about the network
            raise VoiceUnavailableError(f"{type(error).__name__}: {error}") from error

    def _read(self, answer: requests.Response, ends_at: float) -> bytes:
        """Read the body under the deadline and a limit: a time-out of its own holds for each block only."""
        body = bytearray()
        for block in answer.iter_content(_BLOCK_SIZE):
            body += block
            self._left_s(ends_at)
            if len(body) > _MAX_ANSWER_SIZE:
                raise VoiceUnavailableError("an answer larger than any speech")
        return bytes(body)

    def _decode(self, body: bytes, chunk: str, *, place: Path) -> bytes:
        coded, decoded = place.with_suffix(".mp3"), place.with_suffix(".wav")
        coded.write_bytes(_sound_in(body))
        try:
            self._sound.to_wav(coded, out=decoded)
            samples = read_wave(decoded)
        except (NotSoundError, FfmpegFailedError) as error:
            raise VoiceSilentError(f"what came cannot be decoded: {error.detail}") from error
        check_length(chunk, len(samples) / SAMPLE_SIZE / SAMPLE_RATE)
        return samples

    def _left_s(self, ends_at: float) -> float:
        left_s = ends_at - self._clock()
        if left_s <= 0:
            raise VoiceTimeoutError("the time for the whole text is over")
        return left_s


def _raise_first(failed: Mapping[int, AudioError], *, has_spoken: bool, parts: int) -> NoReturn:
    number, error = min(failed.items())
    if has_spoken and isinstance(error, VoiceSilentError):
        raise VoiceIncompleteError(f"part {number + 1} of {parts} came without sound") from error
    raise error


def _check_status(answer: requests.Response) -> None:
    status = answer.status_code
    if status == 429 or "/sorry/" in answer.headers.get("Location", ""):
        raise VoiceRateLimitedError(f"HTTP {status}")
    if status != 200:
        raise VoiceUnavailableError(f"HTTP {status}")


def _sound_in(body: bytes) -> bytes:
    found = _SOUND.search(body)
    if found is None:
        raise VoiceSilentError("HTTP 200 without sound")
    try:
        sound = base64.b64decode(found.group(1), validate=True)
    except binascii.Error as error:
        raise VoiceSilentError("the sound in the answer is damaged") from error
    if not sound:
        raise VoiceSilentError("HTTP 200 with 0 bytes of sound")
    return sound
