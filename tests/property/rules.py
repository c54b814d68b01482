"""Any rule, any calendar, any window, for the property tests."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from schedules import (
    Calendar,
    Campaign,
    Daily,
    HolidayRule,
    Lunar,
    LunarDay,
    MonthlyLastDay,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Once,
    Pattern,
    Recurring,
    Rule,
    Slot,
    Weekday,
    Weekly,
)

FIRST, LAST = date(2025, 12, 1), date(2028, 4, 30)
_COUNT = (LAST - FIRST).days

# Every kind of clock: none that jumps, jumps by an hour, by half an hour, at midnight.
zones = st.sampled_from(
    ["Asia/Ho_Chi_Minh", "America/New_York", "Europe/Paris", "Australia/Lord_Howe", "Africa/Cairo"]
).map(ZoneInfo)

days = st.integers(60, _COUNT - 60).map(lambda count: FIRST + timedelta(days=count))
# Around the hours at which clocks jump, and anywhere.
clock_times = st.one_of(
    st.builds(time, st.sampled_from([0, 1, 2, 3, 23]), st.sampled_from([0, 15, 30, 45, 59])),
    st.builds(time, st.integers(0, 23), st.integers(0, 59), st.sampled_from([0, 0, 1, 59])),
)
instants = st.datetimes(datetime(2026, 2, 1), datetime(2028, 2, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
windows = st.tuples(
    instants, st.integers(0, 60 * 24 * 40).map(lambda minutes: timedelta(minutes=minutes))
).map(lambda pair: (pair[0], pair[0] + pair[1]))

patterns: st.SearchStrategy[Pattern] = st.one_of(
    st.builds(Daily, every=st.sampled_from([1, 1, 2, 3, 30, 366])),
    st.builds(
        Weekly,
        days=st.frozensets(st.sampled_from(list(Weekday)), min_size=1),
        every=st.sampled_from([1, 1, 2, 53]),
    ),
    st.builds(MonthlyOnDay, day=st.integers(1, 31)),
    st.builds(MonthlyOnWeekday, nth=st.sampled_from([-1, 1, 2, 3, 4, 5]), weekday=st.sampled_from(Weekday)),
    st.builds(MonthlyLastDay),
    st.builds(Lunar, days=st.frozensets(st.integers(1, 30), min_size=1)),
)


@st.composite
def recurring_rules(draw: st.DrawFn) -> Recurring:
    valid_from = draw(days)
    moves = draw(st.lists(st.tuples(days, days), max_size=4, unique_by=lambda move: move[0]))
    if draw(st.booleans()):  # some that really move something
        near = st.integers(0, 20).map(lambda count: valid_from + timedelta(days=count))
        more = draw(st.lists(st.tuples(near, near), max_size=4, unique_by=lambda move: move[0]))
        moves = list({move[0]: move for move in moves + more}.values())
    return Recurring(
        pattern=draw(patterns),
        times=tuple(draw(st.lists(clock_times, min_size=1, max_size=4, unique=True))),
        valid_from=valid_from,
        valid_until=draw(
            st.none() | st.integers(0, 400).map(lambda count: valid_from + timedelta(days=count))
        ),
        except_dates=draw(st.frozensets(days, max_size=5)),
        moved=tuple(move for move in moves if move[0] != move[1]),
        holidays=draw(st.sampled_from(HolidayRule)),
    )


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    start_at = draw(instants)
    return Campaign(
        start_at=start_at,
        until=start_at + timedelta(minutes=draw(st.integers(1, 72 * 60))),
        every_minutes=draw(st.sampled_from([5, 7, 60, 1_440])),
        between=draw(st.none() | st.builds(Slot, clock_times, clock_times)),
    )


rules: st.SearchStrategy[Rule] = st.one_of(
    recurring_rules(), recurring_rules(), campaigns(), st.builds(Once, start_at=instants)
)


def a_whole_calendar() -> Calendar:
    """Return a calendar of some years with months of 29 and 30 days in turn, and a holiday every tenth day."""
    lunar_days: dict[date, LunarDay] = {}
    for number in range(_COUNT + 1):
        place = number % 59
        lunar_days[FIRST + timedelta(days=number)] = LunarDay(place + 1 if place < 30 else place - 29, 1)
    holidays = {day: "ngày nghỉ" for number, day in enumerate(lunar_days) if number % 10 == 0}
    return Calendar(first=FIRST, last=LAST, holidays=holidays, lunar_days=lunar_days)


CALENDAR = a_whole_calendar()
