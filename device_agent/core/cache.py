"""Contents by SHA-256: assembled from blocks, checked before use, dropped when no timetable names them."""

import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from device_agent.core.errors import DeviceError
from device_agent.core.files import make_private_folder, sync_folder
from protocol import BLOCK_BYTES, Block, ContentRef, block_count, from_bitmap, to_bitmap
from protocol.errors import BlockRefusedError

RESERVED_BYTES = 32 * 1024 * 1024
"""Contents never take the last bytes of a disk: the journal needs them."""

_log = logging.getLogger(__name__)


class Cache:
    """A folder with `<id>` for whole contents and `<id>.part`, `<id>.missing` for those being fetched."""

    def __init__(self, folder: Path, *, reserved_bytes: int = RESERVED_BYTES) -> None:
        self._folder = folder
        self._reserved_bytes = reserved_bytes
        self._missing: dict[str, set[int]] = {}

    def start(self) -> None:
        """Make the folder."""
        make_private_folder(self._folder)

    def path(self, content: str) -> Path:
        """Return where the whole content is, or will be."""
        return self._folder / content

    def whole(self, contents: Iterable[ContentRef]) -> frozenset[str]:
        """Return which of these are here and pass their hash; what does not is set aside."""
        return frozenset(ref.id for ref in contents if self.is_sound(ref.id))

    def is_sound(self, content: str) -> bool:
        """Tell whether the content is here and its bytes still match its name; set it aside if they do not."""
        path = self.path(content)
        if not path.exists():
            return False
        if _hash_of(path) == content:
            return True
        _log.error("content %s is damaged on disk: set aside, to be fetched again", content)
        path.replace(path.with_name("damaged"))
        return False

    def missing(self, ref: ContentRef) -> set[int]:
        """Return the indices of the blocks that are not here yet."""
        if ref.id not in self._missing:
            self._missing[ref.id] = self._read_missing(ref)
        return self._missing[ref.id]

    def put(self, block: Block, ref: ContentRef) -> bool:
        """Take in a block of `ref`; True when the content is now whole and its hash is right.

        Raises BlockRefusedError for a block that does not fit, DeviceError `content_damaged` when the whole
        has the wrong hash (it is set aside and everything is missing again), `disk_full` or `storage_failed`.
        """
        _check_fits(block, ref)
        missing = self.missing(ref)
        if block.index not in missing:
            return False
        try:
            self._write_block(block, ref)
            missing.discard(block.index)
            if missing:
                self._save_missing(ref, missing)
                return False
            return self._finish(ref)
        except OSError as error:
            raise _storage_failed(error) from error

    def keep(self, contents: Iterable[str]) -> None:
        """Drop everything that belongs to none of `contents`."""
        kept = set(contents)
        for path in self._folder.iterdir():
            if path.name.split(".", 1)[0] not in kept:
                path.unlink(missing_ok=True)
        for content in self._missing.keys() - kept:
            del self._missing[content]

    def _part(self, content: str) -> Path:
        return self._folder / f"{content}.part"

    def _map(self, content: str) -> Path:
        return self._folder / f"{content}.missing"

    def _read_missing(self, ref: ContentRef) -> set[int]:
        count = block_count(ref.size)
        if self._part(ref.id).exists() and self._map(ref.id).exists():
            return set(from_bitmap(self._map(ref.id).read_bytes(), count))
        return set(range(count))

    def _save_missing(self, ref: ContentRef, missing: set[int]) -> None:
        # Without fsync: a bitmap that is wrong after a power cut ends in a wrong hash, and that is checked.
        self._map(ref.id).write_bytes(to_bitmap(missing, block_count(ref.size)))

    def _write_block(self, block: Block, ref: ContentRef) -> None:
        part = self._part(ref.id)
        if not part.exists() and shutil.disk_usage(self._folder).free < ref.size + self._reserved_bytes:
            raise OSError(errno.ENOSPC, "not enough room for the content")
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, block.payload, block.index * BLOCK_BYTES)
        finally:
            os.close(descriptor)

    def _finish(self, ref: ContentRef) -> bool:
        """Check the hash, make the bytes durable, and only then give them their name."""
        part = self._part(ref.id)
        if _hash_of(part) != ref.id:
            part.replace(self._folder / "damaged")
            self._forget(ref.id)
            raise DeviceError("content_damaged", f"content {ref.id} came with the wrong bytes")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(self.path(ref.id))
        sync_folder(self._folder)
        self._forget(ref.id)
        return True

    def _forget(self, content: str) -> None:
        self._missing.pop(content, None)
        self._map(content).unlink(missing_ok=True)


def _check_fits(block: Block, ref: ContentRef) -> None:
    count = block_count(ref.size)
    if block.content != ref.id or block.index >= count:
        raise BlockRefusedError(f"block {block.index} of {block.content} was not asked for")
    expected = min(BLOCK_BYTES, ref.size - block.index * BLOCK_BYTES)
    if len(block.payload) != expected:
        raise BlockRefusedError(f"block {block.index} has {len(block.payload)} bytes, not {expected}")


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _storage_failed(error: OSError) -> DeviceError:
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return DeviceError(
        "disk_full" if is_full else "storage_failed",
        f"content cannot be stored: {error.strerror}",
        hint="check the state folder's disk: free space, file permissions, health of the SD card",
    )
