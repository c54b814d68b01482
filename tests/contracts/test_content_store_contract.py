"""What every ContentStore keeps, and what a full disk does to the real one and to the sound that is being made."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from audio import Studio as SoundChain
from audio import VoiceLadder
from audio.adapters.ffmpeg import FfmpegSound
from controller.adapters.content_folder import ContentFolder
from controller.adapters.sound_studio import SoundStudio
from controller.domain.errors import Code, UnavailableError
from controller.domain.notices import RenderingState
from controller.usecases import RenderingRoom
from controller.usecases.ports import ContentStore, Studio
from tests.factories.controller import ControlRoom
from tests.fakes.audio import FakeVoice, WaveMixer
from tests.fakes.controller import FakeStudio
from tests.fixtures.small_disks import SmallDisk, small_disk

__all__ = ["small_disk"]


@pytest.fixture
def store(tmp_path: Path) -> ContentStore:
    """Give an empty store."""
    store = ContentFolder(tmp_path / "contents")
    store.start()
    return store


def put(store: ContentStore, content: bytes) -> str:
    draft = store.new_file()
    draft.write_bytes(content)
    return store.keep(draft)


def test_what_is_kept_is_found_by_its_hash(store: ContentStore) -> None:
    content_id = put(store, b"sound")
    assert content_id == hashlib.sha256(b"sound").hexdigest()
    assert store.path(content_id).read_bytes() == b"sound"


def test_keeping_the_same_again_changes_nothing(store: ContentStore) -> None:
    assert put(store, b"sound") == put(store, b"sound")


def test_every_draft_is_a_file_of_its_own(store: ContentStore) -> None:
    assert len({store.new_file() for _ in range(20)}) == 20


def test_a_draft_may_be_dropped_twice(store: ContentStore) -> None:
    draft = store.new_file()
    store.drop_file(draft)
    store.drop_file(draft)
    assert not draft.exists()


# --- a disk without a byte left --------------------------------------------------------------------------


def test_a_full_disk_is_said_to_be_full_and_the_store_stays_whole(small_disk: SmallDisk) -> None:
    store = ContentFolder(small_disk.folder)
    store.start()
    content_id = put(store, b"kept before")
    small_disk.fill()
    with pytest.raises((UnavailableError, OSError)):
        put(store, bytes(100_000))
    assert store.path(content_id).read_bytes() == b"kept before"
    small_disk.make_room()
    assert store.path(put(store, bytes(100_000))).stat().st_size == 100_000


def real_studio(work_folder: Path) -> Studio:
    tool = FfmpegSound()
    ladder = VoiceLadder([FakeVoice()], sound=tool, budget_s=5)
    return SoundStudio(SoundChain(ladder=ladder, mixer=WaveMixer(), sound=tool, work_folder=work_folder))


@pytest.mark.parametrize("where", ["store", "workshop"])
def test_a_disk_that_fills_while_rendering_is_waited_for_and_the_sound_is_made_in_the_end(
    small_disk: SmallDisk, tmp_path: Path, where: str
) -> None:
    room = ControlRoom(tmp_path)
    contents = ContentFolder(small_disk.folder / "contents" if where == "store" else tmp_path / "contents")
    contents.start()
    workshop = small_disk.folder / "work" if where == "workshop" else tmp_path / "work"
    workshop.mkdir()
    rendering_room = RenderingRoom(
        unit=room.database.unit,
        clock=room.clock,
        studio=real_studio(workshop),
        contents=contents,
        news=room.news,
    )
    notice = room.submitted(text="Một.")
    small_disk.fill()
    for _ in range(6):
        assert rendering_room.render_next()
        with room.work() as work:
            waiting = work.notices.rendering(notice.id, 1)
        assert waiting is not None
        assert (waiting.state, waiting.error_code) == (RenderingState.QUEUED, Code.DISK_FULL)
        room.clock.set(waiting.due_at + timedelta(seconds=1))
    small_disk.make_room()
    assert rendering_room.render_next()
    with room.work() as work:
        ready = work.notices.rendering(notice.id, 1)
    assert ready is not None
    assert ready.state is RenderingState.READY
    assert ready.content_id is not None
    assert hashlib.sha256(contents.path(ready.content_id).read_bytes()).hexdigest() == ready.content_id
    room.database.close()


@pytest.fixture(params=["real", "fake"])
def full_studio(request: pytest.FixtureRequest, small_disk: SmallDisk) -> Studio:
    """Give a studio without room to work in."""
    if request.param == "fake":
        fake = FakeStudio()
        fake.fill_the_disk()
        return fake
    small_disk.fill()
    return real_studio(small_disk.folder)


def test_a_studio_without_room_says_so_and_leaves_no_half_sound(full_studio: Studio, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as refused:
        full_studio.announce("Kính mời bà con.", out=tmp_path / "out.ogg")
    assert refused.value.code is Code.DISK_FULL
    assert not (tmp_path / "out.ogg").exists()
