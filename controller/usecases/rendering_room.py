"""Making sound: takes queued renderings one by one and turns words or uploads into content."""

import logging
from datetime import timedelta
from pathlib import Path

from controller.domain.errors import Code, DomainError, InvalidError, UnavailableError
from controller.domain.notices import Content, Notice, Rendering, RenderingState
from controller.usecases.ports import Clock, ContentStore, News, Sound, Studio, Unit

_log = logging.getLogger(__name__)
MAX_ATTEMPTS = 4
LONGEST_WAIT = timedelta(minutes=2)
# A worker that has said nothing for this long is dead: the longest notice takes well under a minute.
GIVE_UP_AFTER = timedelta(minutes=5)


class RenderingRoom:
    """Use cases of the render workers. Several may run; each row is claimed by a conditional update."""

    def __init__(
        self, *, unit: Unit, clock: Clock, studio: Studio, contents: ContentStore, news: News
    ) -> None:
        self._unit = unit
        self._clock = clock
        self._studio = studio
        self._contents = contents
        self._news = news

    def sweep(self) -> None:
        """Remove what a controller left behind that was killed at work. MUST be called before anything is made."""
        with self._unit() as work:
            uploads = [Path(path) for path in work.notices.unmade_uploads()]
        self._contents.sweep(uploads)

    def render_next(self) -> bool:
        """Make the sound of one queued rendering; tell whether there was one."""
        now = self._clock.now()
        with self._unit() as work:
            rendering = work.notices.claim_rendering(now, give_up_after=now - GIVE_UP_AFTER)
            notice = work.notices.get(rendering.notice_id) if rendering is not None else None
        if rendering is None or notice is None:
            return False
        if rendering.attempts > MAX_ATTEMPTS and not rendering.error_code:
            # Taken again and again, and nothing ever noted: it ends its worker each time.
            _log.error("notice %s version %s ended %d workers", notice.id, rendering.version, MAX_ATTEMPTS)
            self._give_up(rendering, InvalidError(Code.VOICES_FAILED))
        else:
            self._render(rendering, notice)
        self._news.publish("notices")
        return True

    def _render(self, rendering: Rendering, notice: Notice) -> None:
        upload = Path(rendering.upload_path) if rendering.upload_path else None
        try:
            out = self._contents.new_file()
            try:
                sound = self._make(upload, notice.text, out)
                self._finish(rendering, sound, size=sound.path.stat().st_size)
            finally:
                self._contents.drop_file(out)
        except DomainError as error:
            _log.warning("notice %s version %s has no sound: %s", notice.id, rendering.version, error)
            self._give_up(rendering, error)
        # The boundary to voices and sound programs: whatever a text does to them, its row must say that it failed.
        except Exception:
            _log.exception("notice %s version %s has no sound", notice.id, rendering.version)
            self._give_up(rendering, UnavailableError(Code.VOICES_FAILED))
        else:
            if upload is not None:
                self._contents.drop_file(upload)

    def _make(self, upload: Path | None, text: str, out: Path) -> Sound:
        if upload is None:
            return self._studio.announce(text, out=out)
        return self._studio.record(upload, out=out)

    def _finish(self, rendering: Rendering, sound: Sound, *, size: int) -> None:
        content_id = self._contents.keep(sound.path)
        now = self._clock.now()
        with self._unit() as work:
            if work.notices.content(content_id) is None:
                content = Content(
                    id=content_id,
                    size=size,
                    media_type=sound.media_type,
                    duration_ms=sound.duration_ms,
                    created_at=now,
                )
                work.notices.add(content)
                work.flush()
            row = work.notices.rendering_by_id(rendering.id)
            if row is not None and row.state is not RenderingState.READY:
                row.succeed(
                    content_id=content_id,
                    duration_ms=sound.duration_ms,
                    engine=sound.engine,
                    fell_back=", ".join(sound.fell_back)[:400],
                    now=now,
                )
        _log.info("notice %s: %d ms of sound by %s", rendering.notice_id, sound.duration_ms, sound.engine)

    def _give_up(self, rendering: Rendering, error: DomainError) -> None:
        with self._unit() as work:
            row = work.notices.rendering_by_id(rendering.id)
            # Another worker may have taken it meanwhile, believing this one dead; then it has the last word.
            if row is None or row.attempts != rendering.attempts or row.state is not RenderingState.WORKING:
                return
            row.fail(error.code, now=self._clock.now(), retry_in=_retry_in(rendering, error))
            if row.upload_path and isinstance(error, InvalidError):
                # Such a file never becomes sound; without it the notice can still be spoken.
                self._contents.drop_file(Path(row.upload_path))
                row.upload_path = ""


def _retry_in(rendering: Rendering, error: DomainError) -> timedelta | None:
    """Return when to try again, or None to give up. A full disk is waited for: somebody will make room."""
    may_heal = isinstance(error, UnavailableError) and error.code is not Code.MISSING_PROGRAM
    is_out_of_tries = rendering.attempts >= MAX_ATTEMPTS and error.code is not Code.DISK_FULL
    if not may_heal or is_out_of_tries:
        return None
    return min(timedelta(seconds=5 * 3 ** min(rendering.attempts, 4)), LONGEST_WAIT)
