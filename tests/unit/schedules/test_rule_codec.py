"""Rules as plain values: pleasant to write, strict to read, the same again."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

import pytest

from schedules import (
    Campaign,
    Daily,
    HolidayRule,
    ImpossibleRuleError,
    Lunar,
    MonthlyLastDay,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Once,
    Recurring,
    Rule,
    Slot,
    Weekday,
    Weekly,
    rule_from_plain,
    rule_to_plain,
)
from tests.factories.rules import HANOI, a_recurring

FRIDAYS = {"kind": "weekly", "days": [5], "times": ["17:00"], "valid_from": "2026-11-20"}
CAMPAIGN = {
    "kind": "campaign",
    "start_at": "2026-11-20T05:00:00+07:00",
    "until": "2026-11-21T05:00:00+07:00",
    "every_minutes": 60,
}


def test_the_short_form_is_read() -> None:
    rule = rule_from_plain({**FRIDAYS, "valid_until": None, "holidays": "skip"})
    assert rule == Recurring(
        pattern=Weekly(days=frozenset({Weekday.FRIDAY})),
        times=(time(17),),
        valid_from=date(2026, 11, 20),
        holidays=HolidayRule.SKIP,
    )


def test_every_key_is_written() -> None:
    rule = a_recurring(
        Weekly(days=frozenset({Weekday.SUNDAY, Weekday.FRIDAY}), every=2),
        "17:00:30",
        "05:30",
        valid_until=date(2027, 12, 31),
        except_dates=frozenset({date(2026, 9, 2), date(2026, 4, 30)}),
        moved=((date(2026, 5, 1), date(2026, 5, 4)),),
        holidays=HolidayRule.ONLY,
    )
    assert rule_to_plain(rule) == {
        "kind": "weekly",
        "days": [5, 7],
        "every": 2,
        "times": ["05:30", "17:00:30"],
        "valid_from": "2026-01-01",
        "valid_until": "2027-12-31",
        "except_dates": ["2026-04-30", "2026-09-02"],
        "moved": [{"from": "2026-05-01", "to": "2026-05-04"}],
        "holidays": "only",
    }


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (Once(start_at=datetime(2026, 11, 20, 5, 30, tzinfo=HANOI)), "once"),
        (a_recurring(Daily(every=3)), "daily"),
        (a_recurring(Weekly(days=frozenset({Weekday.MONDAY}))), "weekly"),
        (a_recurring(MonthlyOnDay(day=31)), "monthly_day"),
        (a_recurring(MonthlyOnWeekday(nth=-1, weekday=Weekday.FRIDAY)), "monthly_weekday"),
        (a_recurring(MonthlyLastDay()), "monthly_last_day"),
        (a_recurring(Lunar(days=frozenset({1, 15}))), "lunar"),
        (
            Campaign(
                start_at=datetime(2026, 11, 20, tzinfo=UTC),
                until=datetime(2026, 11, 22, tzinfo=UTC),
                every_minutes=60,
                between=Slot(time(7), time(20)),
            ),
            "campaign",
        ),
    ],
)
def test_every_kind_goes_through_json_and_comes_back(rule: Rule, kind: str) -> None:
    plain = rule_to_plain(rule)
    assert plain["kind"] == kind
    assert rule_from_plain(json.loads(json.dumps(plain))) == rule


def without(plain: Mapping[str, object], key: str) -> dict[str, object]:
    return {name: value for name, value in plain.items() if name != key}


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        ([], "rule"),
        ({1: 2}, "rule"),
        ({}, "kind"),
        ({"kind": 1}, "kind"),
        ({"kind": "yearly"}, "kind"),
        ({"kind": "once"}, "start_at"),
        ({"kind": "once", "start_at": "tomorrow"}, "start_at"),
        ({"kind": "once", "start_at": 5}, "start_at"),
        ({"kind": "once", "start_at": "2026-11-20T05:30:00+07:00", "times": []}, "times"),
        (without(FRIDAYS, "days"), "days"),
        (without(FRIDAYS, "times"), "times"),
        (without(FRIDAYS, "valid_from"), "valid_from"),
        ({**FRIDAYS, "day": 1}, "day"),
        ({**FRIDAYS, "x" * 99: 1}, "x" * 40),
        ({**FRIDAYS, "days": 5}, "days"),
        ({**FRIDAYS, "days": [5, "6"]}, "days[1]"),
        ({**FRIDAYS, "days": [True]}, "days[0]"),
        ({**FRIDAYS, "every": 1.0}, "every"),
        ({**FRIDAYS, "times": "17:00"}, "times"),
        ({**FRIDAYS, "times": ["05:30", "17h"]}, "times[1]"),
        ({**FRIDAYS, "times": ["24:00"]}, "times[0]"),
        ({**FRIDAYS, "times": ["17:00+07:00"]}, "times[0]"),
        ({**FRIDAYS, "times": ["17:00\n"]}, "times[0]"),
        ({**FRIDAYS, "valid_from": "20261120"}, "valid_from"),
        ({**FRIDAYS, "valid_from": None}, "valid_from"),
        ({**FRIDAYS, "valid_until": "2026-02-29"}, "valid_until"),
        ({**FRIDAYS, "except_dates": ["2026-11-20", 3]}, "except_dates[1]"),
        ({**FRIDAYS, "moved": [["2026-11-20", "2026-11-21"]]}, "moved[0]"),
        ({**FRIDAYS, "moved": [{"from": "2026-11-20"}]}, "moved[0].to"),
        ({**FRIDAYS, "moved": [{"from": "2026-11-20", "to": 1}]}, "moved[0].to"),
        ({**FRIDAYS, "moved": [{"from": "2026-11-20", "to": "2026-11-21", "by": 1}]}, "moved[0].by"),
        ({**FRIDAYS, "holidays": "tet"}, "holidays"),
        ({**FRIDAYS, "holidays": None}, "holidays"),
        (without(CAMPAIGN, "every_minutes"), "every_minutes"),
        ({**CAMPAIGN, "between": {"start": "07:00"}}, "between.end"),
        ({**CAMPAIGN, "between": "07:00-20:00"}, "between"),
    ],
)
def test_a_rule_that_is_not_well_formed_is_refused_with_the_path(plain: object, field: str) -> None:
    with pytest.raises(ImpossibleRuleError) as raised:
        rule_from_plain(plain)
    assert (raised.value.code, raised.value.field) == ("rule_malformed", field)


@pytest.mark.parametrize(
    ("plain", "code", "field"),
    [
        ({"kind": "once", "start_at": "2026-11-20T05:30:00"}, "naive_instant", "start_at"),
        ({**FRIDAYS, "days": []}, "rule_empty", "days"),
        ({**FRIDAYS, "days": [5, 8]}, "out_of_range", "days[1]"),
        ({**FRIDAYS, "valid_until": "2026-11-19"}, "end_before_start", "valid_until"),
        ({**CAMPAIGN, "every_minutes": 1}, "out_of_range", "every_minutes"),
    ],
)
def test_what_the_rule_refuses_keeps_its_code(plain: object, code: str, field: str) -> None:
    with pytest.raises(ImpossibleRuleError) as raised:
        rule_from_plain(plain)
    assert (raised.value.code, raised.value.field) == (code, field)
