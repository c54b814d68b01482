"""A rule as a person says it: `Hằng tuần T2, T6 lúc 05:30, 17:00, từ 23/11/2026, trừ 1 ngày`."""

from collections.abc import Iterator

from controller.domain.airings import Broadcast
from controller.domain.orders import rule_of
from controller.web.console.words import say, when
from controller.web.wording import Language
from schedules import (
    Campaign,
    Daily,
    HolidayRule,
    Lunar,
    MonthlyLastDay,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Once,
    Pattern,
    Recurring,
    Weekly,
)


def rule_sentence(broadcast: Broadcast, zone: str, language: Language) -> str:
    """Return the rule of an order in words, in the wall time of its area."""
    match rule_of(broadcast):
        case Once(start_at=start_at):
            return when(start_at, zone, language, is_exact=True)
        case Campaign() as rule:
            begin, end = (when(at, zone, language) for at in (rule.start_at, rule.until))
            told = say("rule.campaign", language, minutes=rule.every_minutes, begin=begin, end=end)
            if rule.between is None:
                return told
            hours = f"{rule.between.start:%H:%M}–{rule.between.end:%H:%M}"
            return f"{told}, {say('rule.between', language, hours=hours)}"
        case Recurring() as rule:
            return ", ".join(_recurring(rule, language))


def _recurring(rule: Recurring, language: Language) -> Iterator[str]:
    times = ", ".join(f"{one:%H:%M:%S}" if one.second else f"{one:%H:%M}" for one in rule.times)
    yield f"{_pattern(rule.pattern, language)} {say('rule.at', language, times=times)}"
    yield say("rule.since", language, day=f"{rule.valid_from:%d/%m/%Y}")
    if rule.valid_until is not None:
        yield say("rule.until", language, day=f"{rule.valid_until:%d/%m/%Y}")
    if rule.holidays is not HolidayRule.PLAY:
        is_skip = rule.holidays is HolidayRule.SKIP
        yield say("rule.holidays_skip" if is_skip else "rule.holidays_only", language)
    if rule.except_dates:
        yield say("rule.except", language, count=len(rule.except_dates))
    if rule.moved:
        yield say("rule.moved", language, count=len(rule.moved))


def _pattern(pattern: Pattern, language: Language) -> str:
    match pattern:
        case Daily(every=every):
            return say("rule.daily" if every == 1 else "rule.days", language, every=every)
        case Weekly(every=every):
            days = ", ".join(say(f"day.s{int(one)}", language) for one in sorted(pattern.days))
            return say("rule.weekly" if every == 1 else "rule.weeks", language, every=every, days=days)
        case MonthlyOnDay(day=day):
            return say("rule.month_day", language, day=day)
        case MonthlyOnWeekday():
            weekday = say(f"day.d{int(pattern.weekday)}", language)
            key = "rule.month_last" if pattern.nth < 0 else "rule.month_nth"
            return say(key, language, weekday=weekday, nth=pattern.nth)
        case MonthlyLastDay():
            return say("rule.month_end", language)
        case Lunar():
            return say("rule.lunar", language, days=", ".join(str(one) for one in sorted(pattern.days)))
