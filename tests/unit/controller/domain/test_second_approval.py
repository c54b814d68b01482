from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.domain.areas import AreaKind
from controller.domain.second_approval import Need, needs_second
from schedules import Band

ZONE = "Asia/Ho_Chi_Minh"


def span(start: str, end: str) -> tuple[datetime, datetime]:
    zone = ZoneInfo(ZONE)
    return datetime.fromisoformat(start).replace(tzinfo=zone), datetime.fromisoformat(end).replace(
        tzinfo=zone
    )


def needs(
    *spans: tuple[datetime, datetime],
    kind: AreaKind = AreaKind.COMMUNE,
    communes: int = 1,
    band: Band = Band.ROUTINE,
) -> tuple[Need, ...]:
    return needs_second(spans=spans, zone=ZONE, kind=kind, communes=communes, band=band)


@pytest.mark.parametrize(
    ("start", "end", "is_by_day"),
    [
        ("2026-11-21T06:00:00", "2026-11-21T06:30:00", True),
        ("2026-11-21T05:59:59", "2026-11-21T06:30:00", False),
        ("2026-11-21T20:30:00", "2026-11-21T21:00:00", True),
        ("2026-11-21T20:30:00", "2026-11-21T21:00:01", False),
        ("2026-11-21T03:15:00", "2026-11-21T03:20:00", False),
        ("2026-11-21T20:00:00", "2026-11-22T07:00:00", False),
        ("2026-11-21T23:59:00", "2026-11-22T00:01:00", False),
    ],
)
def test_the_day_is_from_six_to_nine_in_the_evening_with_all_that_sounds(
    start: str, end: str, is_by_day: bool
) -> None:
    assert needs(span(start, end)) == (() if is_by_day else (Need.OUT_OF_HOURS,))


def test_one_start_of_many_out_of_hours_is_enough() -> None:
    by_day, by_night = (
        span(f"2026-11-{day}T{hour}", f"2026-11-{day}T{hour}")
        for day, hour in (("21", "17:00:00"), ("22", "04:45:00"))
    )
    assert needs(by_day, by_day) == ()
    assert needs(by_day, by_night) == (Need.OUT_OF_HOURS,)


def test_the_hour_is_that_of_the_area_and_not_of_the_machine() -> None:
    start_at, end_at = span("2026-11-21T12:00:00", "2026-11-21T12:05:00")
    spans = [(start_at, end_at)]
    told = needs_second(
        spans=spans, zone="America/New_York", kind=AreaKind.COMMUNE, communes=1, band=Band.ROUTINE
    )
    assert told == (Need.OUT_OF_HOURS,)


@pytest.mark.parametrize(
    ("kind", "communes", "is_wide"),
    [
        (AreaKind.CENTRAL, 0, True),
        (AreaKind.PROVINCE, 1, True),
        (AreaKind.GROUPING, 2, True),
        (AreaKind.GROUPING, 1, False),
        (AreaKind.COMMUNE, 1, False),
        (AreaKind.HAMLET, 0, False),
    ],
)
def test_wider_than_one_commune_is_wide(kind: AreaKind, communes: int, is_wide: bool) -> None:
    assert needs(kind=kind, communes=communes) == ((Need.WHOLE_AREA,) if is_wide else ())


def test_an_emergency_always_needs_a_second_person_and_everything_is_named() -> None:
    assert needs(band=Band.PRIORITY) == ()
    night = span("2026-11-21T03:15:00", "2026-11-21T03:15:00")
    night = (night[0], night[1] + timedelta(seconds=5))
    told = needs(night, kind=AreaKind.PROVINCE, communes=7, band=Band.EMERGENCY)
    assert told == (Need.OUT_OF_HOURS, Need.WHOLE_AREA, Need.EMERGENCY)
