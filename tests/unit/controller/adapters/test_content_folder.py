import hashlib
from pathlib import Path

import pytest

from controller.adapters.content_folder import ContentFolder
from controller.domain.errors import NotFoundError


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "a" * 32 + "/" + "a" * 31]
)
def test_only_a_hash_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFoundError):
        ContentFolder(tmp_path).path(name)


def test_a_content_lies_under_its_hash_and_its_draft_is_gone(tmp_path: Path) -> None:
    store = ContentFolder(tmp_path)
    store.start()
    draft = store.new_file()
    draft.write_bytes(b"sound")
    content_id = store.keep(draft)
    assert content_id == hashlib.sha256(b"sound").hexdigest()
    assert store.path(content_id) == tmp_path / content_id[:2] / content_id
    assert not draft.exists()


def test_a_fault_that_is_not_a_full_disk_is_not_called_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ContentFolder(tmp_path / "missing").new_file()
