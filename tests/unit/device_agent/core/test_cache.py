"""Contents: assembled, checked, dropped."""

import hashlib
import random
import shutil
from pathlib import Path

import pytest

from device_agent.core.cache import Cache
from device_agent.core.errors import DeviceError
from protocol import BLOCK_BYTES, Block, ContentRef, block_count
from protocol.errors import BlockRefusedError

WHOLE = random.Random(7).randbytes(BLOCK_BYTES * 3 + 17)
REF = ContentRef(id=hashlib.sha256(WHOLE).hexdigest(), size=len(WHOLE), media_type="audio/ogg")


def block(index: int, *, whole: bytes = WHOLE) -> Block:
    payload = whole[index * BLOCK_BYTES : (index + 1) * BLOCK_BYTES]
    return Block(content=REF.id, index=index, payload=payload)


def a_cache(folder: Path) -> Cache:
    cache = Cache(folder, reserved_bytes=0)
    cache.start()
    return cache


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return a_cache(tmp_path / "contents")


def test_blocks_in_any_order_and_number_make_the_whole(cache: Cache) -> None:
    assert cache.missing(REF) == {0, 1, 2, 3}
    answers = [cache.put(block(index), REF) for index in (2, 0, 2, 3, 0)]
    assert not any(answers)
    assert cache.missing(REF) == {1}
    assert not cache.path(REF.id).exists()
    assert cache.put(block(1), REF)
    assert cache.path(REF.id).read_bytes() == WHOLE
    assert cache.whole([REF]) == {REF.id}


@pytest.mark.parametrize("cut", range(4))
def test_a_restart_goes_on_from_the_missing_blocks(tmp_path: Path, cut: int) -> None:
    for index in range(cut):
        a_cache(tmp_path).put(block(index), REF)
    assert a_cache(tmp_path).missing(REF) == set(range(cut, 4))


def test_a_wrong_hash_is_never_ready_and_everything_is_fetched_again(cache: Cache) -> None:
    flipped = bytearray(WHOLE)
    flipped[5] ^= 1
    for index in range(3):
        cache.put(block(index, whole=bytes(flipped)), REF)
    with pytest.raises(DeviceError) as caught:
        cache.put(block(3), REF)
    assert caught.value.code == "content_damaged"
    assert cache.whole([REF]) == frozenset()
    assert cache.missing(REF) == {0, 1, 2, 3}
    assert [cache.put(block(index), REF) for index in range(4)][-1]


@pytest.mark.parametrize("spoil", [lambda _b: b"", lambda b: b[:-1] + b"\0", lambda b: b[: len(b) // 2]])
def test_a_file_that_was_spoiled_on_disk_is_not_sound(cache: Cache, spoil: object) -> None:
    cache.path(REF.id).write_bytes(WHOLE)
    assert cache.is_sound(REF.id)
    assert callable(spoil)
    cache.path(REF.id).write_bytes(spoil(WHOLE))
    assert not cache.is_sound(REF.id)
    assert not cache.path(REF.id).exists()
    assert cache.missing(REF) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    "wrong",
    [
        Block(content=REF.id, index=4, payload=b"x"),
        Block(content=REF.id, index=2**50, payload=b"x"),
        Block(content=REF.id, index=3, payload=b"x" * 18),
        Block(content=REF.id, index=0, payload=b"x" * 17),
        Block(content="f" * 64, index=0, payload=WHOLE[:BLOCK_BYTES]),
    ],
)
def test_blocks_that_do_not_fit_are_refused(cache: Cache, wrong: Block) -> None:
    with pytest.raises(BlockRefusedError):
        cache.put(wrong, REF)
    assert cache.missing(REF) == {0, 1, 2, 3}


def test_what_no_timetable_names_is_dropped(cache: Cache) -> None:
    cache.path(REF.id).write_bytes(WHOLE)
    other = ContentRef(id="e" * 64, size=BLOCK_BYTES * 2, media_type="audio/ogg")
    cache.put(Block(content=other.id, index=0, payload=bytes(BLOCK_BYTES)), other)
    cache.keep([REF.id])
    assert [path.name for path in cache.path("").iterdir()] == [REF.id]
    cache.keep([])
    assert list(cache.path("").iterdir()) == []


def test_a_disk_without_room_is_a_fault_and_leaves_no_part(tmp_path: Path) -> None:
    cache = Cache(tmp_path, reserved_bytes=shutil.disk_usage(tmp_path).total * 2)
    cache.start()
    with pytest.raises(DeviceError) as caught:
        cache.put(block(0), REF)
    assert caught.value.code == "disk_full"
    assert list(tmp_path.iterdir()) == []
    assert cache.missing(REF) == {0, 1, 2, 3}


def test_a_file_of_many_blocks_has_one_bit_each(cache: Cache) -> None:
    large = ContentRef(id="d" * 64, size=50 * 1024 * 1024, media_type="audio/ogg")
    assert len(cache.missing(large)) == block_count(large.size) == 800
