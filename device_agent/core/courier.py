"""What is said to the controller and when: heartbeats, wants and the journal, each until it is answered.

Nothing here waits: `run` sends what is due, `next_due_s` says when to come again.
"""

import random
from collections.abc import Callable
from itertools import islice

from device_agent.core.cache import Cache
from device_agent.core.journal import Journal
from device_agent.core.ports import Clock
from device_agent.core.uplink import Uplink
from protocol import MAX_ENTRIES, MAX_WANTED, ContentRef, State, Want, block_count, to_bitmap
from protocol import Journal as JournalMessage
from protocol.backoff import Backoff

WINDOW_BLOCKS = MAX_WANTED
CONTENTS_AT_ONCE = 2
_QUIET_S = 10.0
_NEVER = float("inf")


class _Resend:
    """One thing to say until it is answered: at once, then after growing waits with jitter."""

    def __init__(self, random_source: random.Random, now_s: float) -> None:
        self._backoff = Backoff(base_s=3.0, cap_s=60.0, random=random_source)
        self._mending = Backoff(base_s=0.5, cap_s=60.0, random=random_source)
        self.due_s = now_s

    def said(self, now_s: float) -> None:
        self.due_s = now_s + self._backoff.next_wait_s()

    def progressed(self, now_s: float) -> None:
        """The other side is answering: wait for silence before asking again."""
        self._backoff.reset()
        self.due_s = now_s + _QUIET_S

    def again(self, now_s: float) -> None:
        self._backoff.reset()
        self.due_s = now_s

    def spoilt(self, now_s: float) -> None:
        self.due_s = now_s + self._mending.next_wait_s()


class Courier:
    """Sends for the loop; one thread."""

    def __init__(
        self,
        uplink: Uplink,
        *,
        journal: Journal,
        cache: Cache,
        clock: Clock,
        heartbeat_s: float,
        random_source: random.Random,
    ) -> None:
        self._uplink = uplink
        self._journal = journal
        self._cache = cache
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._random = random_source
        self._is_up = False
        self._state_due_s = 0.0
        self._journal_resend: _Resend | None = None
        self._wants: dict[str, tuple[ContentRef, _Resend]] = {}

    def link_changed(self, is_up: bool) -> None:
        """Take in that the broker came or went: after a gap, everything unanswered is said again, spread out."""
        self._is_up = is_up
        if is_up:
            now_s = self._clock.monotonic_s()
            self._state_due_s = now_s
            for _ref, resend in self._wants.values():
                resend.again(now_s + self._random.uniform(0.0, 0.5))
            if self._journal_resend is not None:
                self._journal_resend.again(now_s + self._random.uniform(0.0, 0.5))

    def state_changed(self) -> None:
        """Report the state with the next run."""
        self._state_due_s = 0.0

    def journal_changed(self) -> None:
        """Deliver new entries; a batch that is under way is not overtaken."""
        if self._journal_resend is None:
            self._journal_resend = _Resend(self._random, self._clock.monotonic_s())

    def journal_acked(self) -> None:
        """The batch under way has arrived: the next may follow."""
        self._journal_resend = _Resend(self._random, self._clock.monotonic_s())

    def want(self, contents: tuple[ContentRef, ...]) -> None:
        """Fetch these and no others, the first ones first; what is already asked for keeps its timer."""
        now_s = self._clock.monotonic_s()
        self._wants = {
            ref.id: self._wants.get(ref.id, (ref, _Resend(self._random, now_s))) for ref in contents
        }

    def wanted(self, content: str) -> ContentRef | None:
        """Return what is asked for under this id, if anything."""
        found = self._wants.get(content)
        return None if found is None else found[0]

    def block_came(self, content: str, index: int) -> None:
        """Take in progress; the next window is asked for when this one's last block came."""
        found = self._wants.get(content)
        if found is None:
            return
        ref, resend = found
        now_s = self._clock.monotonic_s()
        missing = self._cache.missing(ref)
        is_window_over = not any(one <= index for one in missing) and len(missing) < block_count(ref.size)
        if is_window_over and (index + 1) % WINDOW_BLOCKS == 0:
            resend.again(now_s)
        else:
            resend.progressed(now_s)

    def came_damaged(self, content: str) -> None:
        """Ask for all of it again: soon, since it may be due, then ever later, since the damage may last."""
        found = self._wants.get(content)
        if found is not None:
            found[1].spoilt(self._clock.monotonic_s())

    def run(self, report: Callable[[], State]) -> None:
        """Send what is due. `report` makes the present state report."""
        if not self._is_up:
            return
        now_s = self._clock.monotonic_s()
        if self._state_due_s <= now_s:
            self._state_due_s = now_s + self._heartbeat_s
            self._uplink.send(report())
        for ref, resend in islice(self._wants.values(), CONTENTS_AT_ONCE):
            if resend.due_s <= now_s:
                resend.said(now_s)
                self._send_want(ref)
        if self._journal_resend is not None and self._journal_resend.due_s <= now_s:
            self._send_journal(self._journal_resend, now_s)

    def next_due_s(self) -> float:
        """Return the monotonic instant of the next thing to send."""
        if not self._is_up:
            return _NEVER
        dues = [resend.due_s for _ref, resend in islice(self._wants.values(), CONTENTS_AT_ONCE)]
        if self._journal_resend is not None:
            dues.append(self._journal_resend.due_s)
        return min([self._state_due_s, *dues])

    def _send_want(self, ref: ContentRef) -> None:
        window = sorted(self._cache.missing(ref))[:WINDOW_BLOCKS]
        self._uplink.send(Want(content=ref.id, missing=to_bitmap(window, block_count(ref.size))))

    def _send_journal(self, resend: _Resend, now_s: float) -> None:
        entries = self._journal.unsent(MAX_ENTRIES)
        if not entries:
            self._journal_resend = None
            return
        resend.said(now_s)
        self._uplink.send(JournalMessage(journal=self._journal.name, entries=entries))
