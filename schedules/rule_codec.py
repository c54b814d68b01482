"""Rules as plain values, for APIs, the database and the vector file: strict to read, the same again when written.

A rule is one flat object with a `kind`. Dates are ISO, local times HH:MM or HH:MM:SS, instants ISO with a zone.
Keys with a default may be left out when reading; all are written.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NoReturn, TypeVar

from schedules.calendar import Weekday
from schedules.errors import ImpossibleRuleError
from schedules.patterns import (
    Daily,
    Lunar,
    MonthlyLastDay,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Pattern,
    Weekly,
)
from schedules.rules import Campaign, HolidayRule, Once, Recurring, Rule
from schedules.slots import Slot

T = TypeVar("T")
Plain = Mapping[str, object]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")

_RECURRING_KEYS = frozenset({"kind", "times", "valid_from"})
_RECURRING_OPTIONS = frozenset({"valid_until", "except_dates", "moved", "holidays"})


def rule_to_plain(rule: Rule) -> dict[str, Any]:
    """Return a rule as values that JSON has."""
    match rule:
        case Once():
            return {"kind": "once", "start_at": rule.start_at.isoformat()}
        case Campaign():
            return {
                "kind": "campaign",
                "start_at": rule.start_at.isoformat(),
                "until": rule.until.isoformat(),
                "every_minutes": rule.every_minutes,
                "between": _slot_to_plain(rule.between),
            }
        case Recurring():
            return {
                **_pattern_to_plain(rule.pattern),
                "times": [_clock_time_to_plain(one) for one in rule.times],
                "valid_from": rule.valid_from.isoformat(),
                "valid_until": rule.valid_until.isoformat() if rule.valid_until else None,
                "except_dates": sorted(day.isoformat() for day in rule.except_dates),
                "moved": [{"from": one.isoformat(), "to": other.isoformat()} for one, other in rule.moved],
                "holidays": rule.holidays.value,
            }


def rule_from_plain(plain: object) -> Rule:
    """Read a rule; raises ImpossibleRuleError: `rule_malformed`, or what the rule itself refuses.

    `field` is the path of the value at fault, such as `times[2]` or `moved[0].to`.
    """
    given = _object(plain, "rule")
    kind = _text(given.get("kind", ""), "kind")
    if kind == "once":
        _check_keys(given, frozenset({"kind", "start_at"}))
        return Once(start_at=_instant(given["start_at"], "start_at"))
    if kind == "campaign":
        return _campaign(given)
    if kind not in _PATTERNS:
        _refuse("kind", f"must be once, campaign, {', '.join(_PATTERNS)}")
    return _recurring(given, kind)


def _campaign(given: Plain) -> Campaign:
    _check_keys(
        given, frozenset({"kind", "start_at", "until", "every_minutes"}), options=frozenset({"between"})
    )
    return Campaign(
        start_at=_instant(given["start_at"], "start_at"),
        until=_instant(given["until"], "until"),
        every_minutes=_number(given["every_minutes"], "every_minutes"),
        between=_optional(_slot, given.get("between"), "between"),
    )


def _recurring(given: Plain, kind: str) -> Recurring:
    keys, options, read = _PATTERNS[kind]
    _check_keys(given, _RECURRING_KEYS | keys, options=_RECURRING_OPTIONS | options)
    return Recurring(
        pattern=read(given),
        times=tuple(_list(_clock_time, given["times"], "times")),
        valid_from=_date(given["valid_from"], "valid_from"),
        valid_until=_optional(_date, given.get("valid_until"), "valid_until"),
        except_dates=frozenset(_list(_date, given.get("except_dates", []), "except_dates")),
        moved=tuple(_list(_move, given.get("moved", []), "moved")),
        holidays=_holiday_rule(given.get("holidays", "play"), "holidays"),
    )


# --- patterns ------------------------------------------------------------------------------------


def _pattern_to_plain(pattern: Pattern) -> dict[str, Any]:
    match pattern:
        case Daily():
            return {"kind": "daily", "every": pattern.every}
        case Weekly():
            return {"kind": "weekly", "days": sorted(map(int, pattern.days)), "every": pattern.every}
        case MonthlyOnDay():
            return {"kind": "monthly_day", "day": pattern.day}
        case MonthlyOnWeekday():
            return {"kind": "monthly_weekday", "nth": pattern.nth, "weekday": int(pattern.weekday)}
        case MonthlyLastDay():
            return {"kind": "monthly_last_day"}
        case Lunar():
            return {"kind": "lunar", "days": sorted(pattern.days)}


def _daily(given: Plain) -> Daily:
    return Daily(every=_number(given.get("every", 1), "every"))


def _weekly(given: Plain) -> Weekly:
    days = frozenset(_list(_weekday, given["days"], "days"))
    return Weekly(days=days, every=_number(given.get("every", 1), "every"))


def _monthly_on_day(given: Plain) -> MonthlyOnDay:
    return MonthlyOnDay(day=_number(given["day"], "day"))


def _monthly_on_weekday(given: Plain) -> MonthlyOnWeekday:
    return MonthlyOnWeekday(nth=_number(given["nth"], "nth"), weekday=_weekday(given["weekday"], "weekday"))


def _monthly_last_day(_given: Plain) -> MonthlyLastDay:
    return MonthlyLastDay()


def _lunar(given: Plain) -> Lunar:
    return Lunar(days=frozenset(_list(_number, given["days"], "days")))


_PATTERNS: dict[str, tuple[frozenset[str], frozenset[str], Callable[[Plain], Pattern]]] = {
    "daily": (frozenset(), frozenset({"every"}), _daily),
    "weekly": (frozenset({"days"}), frozenset({"every"}), _weekly),
    "monthly_day": (frozenset({"day"}), frozenset(), _monthly_on_day),
    "monthly_weekday": (frozenset({"nth", "weekday"}), frozenset(), _monthly_on_weekday),
    "monthly_last_day": (frozenset(), frozenset(), _monthly_last_day),
    "lunar": (frozenset({"days"}), frozenset(), _lunar),
}
"""kind -> the keys that it needs, those that it may have, and how it is read"""


# --- values --------------------------------------------------------------------------------------


def _refuse(field: str, message: str) -> NoReturn:
    raise ImpossibleRuleError("rule_malformed", f"{field}: {message}", field=field)


def _object(plain: object, field: str) -> Plain:
    if not isinstance(plain, Mapping) or not all(isinstance(key, str) for key in plain):
        _refuse(field, "must be an object")
    return plain


def _check_keys(
    given: Plain, needed: frozenset[str], *, options: frozenset[str] = frozenset(), path: str = ""
) -> None:
    for key in sorted(needed - given.keys()):
        _refuse(path + key, "is missing")
    for key in sorted(given.keys() - needed - options):
        _refuse(path + key[:40], "is not known")


def _text(plain: object, field: str) -> str:
    if not isinstance(plain, str):
        _refuse(field, "must be text")
    return plain


def _number(plain: object, field: str) -> int:
    if not isinstance(plain, int) or isinstance(plain, bool):
        _refuse(field, "must be a whole number")
    return plain


def _weekday(plain: object, field: str) -> Weekday:
    number = _number(plain, field)
    if not 1 <= number <= 7:
        raise ImpossibleRuleError("out_of_range", "a weekday is 1 (Monday) to 7", field=field)
    return Weekday(number)


def _date(plain: object, field: str) -> date:
    text = _text(plain, field)
    if not _DATE.fullmatch(text):
        _refuse(field, "must be a date like 2026-11-20")
    try:
        return date.fromisoformat(text)
    except ValueError:
        _refuse(field, "there is no such day")


def _clock_time(plain: object, field: str) -> time:
    text = _text(plain, field)
    if not _CLOCK_TIME.fullmatch(text):
        _refuse(field, "must be a local time like 05:30 or 05:30:15")
    try:
        return time.fromisoformat(text)
    except ValueError:
        _refuse(field, "there is no such time")


def _clock_time_to_plain(clock: time) -> str:
    return clock.isoformat("seconds" if clock.second else "minutes")


def _instant(plain: object, field: str) -> datetime:
    text = _text(plain, field)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        _refuse(field, "must be an instant like 2026-11-20T05:30:00+07:00")


def _holiday_rule(plain: object, field: str) -> HolidayRule:
    text = _text(plain, field)
    if text not in HolidayRule.__members__.values():
        _refuse(field, "must be play, skip or only")
    return HolidayRule(text)


def _move(plain: object, field: str) -> tuple[date, date]:
    given = _object(plain, field)
    _check_keys(given, frozenset({"from", "to"}), path=f"{field}.")
    return _date(given["from"], f"{field}.from"), _date(given["to"], f"{field}.to")


def _slot(plain: object, field: str) -> Slot:
    given = _object(plain, field)
    _check_keys(given, frozenset({"start", "end"}), path=f"{field}.")
    return Slot(_clock_time(given["start"], f"{field}.start"), _clock_time(given["end"], f"{field}.end"))


def _slot_to_plain(slot: Slot | None) -> dict[str, str] | None:
    if slot is None:
        return None
    return {"start": _clock_time_to_plain(slot.start), "end": _clock_time_to_plain(slot.end)}


def _optional(read: Callable[[object, str], T], plain: object, field: str) -> T | None:
    return None if plain is None else read(plain, field)


def _list(read: Callable[[object, str], T], plain: object, field: str) -> list[T]:
    if not isinstance(plain, list | tuple):
        _refuse(field, "must be a list")
    return [read(one, f"{field}[{index}]") for index, one in enumerate(plain)]
