"""Notices come to their end by themselves."""

from datetime import datetime, timedelta

from controller.domain.airings import Broadcast
from controller.domain.notices import UNDECIDED_AT_MOST
from controller.domain.orders import rule_of
from controller.usecases.ports import Clock, News, Unit
from controller.usecases.taking_effect import call_off, call_off_all
from controller.usecases.trail import note_stranger
from schedules import Once

EXPIRED = "expired"
THE_CONTROLLER = "controller"
STALE = timedelta(hours=24)


class Expiry:
    """Use cases of the tick that looks for what has expired."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def lapse_due(self) -> int:
        """Let go of what has expired; return how many things there were.

        Of a notice whose time is over every broadcast is stopped. An order that waited for its second approver
        until STALE after its only start is called off: begun a day late, an emergency would be a false one.
        """
        now = self._clock.now()
        with self._unit() as work:
            lapsing = work.review.lapsing(now, undecided_since=now - UNDECIDED_AT_MOST)
            for notice in lapsing:
                version = notice.approved_version
                is_over = notice.lapse(now)
                if is_over:
                    call_off_all(work, notice, by=None, reason=EXPIRED, now=now)
                what = f"version {version} is no longer in force" if is_over else "not decided in time"
                subject = f"notice:{notice.id}"
                note_stranger(work, THE_CONTROLLER, "expire", subject, address="", now=now, detail=what)
            stale = [one for one in work.review.held() if _is_stale(one, now)]
            for broadcast in stale:
                call_off(work, broadcast, by=None, reason=EXPIRED, now=now)
                for subject in (f"notice:{broadcast.notice_id}", f"broadcast:{broadcast.id}"):
                    what = f"order {broadcast.id}: no second approver in time"
                    note_stranger(work, THE_CONTROLLER, "expire", subject, address="", now=now, detail=what)
        if lapsing or stale:
            self._news.publish("notices")
            self._news.publish("airings")
        return len(lapsing) + len(stale)


def _is_stale(broadcast: Broadcast, now: datetime) -> bool:
    rule = rule_of(broadcast)
    last = rule.start_at + STALE if isinstance(rule, Once) else broadcast.until
    return last is not None and last <= now
