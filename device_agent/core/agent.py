"""The agent as one thing to start and stop."""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from device_agent.core.cache import Cache
from device_agent.core.events import Restored
from device_agent.core.journal import Journal
from device_agent.core.loop import Loop
from device_agent.core.ports import Clock, Performer
from device_agent.core.state import COUNTED_FOR, NO_TIMETABLE, RELEASED_AT
from device_agent.core.step import trusted_from
from device_agent.core.uplink import Uplink
from protocol import Gone, Link, ProtocolError, Timetable

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentParts:
    """Everything that runs in one agent. `make_link` is called at start."""

    clock: Clock
    journal: Journal
    cache: Cache
    performer: Performer
    uplink: Uplink
    loop: Loop
    make_link: Callable[[], Link]


class Agent:
    """Starts in order, stops in reverse."""

    def __init__(self, parts: AgentParts) -> None:
        self._parts = parts

    def start(self) -> None:
        """1. Memory. 2. Output. 3. Loop, which plays without a network. 4. Link. Raises DeviceError."""
        parts = self._parts
        parts.journal.start()
        parts.cache.start()
        parts.performer.start()
        parts.loop.start(self._restored())
        parts.uplink.link = parts.make_link()
        parts.uplink.link.start()

    def stop(self) -> None:
        """Leave the air, say that this is on purpose, and close everything; safe after a failed start."""
        parts = self._parts
        parts.loop.stop()
        parts.performer.stop()
        parts.uplink.send(Gone(boot=parts.uplink.boot, is_on_purpose=True))
        if parts.uplink.link is not None:
            parts.uplink.link.stop()
        parts.journal.stop()

    def _restored(self) -> Restored:
        """Gather what the state folder holds; the held timetable's signature is checked again."""
        parts = self._parts
        timetable, issued_at = NO_TIMETABLE, RELEASED_AT
        held = parts.journal.held()
        if held is not None:
            with contextlib.suppress(ProtocolError):
                envelope = parts.uplink.unseal(held.sealed, now=None)
                if isinstance(envelope.message, Timetable):
                    timetable, issued_at = envelope.message, envelope.issued_at
            if timetable is NO_TIMETABLE:
                _log.error("the held timetable is not signed by our controller: it is not used")
        now = max(parts.clock.now(), trusted_from(issued_at))
        return Restored(
            timetable=timetable,
            stored=parts.cache.whole(item.content for item in timetable.items if item.content),
            settled=parts.journal.settled(),
            interrupted=parts.journal.interrupted(),
            played=parts.journal.played(),
            sounded=parts.journal.sounded(now - COUNTED_FOR, now),
            trusted_from=trusted_from(issued_at),
            is_memory_lost=parts.journal.is_rebuilt,
        )
