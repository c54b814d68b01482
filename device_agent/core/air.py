"""The rules of the air: what the forecast says is to be on, what is to begin soon, what will not air. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from device_agent.core.airings import entry_for, take_back
from device_agent.core.effects import Effect, Note, Perform, Prepare, SendJournal
from device_agent.core.forecast import detail_of
from device_agent.core.state import AgentState, Airing
from protocol import Item
from schedules import Fate, History, Occurrence, OnAir, Segment, Unaired

PREPARE_AHEAD = timedelta(seconds=20)
PERFORM_AHEAD = timedelta(seconds=2)
_MOST_TAKEN_OVER = 2

Outcome = tuple[AgentState, tuple[Effect, ...]]


def look_ahead(state: AgentState, now: datetime) -> Outcome:
    """Ask the forecast and follow it: settle what will not air, prepare and begin what is due."""
    state, effects = _refuse_instead(state, now)
    on = state.on_air(now)
    history = history_of(state, now)
    segments: list[Segment] = []
    refused: list[Unaired] = []
    until = now + PREPARE_AHEAD + timedelta.resolution
    for one in state.outlook.foresee(history, now, until=until, of=ready(state)):
        if isinstance(one, Segment):
            segments.append(one)
        elif one.at <= now:
            state, further = _will_not_air(state, one, now)
            effects += further
        elif one.fate is Fate.REFUSED:
            refused.append(one)
    # What is on air and goes on is no news.
    before = segments[: _is_going_on(on, segments)]
    coming = [
        state.outlook.uncut(one, history, [*before, *segments[len(before) : number]])
        for number, one in enumerate(segments[len(before) :], len(before))
    ]
    state, back = _take_back_ahead(state, coming, now)
    state, prepared = _prepare(state, coming)
    state, begun = _begin(state, coming, refused, now)
    effects = (*effects, *back, *prepared, *begun)
    return _mark_waiting(state, now), effects


def history_of(state: AgentState, now: datetime) -> History:
    """Return what really happened, as the forecast wants to know it."""
    on = state.on_air(now)
    played, waiting = dict(state.played), dict(state.waiting)
    for airing in state.airings:
        if airing is not on and airing.is_on(now):
            # It is being replaced, and its end is not reported yet.
            played[airing.occurrence] = airing.segment.offset + max(
                timedelta(0), now - airing.segment.start_at
            )
            waiting.setdefault(airing.occurrence, on.occurrence if on else "")
    on_air = None
    if on is not None:
        on_air = OnAir(
            occurrence=on.occurrence,
            start_at=on.segment.start_at,
            end_at=on.end_at,
            offset=on.segment.offset,
            volume=on.segment.volume,
            ending=on.segment.ending,
        )
    return History(played=played, waiting=waiting, aired=state.aired, on_air=on_air)


def ready(state: AgentState) -> list[Occurrence]:
    """Return every occurrence that may be on air: not over, not on its way off, and with all that it needs."""
    on = {one.occurrence for one in state.airings}
    leaving = {one.occurrence for one in state.airings if one.ceased_at is not None and one.result}
    return [
        one
        for one in state.outlook.occurrences
        if one.id not in state.settled
        and one.id not in leaving
        and (one.id in on or _has_all(state, state.outlook.items[one.id]))
    ]


def _has_all(state: AgentState, item: Item) -> bool:
    return item.text is not None if item.content is None else item.content.id in state.stored


def _is_going_on(on: Airing | None, segments: Sequence[Segment]) -> int:
    """Return 1 when the first segment is the one on air, else 0."""
    return int(on is not None and bool(segments) and segments[0].occurrence.id == on.occurrence)


def note_missed(state: AgentState, now: datetime) -> Outcome:
    """Settle, once each, what cannot be, and what lacks its content when its time is over."""
    for item in state.outlook.impossible:
        if item.occurrence not in state.settled:
            state, effects = _noted(state, item, now, why=("failed", "impossible_item"))
            further_state, further = note_missed(state, now)
            return further_state, (*effects, *further)
    effects = ()
    for one in state.outlook.occurrences:
        if one.start_at > now:
            break
        if one.id in state.settled or state.airing(one.id) is not None:
            continue
        reason = _missed_for(state, one, now)
        if reason:
            state, further = _noted(state, state.outlook.items[one.id], now, why=("missed", reason))
            effects += further
    return state, effects


def _missed_for(state: AgentState, one: Occurrence, now: datetime) -> str:
    if state.no_start_before is not None and one.start_at < state.no_start_before and not one.is_text:
        return "memory_lost"
    if _has_all(state, state.outlook.items[one.id]):
        return ""  # the forecast knows
    has_lost = one.id in state.waiting or one.id in state.played
    deadline = one.off_by if has_lost else one.last_start_at
    # A limit of zero still leaves the moment of the start itself, for an order given ahead of time.
    if now < deadline or now == one.start_at:
        return ""
    return "agent_was_off" if _was_off(state, deadline) else "content_missing"


def _was_off(state: AgentState, deadline: datetime) -> bool:
    return state.awake_from is None or deadline <= state.awake_from


def _refuse_instead(state: AgentState, now: datetime) -> Outcome:
    """Settle what was refused at the instant at which something else began because of that."""
    effects: tuple[Effect, ...] = ()
    for airing in state.airings:
        for one in airing.instead_of if airing.is_on(now) else ():
            if one.occurrence.id not in state.settled and one.occurrence.id in state.outlook.items:
                state, further = _will_not_air(state, one, now)
                effects += further
    return state, effects


def _will_not_air(state: AgentState, one: Unaired, now: datetime) -> Outcome:
    """Settle an occurrence, or what was left of it, for which there is no time any more, or no permission."""
    occurrence = one.occurrence
    if state.airing(occurrence.id) is not None:
        return state, ()
    item = state.outlook.items[occurrence.id]
    if one.fate is Fate.REFUSED:
        why = ("refused", one.breaches[0].code)
        return _noted(state, item, now, why=why, detail=detail_of(one.breaches))
    if one.fate is Fate.TOO_LATE:
        is_off = _was_off(state, occurrence.last_start_at)
        return _noted(state, item, now, why=("missed", "agent_was_off" if is_off else "too_late"))
    if occurrence.id in state.played:
        # Its part was noted when it was cut.
        return replace(state, settled=state.settled | {occurrence.id}), ()
    return _noted(state, item, now, why=("missed", "outranked"), detail=f"winner={one.winner}")


def _noted(
    state: AgentState, item: Item, now: datetime, *, why: tuple[str, str], detail: str = ""
) -> Outcome:
    result, reason = why
    entry = entry_for(item, revision=state.timetable.revision, now=now, result=result, reason=reason)
    settled = replace(state, settled=state.settled | {item.occurrence})
    return settled, (Note(replace(entry, detail=detail)), SendJournal())


def _take_back_ahead(state: AgentState, coming: Sequence[Segment], now: datetime) -> Outcome:
    """Take back what was ordered ahead of its time, when something else is to follow now."""
    target = coming[0] if coming else None
    effects: tuple[Effect, ...] = ()
    for airing in state.airings:
        if airing.ceased_at is None and not airing.is_on(now) and not _is_same(airing.segment, target):
            state, further = take_back(state, airing, now)
            effects += further
    return state, effects


def _is_same(ordered: Segment, wanted: Segment | None) -> bool:
    return wanted is not None and (
        (ordered.occurrence.id, ordered.start_at, ordered.end_at, ordered.offset, ordered.volume)
        == (wanted.occurrence.id, wanted.start_at, wanted.end_at, wanted.offset, wanted.volume)
    )


def _begin(
    state: AgentState, coming: Sequence[Segment], refused: Sequence[Unaired], now: datetime
) -> Outcome:
    """Order what is due, a little ahead of its time, so that it starts at its instant and without a gap."""
    if state.is_stopping or not coming or coming[0].start_at > now + PERFORM_AHEAD:
        return state, ()
    segment = coming[0]
    name = segment.occurrence.id
    staying = [one for one in state.airings if one.ceased_at is None]
    most = _MOST_TAKEN_OVER if segment.start_at <= now else 1
    if len(staying) > most or state.airing(name) is not None:
        return state, ()
    item = state.outlook.items[name]
    airing = Airing(
        item=item,
        revision=state.timetable.revision,
        segment=segment,
        end_at=segment.end_at,
        performed_at=now,
        is_further=name in state.waiting or name in state.played,
        instead_of=tuple(one for one in refused if one.at <= segment.start_at),
    )
    begun = replace(state, airings=(*state.airings, airing), prepared=state.prepared - {name})
    return begun, (Perform(item=item, revision=airing.revision, segment=segment),)


def _prepare(state: AgentState, coming: Sequence[Segment]) -> Outcome:
    """Prepare, once each, what is to begin within PREPARE_AHEAD."""
    soon = {one.occurrence.id: one for one in reversed(coming)}
    names = [name for name in reversed(soon) if name not in state.prepared and state.airing(name) is None]
    if not names:
        return state, ()
    orders = tuple(Prepare(item=state.outlook.items[name], segment=soon[name]) for name in names)
    return replace(state, prepared=state.prepared | set(names)), orders


def _mark_waiting(state: AgentState, now: datetime) -> AgentState:
    """Remember who is kept off the air at its time, and by whom: it may wait as its own rule says."""
    on = state.on_air(now)
    if on is None:
        return state
    lost = {}
    for one in ready(state):
        if one.start_at > now:
            break
        airing = state.airing(one.id)
        is_new = one.id not in state.waiting and one.id not in state.played
        if is_new and (airing is None or not (airing.is_on(now) or airing.started_at)):
            lost[one.id] = on.occurrence
    return replace(state, waiting={**state.waiting, **lost}) if lost else state


def next_look(state: AgentState, now: datetime) -> datetime | None:
    """Return the first instant after `now` at which the forecast, or what it is asked, changes."""
    wakes: list[datetime] = []
    for airing in state.airings:
        if airing.ceased_at is None:
            wakes += _before(airing.end_at)
            wakes.append(airing.segment.start_at)
    for one in state.outlook.occurrences:
        if one.id in state.settled:
            continue
        wakes += [*_before(one.start_at), one.last_start_at, one.off_by]
        if one.start_at > now + PREPARE_AHEAD:
            break
    for foreseen in state.outlook.foresee(
        history_of(state, now), now, until=now + timedelta(days=8), of=ready(state)
    ):
        at = foreseen.end_at if isinstance(foreseen, Segment) else foreseen.at
        wakes.append(at)
        if at > now:
            break
    return min((wake for wake in wakes if wake > now), default=None)


def _before(start_at: datetime) -> tuple[datetime, datetime, datetime]:
    return (start_at - PREPARE_AHEAD, start_at - PERFORM_AHEAD, start_at)
