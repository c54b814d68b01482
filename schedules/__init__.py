"""What plays when. Pure rules that controller and device share; standard library only."""

from schedules.calendar import Calendar, LunarDay, Weekday
from schedules.conflicts import Overlap, Span, first_free_start, overlaps, without
from schedules.errors import (
    ImpossibleGuardrailError,
    ImpossibleOccurrenceError,
    ImpossibleRuleError,
    ScheduleError,
)
from schedules.expand import RuleTime, check_fires, expand, first_start
from schedules.patterns import Daily, Lunar, MonthlyLastDay, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekly
from schedules.ranking import DEFAULT_PRIORITY, Band, OnLoss, Origin, band_of
from schedules.rule_codec import rule_from_plain, rule_to_plain
from schedules.rules import Campaign, HolidayRule, Once, Recurring, Rule
from schedules.slots import Slot, at_local, local_day
from schedules.timetable import Occurrence, Plan, best, plan

__all__ = [
    "DEFAULT_PRIORITY",
    "Band",
    "Calendar",
    "Campaign",
    "Daily",
    "HolidayRule",
    "ImpossibleGuardrailError",
    "ImpossibleOccurrenceError",
    "ImpossibleRuleError",
    "Lunar",
    "LunarDay",
    "MonthlyLastDay",
    "MonthlyOnDay",
    "MonthlyOnWeekday",
    "Occurrence",
    "OnLoss",
    "Once",
    "Origin",
    "Overlap",
    "Pattern",
    "Plan",
    "Recurring",
    "Rule",
    "RuleTime",
    "ScheduleError",
    "Slot",
    "Span",
    "Weekday",
    "Weekly",
    "at_local",
    "band_of",
    "best",
    "check_fires",
    "expand",
    "first_free_start",
    "first_start",
    "local_day",
    "overlaps",
    "plan",
    "rule_from_plain",
    "rule_to_plain",
    "without",
]
