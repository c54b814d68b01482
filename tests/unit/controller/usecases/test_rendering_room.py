import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import Code, UnavailableError
from controller.domain.notices import Notice, Rendering, RenderingState
from controller.usecases import RenderingRoom, UseCases
from controller.usecases.ports import Sound
from tests.factories.controller import ControlRoom
from tests.fakes.controller import write_hum


def rendering_of(room: ControlRoom, notice: Notice) -> Rendering:
    with room.work() as work:
        found = work.notices.rendering(notice.id, notice.version)
    assert found is not None
    return found


def upload(room: ControlRoom, content: bytes) -> Path:
    path = room.contents.new_file()
    path.write_bytes(content)
    return path


def a_recording(room: ControlRoom) -> Path:
    path = room.contents.new_file()
    write_hum(path, 0.1)
    return path


def drafts(room: ControlRoom) -> list[Path]:
    return list((room.folder / "contents" / "drafts").iterdir())


def test_what_a_killed_controller_left_behind_is_swept_and_a_waiting_recording_is_not(
    room: ControlRoom,
) -> None:
    notice = room.draft()
    waiting = a_recording(room)
    room.uses.notices.attach(room.editor(), notice.id, waiting)
    upload(room, b"a request that was never answered")
    room.contents.new_file()

    room.uses.rendering.sweep()

    assert drafts(room) == [waiting]
    assert room.uses.rendering.render_next()
    assert rendering_of(room, notice).state is RenderingState.READY


def test_a_notice_becomes_a_content_that_is_named_by_its_bytes(room: ControlRoom) -> None:
    notice = room.submitted()
    assert room.uses.rendering.render_next()
    rendering = rendering_of(room, notice)
    assert (rendering.state, rendering.engine, rendering.fell_back) == (RenderingState.READY, "gtts:vi", "")
    content, path = room.uses.notices.sound(room.approver(), notice.id)
    assert path.stat().st_size == content.size > 0
    assert drafts(room) == []
    assert "notices" in room.news.topics
    assert not room.uses.rendering.render_next(), "there is nothing left to do"


def test_the_same_words_are_the_same_content(room: ControlRoom) -> None:
    first, second = room.approved(), room.approved()
    assert rendering_of(room, first).content_id == rendering_of(room, second).content_id
    assert room.count("contents") == 1


def test_the_editor_is_told_when_a_better_voice_did_not_speak(room: ControlRoom) -> None:
    room.studio.lose_the_best_voice("voice_timeout")
    notice = room.submitted()
    room.uses.rendering.render_next()
    rendering = rendering_of(room, notice)
    assert rendering.state is RenderingState.READY
    assert (rendering.engine, rendering.fell_back) == ("espeak:vi", "gtts:vi:voice_timeout")


def test_voices_that_fail_are_asked_again_by_the_row_and_leave_no_half_notice(room: ControlRoom) -> None:
    room.studio.lose_the_voices()
    notice = room.submitted()
    assert room.uses.rendering.render_next()
    waiting = rendering_of(room, notice)
    assert (waiting.state, waiting.error_code) == (RenderingState.QUEUED, Code.VOICES_FAILED)
    assert (room.count("contents"), drafts(room)) == (0, [])
    assert not room.uses.rendering.render_next(), "not before its time"
    room.studio.recover()
    room.clock.set(waiting.due_at)
    assert room.uses.rendering.render_next()
    healed = rendering_of(room, notice)
    assert (healed.state, healed.error_code) == (RenderingState.READY, "")


def test_voices_that_fail_four_times_are_given_up_and_may_be_asked_for_again(room: ControlRoom) -> None:
    room.studio.lose_the_voices()
    notice = room.submitted()
    tries = 0
    while room.uses.rendering.render_next():
        tries += 1
        room.clock.move(timedelta(minutes=3))
    assert tries == 4
    assert rendering_of(room, notice).state is RenderingState.FAILED
    room.studio.recover()
    room.uses.notices.listen(room.approver(), notice.id)
    assert room.uses.rendering.render_next()
    assert rendering_of(room, notice).state is RenderingState.READY


def test_a_full_disk_is_waited_for_however_long_it_takes(room: ControlRoom) -> None:
    room.studio.fill_the_disk()
    notice = room.submitted()
    for _ in range(20):
        assert room.uses.rendering.render_next()
        waiting = rendering_of(room, notice)
        assert (waiting.state, waiting.error_code) == (RenderingState.QUEUED, Code.DISK_FULL)
        assert waiting.due_at - room.clock.now() <= timedelta(minutes=2)
        room.clock.set(waiting.due_at)
    room.studio.recover()
    assert room.uses.rendering.render_next()
    assert rendering_of(room, notice).state is RenderingState.READY


def test_a_missing_program_is_not_tried_again(room: ControlRoom) -> None:
    class Bare:
        def announce(self, text: str, *, out: Path) -> Sound:
            raise UnavailableError(Code.MISSING_PROGRAM)

        def record(self, upload: Path, *, out: Path) -> Sound:
            raise UnavailableError(Code.MISSING_PROGRAM)

    notice = room.submitted()
    assert with_studio(room, Bare()).render_next()
    assert rendering_of(room, notice).error_code == Code.MISSING_PROGRAM
    assert rendering_of(room, notice).state is RenderingState.FAILED


