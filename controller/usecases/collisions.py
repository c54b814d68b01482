"""Two orders for one time on one loudspeaker: equals are refused, with the next free time, unless a person chose.

Asked of rules and not of airings, so that what lies beyond the window of planning counts too.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from controller.domain.airings import Broadcast
from controller.domain.areas import Area
from controller.domain.devices import DeviceKind
from controller.domain.errors import Code, ConflictError
from controller.domain.orders import end_of, rule_of
from controller.usecases.from_above import origin_at
from controller.usecases.ports import Work
from controller.usecases.rule_starts import rule_starts
from schedules import Band, Occurrence, Origin, Rule, band_of, first_free_start, overlaps

GAP = timedelta(seconds=5)
_LOOK_AHEAD = timedelta(hours=24)
_LONGEST_SOUND = timedelta(hours=2)


def check_free(
    work: Work, wished: Broadcast, area: Area, *, first: datetime, until: datetime, field: str
) -> None:
    """Raise TIME_OVERLAPS, with the first time that is free, when an equal order takes a loudspeaker in [first, until).

    `wished` is not saved yet, or is the changed form of what is. Emergencies ask nobody.
    """
    if band_of(wished.priority) is Band.EMERGENCY:
        return
    rivals = [one for one in _rivals(work, wished, area, first) if _speakers_of_both(work, one, area)]
    if not rivals:
        return
    taken = [
        span
        for rival, place in rivals
        for span in _spans(
            work, rival, rule_of(rival), place.zone, first - _LONGEST_SOUND, until + _LOOK_AHEAD
        )
    ]
    taken.sort(key=lambda one: one.start_at)
    for span in _spans(work, wished, rule_of(wished), area.zone, first, until):
        near = _near(taken, span.start_at - _LONGEST_SOUND, span.end_at + _LOOK_AHEAD)
        if overlaps(span, near):
            free_at = first_free_start(span, near, gap=GAP)
            raise ConflictError(
                Code.TIME_OVERLAPS, field=field, free_at=free_at.isoformat(), at=span.start_at.isoformat()
            )


def _rivals(work: Work, wished: Broadcast, area: Area, first: datetime) -> Iterable[tuple[Broadcast, Area]]:
    """Yield the equals of a wish that are for its area, for one above it or for one below, with their area."""
    places = {one.id: one for one in work.areas.below(area.path)}
    for step in area.path.strip("/").split("/"):
        if (above := work.areas.get(step)) is not None:
            places[step] = above
    is_local = origin_at(work, area) is Origin.COMMUNE
    for one in work.orders.over(sorted(places), after=first - _LONGEST_SOUND):
        place = places[one.area_id]
        if one.id == wished.id or one.priority != wished.priority:
            continue
        # Between a commune and what is above it the inbox decides, not who came first.
        if (origin_at(work, place) is Origin.COMMUNE) is is_local:
            yield one, place


def _speakers_of_both(work: Work, rival: tuple[Broadcast, Area], area: Area) -> bool:
    lower = max((rival[1], area), key=lambda one: len(one.path))
    return any(one.kind is DeviceKind.SPEAKER for one in work.plan.targets(lower.path))


def _spans(
    work: Work, broadcast: Broadcast, rule: Rule, zone: str, first: datetime, until: datetime
) -> Sequence[Occurrence]:
    """Return when the sound of an order would be on air."""
    content = work.notices.content(broadcast.content_id)
    if content is None:
        return ()
    return [
        Occurrence(
            id=f"{broadcast.id}/{start.key}",
            start_at=start.start_at,
            end_at=end_of(start.start_at, duration_ms=content.duration_ms, board_for_s=None),
        )
        for start in rule_starts(work, rule, zone, first, until)
    ]


def _near(taken: Sequence[Occurrence], start_at: datetime, end_at: datetime) -> list[Occurrence]:
    return [one for one in taken if start_at <= one.start_at < end_at]
