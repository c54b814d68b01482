"""Making sound: takes queued renderings one by one and turns words or uploads into content."""

import logging
from datetime import timedelta
from pathlib import Path

from controller.domain.errors import Code, DomainError, UnavailableError
from controller.domain.notices import Content, Notice, Rendering
from controller.usecases.ports import Clock, ContentStore, News, Sound, Studio, Unit

_log = logging.getLogger(__name__)
MAX_ATTEMPTS = 4
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

    def render_next(self) -> bool:
        """Make the sound of one queued rendering; tell whether there was one."""
        now = self._clock.now()
        with self._unit() as work:
            rendering = work.notices.claim_rendering(now, give_up_after=now - GIVE_UP_AFTER)
            notice = work.notices.get(rendering.notice_id) if rendering is not None else None
        if rendering is None or notice is None:
            return False
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
            if row is not None:
                row.succeed(
                    content_id=content_id,
                    duration_ms=sound.duration_ms,
                    engine=sound.engine,
                    fell_back=", ".join(sound.fell_back)[:400],
                    now=now,
                )
        _log.info("notice %s: %d ms of sound by %s", rendering.notice_id, sound.duration_ms, sound.engine)

    def _give_up(self, rendering: Rendering, error: DomainError) -> None:
        may_heal = isinstance(error, UnavailableError) and error.code is not Code.MISSING_PROGRAM
        retry_in = timedelta(seconds=5 * 3**rendering.attempts) if may_heal else None
        if rendering.attempts >= MAX_ATTEMPTS:
            retry_in = None
        with self._unit() as work:
            row = work.notices.rendering_by_id(rendering.id)
            if row is not None:
                row.fail(error.code, now=self._clock.now(), retry_in=retry_in)
