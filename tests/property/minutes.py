"""A slow second opinion on guard rails: it looks at every minute of what sounded, and at the clock on the wall.

It shares no code with `schedules.rails` and `schedules.hours`; it knows sounds of whole minutes only.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules import Guardrail, Occurrence, Rails, Segment

_MINUTE = timedelta(minutes=1)
_SESSION_GAP = 15


def broken(rails: Rails, segments: Iterable[Segment]) -> list[str]:
    """Return every rule that what sounded breaks, in words."""
    sounds = sorted(segments, key=lambda one: one.start_at)
    return [*_hours(rails, sounds), *_sessions(rails, sounds), *_emergencies(rails, sounds)]


def _minutes_of(segment: Segment) -> Iterator[datetime]:
    at = segment.start_at
    assert at.second == at.microsecond == segment.end_at.second == segment.end_at.microsecond == 0
    while at < segment.end_at:
        yield at
        at += _MINUTE


def _wall(rails: Rails, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(rails.zone)).replace(tzinfo=None)


def _lies_in(clock: time, start: time, end: time) -> bool:
    return start <= clock < end if start < end else clock >= start or clock < end


def _hours(rails: Rails, sounds: list[Segment]) -> Iterator[str]:
    guardrail = rails.guardrail
    for segment in sounds:
        if segment.occurrence.is_emergency:
            continue
        for at in _minutes_of(segment):
            clock = _wall(rails, at).time()
            if any(_lies_in(clock, slot.start, slot.end) for slot in guardrail.quiet_hours):
                yield f"{segment.occurrence.id} sounds at {clock}, in quiet hours"
            slots = guardrail.slots
            if slots is not None and not any(_lies_in(clock, slot.start, slot.end) for slot in slots):
                yield f"{segment.occurrence.id} sounds at {clock}, outside all slots"
            if segment.volume > _loudest(rails, clock, segment.occurrence):
                yield f"{segment.occurrence.id} sounds at {segment.volume} % at {clock}"


def _loudest(rails: Rails, clock: time, occurrence: Occurrence) -> int:
    guardrail = rails.guardrail
    caps = [occurrence.volume, _on_curve(guardrail, clock)]
    if guardrail.night_volume is not None and (clock >= time(21) or clock < time(6)):
        caps.append(guardrail.night_volume)
    if rails.has_neighbour and guardrail.neighbour_volume is not None:
        caps.append(guardrail.neighbour_volume)
    return min(caps)


def _on_curve(guardrail: Guardrail, clock: time) -> int:
    """Walk back from this time of day, over midnight, to the step that holds."""
    steps = dict(guardrail.volume_curve)
    minute = clock.hour * 60 + clock.minute
    for back in range(24 * 60):
        at = (minute - back) % (24 * 60)
        if time(at // 60, at % 60) in steps:
            return steps[time(at // 60, at % 60)]
    return 100


def _sessions(rails: Rails, sounds: list[Segment]) -> Iterator[str]:
    """Go through all minutes from the first sound to the last and count silence."""
    guardrail = rails.guardrail
    on_air = {at: segment for segment in sounds for at in _minutes_of(segment)}
    if not on_air:
        return
    silence, begun_on = _SESSION_GAP, date.min
    of_session, per_session = -1, Counter[int]()
    per_day, sessions = Counter[date](), Counter[date]()
    at, last = min(on_air), max(on_air)
    while at <= last:
        segment = on_air.get(at)
        if segment is None or (segment.occurrence.is_emergency and silence >= _SESSION_GAP):
            silence += 1
        elif segment.occurrence.is_emergency:
            silence = 0
        else:
            if silence >= _SESSION_GAP:
                begun_on, of_session = _wall(rails, at).date(), of_session + 1
                sessions[begun_on] += 1
            silence = 0
            per_session[of_session] += 1
            per_day[_wall(rails, segment.start_at).date()] += 1
            yield from _weekday(rails, segment, begun_on)
        at += _MINUTE
    yield from _too_many("sessions a day", sessions, guardrail.sessions_per_day)
    yield from _too_many("minutes a session", per_session, guardrail.session_minutes)
    yield from _too_many("minutes a day", per_day, guardrail.day_minutes)


def _weekday(rails: Rails, segment: Segment, session_begun_on: date) -> Iterator[str]:
    days = rails.guardrail.days
    if days is None:
        return
    planned_on = _wall(rails, segment.occurrence.start_at).date()
    begun_on = _wall(rails, segment.start_at).date()
    if planned_on.isoweekday() not in days:
        yield f"{segment.occurrence.id} is planned for {planned_on:%A}"
    if begun_on.isoweekday() not in days and session_begun_on == begun_on:
        yield f"{segment.occurrence.id} begins on {begun_on:%A}"


def _too_many(what: str, counted: Counter[date] | Counter[int], limit: int | None) -> Iterator[str]:
    most = max(counted.values(), default=0)
    if limit is not None and most > limit:
        yield f"{most} {what} of {limit}"


def _emergencies(rails: Rails, sounds: list[Segment]) -> Iterator[str]:
    item_limit = rails.guardrail.emergency_item_minutes or 15
    day_limit = rails.guardrail.emergency_day_minutes or 480
    per_day = Counter[date]()
    for segment in sounds:
        one = segment.occurrence
        if not one.is_emergency:
            continue
        minutes = len(list(_minutes_of(segment)))
        per_day[_wall(rails, segment.start_at).date()] += minutes
        if segment.offset + minutes * _MINUTE > item_limit * _MINUTE:
            yield f"{one.id} sounds for more than {item_limit} minutes"
        if not (one.authorised_by and one.cause):
            yield f"{one.id} is an emergency without a name or a cause"
        loudest = rails.guardrail.emergency_volume
        if segment.volume > (one.volume if loudest is None else min(loudest, one.volume)):
            yield f"{one.id} sounds at {segment.volume} %"
    yield from _too_many("emergency minutes a day", per_day, day_limit)
