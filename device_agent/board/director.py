"""What is on the board now and what comes next: one thread's object, without threads or waits of its own."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from device_agent.board.panel import Lost, Painted, Panel, PanelLostError, PanelNews, Slide, TellNews
from device_agent.core.errors import DeviceError
from device_agent.core.ports import Clock, Cue, Ended, Faulted, ReportTo, Started

_log = logging.getLogger(__name__)

LONGEST_TEXT = 20_000
AHEAD = timedelta(seconds=3)  # laid out this long before the start
PAINT_LIMIT_S = 5.0
CHECK_EVERY_S = 10.0
DARK_LIMIT_S = 30.0  # a notice whose panel stays dark for longer is given up
WELL_AFTER_S = 60.0  # a panel that lived this long starts its back-off anew
LONGEST_PAUSE_S = 30.0
SEAMLESS = timedelta(milliseconds=250)
_LATE_END = timedelta(milliseconds=50)
_SHORTEST_PAUSE_S = 0.01
_IDLE_S = 0.5  # the wall clock may step: look at it at least this often


@dataclass(slots=True, kw_only=True)
class _Showing:
    """The notice on the panel: painted once at least; `visible_from_s` is None while the panel is dark."""

    cue: Cue
    last_page_after_ms: int
    visible_from_s: float | None
    shown_s: float = 0.0
    was_dark: bool = False


class BackOff:
    """Pauses before a panel is opened again: short at first, doubling, with jitter."""

    def __init__(self, *, first_s: float = 0.2, longest_s: float = LONGEST_PAUSE_S) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._tries = 0

    def next_s(self) -> float:
        pause = min(self._longest_s, self._first_s * 2.0 ** min(self._tries, 16))
        self._tries += 1
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads restarts, keeps no secret

    def reset(self) -> None:
        self._tries = 0

    @property
    def is_fresh(self) -> bool:
        return self._tries == 0


class Director:
    """Drives a panel by cues and time, and reports. `tick` does what is due and says when to come again."""

    def __init__(self, panel: Panel, *, clock: Clock, report: ReportTo, tell: TellNews) -> None:
        self._panel, self._clock, self._report, self._tell = panel, clock, report, tell
        self._back_off = BackOff()
        self._waiting: dict[str, Cue] = {}
        self._laid_out: str | None = None
        self._due_at: datetime | None = None
        self._due_from_s: float | None = None
        self._on: _Showing | None = None
        self._fault = "renderer_lost"
        self._dark_from_s: float | None = None
        self._open_at_s: float | None = 0.0
        self._opened_at_s = 0.0
        self._check_at_s = 0.0

    # --- what others ask ---

    def add(self, cue: Cue) -> None:
        """Take a cue to be shown; one that is known already is ignored."""
        if cue.occurrence in self._waiting or (self._on and self._on.cue.occurrence == cue.occurrence):
            return
        if not cue.text and not cue.title:
            self._fail(cue.occurrence, "nothing_to_show")
        elif len(cue.text or "") > LONGEST_TEXT:
            self._fail(cue.occurrence, "text_too_long")
        else:
            self._waiting[cue.occurrence] = cue

    def cease(self, occurrence: str) -> None:
        """Take the occurrence off the panel or out of the wings."""
        if self._waiting.pop(occurrence, None) is not None and self._laid_out == occurrence:
            self._forget_laid_out()
            self._try(self._panel.drop)
        elif self._on is not None and self._on.cue.occurrence == occurrence:
            self._end(is_whole=False)
            self._blank()

    def cease_all(self) -> None:
        for occurrence in [*self._waiting, *([self._on.cue.occurrence] if self._on else [])]:
            self.cease(occurrence)

    def hear(self, news: PanelNews) -> None:
        """Take the panel's news."""
        if isinstance(news, Lost):
            _log.warning("the board's panel says: %s", news.reason)
            self._check_at_s = 0.0  # it may be old news: `tick` looks at the panel itself
        else:
            self._painted(news)

    def close(self) -> None:
        """End what is on and close the panel."""
        self._waiting.clear()
        if self._on is not None:
            self._end(is_whole=False)
        self._panel.close()

    # --- what time brings ---

    def tick(self) -> float:
        """Do what is due now; return the seconds until the next call is needed."""
        self._open_if_due()
        self._give_up_waiting()
        self._end_if_due()
        self._lay_out_next()
        self._check_if_due()
        return self._pause_s()

    def _open_if_due(self) -> None:
        if self._open_at_s is None or self._clock.monotonic_s() < self._open_at_s:
            return
        self._open_at_s = None
        try:
            self._panel.open(self._tell)
        except DeviceError as error:  # it was there at the start: uninstalled, or its folder is gone
            self._lose(error.code)
        except PanelLostError as error:
            self._lose(error.reason)
        else:
            self._opened()

    def _opened(self) -> None:
        self._opened_at_s = self._clock.monotonic_s()
        self._check_at_s = self._opened_at_s + CHECK_EVERY_S
        if self._on is not None:
            self._call(self._on.cue)
        else:
            self._dark_from_s = None

    def _give_up_waiting(self) -> None:
        now, monotonic_s = self._clock.now(), self._clock.monotonic_s()
        dark_s = monotonic_s - self._dark_from_s if self._dark_from_s is not None else 0.0
        is_dark = dark_s > DARK_LIMIT_S
        for cue in list(self._waiting.values()):
            if cue.end_at <= now or (is_dark and cue.start_at <= now):
                self._waiting.pop(cue.occurrence)
                if self._laid_out == cue.occurrence:
                    self._forget_laid_out()
                    self._try(self._panel.drop)
                self._fail(cue.occurrence, self._fault if self._dark_from_s is not None else "expired")
        if self._on is not None and is_dark:
            occurrence, self._on = self._on.cue.occurrence, None
            self._fail(occurrence, self._fault)

    def _end_if_due(self) -> None:
        if self._on is None or self._clock.now() < self._on.cue.end_at:
            return
        self._end(is_whole=True)
        following = self._waiting.get(self._laid_out or "")
        if following is None or following.start_at > self._clock.now() + SEAMLESS:
            self._blank()

    def _lay_out_next(self) -> None:
        if self._is_closed():
            return
        if self._is_overdue():
            self._lose("paint_timeout")
            return
        following = self._following()
        if following is None or following.occurrence == self._laid_out:
            return
        is_repainting = self._laid_out is not None and self._laid_out not in self._waiting
        if not is_repainting and following.start_at <= self._clock.now() + AHEAD:
            self._call(following)

    def _is_overdue(self) -> bool:
        """Say whether the laid-out slide is not painted though its start came, by the wall clock, a while ago."""
        if self._due_at is None or self._clock.now() < self._due_at:
            return False
        now_s = self._clock.monotonic_s()
        if self._due_from_s is None:
            self._due_from_s = (
                now_s  # from here by the steady clock: the wall clock may have leapt to the start
            )
        return now_s - self._due_from_s > PAINT_LIMIT_S

    def _check_if_due(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._is_closed() or now_s < self._check_at_s:
            return
        self._check_at_s = now_s + CHECK_EVERY_S
        self._try(self._panel.check)
        if not self._is_closed() and now_s - self._opened_at_s > WELL_AFTER_S:
            self._back_off.reset()

    def _pause_s(self) -> float:
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        pauses = [_IDLE_S]
        if self._open_at_s is not None:
            pauses.append(self._open_at_s - now_s)
        else:
            pauses.append(self._check_at_s - now_s)
            if self._on is not None:
                pauses.append((self._on.cue.end_at - now).total_seconds())
            following = self._following()
            if following is not None and following.occurrence != self._laid_out:
                pauses.append((following.start_at - AHEAD - now).total_seconds())
        return max(_SHORTEST_PAUSE_S, min(pauses))

    # --- steps ---

    def _following(self) -> Cue | None:
        return min(self._waiting.values(), key=lambda cue: cue.start_at, default=None)

    def _call(self, cue: Cue) -> None:
        self._laid_out = cue.occurrence
        self._due_at, self._due_from_s = cue.start_at, None
        slide = Slide(occurrence=cue.occurrence, title=cue.title, text=cue.text or "", start_at=cue.start_at)
        self._try(lambda: self._panel.show(slide))

    def _painted(self, news: Painted) -> None:
        if news.occurrence == self._laid_out:
            self._forget_laid_out()
        self._dark_from_s = None
        now_s = self._clock.monotonic_s()
        if self._on is not None and self._on.cue.occurrence == news.occurrence:
            self._on.visible_from_s = now_s
            return
        cue = self._waiting.pop(news.occurrence, None)
        if cue is None:  # ceased while it was being painted
            self._restore()
            return
        if self._on is not None:
            self._end(is_whole=news.at >= self._on.cue.end_at - _LATE_END)
        self._on = _Showing(cue=cue, last_page_after_ms=news.last_page_after_ms, visible_from_s=now_s)
        self._report(Started(occurrence=cue.occurrence, at=news.at))

    def _restore(self) -> None:
        if self._on is not None:
            self._call(self._on.cue)
        else:
            self._blank()

    def _end(self, *, is_whole: bool) -> None:
        """Report the end of what is on; whole only when every page was shown and the panel was never dark."""
        on, self._on = self._on, None
        if on is None:
            return
        self._stop_counting(on)
        length_ms = round(on.shown_s * 1000)
        if self._laid_out == on.cue.occurrence:
            self._forget_laid_out()
        self._report(
            Ended(
                occurrence=on.cue.occurrence,
                at=self._clock.now(),
                length_ms=length_ms,
                is_whole=is_whole and not on.was_dark and length_ms >= on.last_page_after_ms,
            )
        )

    def _is_closed(self) -> bool:
        return self._open_at_s is not None

    def _blank(self) -> None:
        self._forget_laid_out()
        self._try(self._panel.blank)
        if not self._is_closed():
            self._dark_from_s = None  # the identity slide is a picture, too

    def _forget_laid_out(self) -> None:
        self._laid_out = self._due_at = self._due_from_s = None

    def _try(self, step: Callable[[], None]) -> None:
        if self._is_closed():
            return  # closed: there is nothing to change on it
        try:
            step()
        except PanelLostError as error:
            self._lose(error.reason)

    def _lose(self, reason: str) -> None:
        """Give the panel up and plan its opening; what is on stays on the programme."""
        now_s = self._clock.monotonic_s()
        is_first = self._back_off.is_fresh and reason == "renderer_lost"
        pause_s = self._back_off.next_s()
        if is_first:
            pause_s = 0.0  # as a rule the page alone is gone: a new one is quicker than a new browser
        else:
            self._panel.close()
        _log.warning("the board's panel is lost (%s): opening it again in %.1f s", reason, pause_s)
        self._fault, self._open_at_s = reason, now_s + pause_s
        self._forget_laid_out()
        if self._dark_from_s is None:
            self._dark_from_s = now_s
        if self._on is not None:
            self._stop_counting(self._on)
            self._on.was_dark = True

    def _stop_counting(self, on: _Showing) -> None:
        if on.visible_from_s is not None:
            on.shown_s += self._clock.monotonic_s() - on.visible_from_s
            on.visible_from_s = None

    def _fail(self, occurrence: str, reason: str) -> None:
        _log.warning("the notice %s cannot be shown: %s", occurrence, reason)
        self._report(Faulted(occurrence=occurrence, at=self._clock.now(), reason=reason))
