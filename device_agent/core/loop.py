"""The loop: one thread that owns the state, takes in what happens and does what `step` answers.

It sleeps until something comes or something is due; it polls nothing.
"""

import logging
import threading
from collections import Counter, deque
from datetime import datetime

from device_agent.core.alarms import Alarms
from device_agent.core.cache import Cache
from device_agent.core.courier import Courier
from device_agent.core.errors import DeviceError
from device_agent.core.events import (
    ContentStored,
    Event,
    FaultCleared,
    FaultRaised,
    JournalAcked,
    LinkDown,
    LinkUp,
    Stopping,
    Tick,
    TimetableArrived,
)
from device_agent.core.inbox import Inbox, Received
from device_agent.core.journal import Journal
from device_agent.core.ports import Clock
from device_agent.core.stage import Moment, Stage
from device_agent.core.state import AgentState
from device_agent.core.step import next_wake, step
from device_agent.core.uplink import Uplink
from protocol import Block, Envelope, JournalAck, ProtocolError, State, Timetable
from protocol.errors import ExpiredMessageError

CLOCK_CHECK_S = 4.0
"""A clock that is stepped while we sleep is noticed within this time."""
_STOP_WITHIN_S = 0.8
_ALARMING = frozenset({"signature_refused", "wrong_recipient", "content_damaged"})

_log = logging.getLogger(__name__)


class Loop:
    """The consumer of the inbox. `report_version` is what state reports say about the software."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        stage: Stage,
        courier: Courier,
        uplink: Uplink,
        journal: Journal,
        cache: Cache,
        clock: Clock,
        agent_version: str,
    ) -> None:
        self._inbox = inbox
        self._stage = stage
        self._courier = courier
        self._uplink = uplink
        self._journal = journal
        self._cache = cache
        self._clock = clock
        self._agent_version = agent_version
        self._alarms = Alarms()
        self._state = AgentState()
        self._reports = 0
        self._up_from_s = 0.0
        self._thread: threading.Thread | None = None
        self.refused: Counter[str] = Counter()

    def start(self, first: Event) -> None:
        """Take in `first` and go on in a thread of its own."""
        self._up_from_s = self._clock.monotonic_s()
        self._inbox.put(first)
        self._thread = threading.Thread(target=self._run, name="agent-loop", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave the air, note it, and end; within about two seconds."""
        if self._thread is not None:
            self._inbox.put(Stopping())
            self._thread.join(timeout=_STOP_WITHIN_S + 0.4)
            self._thread = None

    def _run(self) -> None:
        wait_s = 0.0
        while not self._state.is_stopping:
            wait_s = self._turn(wait_s)
        deadline_s = self._clock.monotonic_s() + _STOP_WITHIN_S
        while self._state.airings and self._clock.monotonic_s() < deadline_s:
            self._turn(min(wait_s, 0.1))

    def _turn(self, wait_s: float) -> float:
        """Wait at most `wait_s`, take in what came, and return how long nothing will be due."""
        try:
            came = self._inbox.take(wait_s)
            # What is refused takes time too: a network that never falls silent must not keep the time from us.
            for event in self._events_of(came) or (Tick(),):
                self._apply(event)
            for code in self._alarms.over(self._clock.monotonic_s()):
                self._apply(FaultCleared(code))
            self._courier.run(self._report)
        # The loop is the device: whatever one turn meets, the next item must still be played.
        except Exception:
            _log.exception("a turn of the loop failed")
            self._alarms.seen("agent_error", self._clock.monotonic_s())
            return 0.2
        return self._wait_s()

    def _apply(self, first: Event) -> None:
        """Take in an event and all that comes of it."""
        waiting = deque([first])
        while waiting:
            event = waiting.popleft()
            at = Moment(self._clock.now(), round((self._clock.monotonic_s() - self._up_from_s) * 1000))
            self._take_note(event)
            self._state, effects = step(self._state, event, at.now)
            for effect in effects:
                waiting.extend(self._stage.do(effect, at))

    def _take_note(self, event: Event) -> None:
        if isinstance(event, FaultRaised):
            self._alarms.seen(event.code, self._clock.monotonic_s())
        elif isinstance(event, LinkUp | LinkDown):
            self._courier.link_changed(isinstance(event, LinkUp))

    def _events_of(self, came: Event | Received | None) -> tuple[Event, ...]:
        if came is None:
            return (*self._stage.retry_writes(), Tick())
        if not isinstance(came, Received):
            return (came,)
        try:
            opened = self._opened(came, self._clock.now())
            return self._block_events(opened) if isinstance(opened, Block) else _order_events(opened, came)
        except (ProtocolError, DeviceError) as error:
            return self._refuse(error)

    def _opened(self, came: Received, now: datetime) -> Block | Envelope:
        """Read a message. One that is signed in our future proves our clock wrong: it is read undated."""
        if not self._state.trusts(now):
            return self._uplink.open(came.topic, came.payload, now=None)
        try:
            return self._uplink.open(came.topic, came.payload, now=now)
        except ExpiredMessageError:
            opened = self._uplink.open(came.topic, came.payload, now=None)
            if isinstance(opened, Envelope) and opened.issued_at > now:
                return opened
            raise

    def _block_events(self, block: Block) -> tuple[Event, ...]:
        ref = self._courier.wanted(block.content)
        if ref is None:
            self.refused["block_unwanted"] += 1
            return ()
        try:
            is_whole = self._cache.put(block, ref)
        except DeviceError as error:
            if error.code == "content_damaged":
                self._courier.came_damaged(ref.id)
            raise
        if is_whole:
            _log.info("content %s is stored, %s bytes", ref.id, ref.size)
            return (ContentStored(ref.id),)
        self._courier.block_came(ref.id, block.index)
        return ()

    def _refuse(self, error: ProtocolError | DeviceError) -> tuple[Event, ...]:
        """Count it, log the first of its kind, and tell the controller when someone should look."""
        self.refused[error.code] += 1
        if self.refused[error.code] == 1:
            _log.warning("refused: %s (%s); further ones are only counted", error, error.code)
        is_alarming = isinstance(error, DeviceError) or error.code in _ALARMING
        return (FaultRaised(error.code),) if is_alarming else ()

    def _report(self) -> State:
        state = self._state
        self._reports += 1
        return State(
            boot=self._uplink.boot,
            seq=self._reports,
            at=self._clock.now(),
            revision=state.timetable.revision,
            agent_version=self._agent_version,
            playing=tuple(one.item.occurrence for one in state.airings if one.started_at),
            missing_contents=len(state.missing()),
            unsent_entries=self._journal.unsent_count() + self._stage.unwritten_count,
            faults=tuple(sorted(state.faults))[:20],
        )

    def _wait_s(self) -> float:
        now = self._clock.now()
        wake = next_wake(self._state, now)
        until_wake_s = CLOCK_CHECK_S if wake is None else (wake - now).total_seconds()
        until_due_s = self._courier.next_due_s() - self._clock.monotonic_s()
        return max(0.0, min(CLOCK_CHECK_S, until_wake_s, until_due_s))


def _order_events(envelope: Envelope, came: Received) -> tuple[Event, ...]:
    message = envelope.message
    if isinstance(message, Timetable):
        return (TimetableArrived(timetable=message, issued_at=envelope.issued_at, sealed=came.payload),)
    if isinstance(message, JournalAck):
        return (JournalAcked(message.journal, message.upto),)
    return ()
