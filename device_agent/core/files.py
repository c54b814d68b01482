"""Files that are either the old whole one or the new whole one, whatever happens to the power."""

import os
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter; its parents too when they are missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def write_whole(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write `path` atomically: a temporary file, fsync, rename, fsync of the folder."""
    part = path.with_name(path.name + ".new")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
