"""The rules of the air: what is due, what is too late, what must leave. Pure, called by `step` alone."""

from dataclasses import replace
from datetime import datetime, timedelta

from device_agent.core.effects import Cease, Effect, Note, Perform, Prepare, SendJournal, SendState
from device_agent.core.state import AgentState, Airing
from protocol import Item, JournalEntry
from schedules import Occurrence, ScheduleError, plan

PREPARE_AHEAD = timedelta(seconds=20)
PERFORM_AHEAD = timedelta(seconds=2)
CEASE_GRACE = timedelta(milliseconds=600)
START_GRACE = timedelta(seconds=10)
END_GRACE = timedelta(seconds=3)
_SANE_YEARS = range(2000, 2200)

Outcome = tuple[AgentState, tuple[Effect, ...]]


def occurrence_of(item: Item) -> Occurrence | None:
    """Return what `schedules` plans with, or None for an item that cannot be (an end before its start)."""
    if item.start_at.year not in _SANE_YEARS or item.end_at.year not in _SANE_YEARS:
        return None
    try:
        return Occurrence(
            id=item.occurrence,
            start_at=item.start_at,
            end_at=item.end_at,
            priority=item.priority,
            late_limit=timedelta(seconds=item.late_limit_s),
        )
    except ScheduleError:
        return None


def open_occurrences(state: AgentState) -> dict[str, Occurrence]:
    """Return every occurrence that may still be performed, by id."""
    found: dict[str, Occurrence] = {}
    for item in state.timetable.items:
        occurrence = occurrence_of(item)
        if occurrence is not None and item.occurrence not in state.settled:
            found.setdefault(item.occurrence, occurrence)
    return found


def entry_for(item: Item, *, revision: int, now: datetime, result: str, reason: str) -> JournalEntry:
    """Return the journal entry of an occurrence that did not sound; `seq` is given by the journal."""
    return JournalEntry(
        seq=0,
        occurrence=item.occurrence,
        result=result,  # type: ignore[arg-type]  # the callers of this module pass only the four results
        planned_at=item.start_at,
        noted_at=now,
        volume=item.volume,
        content=item.content.id if item.content else None,
        revision=revision,
        reason=reason,
    )


def note_missed(state: AgentState, now: datetime) -> Outcome:
    """Settle, once each, the occurrences whose last possible start has passed, and those that cannot be."""
    effects: list[Effect] = []
    settled = set(state.settled)
    for item in state.timetable.items:
        if item.occurrence in settled:
            continue
        verdict = _verdict(state, item, now)
        if verdict is not None:
            settled.add(item.occurrence)
            result, reason = verdict
            entry = entry_for(item, revision=state.timetable.revision, now=now, result=result, reason=reason)
            effects.append(Note(entry))
    if not effects:
        return state, ()
    return replace(state, settled=frozenset(settled)), (*effects, SendJournal())


def _verdict(state: AgentState, item: Item, now: datetime) -> tuple[str, str] | None:
    """Return result and reason when the item can no longer be performed, else None."""
    occurrence = occurrence_of(item)
    if occurrence is None:
        return "failed", "impossible_item"
    if state.no_start_before is not None and occurrence.start_at < state.no_start_before:
        return "missed", "memory_lost"
    # A limit of zero still leaves the moment of the start itself, for an order given ahead of time.
    if now < occurrence.last_start_at or now == occurrence.start_at:
        return None
    if state.awake_from is None or occurrence.last_start_at <= state.awake_from:
        return "missed", "agent_was_off"
    if item.content is not None and item.content.id not in state.stored:
        return "missed", "content_missing"
    if state.airings:
        return "missed", "outranked"
    return "missed", "too_late"


def prepare_soon(state: AgentState, now: datetime) -> Outcome:
    """Prepare, once each, what starts within PREPARE_AHEAD and is stored."""
    occurrences = open_occurrences(state)
    soon = [
        item
        for item in _performable(state, occurrences)
        if item.occurrence not in state.prepared
        and occurrences[item.occurrence].start_at - PREPARE_AHEAD <= now
    ]
    if not soon:
        return state, ()
    prepared = state.prepared | {item.occurrence for item in soon}
    return replace(state, prepared=prepared), tuple(Prepare(item) for item in soon)


