"""Whether an order may be saved: the forecast with it in the plan, against the forecast without it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain.airings import TIMETABLE_WINDOW, Broadcast, BroadcastState
from controller.domain.areas import Area
from controller.domain.devices import DeviceKind
from controller.domain.errors import Code, ConflictError
from controller.usecases.outlooks import Outlook, Wished, outlooks
from controller.usecases.ports import Work
from schedules import Band, Breach, Fate, Unaired, band_of, local_day

_DAY = timedelta(days=1)


def check_rails(work: Work, broadcast: Broadcast, area: Area, *, now: datetime, field: str) -> None:
    """Raise the guard rail that an order would break, or that another one would because of it.

    `broadcast` need not be saved. An emergency may break rails; what limits emergencies is asked of it as well.
    """
    speakers = [one for one in work.plan.targets(area.path) if one.kind is DeviceKind.SPEAKER]
    wish = Wished(broadcast=replace(broadcast, state=BroadcastState.APPROVED))
    start_at = max(now, broadcast.start_at - _DAY)
    end_at = max(now, broadcast.start_at) + TIMETABLE_WINDOW
    with_it = outlooks(work, speakers, now=now, start_at=start_at, end_at=end_at, wish=wish)
    refused = [(one, unaired) for one in with_it for unaired in _refused(one)]
    if not refused:
        return
    own = [(one, unaired) for one, unaired in refused if one.names[unaired.occurrence.id].is_wish]
    if band_of(broadcast.priority) is not Band.EMERGENCY and not own:
        without = outlooks(work, speakers, now=now, start_at=start_at, end_at=end_at)
        before = {unaired.occurrence.id for one in without for unaired in _refused(one)}
        own = [(one, unaired) for one, unaired in refused if unaired.occurrence.id not in before]
    for one, unaired in own:
        raise refusal(unaired.breaches[0], unaired.occurrence.start_at, one.zone, field=field)


def refusal(breach: Breach, at: datetime, zone: str, *, field: str) -> ConflictError:
    """Return a broken guard rail as a refusal, with the local day on which it would be broken."""
    day = local_day(at, ZoneInfo(zone))
    return ConflictError(Code(breach.code), field=field, day=f"{day:%d/%m/%Y}", **dict(breach.params))


def _refused(one: Outlook) -> Iterable[Unaired]:
    return (
        outcome
        for outcome in one.outcome
        if isinstance(outcome, Unaired) and outcome.fate is Fate.REFUSED and outcome.breaches
    )
