"""From rules to instants: the starts that a rule has in a window, and whether it has any at all.

A start belongs to the local day on which it was wished, and keeps that day when it crosses midnight. Its key tells
it from all others of its rule and does not change when the rule is edited elsewhere.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schedules.calendar import Calendar
from schedules.errors import ImpossibleRuleError
from schedules.pattern_days import known, pattern_days
from schedules.rules import FIRST_DAY, LAST_DAY, Campaign, HolidayRule, Once, Recurring, Rule
from schedules.slots import Slot, at_local, local_day

LONGEST_WINDOW = timedelta(days=25 * 366)

_DAY = timedelta(days=1)
# Nothing that can be said in a rule starts outside these; so no conversion below can overflow.
_EARLIEST = datetime.combine(FIRST_DAY - 2 * _DAY, time(), UTC)
_LATEST = datetime.combine(LAST_DAY + 3 * _DAY, time(), UTC)


class RuleTime(NamedTuple):  # made by the thousand in a preview: half the cost of a frozen dataclass
    """One start: `day` is the local day that it belongs to, `start_at` is aware UTC.

    `key` is unique within the rule and has only letters and digits; a moved start keeps the key of its own day.
    """

    key: str
    day: date
    start_at: datetime


def expand(
    rule: Rule, *, start_at: datetime, end_at: datetime, zone: ZoneInfo, calendar: Calendar | None
) -> tuple[RuleTime, ...]:
    """Return the starts in [start_at, end_at), earliest first, no two at one instant.

    Raises ImpossibleRuleError: `naive_instant`, `window_too_long` (over 25 years), and `calendar_unknown` when the
    rule asks the calendar for a day that it does not know; rules that ask nothing need no calendar.
    """
    _must_be_aware(start_at, field="start_at")
    _must_be_aware(end_at, field="end_at")
    if end_at - start_at > LONGEST_WINDOW:
        raise ImpossibleRuleError("window_too_long", "a window is at most 25 years", field="window")
    start_at, end_at = max(start_at, _EARLIEST), min(end_at, _LATEST)
    if end_at <= start_at:
        return ()
    if isinstance(rule, Recurring):
        return _recurring(rule, start_at, end_at, zone, calendar)
    starts = _once(rule, zone) if isinstance(rule, Once) else _campaign(rule, zone)
    return tuple(one for one in starts if start_at <= one.start_at < end_at)


def first_start(rule: Rule, *, after: datetime, zone: ZoneInfo, calendar: Calendar | None) -> datetime | None:
    """Return the first start later than `after`, or None when there is none; raises as `expand`."""
    _must_be_aware(after, field="after")
    after = max(after, _EARLIEST)
    if after >= _LATEST:
        return None
    if not isinstance(rule, Recurring):
        starts = _once(rule, zone) if isinstance(rule, Once) else _campaign(rule, zone)
        return next((one.start_at for one in starts if one.start_at > after), None)
    first = local_day(after, zone) - _DAY
    while all(at <= after for at in _instants(first, rule.times, zone)):
        first += _DAY
    for day, _ in _playing_days(rule, first, LAST_DAY, calendar):
        later = [at for at in _instants(day, rule.times, zone) if at > after]
        if later:
            return min(later)
    return None


def check_fires(rule: Rule, *, after: datetime, zone: ZoneInfo, calendar: Calendar | None) -> None:
    """Raise ImpossibleRuleError `rule_never_fires` when a rule has no start later than `after`, else as `expand`."""
    if first_start(rule, after=after, zone=zone, calendar=calendar) is None:
        raise ImpossibleRuleError("rule_never_fires", "the rule has no start any more", field="rule")


def _must_be_aware(at: datetime, *, field: str) -> None:
    if at.tzinfo is None:
        raise ImpossibleRuleError("naive_instant", "an instant must carry a time zone", field=field)


def _once(rule: Once, zone: ZoneInfo) -> Iterator[RuleTime]:
    yield RuleTime(_instant_key(rule.start_at), local_day(rule.start_at, zone), rule.start_at)


def _campaign(rule: Campaign, zone: ZoneInfo) -> Iterator[RuleTime]:
    """Yield the starts in order: 72 hours at 5 minutes, so 864 at most."""
    at = rule.start_at
    while at < rule.until:
        day = _slot_day(at, rule.between, zone)
        if day is not None:
            yield RuleTime(_instant_key(at), day, at)
        at += timedelta(minutes=rule.every_minutes)


def _slot_day(at: datetime, slot: Slot | None, zone: ZoneInfo) -> date | None:
    """Return the day on which the slot that holds this instant starts, or None when it is in none."""
    local = at.astimezone(zone)
    day, clock = local.date(), local.time()
    if slot is None:
        return day
    if slot.start < slot.end:
        return day if slot.start <= clock < slot.end else None
    if clock >= slot.start:
        return day
    return day - _DAY if clock < slot.end else None


def _recurring(
    rule: Recurring, start_at: datetime, end_at: datetime, zone: ZoneInfo, calendar: Calendar | None
) -> tuple[RuleTime, ...]:
    first, last = _window_days(rule.times, start_at, end_at, zone)
    clocks = [(_clock_key(clock), clock) for clock in rule.times]
    found: list[RuleTime] = []
    is_in_order, latest = True, _EARLIEST
    for day, own_day in _playing_days(rule, first, last, calendar):
        own_key = own_day.isoformat().replace("-", "")
        for suffix, clock in clocks:
            at = at_local(day, clock, zone)
            if start_at <= at < end_at:
                found.append(RuleTime(own_key + suffix, day, at))
                is_in_order = is_in_order and at > latest
                latest = at
    return tuple(found if is_in_order else _in_order(found))


def _in_order(found: list[RuleTime]) -> list[RuleTime]:
    """Sort starts and keep the first found of those at one instant, which moves and jumps of the clock bring about."""
    first_found: dict[datetime, RuleTime] = {}
    for one in found:
        first_found.setdefault(one.start_at, one)
    return [first_found[at] for at in sorted(first_found)]


def _window_days(
    times: tuple[time, ...], start_at: datetime, end_at: datetime, zone: ZoneInfo
) -> tuple[date, date]:
    """Return the first and the last local day that have one of these times in [start_at, end_at).

    Days without one are left out, so that the calendar is never asked about them. A clock that jumps over midnight
    puts late times into the next day, or early ones into the day before.
    """
    first, last = local_day(start_at, zone), local_day(end_at, zone)
    if at_local(first - _DAY, times[-1], zone) >= start_at:
        first -= _DAY
    elif all(at < start_at for at in _instants(first, times, zone)):
        first += _DAY
    if at_local(last + _DAY, times[0], zone) < end_at:
        last += _DAY
    elif all(at >= end_at for at in _instants(last, times, zone)):
        last -= _DAY
    return first, last


def _instants(day: date, times: tuple[time, ...], zone: ZoneInfo) -> list[datetime]:
    return [at_local(day, clock, zone) for clock in times]


def _playing_days(
    rule: Recurring, first: date, last: date, calendar: Calendar | None
) -> Iterator[tuple[date, date]]:
    """Yield (day, the day that it belongs to) in order, from `first` to `last`; a day's own comes before moved ones.

    The calendar is asked about a day only when everything else lets it play.
    """
    begin = max(first, rule.valid_from)
    end = min(last, rule.valid_until) if rule.valid_until else last
    own = pattern_days(rule.pattern, anchor=rule.valid_from, first=begin, last=end, calendar=calendar)
    if not rule.moved:
        yield from ((day, day) for day in own if _plays_on(rule, day, calendar))
        return
    left = {from_day for from_day, _ in rule.moved}
    moved = sorted((to, 1, from_day) for from_day, to in rule.moved if first <= to <= last)
    for day, is_moved, own_day in merge(((day, 0, day) for day in own), moved):
        if is_moved:
            if _has_day(rule, own_day, calendar):
                yield day, own_day
        elif day not in left and _plays_on(rule, day, calendar):
            yield day, day


def _plays_on(rule: Recurring, day: date, calendar: Calendar | None) -> bool:
    if day in rule.except_dates:
        return False
    if rule.holidays is HolidayRule.PLAY:
        return True
    is_holiday = known(calendar, field="holidays").is_holiday(day)
    return is_holiday is (rule.holidays is HolidayRule.ONLY)


def _has_day(rule: Recurring, day: date, calendar: Calendar | None) -> bool:
    """Tell whether there is something to move away from a day: exceptions and skipped holidays do not matter."""
    if day < rule.valid_from or (rule.valid_until and day > rule.valid_until):
        return False
    if not any(pattern_days(rule.pattern, anchor=rule.valid_from, first=day, last=day, calendar=calendar)):
        return False
    return rule.holidays is not HolidayRule.ONLY or known(calendar, field="holidays").is_holiday(day)


def _clock_key(clock: time) -> str:
    seconds = f"{clock.second:02}" if clock.second else ""
    return f"T{clock.hour:02}{clock.minute:02}{seconds}"


def _instant_key(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
