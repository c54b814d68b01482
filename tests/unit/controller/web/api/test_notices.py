"""Uploads and files over the API."""

import unicodedata
from pathlib import Path

import httpx
import pytest

from controller.domain.errors import Code
from controller.web import uploads
from tests.fakes.controller import write_hum
from tests.unit.controller.web.api.conftest import ApiHouse

NAMES = [
    "../../etc/cron.d/evil",
    "loa\nphuong\r\n.wav",
    unicodedata.normalize("NFD", "bản tin.wav"),
    "a" * 3000,
    "\x00.wav",
]


def upload(house: ApiHouse, content: bytes, *, name: str = "recording.wav") -> tuple[httpx.Response, str]:
    notice = house.room.draft()
    answer = house.as_(house.room.editor()).put(
        f"/notices/{notice.id}/recording", files={"file": (name, content, "audio/wav")}
    )
    return answer, notice.id


def drafts(house: ApiHouse) -> list[Path]:
    return sorted((house.room.folder / "contents" / "drafts").iterdir())


def others(house: ApiHouse) -> set[Path]:
    """Return every file and folder but the drafts and the database."""
    files = house.room.folder.rglob("*")
    return {path for path in files if path.parent.name != "drafts" and not path.name.startswith("loa.db")}


def a_wave(folder: Path) -> bytes:
    write_hum(folder / "hum.wav", 0.2)
    return (folder / "hum.wav").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_an_upload_is_used_for_nothing(house: ApiHouse, tmp_path: Path, name: str) -> None:
    wave = a_wave(tmp_path)
    before = others(house)
    answer, _ = upload(house, wave, name=name)
    assert answer.status_code == 202, answer.text
    (draft,) = drafts(house)
    assert draft.read_bytes() == wave
    assert draft.name.startswith("tmp")
    assert others(house) == before


def test_an_upload_of_nothing_is_refused_and_leaves_nothing(house: ApiHouse) -> None:
    answer, _ = upload(house, b"")
    assert (answer.status_code, answer.json()["code"]) == (422, Code.NOT_SOUND)
    assert drafts(house) == []
    assert house.room.count("renderings") == 0


def test_an_upload_that_is_too_large_is_refused_and_leaves_nothing(
    house: ApiHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD_MB", 1)
    answer, _ = upload(house, bytes((1 << 20) + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, Code.FILE_TOO_LARGE)
    assert "1 MB" in answer.json()["detail"]
    assert drafts(house) == []
    assert upload(house, bytes(1 << 20))[0].status_code == 202


def test_a_renamed_program_is_refused_by_its_sound_and_the_editor_is_told(house: ApiHouse) -> None:
    answer, notice_id = upload(house, b"MZ\x90\x00" + bytes(100), name="thong-bao.mp3")
    assert answer.status_code == 202
    assert house.room.uses.rendering.render_next()
    sound = house.as_(house.room.editor()).get(f"/notices/{notice_id}").json()["sound"]
    assert (sound["state"], sound["error_code"]) == ("failed", Code.NOT_SOUND)
    assert drafts(house) == []


def test_an_upload_for_which_there_is_no_room_is_503_and_the_notice_stays(
    house: ApiHouse, tmp_path: Path
) -> None:
    class Full:
        def new_file(self) -> Path:
            draft = house.room.contents.new_file()
            draft.unlink()
            draft.symlink_to("/dev/full")
            return draft

        def drop_file(self, path: Path) -> None:
            house.room.contents.drop_file(path)

    parts = house.app.state.parts
    object.__setattr__(parts, "contents", Full())
    answer, notice_id = upload(house, a_wave(tmp_path))
    assert (answer.status_code, answer.json()["code"]) == (503, Code.DISK_FULL)
    assert "retry-after" in answer.headers
    assert drafts(house) == []
    assert house.as_(house.room.editor()).get(f"/notices/{notice_id}").status_code == 200


def test_the_sound_is_the_bytes_that_devices_play_and_may_be_had_in_parts(house: ApiHouse) -> None:
    notice = house.room.approved()
    client = house.as_(house.room.editor())
    whole = client.get(f"/notices/{notice.id}/sound")
    sound = client.get(f"/notices/{notice.id}").json()["sound"]
    assert whole.headers["etag"] == f'"{sound["content_id"]}"'
    assert whole.content == house.room.contents.path(sound["content_id"]).read_bytes()
    part = client.get(f"/notices/{notice.id}/sound", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])


def test_the_editor_reads_that_another_voice_spoke(house: ApiHouse) -> None:
    house.room.studio.lose_the_best_voice()
    notice = house.room.submitted()
    house.room.uses.rendering.render_next()
    sound = house.as_(house.room.approver()).get(f"/notices/{notice.id}").json()["sound"]
    assert (sound["engine"], sound["fell_back"]) == ("espeak:vi", "gtts:vi:voice_unavailable")


def test_a_full_disk_while_rendering_is_shown_and_heals(house: ApiHouse) -> None:
    house.room.studio.fill_the_disk()
    notice = house.room.submitted()
    client = house.as_(house.room.editor())
    house.room.uses.rendering.render_next()
    sound = client.get(f"/notices/{notice.id}").json()["sound"]
    assert (sound["state"], sound["error_code"]) == ("queued", Code.DISK_FULL)
    house.room.studio.recover()
    with house.room.work() as work:
        waiting = work.notices.rendering(notice.id, 1)
        assert waiting is not None
        house.room.clock.set(waiting.due_at)
    house.room.uses.rendering.render_next()
    assert client.get(f"/notices/{notice.id}").json()["sound"]["state"] == "ready"
