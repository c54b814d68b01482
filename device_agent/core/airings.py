"""One segment on air, from the order until what became of it is noted. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from device_agent.core.effects import Cease, Effect, Note, SendJournal, SendState, Unmark
from device_agent.core.state import COUNTED_FOR, EPOCH, UNBELIEVABLE_AT, AgentState, Airing
from protocol import Item, JournalEntry
from schedules import Aired, Ending, OnLoss

CEASE_GRACE = timedelta(milliseconds=600)
START_GRACE = timedelta(seconds=10)
END_GRACE = timedelta(seconds=3)
_CUT = ("preempted", "outranked")

Outcome = tuple[AgentState, tuple[Effect, ...]]


def entry_for(item: Item, *, revision: int, now: datetime, result: str, reason: str) -> JournalEntry:
    """Return the journal entry of an occurrence that did not sound; `seq` is given by the journal."""
    return JournalEntry(
        seq=0,
        occurrence=item.occurrence,
        result=result,  # type: ignore[arg-type]  # the callers pass only results of the protocol
        planned_at=item.start_at,
        # A clock can show what no message can carry.
        noted_at=min(max(now, EPOCH), UNBELIEVABLE_AT - timedelta.resolution),
        volume=item.volume,
        content=item.content.id if item.content else None,
        revision=revision,
        reason=reason,
    )


def put(state: AgentState, airing: Airing) -> AgentState:
    """Return the state with a new version of an airing."""
    airings = tuple(airing if one.occurrence == airing.occurrence else one for one in state.airings)
    return replace(state, airings=airings)


def cease(state: AgentState, airing: Airing, now: datetime, *, why: tuple[str, str]) -> Outcome:
    """Order an airing to leave; it is noted when the performer reports the end. Said once only.

    `why` is the result and the reason to note then.
    """
    if airing.ceased_at is not None and airing.result:
        return state, ()
    result, reason = why
    is_first = airing.ceased_at is None
    leaving = replace(airing, ceased_at=airing.ceased_at or now, result=result, reason=reason)
    return put(state, leaving), (Cease(airing.occurrence),) if is_first else ()


def take_back(state: AgentState, airing: Airing, now: datetime) -> Outcome:
    """Call off an order that was given ahead; the occurrence itself may still be on air, as the forecast says."""
    return put(state, replace(airing, ceased_at=now)), (Cease(airing.occurrence),)


def watch(state: AgentState, now: datetime) -> Outcome:
    """Do not wait for ever for a performer: give up what was not begun, not ended or not given back in time."""
    effects: tuple[Effect, ...] = ()
    for airing in state.airings:
        if now < given_up_at(state, airing):
            continue
        if airing.ceased_at is not None:
            state, further = leave(state, airing, now, why=(airing.result, airing.reason))
        elif airing.started_at is None:
            state, further = cease(state, airing, now, why=("failed", "no_start"))
        elif airing.end_at > now:
            state, further = cease(state, airing, now, why=_CUT)
        else:
            state, further = cease(state, airing, now, why=("done", _reason_of(airing)))
        effects += further
    return state, effects


def given_up_at(state: AgentState, airing: Airing) -> datetime:
    """Return when the performer's answer is overdue."""
    if airing.ceased_at is not None:
        return airing.ceased_at + CEASE_GRACE
    if airing.started_at is None:
        last_start_at = airing.segment.start_at + timedelta(seconds=airing.item.late_limit_s)
        return max(min(last_start_at, airing.end_at), airing.performed_at + START_GRACE)
    successor = _successor_of(state, airing)
    if successor is not None and successor.started_at is not None:
        return successor.started_at + CEASE_GRACE
    # One whose end was moved forward is told so by us; nothing else follows that would take its place.
    if airing.end_at < airing.segment.end_at and successor is None:
        return airing.end_at
    return airing.end_at + END_GRACE


def ended(
    state: AgentState, airing: Airing, now: datetime, *, at: datetime, length_ms: int, is_whole: bool
) -> Outcome:
    """Take in the end of an airing and note what became of it."""
    end = (at, max(0, length_ms))
    if is_whole:
        return leave(state, airing, now, why=("done", ""), end=end)
    if airing.result or airing.ceased_at is not None:
        return leave(state, airing, now, why=(airing.result, airing.reason), end=end)
    successor = _successor_of(state, airing)
    if successor is not None and successor.segment.start_at < airing.end_at:
        return leave(state, airing, now, why=_CUT, end=end)
    return leave(state, airing, now, why=("done", _reason_of(airing)), end=end)


