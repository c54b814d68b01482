"""The tick that plans what has come near: the schedule runs with nobody looking."""

import logging
from datetime import datetime, timedelta

from controller.domain.airings import TIMETABLE_WINDOW, Broadcast
from controller.usecases.planning import plan_broadcast, renew_broadcast
from controller.usecases.ports import Clock, News, Unit
from controller.usecases.timetables import refresh_in_parts
from schedules import ScheduleError

_log = logging.getLogger(__name__)
ORDER_NOT_CHOSEN = "order_not_chosen"
SLACK = timedelta(minutes=30)
"""How much of the window may lack: without it every tick would look at every order."""
MOST_ORDERS = 500


class PlanAhead:
    """Use case of the planning tick. Each order is a unit of work of its own: a bad one holds up no other."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def plan_ahead(self) -> int:
        """Make the airings of all starts that have come into the window; return how many orders got some.

        Also takes new versions of notices into orders that still air an older one, and marks missed what was
        held until its time was over.
        """
        now = self._clock.now()
        with self._unit() as work:
            work.plan.lapse_held(now, reason=ORDER_NOT_CHOSEN)
            behind = [one.id for one in work.orders.behind_their_notice(limit=MOST_ORDERS)]
        concerned: set[str] = set()
        for broadcast_id in behind:
            self._take(broadcast_id, now, concerned, is_behind=True)
        planned = self._plan_due(now, concerned)
        refresh_in_parts(self._unit, sorted(concerned), now)
        if planned or behind:
            self._news.publish("airings")
        return planned

    def _plan_due(self, now: datetime, concerned: set[str]) -> int:
        before = now + TIMETABLE_WINDOW - SLACK
        done: set[str] = set()
        stuck: set[str] = set()
        while True:
            with self._unit() as work:
                due = [one.id for one in work.orders.due(before, limit=MOST_ORDERS) if one.id not in stuck]
            if not due:
                return len(done)
            for broadcast_id in due:
                (done if self._take(broadcast_id, now, concerned) else stuck).add(broadcast_id)

    def _take(
        self, broadcast_id: str, now: datetime, concerned: set[str], *, is_behind: bool = False
    ) -> bool:
        """Plan one order as far as one unit goes; tell whether its plan reaches further now.

        The devices that this is for are added to `concerned`.
        """
        try:
            with self._unit() as work:
                broadcast = work.airings.broadcast(broadcast_id)
                if broadcast is None:
                    return False
                before = _reach(broadcast)
                concerned |= (renew_broadcast if is_behind else plan_broadcast)(work, broadcast, now)
                goes_on = _reach(broadcast) > before
        except ScheduleError as error:
            _log.error("broadcast %s cannot be planned: %s (%s)", broadcast_id, error, error.code)
            return False
        return goes_on


def _reach(broadcast: Broadcast) -> datetime:
    return broadcast.planned_until or broadcast.start_at
