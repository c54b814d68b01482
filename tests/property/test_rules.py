"""What holds for any rule, in any zone and any window."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from schedules import (
    ImpossibleRuleError,
    Recurring,
    Rule,
    RuleTime,
    expand,
    first_start,
    rule_from_plain,
    rule_to_plain,
)
from tests.property.rules import CALENDAR, instants, recurring_rules, rules, windows, zones

KEY = re.compile(r"[A-Za-z0-9_.:-]+")
TWO_DAYS = timedelta(days=2)


def starts(rule: Rule, window: tuple[datetime, datetime], zone: ZoneInfo) -> tuple[RuleTime, ...]:
    return expand(rule, start_at=window[0], end_at=window[1], zone=zone, calendar=CALENDAR)


@given(rules, windows, zones)
def test_starts_are_sorted_unique_and_inside_their_window(
    rule: Rule, window: tuple[datetime, datetime], zone: ZoneInfo
) -> None:
    found = starts(rule, window, zone)
    assert all(window[0] <= one.start_at < window[1] for one in found)
    assert all(one.start_at < other.start_at for one, other in pairwise(found))
    assert len({one.key for one in found}) == len(found)
    assert all(KEY.fullmatch(one.key) for one in found)


@given(rules, windows, zones, st.lists(st.floats(0, 1), max_size=4))
def test_a_window_in_parts_has_the_starts_of_the_whole(
    rule: Rule, window: tuple[datetime, datetime], zone: ZoneInfo, cuts: list[float]
) -> None:
    whole = starts(rule, window, zone)
    edges = [window[0], *sorted(window[0] + (window[1] - window[0]) * cut for cut in cuts), window[1]]
    if whole:
        edges = sorted([*edges, whole[len(whole) // 2].start_at])
    parts = [starts(rule, (start, end), zone) for start, end in pairwise(edges)]
    assert sum(parts, ()) == whole


@given(rules, windows, zones)
def test_the_first_start_is_the_first_of_any_window_after(
    rule: Rule, window: tuple[datetime, datetime], zone: ZoneInfo
) -> None:
    after = window[0] - timedelta(microseconds=1)
    found = starts(rule, window, zone)
    first = None
    with suppress(ImpossibleRuleError):  # it may be looked for beyond the end of the calendar
        first = first_start(rule, after=after, zone=zone, calendar=CALENDAR)
    if found:
        assert first == found[0].start_at
    else:
        assert first is None or first >= window[1]


@given(recurring_rules(), windows, zones)
def test_days_excepted_moved_away_or_outside_the_validity_do_not_play(
    rule: Recurring, window: tuple[datetime, datetime], zone: ZoneInfo
) -> None:
    left = {from_day for from_day, _ in rule.moved}
    reached = {to_day for _, to_day in rule.moved}
    for one in starts(rule, window, zone):
        assert abs((one.start_at.astimezone(zone).date() - one.day).days) <= 1
        if one.key.startswith(f"{one.day:%Y%m%d}"):
            assert one.day not in left
            assert one.day not in rule.except_dates
            assert one.day >= rule.valid_from
            assert rule.valid_until is None or one.day <= rule.valid_until
        else:
            assert one.day in reached


@given(rules)
def test_a_rule_comes_back_from_its_plain_form(rule: Rule) -> None:
    assert rule_from_plain(rule_to_plain(rule)) == rule


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.dates().map(str),
    st.times().map(str),
    st.datetimes().map(str),
    st.sampled_from(["daily", "weekly", "lunar", "once", "campaign", "skip", "05:30", "2026-11-20"]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(anything)
def test_reading_anything_raises_nothing_but_the_rules_own_error(plain: object) -> None:
    with suppress(ImpossibleRuleError):
        rule_from_plain(plain)


@given(rules, st.data())
def test_reading_a_spoilt_rule_raises_nothing_but_the_rules_own_error(
    rule: Rule, draw: st.DataObject
) -> None:
    plain = rule_to_plain(rule)
    key = draw.draw(st.sampled_from(sorted(plain)))
    plain[key] = draw.draw(anything)
    with suppress(ImpossibleRuleError):
        again = rule_from_plain(plain)
        assert rule_from_plain(rule_to_plain(again)) == again


@given(instants, zones)
def test_every_instant_is_some_rules_first_start(at: datetime, zone: ZoneInfo) -> None:
    rule = rule_from_plain({"kind": "once", "start_at": at.isoformat()})
    assert first_start(rule, after=at - TWO_DAYS, zone=zone, calendar=None) == at
    assert first_start(rule, after=at, zone=zone, calendar=None) is None