def choose(state: AgentState, now: datetime) -> Outcome:
    """Begin what is due when the air is free; make way when something of higher priority is due.

    What follows on the heels of an airing is ordered ahead, so that it starts without a gap.
    """
    occurrences = open_occurrences(state)
    items = {item.occurrence: item for item in _performable(state, occurrences)}
    ready = plan(occurrences[occurrence] for occurrence in items)
    due = ready.what_now(now)
    if due is not None and any(airing.item.priority < due.priority for airing in state.airings):
        return _make_way(state, now, priority=due.priority)
    chosen = due or ready.what_now(now + PERFORM_AHEAD)
    if chosen is None or state.is_stopping or not _is_free_for(state, chosen):
        return state, ()
    item = items[chosen.id]
    airing = Airing(item=item, revision=state.timetable.revision, performed_at=now)
    begun = replace(state, airings=(*state.airings, airing), settled=state.settled | {chosen.id})
    return begun, (Perform(item=item, revision=airing.revision),)


def _is_free_for(state: AgentState, chosen: Occurrence) -> bool:
    """Tell whether nothing is on air, or only something that ends, unhurried, before `chosen` starts."""
    if len(state.airings) > 1:
        return False
    return all(one.ceased_at is None and one.item.end_at <= chosen.start_at for one in state.airings)


def _make_way(state: AgentState, now: datetime, *, priority: int) -> Outcome:
    effects: tuple[Effect, ...] = ()
    for airing in state.airings:
        if airing.item.priority < priority:
            state, further = cease(state, airing, now, why=("preempted", "outranked"))
            effects += further
    return state, effects


def _performable(state: AgentState, occurrences: dict[str, Occurrence]) -> list[Item]:
    """Return the items that have all they need, the first of each occurrence."""
    found: dict[str, Item] = {}
    for item in state.timetable.items:
        has_all = item.text is not None if item.content is None else item.content.id in state.stored
        if has_all and item.occurrence in occurrences:
            found.setdefault(item.occurrence, item)
    return list(found.values())


def cease(state: AgentState, airing: Airing, now: datetime, *, why: tuple[str, str]) -> Outcome:
    """Order an airing to leave; it is noted when the performer reports the end. Said once only.

    `why` is the result and the reason to note then.
    """
    if airing.ceased_at is not None:
        return state, ()
    result, reason = why
    leaving = replace(airing, ceased_at=now, result=result, reason=reason)
    return put(state, leaving), (Cease(airing.item.occurrence),)


def put(state: AgentState, airing: Airing) -> AgentState:
    """Return the state with a new version of an airing."""
    occurrence = airing.item.occurrence
    airings = tuple(airing if one.item.occurrence == occurrence else one for one in state.airings)
    return replace(state, airings=airings)


def watch(state: AgentState, now: datetime) -> Outcome:
    """Do not wait for ever for a performer: give up what was not begun, not ended or not given back in time."""
    effects: tuple[Effect, ...] = ()
    for airing in state.airings:
        if now < given_up_at(airing):
            continue
        if airing.ceased_at is not None:
            state, further = leave(state, airing, now, why=(airing.result, airing.reason))
        elif airing.started_at is None:
            state, further = cease(state, airing, now, why=("failed", "no_start"))
        else:
            state, further = cease(state, airing, now, why=("done", "trimmed"))
        effects += further
    return state, effects


def given_up_at(airing: Airing) -> datetime:
    """Return when the performer's answer is overdue."""
    if airing.ceased_at is not None:
        return airing.ceased_at + CEASE_GRACE
    if airing.started_at is not None:
        return airing.item.end_at + END_GRACE
    last_start_at = airing.item.start_at + timedelta(seconds=airing.item.late_limit_s)
    return max(last_start_at, airing.performed_at + START_GRACE)


def leave(
    state: AgentState,
    airing: Airing,
    now: datetime,
    *,
    why: tuple[str, str],
    end: tuple[datetime, int] | None = None,
) -> Outcome:
    """Take an airing out of the state and note what became of it; `end` is the instant and the length in ms."""
    result, reason = why
    ended_at, length_ms = end or (None, 0)
    started = airing.started_at
    entry = replace(
        entry_for(airing.item, revision=airing.revision, now=now, result=result, reason=reason),
        started_at=started,
        ended_at=ended_at,
        length_ms=length_ms,
        deviation_us=None
        if started is None
        else (started - airing.item.start_at) // timedelta(microseconds=1),
    )
    others = tuple(one for one in state.airings if one.item.occurrence != airing.item.occurrence)
    return replace(state, airings=others), (Note(entry), SendJournal(), SendState())
