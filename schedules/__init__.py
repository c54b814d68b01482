"""What plays when. Pure rules that controller and device share; standard library only."""

from schedules.conflicts import Overlap, Span, first_free_start, overlaps, without
from schedules.errors import (
    ImpossibleGuardrailError,
    ImpossibleOccurrenceError,
    ImpossibleRuleError,
    ScheduleError,
)
from schedules.ranking import DEFAULT_PRIORITY, Band, OnLoss, Origin, band_of
from schedules.slots import Slot, at_local, local_day
from schedules.timetable import Occurrence, Plan, best, plan

__all__ = [
    "DEFAULT_PRIORITY",
    "Band",
    "ImpossibleGuardrailError",
    "ImpossibleOccurrenceError",
    "ImpossibleRuleError",
    "Occurrence",
    "OnLoss",
    "Origin",
    "Overlap",
    "Plan",
    "ScheduleError",
    "Slot",
    "Span",
    "at_local",
    "band_of",
    "best",
    "first_free_start",
    "local_day",
    "overlaps",
    "plan",
    "without",
]
