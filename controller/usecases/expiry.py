"""Notices come to their end by themselves."""

from controller.domain.notices import UNDECIDED_AT_MOST
from controller.usecases.ports import Clock, News, Unit
from controller.usecases.taking_effect import call_off_all
from controller.usecases.trail import note_stranger

EXPIRED = "expired"
THE_CONTROLLER = "controller"


class Expiry:
    """Use cases of the tick that looks for what has expired."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def lapse_due(self) -> int:
        """Let go of every notice that has expired, and stop its broadcasts; return how many there were."""
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
        if lapsing:
            self._news.publish("notices")
            self._news.publish("airings")
        return len(lapsing)
