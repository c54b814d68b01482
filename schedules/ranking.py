"""Who wins: three legal bands (Thông tư 39/2020), then a number within the band, then people, then time."""

from enum import StrEnum

from schedules.errors import ImpossibleOccurrenceError


class Band(StrEnum):
    """Bản tin thông thường, ưu tiên, khẩn cấp."""

    ROUTINE = "routine"
    PRIORITY = "priority"
    EMERGENCY = "emergency"


class Origin(StrEnum):
    """Who sent an item. Trung ương, tỉnh, xã."""

    CENTRAL = "central"
    PROVINCE = "province"
    COMMUNE = "commune"


class OnLoss(StrEnum):
    """What becomes of an item when something of higher rank keeps it off the air or takes it off.

    RESUME: it goes on from where it was cut, as soon as the air is free, if the rest can still end within its window.
    RESTART: it begins anew as soon as the air is free, if it can still end within its window. LATER: it begins anew
    at the first time in its window that nothing else wants. SKIP: it is dropped, unless the air is free again within
    its late limit. None is ever just played late.
    """

    RESUME = "resume"
    RESTART = "restart"
    LATER = "later"
    SKIP = "skip"


LOWEST_PRIORITY = 100
LOWEST_EMERGENCY = 200
HIGHEST = 255

DEFAULT_PRIORITY = {Band.ROUTINE: 50, Band.PRIORITY: 150, Band.EMERGENCY: 250}

ORIGIN_RANK = {Origin.CENTRAL: 0, Origin.PROVINCE: 1, Origin.COMMUNE: 2}


def band_of(priority: int) -> Band:
    """Return the band of a priority: routine 0..99, priority 100..199, emergency 200..255.

    Raises ImpossibleOccurrenceError `priority_out_of_range`.
    """
    if not 0 <= priority <= HIGHEST:
        raise ImpossibleOccurrenceError(
            "priority_out_of_range", "priority must be 0 to 255", field="priority"
        )
    if priority >= LOWEST_EMERGENCY:
        return Band.EMERGENCY
    return Band.PRIORITY if priority >= LOWEST_PRIORITY else Band.ROUTINE