def leave(
    state: AgentState,
    airing: Airing,
    now: datetime,
    *,
    why: tuple[str, str],
    end: tuple[datetime, int] | None = None,
) -> Outcome:
    """Take an airing out of the state and note what became of it; `end` is the instant and the length in ms.

    What was taken back and never sounded is not noted: it is as if it had never been ordered.
    """
    ended_at, length_ms = end or (None, 0)
    others = tuple(one for one in state.airings if one.occurrence != airing.occurrence)
    left = replace(state, airings=others)
    has_sounded = airing.started_at is not None or length_ms > 0
    if not has_sounded and why in (_CUT, ("", "")):
        return left, (Unmark(airing.occurrence),)
    if not why[0]:
        why = _CUT
    left = _counted(left, airing, ended_at, length_ms)
    if _may_go_on(airing, why, now):
        left = _cut(state, left, airing, length_ms)
    else:
        left = replace(left, settled=left.settled | {airing.occurrence})
    entry = _entry_of(state, airing, now, why=why, end=(ended_at, length_ms))
    return left, (Note(entry), SendJournal(), SendState())


def forget_old(state: AgentState, now: datetime) -> AgentState:
    """Drop what sounded on days that no guard rail counts any more."""
    kept = tuple(one for one in state.aired if one.end_at > now - COUNTED_FOR)
    return state if len(kept) == len(state.aired) else replace(state, aired=kept)


def _successor_of(state: AgentState, airing: Airing) -> Airing | None:
    """Return what was ordered after this one and is to have the air."""
    names = [one.occurrence for one in state.airings]
    later = state.airings[names.index(airing.occurrence) + 1 :] if airing.occurrence in names else ()
    return next((one for one in later if one.ceased_at is None), None)


def _reason_of(airing: Airing) -> str:
    return "limited" if airing.segment.ending is Ending.LIMITED else "trimmed"


def _may_go_on(airing: Airing, why: tuple[str, str], now: datetime) -> bool:
    """Tell whether the rest may be on air later: the forecast decides when, and whether there is time."""
    if airing.item.content is None:
        is_prolonged = why[0] == "done" and airing.end_at > max(now, airing.segment.end_at)
        return why == _CUT or is_prolonged
    return why == _CUT and airing.segment.occurrence.on_loss is not OnLoss.SKIP


def _cut(before: AgentState, left: AgentState, airing: Airing, length_ms: int) -> AgentState:
    successor = _successor_of(before, airing)
    come = airing.segment.offset + timedelta(milliseconds=length_ms)
    # Of a length that cannot be, the forecast would make times that cannot be.
    come = min(come, max(airing.segment.offset, airing.item.end_at - airing.item.start_at))
    winner = successor.occurrence if successor is not None else left.waiting.get(airing.occurrence, "")
    return replace(
        left,
        played={**left.played, airing.occurrence: come},
        waiting={**left.waiting, airing.occurrence: winner},
    )


def _counted(left: AgentState, airing: Airing, ended_at: datetime | None, length_ms: int) -> AgentState:
    """Put a sound into the account of the guard rails."""
    started_at = airing.started_at
    if airing.item.content is None or started_at is None:
        return left
    # A performer that never told its end counts with the whole of its time: a cap is never broken.
    end_at = airing.end_at if ended_at is None else started_at + timedelta(milliseconds=length_ms)
    if end_at <= started_at:
        return left
    aired = Aired(
        start_at=started_at,
        end_at=end_at,
        day=left.outlook.rails.day_of(started_at),
        is_emergency=airing.segment.occurrence.is_emergency,
    )
    return replace(left, aired=(*left.aired, aired))


def _entry_of(
    state: AgentState,
    airing: Airing,
    now: datetime,
    *,
    why: tuple[str, str],
    end: tuple[datetime | None, int],
) -> JournalEntry:
    result, reason = why
    ended_at, length_ms = end
    started = airing.started_at
    is_further = airing.is_further or airing.occurrence in state.waiting
    due_at = airing.segment.start_at if is_further else airing.item.start_at
    successor = _successor_of(state, airing) if why == _CUT else None
    entry = entry_for(airing.item, revision=airing.revision, now=now, result=result, reason=reason)
    return replace(
        entry,
        started_at=started,
        ended_at=ended_at,
        length_ms=length_ms,
        deviation_us=None if started is None else (started - due_at) // timedelta(microseconds=1),
        volume=airing.segment.volume,
        offset_ms=airing.segment.offset // timedelta(milliseconds=1),
        detail=f"winner={successor.occurrence}" if successor is not None else "",
    )
