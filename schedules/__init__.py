"""What plays when. Pure rules that controller and device share; standard library only."""

from schedules.conflicts import Overlap, Span, first_free_start, overlaps, without
from schedules.errors import ImpossibleOccurrenceError, ScheduleError
from schedules.timetable import Occurrence, Plan, best, plan

__all__ = [
    "ImpossibleOccurrenceError",
    "Occurrence",
    "Overlap",
    "Plan",
    "ScheduleError",
    "Span",
    "best",
    "first_free_start",
    "overlaps",
    "plan",
    "without",
]
