"""Does what `step` wants done: the performer, the journal, the cache and the courier in one place.

A failing disk never keeps a device silent: it is reported, and what could not be written is tried again.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from device_agent.core import effects
from device_agent.core.airings import entry_for
from device_agent.core.cache import Cache
from device_agent.core.courier import Courier
from device_agent.core.effects import Effect
from device_agent.core.errors import DeviceError
from device_agent.core.events import ContentLost, ContentStored, Event, FaultRaised
from device_agent.core.journal import Held, Journal
from device_agent.core.ports import Cue, Faulted, Performer
from protocol import Item, JournalEntry
from schedules import Segment

_log = logging.getLogger(__name__)
_MAX_UNWRITTEN = 1_000


@dataclass(frozen=True, slots=True)
class Moment:
    """One look at both clocks: what the wall clock shows, and for how long this run has been up."""

    now: datetime
    up_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the stage works with. `boot` names this run of the agent."""

    boot: str
    performer: Performer
    journal: Journal
    cache: Cache
    courier: Courier


class Stage:
    """Carries out effects for the loop; one thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._unwritten: list[JournalEntry] = []
        self._believed_at: Moment | None = None
        self._do: Mapping[type[Any], Callable[[Any, Moment], tuple[Event, ...]]] = {
            effects.SaveTimetable: self._save_timetable,
            effects.Keep: self._keep,
            effects.Want: self._want,
            effects.Prepare: self._prepare,
            effects.Perform: self._perform,
            effects.Unmark: self._unmark,
            effects.Cease: self._cease,
            effects.Note: self._note,
            effects.DateNotes: self._date_notes,
            effects.Forget: self._forget,
            effects.SendState: self._send_state,
            effects.SendJournal: self._send_journal,
        }

    @property
    def unwritten_count(self) -> int:
        """How many entries wait for a disk that works."""
        return len(self._unwritten)

    def do(self, effect: Effect, at: Moment) -> tuple[Event, ...]:
        """Carry out one effect; return what came of it. Raises nothing: a fault becomes an event."""
        try:
            return self._do[type(effect)](effect, at)
        except DeviceError as error:
            _log.error("%s failed: %s (%s)", type(effect).__name__, error, error.code)
            code = error.code
        # What one effect meets must not take the effects after it along: they may be the next item.
        except Exception:
            _log.exception("%s failed", type(effect).__name__)
            code = "agent_error"
        if isinstance(effect, effects.Perform):
            return (Faulted(occurrence=effect.item.occurrence, at=at.now, reason=code),)
        return (FaultRaised(code),)

    def retry_writes(self) -> tuple[Event, ...]:
        """Try again to write what the disk refused."""
        while self._unwritten:
            try:
                self._parts.journal.note(self._unwritten[0])
            except DeviceError as error:
                return (FaultRaised(error.code),)
            del self._unwritten[0]
            self._parts.courier.journal_changed()
        return self._date()

    def _save_timetable(self, effect: effects.SaveTimetable, _at: Moment) -> tuple[Event, ...]:
        _log.info("timetable revision %s held", effect.revision)
        self._parts.journal.hold(
            Held(sealed=effect.sealed, revision=effect.revision, issued_at=effect.issued_at)
        )
        return ()

    def _keep(self, effect: effects.Keep, _at: Moment) -> tuple[Event, ...]:
        self._parts.cache.keep(effect.contents)
        return ()

    def _want(self, effect: effects.Want, _at: Moment) -> tuple[Event, ...]:
        """Ask for what is not here; what an earlier timetable left behind need not come again."""
        found = self._parts.cache.whole(effect.contents)
        self._parts.courier.want(tuple(ref for ref in effect.contents if ref.id not in found))
        return tuple(ContentStored(content) for content in sorted(found))

    def _prepare(self, effect: effects.Prepare, _at: Moment) -> tuple[Event, ...]:
        content = effect.item.content
        if content is not None and not self._parts.cache.is_sound(content.id):
            return (ContentLost(content.id), FaultRaised("content_damaged"))
        self._parts.performer.prepare(self._cue(effect.item, effect.segment))
        return ()

    def _perform(self, effect: effects.Perform, at: Moment) -> tuple[Event, ...]:
        """Mark first, perform second: after a power cut between the two it is not aired, never aired twice."""
        item, segment = effect.item, effect.segment
        entry = replace(
            entry_for(item, revision=effect.revision, now=at.now, result="failed", reason="interrupted"),
            volume=segment.volume,
            offset_ms=segment.offset // timedelta(milliseconds=1),
        )
        found: tuple[Event, ...] = ()
        try:
            self._parts.journal.mark_begun(
                entry,
                span=(segment.start_at, segment.end_at),
                is_emergency=segment.occurrence.is_emergency,
            )
        except DeviceError as error:
            # Silence would be the worse harm; this process itself never begins an occurrence twice.
            _log.error("occurrence %s begins without a durable mark: %s", item.occurrence, error)
            found = (FaultRaised(error.code),)
        _log.info("occurrence %s %r is due at %s", item.occurrence, item.title, segment.start_at.isoformat())
        self._parts.performer.perform(self._cue(item, segment))
        return found

    def _unmark(self, effect: effects.Unmark, _at: Moment) -> tuple[Event, ...]:
        self._parts.journal.unmark(effect.occurrence)
        return ()

    def _cease(self, effect: effects.Cease, _at: Moment) -> tuple[Event, ...]:
        _log.info("occurrence %s is taken off the air", effect.occurrence)
        self._parts.performer.cease(effect.occurrence)
        return ()

    def _note(self, effect: effects.Note, at: Moment) -> tuple[Event, ...]:
        entry = replace(effect.entry, boot=self._parts.boot, up_ms=at.up_ms)
        level = logging.INFO if entry.result == "done" else logging.WARNING
        _log.log(level, "occurrence %s: %s %s", entry.occurrence, entry.result, entry.reason)
        if len(self._unwritten) < _MAX_UNWRITTEN:
            self._unwritten.append(entry)
        return self.retry_writes()

    def _date_notes(self, _effect: effects.DateNotes, at: Moment) -> tuple[Event, ...]:
        self._believed_at = at
        return self.retry_writes()

    def _date(self) -> tuple[Event, ...]:
        """Date what was noted before the clock was believed, once all of it is written."""
        if self._believed_at is None:
            return ()
        try:
            self._parts.journal.date(self._believed_at.now, self._believed_at.up_ms)
        except DeviceError as error:
            return (FaultRaised(error.code),)
        self._believed_at = None
        self._parts.courier.journal_changed()
        return ()

    def _forget(self, effect: effects.Forget, _at: Moment) -> tuple[Event, ...]:
        if self._parts.journal.acknowledge(effect.journal, effect.upto):
            self._parts.courier.journal_acked()
        return ()

    def _send_state(self, _effect: effects.SendState, _at: Moment) -> tuple[Event, ...]:
        self._parts.courier.state_changed()
        return ()

    def _send_journal(self, _effect: effects.SendJournal, _at: Moment) -> tuple[Event, ...]:
        self._parts.courier.journal_changed()
        return ()

    def _cue(self, item: Item, segment: Segment) -> Cue:
        return Cue(
            occurrence=item.occurrence,
            title=item.title,
            start_at=segment.start_at,
            end_at=segment.end_at,
            volume=segment.volume,
            offset=segment.offset,
            sound_path=None if item.content is None else self._parts.cache.path(item.content.id),
            text=item.text,
        )
