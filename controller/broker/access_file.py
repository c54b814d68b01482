"""Who may log in to the embedded broker: a small file that the controller writes and the broker process reads."""

import contextlib
import json
import os
import threading
from pathlib import Path

from controller.domain.errors import Code, UnavailableError
from controller.domain.ids import token_hash
from controller.usecases.ports import BrokerAddress

CONTROLLER_LOGIN = "controller"


class AccessFile:
    """`usecases.ports.BrokerAccess` for the embedded broker. Written whole, by rename, so a reader sees old or new.

    Holds SHA-256 of random secrets, never the secrets.
    """

    def __init__(self, path: Path, address: BrokerAddress) -> None:
        self._path = path
        self._address = address
        self._lock = threading.Lock()

    @property
    def address(self) -> BrokerAddress:
        return self._address

    def grant(self, device_id: str, password: str) -> None:
        with self._lock:
            logins = read_logins(self._path)
            logins[device_id] = token_hash(password)
            self._write(logins)

    def revoke(self, device_id: str) -> None:
        with self._lock:
            logins = read_logins(self._path)
            if logins.pop(device_id, None) is not None:
                self._write(logins)

    def _write(self, logins: dict[str, str]) -> None:
        draft = self._path.with_suffix(".new")
        try:
            with open(draft, "w", opener=_private, encoding="utf-8") as file:
                json.dump(logins, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise UnavailableError(Code.DISK_FULL) from error


def read_logins(path: Path) -> dict[str, str]:
    """Return login names with the hash of each one's secret; empty before the first was granted."""
    try:
        logins: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return logins


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
