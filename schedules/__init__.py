"""What plays when. Pure rules that controller and device share; standard library only."""

from schedules.calendar import Calendar, LunarDay, Weekday
from schedules.conflicts import Overlap, Span, first_free_start, overlaps, without
from schedules.errors import (
    ImpossibleGuardrailError,
    ImpossibleOccurrenceError,
    ImpossibleRuleError,
    ImpossibleRundownError,
    ScheduleError,
)
from schedules.expand import RuleTime, check_fires, expand, first_start
from schedules.forecast import foresee
from schedules.guardrail_codec import guardrail_from_plain, guardrail_to_plain
from schedules.guardrails import (
    BUILT_IN,
    HANOI_RURAL,
    HANOI_URBAN,
    LIMITS,
    NIGHT,
    OPEN,
    STANDARD,
    Guardrail,
    loosened,
    tighten,
)
from schedules.layouts import Adjustment, AdjustmentCode, Layout, Placement
from schedules.occurrences import Occurrence
from schedules.patterns import Daily, Lunar, MonthlyLastDay, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekly
from schedules.programmes import fall_back, lay_out, must_end_by, overrun
from schedules.rails import Account, Aired, Breach, Rails, RailsInForce
from schedules.ranking import DEFAULT_PRIORITY, Band, OnLoss, Origin, band_of
from schedules.rule_codec import rule_from_plain, rule_to_plain
from schedules.rules import Campaign, HolidayRule, Once, Recurring, Rule
from schedules.rundowns import FADE, LEAST_LEFT, Part, PartKind, Rundown, bounds
from schedules.segments import (
    NOTHING_YET,
    Ending,
    Fate,
    History,
    OnAir,
    Segment,
    Unaired,
    aired_of,
)
from schedules.slots import Slot, at_local, local_day
from schedules.timetable import Timetable

__all__ = [
    "BUILT_IN",
    "DEFAULT_PRIORITY",
    "FADE",
    "HANOI_RURAL",
    "HANOI_URBAN",
    "LEAST_LEFT",
    "LIMITS",
    "NIGHT",
    "NOTHING_YET",
    "OPEN",
    "STANDARD",
    "Account",
    "Adjustment",
    "AdjustmentCode",
    "Aired",
    "Band",
    "Breach",
    "Calendar",
    "Campaign",
    "Daily",
    "Ending",
    "Fate",
    "Guardrail",
    "History",
    "HolidayRule",
    "ImpossibleGuardrailError",
    "ImpossibleOccurrenceError",
    "ImpossibleRuleError",
    "ImpossibleRundownError",
    "Layout",
    "Lunar",
    "LunarDay",
    "MonthlyLastDay",
    "MonthlyOnDay",
    "MonthlyOnWeekday",
    "Occurrence",
    "OnAir",
    "OnLoss",
    "Once",
    "Origin",
    "Overlap",
    "Part",
    "PartKind",
    "Pattern",
    "Placement",
    "Rails",
    "RailsInForce",
    "Recurring",
    "Rule",
    "RuleTime",
    "Rundown",
    "ScheduleError",
    "Segment",
    "Slot",
    "Span",
    "Timetable",
    "Unaired",
    "Weekday",
    "Weekly",
    "aired_of",
    "at_local",
    "band_of",
    "bounds",
    "check_fires",
    "expand",
    "fall_back",
    "first_free_start",
    "first_start",
    "foresee",
    "guardrail_from_plain",
    "guardrail_to_plain",
    "lay_out",
    "local_day",
    "loosened",
    "must_end_by",
    "overlaps",
    "overrun",
    "rule_from_plain",
    "rule_to_plain",
    "tighten",
    "without",
]
