"""The agent's one decision: `step(state, event, now) -> (state, effects)`. Pure; it never raises.

Order matters within a step: what happened is taken in first, then time is looked at (`_look`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from device_agent.core import air, airings
from device_agent.core.effects import (
    Cease,
    DateNotes,
    Effect,
    Forget,
    Keep,
    Note,
    SaveTimetable,
    SendJournal,
    SendState,
    Want,
)
from device_agent.core.events import (
    ContentLost,
    ContentStored,
    Event,
    FaultCleared,
    FaultRaised,
    JournalAcked,
    LinkDown,
    LinkUp,
    Restored,
    Stopping,
    Tick,
    TimetableArrived,
)
from device_agent.core.forecast import Outlook
from device_agent.core.ports import Ended, Faulted, Started
from device_agent.core.state import EPOCH, RELEASED_AT, UNBELIEVABLE_AT, AgentState
from protocol import Item, JournalEntry, Timetable
from schedules import Aired

CLOCK_FAULT = "clock_untrusted"
MEMORY_FAULT = "journal_rebuilt"
RAILS_FAULT = "guardrails_malformed"
PERFORMER_FAULT = "performer."
MAX_SETTLED = 20_000
_CLOCK_SLACK = timedelta(minutes=10)

Outcome = air.Outcome


def step(state: AgentState, event: Event, now: datetime) -> Outcome:
    """Return the state after `event` at `now`, and what is to be done about it."""
    taken, effects = _TAKE_IN[type(event)](state, event, now)
    looked, further = _look(taken, now)
    # Silence and sound first: a disk may be slow.
    in_order = sorted((*effects, *further), key=lambda one: isinstance(one, SaveTimetable | Keep))
    if not looked.trusts(now):
        in_order = [Note(_undated(looked, one.entry)) if isinstance(one, Note) else one for one in in_order]
    return looked, (*in_order, *_wants(state, looked))


def next_wake(state: AgentState, now: datetime) -> datetime | None:
    """Return the first instant after `now` at which time alone changes something, or None."""
    if not state.trusts(now):
        return state.trusted_from if state.trusted_from > now else None
    wakes = [airings.given_up_at(state, airing) for airing in state.airings]
    look_at = air.next_look(state, now)
    wakes += [look_at] if look_at else []
    return min((wake for wake in wakes if wake > now), default=None)


def trusted_from(issued_at: datetime) -> datetime:
    """Return the earliest time that a clock can show, once a message signed at `issued_at` is here."""
    return issued_at - _CLOCK_SLACK if RELEASED_AT < issued_at < UNBELIEVABLE_AT else RELEASED_AT


def _look(state: AgentState, now: datetime) -> Outcome:
    """Do what the time asks for. Nothing dated happens while the clock cannot be right."""
    if not state.trusts(now):
        return _set_fault(state, CLOCK_FAULT, is_on=True)
    state, effects = _set_fault(state, CLOCK_FAULT, is_on=False)
    if effects:
        effects = (DateNotes(), *effects)
    if state.awake_from is None:
        state = replace(state, awake_from=now)
    state = airings.forget_old(state, now)
    for rule in (airings.watch, air.note_missed, air.look_ahead):
        state, further = rule(state, now)
        effects += further
    return state, effects


def _undated(state: AgentState, entry: JournalEntry) -> JournalEntry:
    """Take out of an entry what a clock said that is not believed: `DateNotes` follows when one is."""
    started_at, ended_at = entry.started_at, None
    if started_at is not None and not state.trusts(started_at):
        started_at = None
    if started_at is not None and entry.ended_at is not None:
        ended_at = started_at + timedelta(milliseconds=entry.length_ms)
    return replace(
        entry,
        noted_at=EPOCH,
        dated_by="nothing",
        started_at=started_at,
        ended_at=ended_at,
        deviation_us=None if started_at is None else entry.deviation_us,
    )


def _wants(before: AgentState, after: AgentState) -> tuple[Effect, ...]:
    if (before.timetable, before.stored, before.settled) == (after.timetable, after.stored, after.settled):
        return ()
    missing = after.missing()
    return () if missing == before.missing() else (Want(missing),)


def _restored(state: AgentState, event: Restored, now: datetime) -> Outcome:
    # A text that was interrupted is shown again; half a sound is not begun anew.
    texts = {item.occurrence for item in event.timetable.items if item.content is None}
    interrupted = {entry.occurrence for entry in event.interrupted}
    played = {**event.played, **dict.fromkeys(interrupted & texts, timedelta(0))}
    state = _read(state, event.timetable)
    restored = replace(
        state,
        stored=event.stored,
        settled=(event.settled | interrupted) - set(played),
        played=played,
        aired=tuple(
            Aired(
                start_at=one.start_at,
                end_at=one.end_at,
                day=state.outlook.rails.day_of(one.start_at),
                is_emergency=one.is_emergency,
            )
            for one in event.sounded
        ),
        trusted_from=max(state.trusted_from, event.trusted_from),
        no_start_before=now if event.is_memory_lost else None,
        faults=state.faults | ({MEMORY_FAULT} if event.is_memory_lost else set()),
    )
    is_dated = restored.trusts(now)
    notes = tuple(Note(replace(entry, noted_at=now) if is_dated else entry) for entry in event.interrupted)
    return restored, (*notes, SendJournal(), SendState())


def _timetable_arrived(state: AgentState, event: TimetableArrived, now: datetime) -> Outcome:
    """Replace the timetable when the revision is newer; whatever is not, changes nothing."""
    timetable = event.timetable
    if timetable.revision <= state.timetable.revision:
        return state, ()
    contents = frozenset(item.content.id for item in timetable.items if item.content)
    ids = {item.occurrence for item in timetable.items}
    state, effects = _withdraw(_read(state, timetable), now)
    state = replace(
        state,
        stored=state.stored & contents,
        prepared=state.prepared & ids,
        played={name: come for name, come in state.played.items() if name in ids},
        waiting={name: winner for name, winner in state.waiting.items() if name in ids},
        settled=_bounded(state.settled, ids),
        trusted_from=max(state.trusted_from, trusted_from(event.issued_at)),
    )
    save = SaveTimetable(sealed=event.sealed, revision=timetable.revision, issued_at=event.issued_at)
    return state, (*effects, save, Keep(contents), SendState())


def _withdraw(state: AgentState, now: datetime) -> Outcome:
    """Take off the air what the new timetable does not have, or has changed before it began."""
    effects: tuple[Effect, ...] = ()
    for airing in state.airings:
        item = state.outlook.items.get(airing.occurrence)
        further: tuple[Effect, ...] = ()
        if item is None:
            state, further = airings.cease(state, airing, now, why=("preempted", "withdrawn"))
        elif airing.started_at is None and _sound_of(item) != _sound_of(airing.item):
            if airing.ceased_at is None:
                state, further = airings.take_back(state, airing, now)
        elif item.content is None and item.end_at != airing.item.end_at:
            state = airings.put(state, replace(airing, item=item, end_at=item.end_at))
        effects += further
    return state, effects


def _read(state: AgentState, timetable: Timetable) -> AgentState:
    """Put a timetable into the state, and into the words of the forecast."""
    outlook = Outlook.of(timetable)
    faults = state.faults - {RAILS_FAULT} | ({RAILS_FAULT} if outlook.has_malformed_rails else set())
    return replace(state, timetable=timetable, outlook=outlook, faults=faults)


def _sound_of(item: Item) -> tuple[object, ...]:
    return (item.start_at, item.content, item.text, item.volume)


def _bounded(settled: frozenset[str], ids: set[str]) -> frozenset[str]:
    """Forget old occurrences, but never one of the present timetable."""
    return settled if len(settled) <= MAX_SETTLED else settled & ids


def _content_stored(state: AgentState, event: ContentStored, _now: datetime) -> Outcome:
    return replace(state, stored=state.stored | {event.content}), (SendState(),)


def _content_lost(state: AgentState, event: ContentLost, _now: datetime) -> Outcome:
    needing = {
        item.occurrence for item in state.timetable.items if item.content and item.content.id == event.content
    }
    return replace(state, stored=state.stored - {event.content}, prepared=state.prepared - needing), (
        SendState(),
    )


def _link_up(state: AgentState, _event: LinkUp, _now: datetime) -> Outcome:
    return replace(state, is_linked=True), (SendState(), SendJournal())


def _link_down(state: AgentState, _event: LinkDown, _now: datetime) -> Outcome:
    return replace(state, is_linked=False), ()


def _journal_acked(state: AgentState, event: JournalAcked, _now: datetime) -> Outcome:
    return state, (Forget(event.journal, event.upto), SendJournal())


def _fault_raised(state: AgentState, event: FaultRaised, _now: datetime) -> Outcome:
    return _set_fault(state, event.code, is_on=True)


def _fault_cleared(state: AgentState, event: FaultCleared, _now: datetime) -> Outcome:
    return _set_fault(state, event.code, is_on=False)


def _set_fault(state: AgentState, code: str, *, is_on: bool) -> Outcome:
    faults = state.faults | {code} if is_on else state.faults - {code}
    return (state, ()) if faults == state.faults else (replace(state, faults=faults), (SendState(),))


def _tick(state: AgentState, _event: Tick, _now: datetime) -> Outcome:
    return state, ()


def _stopping(state: AgentState, _event: Stopping, now: datetime) -> Outcome:
    effects: tuple[Effect, ...] = ()
    for airing in state.airings:
        state, further = airings.cease(state, airing, now, why=("preempted", "agent_stopped"))
        effects += further
    return replace(state, is_stopping=True), effects


def _started(state: AgentState, event: Started, _now: datetime) -> Outcome:
    airing = state.airing(event.occurrence)
    if airing is None:
        # Nobody wants this one any more: it began while it was being given up.
        return state, (Cease(event.occurrence),)
    faults = frozenset(fault for fault in state.faults if not fault.startswith(PERFORMER_FAULT))
    begun = airings.put(state, replace(airing, started_at=event.at))
    return replace(begun, faults=faults), (SendState(),)


def _ended(state: AgentState, event: Ended, now: datetime) -> Outcome:
    airing = state.airing(event.occurrence)
    if airing is None:
        return state, ()
    return airings.ended(state, airing, now, at=event.at, length_ms=event.length_ms, is_whole=event.is_whole)


def _faulted(state: AgentState, event: Faulted, now: datetime) -> Outcome:
    airing = state.airing(event.occurrence)
    if airing is None:
        return state, ()
    state = replace(state, faults=state.faults | {PERFORMER_FAULT + event.reason})
    why = (airing.result or "failed", airing.reason or event.reason)
    return airings.leave(state, airing, now, why=why, end=(event.at, 0))


_TAKE_IN: Mapping[type[Any], Callable[[AgentState, Any, datetime], Outcome]] = {
    Restored: _restored,
    TimetableArrived: _timetable_arrived,
    ContentStored: _content_stored,
    ContentLost: _content_lost,
    LinkUp: _link_up,
    LinkDown: _link_down,
    JournalAcked: _journal_acked,
    FaultRaised: _fault_raised,
    FaultCleared: _fault_cleared,
    Tick: _tick,
    Stopping: _stopping,
    Started: _started,
    Ended: _ended,
    Faulted: _faulted,
}
