"""A bulletin whose board was off returns for the rest of its time: a device begins no occurrence twice."""

from dataclasses import replace
from datetime import datetime, timedelta

from controller.domain.airings import Airing, AiringState
from controller.domain.orders import airing_id, returned_key
from controller.usecases.ports import Work
from controller.usecases.timetables import refresh_timetables

# A board that falls over its own bulletin must not do so for ever: each return waits a little longer.
MOST_RETURNS = 100
RETURN_WAIT = timedelta(minutes=1)


def bring_back(work: Work, airing: Airing, now: datetime) -> None:
    """Plan what is left of a bulletin's time as an airing of its own, unless its order was stopped."""
    broadcast = work.airings.broadcast(airing.broadcast_id)
    if broadcast is None or broadcast.stopped_at is not None:
        return
    shown = [
        one
        for one in work.plan.of(broadcast.id, [airing.device_id])
        if returned_key(one.key, 0) == returned_key(airing.key, 0)
    ]
    resume_at = now + RETURN_WAIT * (len(shown) - 1)
    if len(shown) <= MOST_RETURNS and airing.planned_at < now and resume_at < airing.ends_at:
        work.airings.add(_cut_off(airing, now, resume_at=resume_at, number=len(shown)))
        refresh_timetables(work, [airing.device_id], now)


def _cut_off(airing: Airing, now: datetime, *, resume_at: datetime, number: int) -> Airing:
    """End a bulletin's time now, and return what is left of it from `resume_at` on, as an airing of its own."""
    key = returned_key(airing.key, number)
    rest = replace(
        airing,
        id=airing_id(airing.broadcast_id, airing.device_id, key),
        key=key,
        planned_at=resume_at,
        latest_at=airing.ends_at,
        # What the device said of the first part is not said of this one.
        state=AiringState.PLANNED,
        started_at=None,
        ended_at=None,
        length_ms=0,
        deviation_us=None,
        reason="",
        reported_at=None,
    )
    # It takes no room in the timetable any more, where its text may be the longest part.
    airing.ends_at = airing.latest_at = now
    return rest
