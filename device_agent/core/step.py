"""The agent's one decision: `step(state, event, now) -> (state, effects)`. Pure; it never raises.

Order matters within a step: what happened is taken in first, then time is looked at (`_look`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from device_agent.core import air
from device_agent.core.effects import (
    Cease,
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
from device_agent.core.ports import Ended, Faulted, Started
from device_agent.core.state import AgentState, Airing
from protocol import Item
from schedules import plan

CLOCK_FAULT = "clock_untrusted"
MAX_SETTLED = 20_000
_CLOCK_SLACK = timedelta(minutes=10)

Outcome = air.Outcome


def step(state: AgentState, event: Event, now: datetime) -> Outcome:
    """Return the state after `event` at `now`, and what is to be done about it."""
    taken, effects = _TAKE_IN[type(event)](state, event, now)
    looked, further = _look(taken, now)
    return looked, (*effects, *further, *_wants(state, looked))


def next_wake(state: AgentState, now: datetime) -> datetime | None:
    """Return the first instant after `now` at which time alone changes something, or None."""
    wakes = []
    occurrences = air.open_occurrences(state)
    for one in occurrences.values():
        wakes += [one.start_at - air.PREPARE_AHEAD, one.start_at - air.PERFORM_AHEAD, one.last_start_at]
    change = plan(occurrences.values()).next_change(now)
    wakes += [change] if change else []
    wakes += _airing_wakes(state.on_air)
    if not state.trusts(now):
        wakes = [state.trusted_from]
    return min((wake for wake in wakes if wake > now), default=None)


def _airing_wakes(airing: Airing | None) -> list[datetime]:
    if airing is None:
        return []
    if airing.ceased_at is not None:
        return [airing.ceased_at + air.CEASE_GRACE]
    if airing.started_at is None:
        return [max(airing.item.start_at, airing.performed_at) + air.START_GRACE]
    return [airing.item.end_at + air.END_GRACE]


def _look(state: AgentState, now: datetime) -> Outcome:
    """Do what the time asks for. Nothing dated happens while the clock cannot be right."""
    if not state.trusts(now):
        return _set_fault(state, CLOCK_FAULT, is_on=True)
    state, effects = _set_fault(state, CLOCK_FAULT, is_on=False)
    if state.awake_from is None:
        state = replace(state, awake_from=now)
    for rule in (air.watch, air.note_missed, air.prepare_soon, air.choose):
        state, further = rule(state, now)
        effects += further
    return state, effects


def _wants(before: AgentState, after: AgentState) -> tuple[Effect, ...]:
    missing = after.missing()
    return () if missing == before.missing() else (Want(missing),)


def _restored(state: AgentState, event: Restored, now: datetime) -> Outcome:
    interrupted = {entry.occurrence for entry in event.interrupted}
    restored = replace(
        state,
        timetable=event.timetable,
        stored=event.stored,
        settled=event.settled | interrupted,
        trusted_from=max(state.trusted_from, event.trusted_from),
        no_start_before=now if event.is_memory_lost else None,
    )
    notes = tuple(Note(replace(entry, noted_at=now)) for entry in event.interrupted)
    return restored, (*notes, SendJournal(), SendState())


def _timetable_arrived(state: AgentState, event: TimetableArrived, now: datetime) -> Outcome:
    """Replace the timetable when the revision is newer; whatever is not, changes nothing."""
    timetable = event.timetable
    if timetable.revision <= state.timetable.revision:
        return state, ()
    contents = frozenset(item.content.id for item in timetable.items if item.content)
    ids = {item.occurrence for item in timetable.items}
    state, effects = _withdraw(replace(state, timetable=timetable), now)
    state = replace(
        state,
        stored=state.stored & contents,
        prepared=state.prepared & ids,
        settled=_bounded(state.settled, ids),
        trusted_from=max(state.trusted_from, event.issued_at - _CLOCK_SLACK),
    )
    save = SaveTimetable(sealed=event.sealed, revision=timetable.revision, issued_at=event.issued_at)
    # Silence first: a disk may be slow.
    return state, (*effects, save, Keep(contents), SendState())


def _withdraw(state: AgentState, now: datetime) -> Outcome:
    """Take off the air what the new timetable does not have, or has changed before it began."""
    airing = state.on_air
    if airing is None:
        return state, ()
    item = next((one for one in state.timetable.items if one.occurrence == airing.item.occurrence), None)
    if item is None:
        return _cease_for(state, now, reason="withdrawn")
    if airing.started_at is None and _sound_of(item) != _sound_of(airing.item):
        return _cease_for(state, now, reason="changed")
    shortened = replace(airing, item=replace(airing.item, end_at=item.end_at))
    return replace(state, on_air=shortened), ()


def _cease_for(state: AgentState, now: datetime, *, reason: str) -> Outcome:
    return air.cease(state, now, result="preempted", reason=reason)


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
    return _cease_for(replace(state, is_stopping=True), now, reason="agent_stopped")


def _started(state: AgentState, event: Started, _now: datetime) -> Outcome:
    airing = _airing_of(state, event.occurrence)
    if airing is None:
        # Nobody wants this one any more: it began while it was being given up.
        return state, (Cease(event.occurrence),)
    performing = frozenset(fault for fault in state.faults if not fault.startswith("performer."))
    return replace(state, on_air=replace(airing, started_at=event.at), faults=performing), (SendState(),)


def _ended(state: AgentState, event: Ended, now: datetime) -> Outcome:
    airing = _airing_of(state, event.occurrence)
    if airing is None:
        return state, ()
    result, reason = ("done", "") if event.is_whole else ("done", "trimmed")
    if airing.result and not event.is_whole:
        result, reason = airing.result, airing.reason
    return air.leave(
        state, now, result=result, reason=reason, ended_at=event.at, length_ms=max(0, event.length_ms)
    )


def _faulted(state: AgentState, event: Faulted, now: datetime) -> Outcome:
    airing = _airing_of(state, event.occurrence)
    if airing is None:
        return state, ()
    state = replace(state, faults=state.faults | {f"performer.{event.reason}"})
    return air.leave(
        state,
        now,
        result=airing.result or "failed",
        reason=airing.reason or event.reason,
        ended_at=event.at,
    )


def _airing_of(state: AgentState, occurrence: str) -> Airing | None:
    airing = state.on_air
    return airing if airing is not None and airing.item.occurrence == occurrence else None


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
