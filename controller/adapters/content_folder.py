"""Content files in a folder, named by their SHA-256."""

import contextlib
import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from controller.domain.errors import Code, NotFoundError, UnavailableError


class ContentFolder:
    """`usecases.ports.ContentStore`. A file appears under its name only when it is whole and on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drafts = folder / "drafts"

    def start(self) -> None:
        """Make the folders."""
        self._drafts.mkdir(parents=True, exist_ok=True)

    def new_file(self) -> Path:
        try:
            number, name = tempfile.mkstemp(dir=self._drafts)
        except OSError as error:
            raise _full(error) from error
        os.close(number)
        return Path(name)

    def keep(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                content_id = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            place = self.path(content_id)
            place.parent.mkdir(exist_ok=True)
            path.replace(place)
            _sync_folder(place.parent)
        except OSError as error:
            raise _full(error) from error
        return content_id

    def path(self, content_id: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", content_id):
            raise NotFoundError
        return self._folder / content_id[:2] / content_id

    def sweep(self, keep: Iterable[Path]) -> None:
        kept = {path.name for path in keep}
        for path in self._drafts.iterdir():
            if path.name not in kept:
                self.drop_file(path)

    def drop_file(self, path: Path) -> None:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _full(error: OSError) -> Exception:
    return UnavailableError(Code.DISK_FULL) if error.errno in (errno.ENOSPC, errno.EDQUOT) else error


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
