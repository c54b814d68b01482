"""When a rule plays: in the middle of ordinary weeks, and where calendars and clocks are awkward."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from schedules import (
    Campaign,
    Daily,
    ImpossibleRuleError,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Once,
    Recurring,
    Rule,
    Slot,
    Weekday,
    Weekly,
    check_fires,
    expand,
    first_start,
)
from tests.factories.rules import (
    HANOI,
    NEW_YORK,
    PARIS,
    a_recurring,
    midnight,
    starts_between,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
YEARS = (date(2026, 1, 1), date(2046, 1, 1))


def local_starts(rule: Recurring, first: date, last: date, zone: ZoneInfo) -> list[str]:
    """Return what the wall clock shows at each start."""
    found = starts_between(rule, first, last, zone=zone)
    return [f"{one.start_at.astimezone(zone):%Y-%m-%d %H:%M}" for one in found]


def days(rule: Recurring, first: date, last: date) -> list[date]:
    return [one.day for one in starts_between(rule, first, last)]


# --- ordinary weeks ------------------------------------------------------------------------------


def test_a_start_has_its_local_day_an_instant_in_utc_and_a_key() -> None:
    (one,) = starts_between(a_recurring(), date(2026, 11, 23), date(2026, 11, 24))
    assert one.day == date(2026, 11, 23)
    assert one.start_at == datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert one.start_at.tzinfo is UTC
    assert one.key == "20261123T0530"


def test_a_time_with_seconds_has_them_in_its_key() -> None:
    found = starts_between(a_recurring(None, "05:30:15", "05:30"), date(2026, 11, 23), date(2026, 11, 24))
    assert [one.key for one in found] == ["20261123T0530", "20261123T053015"]


def test_a_window_takes_its_first_instant_and_leaves_its_last() -> None:
    start_at = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    found = expand(a_recurring(), start_at=start_at, end_at=start_at + DAY, zone=HANOI, calendar=None)
    assert [one.start_at for one in found] == [start_at]


def test_a_window_that_is_none_has_no_starts() -> None:
    start_at = datetime(2026, 11, 22, tzinfo=UTC)
    assert expand(a_recurring(), start_at=start_at, end_at=start_at, zone=HANOI, calendar=None) == ()
    assert expand(a_recurring(), start_at=start_at, end_at=start_at - DAY, zone=HANOI, calendar=None) == ()


def test_once_plays_once() -> None:
    rule = Once(start_at=datetime(2026, 11, 23, 5, 30, tzinfo=HANOI))
    found = expand(
        rule,
        start_at=datetime(2026, 11, 1, tzinfo=UTC),
        end_at=datetime(2027, 1, 1, tzinfo=UTC),
        zone=HANOI,
        calendar=None,
    )
    assert [(one.key, one.day) for one in found] == [("20261122T223000Z", date(2026, 11, 23))]


def test_every_second_day_is_counted_from_the_first_day_of_validity() -> None:
    rule = a_recurring(Daily(every=2), valid_from=date(2026, 2, 27))
    assert days(rule, date(2026, 2, 1), date(2026, 3, 6)) == [
        date(2026, 2, 27),
        date(2026, 3, 1),
        date(2026, 3, 3),
        date(2026, 3, 5),
    ]


def test_every_second_week_is_counted_from_the_week_of_the_first_day() -> None:
    sides = frozenset({Weekday.MONDAY, Weekday.FRIDAY})
    rule = a_recurring(Weekly(days=sides, every=2), valid_from=date(2026, 11, 25))  # a Wednesday
    assert days(rule, date(2026, 11, 1), date(2026, 12, 26)) == [
        date(2026, 11, 27),
        date(2026, 12, 7),
        date(2026, 12, 11),
        date(2026, 12, 21),
        date(2026, 12, 25),
    ]


@pytest.mark.parametrize(
    "number",
    [Weekday.from_cron(0), Weekday.from_cron(7), Weekday.from_iso(7), Weekday.from_python(6)],
    ids=["cron 0", "cron 7", "iso 7", "Monday is 0"],
)
@pytest.mark.scenario("S-003")
def test_a_sunday_item_plays_on_sundays_however_sunday_was_counted(number: Weekday) -> None:
    found = days(a_recurring(Weekly(days=frozenset({number}))), date(2026, 11, 1), date(2026, 11, 30))
    assert [f"{day:%a %d}" for day in found] == ["Sun 01", "Sun 08", "Sun 15", "Sun 22", "Sun 29"]


@pytest.mark.parametrize(
    "number",
    [Weekday.from_cron(1), Weekday.from_iso(1), Weekday.from_python(0)],
    ids=["cron", "iso", "python"],
)
@pytest.mark.scenario("S-003")
def test_a_monday_item_plays_on_mondays_however_monday_was_counted(number: Weekday) -> None:
    found = days(a_recurring(Weekly(days=frozenset({number}))), date(2026, 11, 1), date(2026, 11, 20))
    assert [f"{day:%a %d}" for day in found] == ["Mon 02", "Mon 09", "Mon 16"]


# --- clocks that jump ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "first", "shown"),
    [
        (NEW_YORK, date(2026, 3, 7), ["2026-03-07 02:30", "2026-03-08 03:30", "2026-03-09 02:30"]),
        (PARIS, date(2026, 3, 28), ["2026-03-28 02:30", "2026-03-29 03:30", "2026-03-30 02:30"]),
        (HANOI, date(2026, 3, 7), ["2026-03-07 02:30", "2026-03-08 02:30", "2026-03-09 02:30"]),
    ],
    ids=str,
)
@pytest.mark.scenario("S-002")
def test_in_spring_a_skipped_time_plays_after_the_jump_and_the_next_day_as_ever(
    zone: ZoneInfo, first: date, shown: list[str]
) -> None:
    assert local_starts(a_recurring(None, "02:30"), first, first + 3 * DAY, zone) == shown
    rest_of_the_day = local_starts(a_recurring(None, "01:30", "17:00"), first + DAY, first + 2 * DAY, zone)
    assert [clock.split()[1] for clock in rest_of_the_day] == ["01:30", "17:00"]


@pytest.mark.parametrize(
    ("zone", "first", "length"),
    [
        (NEW_YORK, date(2026, 10, 31), 25 * HOUR),
        (PARIS, date(2026, 10, 24), 25 * HOUR),
        (HANOI, date(2026, 10, 31), 24 * HOUR),
    ],
    ids=str,
)
@pytest.mark.scenario("S-002")
def test_in_autumn_a_time_that_comes_twice_plays_once_the_first_time(
    zone: ZoneInfo, first: date, length: timedelta
) -> None:
    clock = "02:30" if zone is PARIS else "01:30"
    found = starts_between(a_recurring(None, clock), first, first + 3 * DAY, zone=zone)
    assert [one.day for one in found] == [first, first + DAY, first + 2 * DAY]
    assert found[1].start_at - found[0].start_at == 24 * HOUR
    assert found[2].start_at - found[1].start_at == length


@pytest.mark.parametrize("zone", [NEW_YORK, PARIS, HANOI], ids=str)
@pytest.mark.scenario("S-002")
def test_asked_start_by_start_a_year_never_stalls_and_no_day_is_lost(zone: ZoneInfo) -> None:
    rule = a_recurring(None, "02:30", "17:00", valid_until=date(2026, 12, 31))
    at = midnight(date(2025, 12, 30), zone)
    seen: list[datetime] = []
    while (later := first_start(rule, after=at, zone=zone, calendar=None)) is not None:
        assert later > at
        assert len(seen) < 730
        at = later
        seen.append(at)
    assert seen == [one.start_at for one in starts_between(rule, *YEARS, zone=zone)]
    assert len(seen) == 730


def test_two_times_that_a_jump_brings_together_play_once() -> None:
    rule = a_recurring(None, "02:30", "03:15", "03:30")
    assert local_starts(rule, date(2026, 3, 8), date(2026, 3, 9), NEW_YORK) == [
        "2026-03-08 03:15",
        "2026-03-08 03:30",
    ]


def test_a_day_that_a_zone_leaves_out_plays_with_the_next_one() -> None:
    # Samoa went over the date line: after 29 December 2011 came the 31st.
    rule = a_recurring(valid_from=date(2011, 1, 1))
    found = local_starts(rule, date(2011, 12, 29), date(2012, 1, 2), ZoneInfo("Pacific/Apia"))
    assert found == ["2011-12-29 05:30", "2011-12-31 05:30", "2012-01-01 05:30"]


def test_a_start_that_a_jump_puts_into_the_day_after_or_before_is_in_the_window_of_that_day() -> None:
    fridays = a_recurring(Weekly(days=frozenset({Weekday.FRIDAY})), valid_from=date(2011, 1, 1))
    found = starts_between(fridays, date(2011, 12, 31), date(2012, 1, 2), zone=ZoneInfo("Pacific/Apia"))
    assert [one.day for one in found] == [date(2011, 12, 30)]
    # In Newfoundland the clock went from 00:01 on the 29th back to 23:01 on the 28th.
    sunday, back_at = date(2006, 10, 29), datetime(2006, 10, 29, 2, 31, tzinfo=UTC)
    found = expand(
        a_recurring(None, "00:00", valid_from=sunday),
        start_at=back_at - HOUR,
        end_at=back_at + HOUR / 2,
        zone=ZoneInfo("America/St_Johns"),
        calendar=None,
    )
    assert [one.day for one in found] == [sunday]


# --- midnight ------------------------------------------------------------------------------------


@pytest.mark.scenario("S-004")
def test_a_slot_over_midnight_is_one_occurrence_of_the_day_on_which_it_starts() -> None:
    rule, slot = a_recurring(None, "23:50"), Slot(time(23, 50), time(0, 20))
    found = starts_between(rule, date(2026, 11, 21), date(2026, 11, 24))
    assert [one.day for one in found] == [date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)]
    spans = [slot.span_on(one.day, HANOI) for one in found]
    assert [start_at for start_at, _ in spans] == [one.start_at for one in found]
    assert all(end_at - start_at == timedelta(minutes=30) for start_at, end_at in spans)


@pytest.mark.scenario("S-004")
def test_saturday_night_belongs_to_saturday_and_is_not_found_again_on_sunday() -> None:
    rule = a_recurring(Weekly(days=frozenset({Weekday.SATURDAY})), "23:50")
    saturday = date(2026, 11, 21)
    assert [(one.day, one.key) for one in starts_between(rule, saturday, saturday + 7 * DAY)] == [
        (saturday, "20261121T2350")
    ]
    assert starts_between(rule, saturday + DAY, saturday + 2 * DAY) == ()
    start_at, end_at = Slot(time(23, 50), time(0, 20)).span_on(saturday, HANOI)
    assert start_at.astimezone(HANOI).date() == saturday
    assert end_at == midnight(saturday + DAY) + timedelta(minutes=20)


@pytest.mark.scenario("S-004")
def test_what_a_night_window_repeats_after_midnight_belongs_to_its_first_day() -> None:
    campaign = Campaign(
        start_at=datetime(2026, 11, 21, 20, tzinfo=HANOI),
        until=datetime(2026, 11, 23, 20, tzinfo=HANOI),
        every_minutes=120,
        between=Slot(time(22), time(5)),
    )
    found = expand(
        campaign,
        start_at=campaign.start_at,
        end_at=campaign.until,
        zone=HANOI,
        calendar=None,
    )
    shown = [(f"{one.start_at.astimezone(HANOI):%d %H:%M}", one.day.day) for one in found]
    nights = [
        [(f"{day} 22:00", day), *((f"{day + 1} 0{hour}:00", day) for hour in (0, 2, 4))] for day in (21, 22)
    ]
    assert shown == [*nights[0], *nights[1]]


# --- campaigns -----------------------------------------------------------------------------------


def test_a_campaign_repeats_until_its_end_and_not_at_it() -> None:
    start_at = datetime(2024, 9, 9, 3, 20, tzinfo=HANOI)
    campaign = Campaign(start_at=start_at, until=start_at + timedelta(minutes=90), every_minutes=30)
    found = expand(campaign, start_at=start_at - DAY, end_at=start_at + DAY, zone=HANOI, calendar=None)
    assert [(one.start_at - start_at) // timedelta(minutes=1) for one in found] == [0, 30, 60]
    assert found[0].key == "20240908T202000Z"


def test_once_an_hour_from_seven_to_eight_in_the_evening() -> None:
    campaign = Campaign(  # Sa Pa, September 2024
        start_at=datetime(2024, 9, 9, 3, tzinfo=HANOI),
        until=datetime(2024, 9, 11, 3, tzinfo=HANOI),
        every_minutes=60,
        between=Slot(time(7), time(20)),
    )
    found = expand(campaign, start_at=campaign.start_at, end_at=campaign.until, zone=HANOI, calendar=None)
    shown = [(one.day.day, one.start_at.astimezone(HANOI).hour) for one in found]
    assert shown == [(day, hour) for day in (9, 10) for hour in range(7, 20)]


# --- whether a rule ever fires -------------------------------------------------------------------

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        (a_recurring(MonthlyOnDay(day=29), valid_from=date(2097, 2, 1)), date(2097, 3, 29)),
        (a_recurring(MonthlyOnDay(day=31), valid_from=date(2027, 2, 1)), date(2027, 3, 31)),
        (a_recurring(MonthlyOnWeekday(nth=5, weekday=Weekday.MONDAY)), date(2026, 11, 30)),
        (a_recurring(Daily(every=366)), date(2027, 1, 2)),
        (
            a_recurring(moved=((date(2026, 1, 1), date(2027, 5, 1)),), valid_until=date(2026, 11, 20)),
            date(2027, 5, 1),
        ),
    ],
    ids=["29th", "31st", "fifth Monday", "every 366 days", "a move after the end"],
)
def test_a_rare_start_is_found(rule: Rule, day: date) -> None:
    found = first_start(rule, after=NOW, zone=HANOI, calendar=None)
    assert found is not None
    assert found.astimezone(HANOI).date() == day
    check_fires(rule, after=NOW, zone=HANOI, calendar=None)


@pytest.mark.parametrize(
    "rule",
    [
        Once(start_at=NOW),
        Campaign(start_at=NOW - HOUR, until=NOW, every_minutes=5),
        a_recurring(valid_until=date(2026, 11, 20)),
        a_recurring(MonthlyOnDay(day=29), valid_from=date(2027, 2, 1), valid_until=date(2027, 2, 28)),
        a_recurring(valid_until=date(2026, 11, 22), except_dates=frozenset({date(2026, 11, 22)})),
    ],
    ids=["at this instant", "campaign over", "validity over", "29 February 2027", "all excepted"],
)
def test_a_rule_that_never_fires_is_refused(rule: Rule) -> None:
    assert first_start(rule, after=NOW, zone=HANOI, calendar=None) is None
    with pytest.raises(ImpossibleRuleError) as raised:
        check_fires(rule, after=NOW, zone=HANOI, calendar=None)
    assert (raised.value.code, raised.value.field) == ("rule_never_fires", "rule")


# --- bounds --------------------------------------------------------------------------------------


def test_a_window_over_25_years_is_refused() -> None:
    with pytest.raises(ImpossibleRuleError) as raised:
        starts_between(a_recurring(), date(2026, 1, 1), date(2051, 2, 1))
    assert (raised.value.code, raised.value.field) == ("window_too_long", "window")


def test_naive_instants_are_refused() -> None:
    naive = NOW.replace(tzinfo=None)
    for start_at, end_at, field in ((naive, NOW, "start_at"), (NOW, naive, "end_at")):
        with pytest.raises(ImpossibleRuleError) as raised:
            expand(a_recurring(), start_at=start_at, end_at=end_at, zone=HANOI, calendar=None)
        assert (raised.value.code, raised.value.field) == ("naive_instant", field)


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)], ids=str)
def test_the_ends_of_time_do_no_harm(at: datetime) -> None:
    assert expand(a_recurring(), start_at=at, end_at=at, zone=HANOI, calendar=None) == ()
    found = first_start(a_recurring(), after=at, zone=HANOI, calendar=None)
    assert (found is None) == (at.year == 9999)
