"""A forecast as a picture: what lies where on a strip, with local days, shades, the present, and room for words."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from controller.web.console.foreseen import Line
from controller.web.console.strips import DENSE, UNITS, Known, day_strip, next_hours_strip, week_strips
from schedules import Band, Guardrail, Rails, RailsInForce, Slot

ZONE = "Asia/Ho_Chi_Minh"
SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
"""Monday 23/11/2026 05:30 in Viet Nam."""
MONDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)
OPEN = RailsInForce([Rails(guardrail=Guardrail(), zone=ZONE)])


def line(start_at: datetime, minutes: float, band: Band = Band.ROUTINE, **more: object) -> Line:
    fields: dict[str, object] = {"title": "Tin", "is_aired": True, "is_wish": False} | more
    return Line(
        number=1,
        start_at=start_at,
        end_at=start_at + timedelta(minutes=minutes),
        notice_id="",
        band=band,
        volume=100,
        reasons=(),
        **fields,  # type: ignore[arg-type]
    )


def known(rails: RailsInForce, start_at: datetime = MONDAY, *, zone: str = ZONE) -> Known:
    """Return a forecast of a week; one that begins with the year unless it is said when."""
    begin = start_at if start_at != MONDAY or zone == ZONE else datetime(2026, 1, 1, tzinfo=UTC)
    end = begin + timedelta(days=7 if zone == ZONE else 365)
    return Known(zone=ZoneInfo(zone), rails=rails, start_at=begin, end_at=end)


def ruled(**fields: object) -> RailsInForce:
    return RailsInForce([Rails(guardrail=Guardrail(**fields), zone=ZONE)])  # type: ignore[arg-type]


@pytest.mark.scenario("S-001")
def test_the_week_begins_with_the_local_day_even_while_utc_has_another() -> None:
    strips = week_strips([line(SUNDAY_NIGHT, 5)], known(OPEN, SUNDAY_NIGHT), SUNDAY_NIGHT)
    assert [strip.day for strip in strips] == [date(2026, 11, 23 + number) for number in range(8)]
    assert [len(strip.bars) for strip in strips] == [1, 0, 0, 0, 0, 0, 0, 0]
    assert (strips[0].bars[0].x, strips[0].now) == (330, 330)  # 05:30 is the 330th minute
    assert {strip.now for strip in strips[1:]} == {None}


def test_bars_have_their_place_by_the_minute_and_their_lane_by_the_class() -> None:
    lines = [line(MONDAY + timedelta(hours=17), 5, band) for band in Band]
    strip = day_strip(lines, known(OPEN), SUNDAY_NIGHT, date(2026, 11, 23))
    assert {(bar.x, bar.width) for bar in strip.bars} == {(1020, 5)}
    assert len({bar.height for bar in strip.bars}) == len(Band)
    assert [bar.look for bar in strip.bars] == ["routine", "priority", "emergency"]


def test_what_will_not_air_is_hollow_and_what_is_wished_is_marked() -> None:
    lines = [line(MONDAY, 1, is_aired=False), line(MONDAY, 1, is_wish=True)]
    strip = day_strip(lines, known(OPEN), SUNDAY_NIGHT, date(2026, 11, 23))
    assert [bar.look for bar in strip.bars] == ["routine hollow", "routine wish"]
    assert strip.bars[0].width > strip.bars[1].width  # room to see that it is hollow
    assert (len(strip.aired), len(strip.unaired)) == (1, 1)


def test_what_crosses_midnight_is_on_both_days_and_stays_inside_them() -> None:
    late = line(MONDAY + timedelta(hours=23, minutes=50), 30)
    first, second = week_strips([late], known(OPEN), MONDAY)[:2]
    assert [(bar.x, bar.width) for bar in first.bars] == [(1430, 10)]
    assert [(bar.x, bar.width) for bar in second.bars] == [(0, 20)]
    at_the_end = day_strip(
        [line(MONDAY + timedelta(hours=24, seconds=-1), 0.01)], known(OPEN), MONDAY, date(2026, 11, 23)
    )
    assert at_the_end.bars[0].x + at_the_end.bars[0].width <= UNITS


def test_quiet_hours_and_closed_times_are_shaded() -> None:
    quiet = day_strip([], known(ruled(quiet_hours=(Slot(time(22), time(5)),))), MONDAY, date(2026, 11, 23))
    assert sorted((one.kind, one.x, one.width) for one in quiet.shades) == [
        ("quiet", 0, 300),
        ("quiet", 1320, 120),
    ]
    slots = (Slot(time(5, 30), time(6, 30)), Slot(time(17), time(18)))
    closed = day_strip([], known(ruled(slots=slots)), MONDAY, date(2026, 11, 23))
    assert [(one.x, one.width) for one in closed.shades] == [(0, 330), (390, 630), (1080, 360)]
    weekend = ruled(days=frozenset({1, 2, 3, 4, 5}))
    days = [strip.shades for strip in week_strips([], known(weekend), MONDAY)]
    assert [sum(one.width for one in shades) for shades in days] == [0, 0, 0, 0, 0, UNITS, UNITS]


def test_quiet_hours_are_shaded_only_as_far_as_the_forecast_reaches() -> None:
    quiet = ruled(quiet_hours=(Slot(time(22), time(5)),))
    strip = week_strips([], known(quiet, SUNDAY_NIGHT), SUNDAY_NIGHT)[0]
    assert [(one.kind, one.x, one.width) for one in strip.shades] == [
        ("quiet", 1320, 120),
        ("beyond", 0, 330),
    ]


def test_what_the_forecast_does_not_reach_is_shaded_as_well() -> None:
    strips = week_strips([], known(OPEN, SUNDAY_NIGHT), SUNDAY_NIGHT)
    beyond = [[(one.kind, one.x, one.width) for one in strip.shades] for strip in strips]
    assert beyond[0] == [("beyond", 0, 330)]  # until 05:30 of the first day
    assert beyond[-1] == [("beyond", 330, 1110)]  # from 05:30 of the eighth on
    assert not any(beyond[1:-1])


def test_the_next_24_hours_begin_with_the_present_one_and_tell_midnight() -> None:
    evening = MONDAY + timedelta(hours=20, minutes=40)
    strip = next_hours_strip([line(MONDAY + timedelta(hours=29), 5)], known(OPEN), evening)
    assert strip.start_at == MONDAY + timedelta(hours=20)
    assert strip.now == 40
    assert strip.bars[0].x == 9 * 60
    assert [tick.label for tick in strip.ticks][:3] == ["21", "00", "03"]


def test_a_day_on_which_the_clock_jumps_still_fits_its_strip() -> None:
    berlin = RailsInForce([Rails(guardrail=Guardrail(), zone="Europe/Berlin")])
    spring = date(2026, 3, 29)  # 23 hours long
    noon = datetime(2026, 3, 29, 10, tzinfo=UTC)
    strip = day_strip([line(noon, 1)], known(berlin, zone="Europe/Berlin"), noon, spring)
    assert strip.end_at - strip.start_at == timedelta(hours=23)
    assert strip.bars[0].x == round(11 / 23 * UNITS)
    noon_tick = next(tick for tick in strip.ticks if tick.label == "12")
    assert noon_tick.at == pytest.approx(11 / 23 * 100, abs=0.01)


def test_labels_do_not_stand_on_each_other() -> None:
    lines = [
        line(MONDAY + timedelta(hours=5, minutes=10 * number), 5, title=f"{number}") for number in range(8)
    ]
    labels = day_strip(lines, known(OPEN), MONDAY, date(2026, 11, 23)).labels
    shown = [(label.row, label.at) for label in labels if label.row >= 0]
    assert [row for row, _ in shown] == [4, 3, 2, 1, 0]  # the others are in the list
    assert all(after.down - before.down > 3 for before, after in pairwise(labels))
    evening = day_strip([line(MONDAY + timedelta(hours=22), 1)], known(OPEN), MONDAY, date(2026, 11, 23))
    assert evening.labels[0].is_left


def test_a_crowded_strip_is_one_drawing_for_each_look() -> None:
    lines = [line(MONDAY + timedelta(minutes=7 * number), 2) for number in range(200)]
    strip = day_strip(lines, known(OPEN), MONDAY, date(2026, 11, 23))
    assert strip.is_dense
    assert len(strip.bars) > DENSE
    assert [look for look, _ in strip.drawings()] == ["routine"]
    assert strip.drawings()[0][1].count("M") == 200
    assert not strip.labels