def with_studio(room: ControlRoom, studio: object) -> RenderingRoom:
    return RenderingRoom(
        unit=room.database.unit,
        clock=room.clock,
        studio=studio,  # type: ignore[arg-type]
        contents=room.contents,
        news=room.news,
    )


class Interrupted:
    """A studio in which something happens while it speaks."""

    def __init__(self, act: Callable[[], None], *, room: ControlRoom) -> None:
        self._act = act
        self._room = room

    def announce(self, text: str, *, out: Path) -> Sound:
        self._act()
        return self._room.studio.announce(text, out=out)


def test_a_fault_of_ours_fails_the_row_and_not_for_ever(room: ControlRoom) -> None:
    def stumble() -> None:
        raise ZeroDivisionError

    notice = room.submitted()
    rendering = with_studio(room, Interrupted(stumble, room=room))
    for _ in range(4):
        assert rendering.render_next()
        room.clock.move(timedelta(minutes=3))
    assert rendering_of(room, notice).state is RenderingState.FAILED
    assert rendering_of(room, notice).error_code == Code.VOICES_FAILED
    assert drafts(room) == []


class Death(BaseException):
    """The process ends."""


def die() -> None:
    raise Death


def test_the_row_of_a_dead_worker_is_taken_again(room: ControlRoom) -> None:
    notice = room.submitted()
    with pytest.raises(Death):
        with_studio(room, Interrupted(die, room=room)).render_next()
    assert rendering_of(room, notice).state is RenderingState.WORKING
    room.clock.move(timedelta(minutes=4, seconds=59))
    assert not room.uses.rendering.render_next(), "it may still be at work"
    room.clock.move(timedelta(seconds=1))
    assert room.uses.rendering.render_next()
    assert rendering_of(room, notice).state is RenderingState.READY


def test_a_notice_that_ends_every_worker_is_given_up(room: ControlRoom) -> None:
    notice = room.submitted()
    for _ in range(4):
        with pytest.raises(Death):
            with_studio(room, Interrupted(die, room=room)).render_next()
        room.clock.move(timedelta(minutes=5))
    assert with_studio(room, Interrupted(die, room=room)).render_next()
    assert rendering_of(room, notice).state is RenderingState.FAILED


def test_a_slow_worker_that_fails_does_not_undo_what_another_has_finished(room: ControlRoom) -> None:
    def be_late() -> None:
        room.clock.move(timedelta(minutes=6))
        assert room.uses.rendering.render_next()
        raise UnavailableError(Code.VOICES_FAILED)

    notice = room.submitted()
    with_studio(room, Interrupted(be_late, room=room)).render_next()
    assert rendering_of(room, notice).state is RenderingState.READY


def test_two_workers_never_take_the_same_row(room: ControlRoom) -> None:
    for number in range(6):
        room.submitted(text=f"Tin số {number}.")
    barrier = threading.Barrier(2)

    def work_off(uses: UseCases) -> None:
        barrier.wait()
        while uses.rendering.render_next():
            pass

    threads = [
        threading.Thread(target=work_off, args=(uses,)) for uses in (room.uses, room.wire(room.database.unit))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(room.studio.texts) == [f"Tin số {number}." for number in range(6)]


def test_a_recording_takes_the_place_of_the_voice(room: ControlRoom) -> None:
    notice = room.draft()
    recording = a_recording(room)
    room.uses.notices.attach(room.editor(), notice.id, recording)
    room.uses.notices.submit(room.editor(), notice.id)
    room.uses.rendering.render_next()
    assert rendering_of(room, notice).engine == "recording"
    assert room.studio.texts == []
    assert drafts(room) == [], "the upload is gone once it has become a content"


def test_an_upload_that_is_no_sound_is_refused_once_and_the_notice_is_not_stuck(room: ControlRoom) -> None:
    notice = room.draft()
    room.uses.notices.attach(room.editor(), notice.id, upload(room, b"MZ\x90\x00 not a sound"))
    assert room.uses.rendering.render_next()
    refused = rendering_of(room, notice)
    assert (refused.state, refused.error_code) == (RenderingState.FAILED, Code.NOT_SOUND)
    assert drafts(room) == []
    room.clock.move(timedelta(seconds=1))
    room.uses.notices.submit(room.editor(), notice.id)
    assert room.uses.rendering.render_next()
    assert rendering_of(room, notice).engine == "gtts:vi"


def test_a_recording_outlives_a_full_disk(room: ControlRoom) -> None:
    notice = room.draft()
    room.uses.notices.attach(room.editor(), notice.id, a_recording(room))
    room.studio.fill_the_disk()
    room.uses.rendering.render_next()
    assert len(drafts(room)) == 1
    room.studio.recover()
    room.clock.move(timedelta(minutes=1))
    room.uses.rendering.render_next()
    assert rendering_of(room, notice).engine == "recording"
