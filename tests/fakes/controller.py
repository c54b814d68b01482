"""Doubles of the controller's ports: a clock to be moved, a studio that hums, and the way to devices."""

import math
import wave
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from controller.domain.devices import Device
from controller.domain.errors import Code, InvalidError, UnavailableError
from controller.usecases.ports import BrokerAddress, Sound, TimetableItem
from schedules import Rails

SATURDAY_AFTERNOON = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)  # 16:30 in Viet Nam
_RATE = 8_000


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = SATURDAY_AFTERNOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by

    def set(self, now: datetime) -> None:
        self._now = now


class PlainPasswords:
    """`PasswordHasher` that costs nothing."""

    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def matches(self, password_hash: str, password: str) -> bool:
        return bool(password_hash) and password_hash == self.hash(password)


class FakeStudio:
    """Hums as long as the text would take to read. Its triggers hold until `recover()`."""

    def __init__(self) -> None:
        self._fault: Exception | None = None
        self._fell_back: tuple[str, ...] = ()
        self.texts: list[str] = []
        self.uploads: list[bytes] = []

    def announce(self, text: str, *, out: Path) -> Sound:
        self.texts.append(text)
        engine = "espeak:vi" if self._fell_back else "gtts:vi"
        return self._sound(out, length_s=max(1.0, len(text.split()) * 0.25), engine=engine)

    def record(self, upload: Path, *, out: Path) -> Sound:
        self.uploads.append(upload.read_bytes())
        if not self.uploads[-1].startswith((b"RIFF", b"OggS", b"fLaC", b"ID3")):
            raise InvalidError(Code.NOT_SOUND, field="file")
        return self._sound(out, length_s=2.0, engine="recording")

    def lose_the_voices(self) -> None:
        """No voice answers."""
        self._fault = UnavailableError(Code.VOICES_FAILED)

    def fill_the_disk(self) -> None:
        """There is no room for the sound."""
        self._fault = UnavailableError(Code.DISK_FULL)

    def lose_the_best_voice(self, code: str = "voice_unavailable") -> None:
        """The better voice fails, the next one speaks."""
        self._fell_back = (f"gtts:vi:{code}",)

    def recover(self) -> None:
        self._fault, self._fell_back = None, ()

    def _sound(self, out: Path, *, length_s: float, engine: str) -> Sound:
        if self._fault is not None:
            raise self._fault
        write_hum(out, length_s)
        fell_back = () if engine == "recording" else self._fell_back
        return Sound(
            path=out,
            media_type="audio/wav",
            duration_ms=round(length_s * 1000),
            engine=engine,
            fell_back=fell_back,
        )


def write_hum(out: Path, length_s: float) -> None:
    """Write a quiet tone as a WAV file."""
    count = round(length_s * _RATE)
    samples = array("h", (round(3000 * math.sin(2 * math.pi * 220 * n / _RATE)) for n in range(count)))
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(samples.tobytes())


class FakeDownlink:
    """Keeps what would have gone to devices; `cut()` makes it refuse until `mend()`."""

    def __init__(self) -> None:
        self._is_cut = False
        self.timetables: dict[str, tuple[int, tuple[TimetableItem, ...]]] = {}
        self.rails: dict[str, tuple[Rails, ...]] = {}
        self.acknowledged: list[tuple[str, str, int]] = []
        self.blocks: list[tuple[str, str, int, bytes]] = []

    def send_timetable(
        self, device: Device, *, station: str, items: Sequence[TimetableItem], rails: Sequence[Rails]
    ) -> bool:
        if not self._is_cut:
            self.timetables[device.id] = (device.desired_revision, tuple(items))
            self.rails[device.id] = tuple(rails)
        return not self._is_cut

    def acknowledge_journal(self, device_id: str, *, journal: str, upto: int) -> bool:
        if not self._is_cut:
            self.acknowledged.append((device_id, journal, upto))
        return not self._is_cut

    def send_block(self, device_id: str, *, content_id: str, index: int, payload: bytes) -> bool:
        if not self._is_cut:
            self.blocks.append((device_id, content_id, index, payload))
        return not self._is_cut

    def cut(self) -> None:
        """The broker cannot be reached."""
        self._is_cut = True

    def mend(self) -> None:
        self._is_cut = False


class FakeBrokerAccess:
    """The broker's list of logins, in memory; `fill_the_disk()` makes it refuse changes until `recover()`."""

    def __init__(self, address: BrokerAddress | None = None) -> None:
        self._address = address or BrokerAddress(host="127.0.0.1", port=1883)
        self._is_full = False
        self.passwords: dict[str, str] = {}

    @property
    def address(self) -> BrokerAddress:
        return self._address

    def grant(self, device_id: str, password: str) -> None:
        self._check()
        self.passwords[device_id] = password

    def revoke(self, device_id: str) -> None:
        self._check()
        self.passwords.pop(device_id, None)

    def fill_the_disk(self) -> None:
        self._is_full = True

    def recover(self) -> None:
        self._is_full = False

    def _check(self) -> None:
        if self._is_full:
            raise UnavailableError(Code.DISK_FULL)


class MemoryNews:
    """Keeps the topics that were published."""

    def __init__(self) -> None:
        self.topics: list[str] = []

    def publish(self, topic: str) -> None:
        self.topics.append(topic)
