"""The schedule form and rules: what is shown is what is meant, and saving it again changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from controller.domain.airings import Broadcast
from controller.domain.errors import DomainError
from controller.domain.orders import read_rule, rule_text
from controller.web.console.rule_words import rule_sentence
from controller.web.console.schedule_inputs import KINDS, fresh_inputs, input_of, inputs_of, typed_inputs
from controller.web.console.schedule_page import differing, fingerprint
from controller.web.console.schedule_wish import plain_rule_of, wish_of
from controller.web.console.typed_forms import TypedForm

ZONE = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
"""Monday 23/11/2026 05:30 in Viet Nam."""
EVERY: dict[str, Any] = {
    "times": ["05:30", "17:00:15"],
    "valid_from": "2026-11-23",
    "valid_until": "2027-06-30",
    "except_dates": ["2026-12-25", "2027-01-01"],
    "moved": [{"from": "2027-02-06", "to": "2027-02-01"}],
    "holidays": "skip",
}
RULES: dict[str, dict[str, Any]] = {
    "once": {"kind": "once", "start_at": "2026-11-22T22:30:00+00:00"},
    "daily": {"kind": "daily", "every": 2, **EVERY},
    "weekly": {"kind": "weekly", "days": [1, 5], "every": 1, **EVERY},
    "monthly_day": {"kind": "monthly_day", "day": 31, **EVERY},
    "monthly_weekday": {"kind": "monthly_weekday", "nth": -1, "weekday": 2, **EVERY},
    "monthly_last_day": {"kind": "monthly_last_day", **EVERY, "valid_until": None},
    "lunar": {"kind": "lunar", "days": [1, 15], **EVERY},
    "campaign": {
        "kind": "campaign",
        "start_at": "2026-11-23T00:00:00+00:00",
        "until": "2026-11-24T13:00:30+00:00",
        "every_minutes": 60,
        "between": {"start": "07:00", "end": "20:00"},
    },
}


def order(plain: dict[str, Any], **terms: Any) -> Broadcast:
    fields: dict[str, Any] = {
        "id": "b",
        "notice_id": "n",
        "notice_version": 1,
        "area_id": "a",
        "content_id": "c",
        "start_at": NOW,
        "created_by": "u",
        "created_at": NOW,
        "rule": rule_text(read_rule(plain)),
    }
    return Broadcast(**fields | terms)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("zone", [ZONE, "Europe/Berlin", "Pacific/Auckland"])
def test_every_rule_is_shown_and_read_back_the_same(kind: str, zone: str) -> None:
    shown = inputs_of(order(RULES[kind]), zone, NOW)
    wish = wish_of(shown, zone)
    if kind == "once":
        assert wish["start_at"] == NOW
    else:
        assert rule_text(read_rule(plain_rule_of(shown, zone))) == rule_text(read_rule(RULES[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_touched_is_not_sent_at_all(kind: str) -> None:
    shown = inputs_of(order(RULES[kind]), ZONE, NOW)
    form = TypedForm(_as_sent(shown))
    assert wish_of(typed_inputs(form), ZONE, shown) == {}
    assert fingerprint(typed_inputs(form)) == fingerprint(shown)


def _as_sent(shown: Any) -> list[tuple[str, str]]:
    """Return what a browser sends of a shown form, its empty rows included."""
    sent = []
    for name in type(shown).__slots__:
        value = getattr(shown, name)
        if name == "times":
            sent += [(name, one) for one in shown.time_rows]
        elif name == "except_dates":
            sent += [(name, one) for one in shown.except_rows]
        elif name in ("moved_from", "moved_to"):
            sent += [(name, row[name == "moved_to"]) for row in shown.moved_rows]
        elif isinstance(value, tuple):
            sent += [(name, one) for one in value]
        else:
            sent.append((name, value))
    return sent


def test_only_what_was_changed_is_sent() -> None:
    shown = inputs_of(order(RULES["weekly"], priority=160, window_s=90, board_for_s=5_400), ZONE, NOW)
    assert (shown.window_minutes, shown.board_for, shown.board_unit) == ("1.5", "90", "minutes")
    sent = dict(_as_sent(shown)) | {"volume": "60"}
    del sent["times"], sent["days"], sent["except_dates"], sent["moved_from"], sent["moved_to"]
    several = [pair for pair in _as_sent(shown) if pair[0] not in sent]
    changed = typed_inputs(TypedForm([*sent.items(), *several]))
    assert wish_of(changed, ZONE, shown) == {"volume": 60}  # the priority of 160 stays


def test_an_order_that_is_left_empty_is_none_and_one_that_is_emptied_is_given_up() -> None:
    fresh = fresh_inputs(NOW, ZONE, "a")
    assert "order" not in wish_of(fresh, ZONE)
    before = inputs_of(order(RULES["daily"], order=3), ZONE, NOW)
    emptied = typed_inputs(TypedForm([pair for pair in _as_sent(before) if pair[0] != "order"]))
    assert wish_of(emptied, ZONE, before) == {"order": 0}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": "weekly", "days": ""}, "days"),
        ({"kind": "weekly", "times": "sớm"}, "times"),
        ({"kind": "weekly", "times": ""}, "times"),
        ({"kind": "weekly", "valid_from": ""}, "valid_from"),
        ({"kind": "weekly", "valid_until": "2026-02-30"}, "valid_until"),
        ({"kind": "weekly", "except_dates": "mai"}, "except_dates"),
        ({"kind": "weekly", "moved_from": "2026-11-23"}, "moved"),
        ({"kind": "weekly", "every": "hai"}, "every"),
        ({"kind": "monthly_day", "day": "32"}, "day"),
        ({"kind": "monthly_weekday", "nth": "6"}, "nth"),
        ({"kind": "lunar", "lunar_days": "rằm"}, "lunar_days"),
        ({"kind": "lunar", "lunar_days": "31"}, "lunar_days"),
        ({"kind": "campaign", "until_date": ""}, "until_date"),
        ({"kind": "campaign", "every_minutes": "1"}, "every_minutes"),
        ({"kind": "campaign", "between_from": "07:00"}, "between_from"),
        ({"kind": "yearly"}, "kind"),
        ({"start_time": "25:00"}, "start_date"),
        ({"band": "urgent"}, "band"),
        ({"on_loss": "cry"}, "on_loss"),
        ({"volume": "100%"}, "volume"),
        ({"window_minutes": "-1"}, "window_minutes"),
        ({"board_unit": "weeks"}, "board_for"),
        ({"order": "first"}, "order"),
    ],
)
def test_a_fault_names_the_input_that_it_was_typed_into(typed: dict[str, str], field: str) -> None:
    end = {"until_date": "2026-11-24", "until_time": "06:00", "days": "1", "times": "05:30"}
    fresh = {name: value for name, value in _as_sent(fresh_inputs(NOW, ZONE, "a")) if value}
    sent = {name: value for name, value in (fresh | end | typed).items() if value or name != "days"}
    if typed.get("moved_from"):
        sent["moved_to"] = ""
    inputs = typed_inputs(TypedForm(sent.items()))
    with pytest.raises(DomainError) as refused:
        read_rule(wish_of(inputs, ZONE).get("rule"))
    assert input_of(refused.value.field, inputs.kind) == field


def test_what_is_fresh_proposes_the_local_day_and_weekday() -> None:
    fresh = fresh_inputs(NOW, ZONE, "a")
    assert (fresh.start_date, fresh.start_time, fresh.days) == ("2026-11-23", "05:35", ("1",))


def test_what_somebody_else_saved_is_told_input_by_input() -> None:
    theirs = inputs_of(order(RULES["daily"]), ZONE, NOW)
    yours = inputs_of(order(RULES["daily"] | {"times": ["06:00"]}, volume=50), ZONE, NOW)
    assert [(one.name, one.theirs, one.yours) for one in differing(theirs, yours)] == [
        ("times", "05:30, 17:00:15", "06:00"),
        ("volume", "100", "50"),
    ]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("once", "Thứ Hai 23/11/2026 05:30"),
        (
            "daily",
            "2 ngày một lần lúc 05:30, 17:00:15, từ 23/11/2026, đến 30/06/2027, trừ ngày lễ, trừ 2 ngày",
        ),
        ("weekly", "Hằng tuần T2, T6 lúc 05:30"),
        ("monthly_day", "Ngày 31 hằng tháng lúc"),
        ("monthly_weekday", "Thứ Ba cuối cùng hằng tháng lúc"),
        ("monthly_last_day", "Ngày cuối mỗi tháng lúc"),
        ("lunar", "Ngày 1, 15 âm lịch lúc"),
        (
            "campaign",
            "Mỗi 60 phút, từ Thứ Hai 23/11/2026 07:00 đến Thứ Ba 24/11/2026 20:00, chỉ trong 07:00–20:00",
        ),
    ],
)
def test_a_rule_is_said_in_words(kind: str, sentence: str) -> None:
    assert rule_sentence(order(RULES[kind]), ZONE, "vi").startswith(sentence)
    assert rule_sentence(order(RULES[kind]), ZONE, "en")


def test_an_order_without_a_rule_of_its_own_is_once() -> None:
    old = order(RULES["once"], rule="", start_at=NOW + timedelta(days=1))
    assert inputs_of(old, ZONE, NOW).start_date == "2026-11-24"
