"""A file that is at its place whole, or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audio.errors import DiskFullError


@contextmanager
def whole_file(out: Path, *, is_lasting: bool = False) -> Iterator[Path]:
    """Yield a path beside `out` to write to; move it to `out` on success, remove it on any failure.

    `is_lasting` waits for the disk: for what is delivered, not for the files between two steps.
    Raises DiskFullError when the disk ends, here or in the body.
    """
    draft = out.with_name(f".{secrets.token_hex(8)}.part")
    try:
        yield draft
        if is_lasting:
            _sync(draft)
        draft.replace(out)
        if is_lasting:
            _sync(out.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(str(error)) from error
        raise
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
