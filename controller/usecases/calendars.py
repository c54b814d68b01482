"""Where use cases get holidays and lunar days from."""

from datetime import date
from typing import Protocol

from schedules import Calendar


class Calendars(Protocol):
    """The calendar of the country; safe to ask from several threads."""

    def calendar(self, first: date, last: date) -> Calendar:
        """Return what is known of the days from `first` to `last`, and maybe of more; quick when asked again.

        Days that nothing is known of are left out of its range. Raises ImpossibleRuleError `calendar_unknown` when
        that leaves none.
        """
        ...
