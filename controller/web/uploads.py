"""Taking in an upload without trusting its name, its kind or its size."""

from pathlib import Path

from fastapi import UploadFile

from controller.domain.errors import Code, InvalidError, UnavailableError
from controller.usecases.ports import ContentStore

MAX_UPLOAD_MB = 100
_CHUNK = 1 << 20


def take_in(upload: UploadFile, contents: ContentStore) -> Path:
    """Copy an upload to a new file beside the store and return it. Raises FILE_TOO_LARGE, NOT_SOUND or DISK_FULL.

    The client's file name is not used for anything.
    """
    path = contents.new_file()
    try:
        _copy(upload, path)
    except BaseException:
        contents.drop_file(path)
        raise
    return path


def _copy(upload: UploadFile, path: Path) -> None:
    written = 0
    try:
        with path.open("wb") as file:
            while chunk := upload.file.read(_CHUNK):
                written += len(chunk)
                if written > MAX_UPLOAD_MB * _CHUNK:
                    raise InvalidError(Code.FILE_TOO_LARGE, field="file", limit_mb=MAX_UPLOAD_MB)
                file.write(chunk)
    except OSError as error:
        raise UnavailableError(Code.DISK_FULL) from error
    if written == 0:
        raise InvalidError(Code.NOT_SOUND, field="file")
