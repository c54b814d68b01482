"""May this sound from here to there, how loud, and what has been used up."""

from datetime import date, datetime, time, timedelta

import pytest

from schedules import (
    HANOI_URBAN,
    OPEN,
    STANDARD,
    Account,
    Aired,
    Breach,
    Guardrail,
    ImpossibleGuardrailError,
    Rails,
    RailsInForce,
    Slot,
)
from tests.factories.plans import FRIDAY, MINUTE, in_force, local

SATURDAY = FRIDAY + timedelta(days=1)
NIGHT = Guardrail(quiet_hours=(Slot(time(22), time(5)),))
NEW_YORK = "America/New_York"


def _codes(rails: RailsInForce, begin: datetime, end: datetime, account: Account | None = None) -> list[str]:
    return [one.code for one in rails.breaches(begin, begin, end, account or Account())]


def _aired(begin: str, end: str, *, day: date = FRIDAY, is_emergency: bool = False) -> Aired:
    return Aired(
        start_at=local(begin, day=day), end_at=local(end, day=day), day=day, is_emergency=is_emergency
    )


# --- quiet hours ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "minutes", "is_quiet"),
    [
        ("21:50", 10, False),
        ("21:50", 11, True),
        ("22:00", 1, True),
        ("23:59", 2, True),
        ("00:00", 1, True),
        ("03:15", 1, True),
        ("04:59", 1, True),
        ("05:00", 1, False),
        ("12:00", 3_000, True),
    ],
)
def test_quiet_hours_over_midnight_hold_to_the_minute(begin: str, minutes: int, is_quiet: bool) -> None:
    start_at = local(begin)
    found = _codes(in_force(NIGHT), start_at, start_at + minutes * MINUTE)
    assert found == (["quiet_hours"] if is_quiet else [])


def test_a_breach_of_quiet_hours_says_from_when_to_when() -> None:
    begin = local("03:15")
    assert in_force(NIGHT).breaches(begin, begin, begin + 10 * MINUTE, Account()) == (
        Breach(
            "quiet_hours",
            (("at", "03:15"), ("until", "03:25"), ("quiet_from", "22:00"), ("quiet_to", "05:00")),
        ),
    )


@pytest.mark.parametrize(
    ("day", "clock", "is_quiet"),
    [
        (date(2026, 3, 8), "04:59", True),
        (date(2026, 3, 8), "05:00", False),
        (date(2026, 11, 1), "04:59", True),
        (date(2026, 11, 1), "05:00", False),
    ],
)
def test_quiet_hours_end_at_the_clock_on_the_wall_when_clocks_change(
    day: date, clock: str, is_quiet: bool
) -> None:
    begin = local(clock, day=day, zone=NEW_YORK)
    found = _codes(in_force(NIGHT, zone=NEW_YORK), begin, begin + MINUTE)
    assert found == (["quiet_hours"] if is_quiet else [])


def test_a_quiet_half_hour_that_happens_twice_is_quiet_twice() -> None:
    rails = in_force(Guardrail(quiet_hours=(Slot(time(1), time(1, 30)),)), zone=NEW_YORK)
    first = local("01:15", day=date(2026, 11, 1), zone=NEW_YORK)
    for begin in (first, first + 60 * MINUTE):
        assert _codes(rails, begin, begin + MINUTE) == ["quiet_hours"]
    assert _codes(rails, first + 80 * MINUTE, first + 81 * MINUTE) == []


def test_quiet_hours_that_begin_in_the_hour_left_out_hold_for_what_is_seen_of_them() -> None:
    rails = in_force(Guardrail(quiet_hours=(Slot(time(2, 30), time(3, 10)),)), zone=NEW_YORK)
    seen = local("03:05", day=date(2026, 3, 8), zone=NEW_YORK)
    assert _codes(rails, seen, seen + MINUTE) == ["quiet_hours"]
    assert _codes(rails, seen + 5 * MINUTE, seen + 6 * MINUTE) == []


# --- slots and days ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "minutes", "is_allowed"),
    [
        ("05:30", 60, True),
        ("05:29", 1, False),
        ("06:29", 1, True),
        ("06:29", 2, False),
        ("17:00", 90, True),
        ("17:00", 91, False),
        ("23:30", 60, True),
        ("00:29", 2, False),
    ],
)
def test_slots_that_join_are_one_and_gaps_are_gaps(begin: str, minutes: int, is_allowed: bool) -> None:
    texts = [
        ("05:30", "06:30"),
        ("17:00", "18:00"),
        ("18:00", "18:30"),
        ("23:00", "00:00"),
        ("00:00", "00:30"),
    ]
    slots = tuple(Slot(time.fromisoformat(start), time.fromisoformat(end)) for start, end in texts)
    start_at = local(begin)
    found = _codes(in_force(Guardrail(slots=slots)), start_at, start_at + minutes * MINUTE)
    assert found == ([] if is_allowed else ["outside_slots"])


def test_without_any_slot_nothing_may_sound() -> None:
    begin = local("12:00")
    assert _codes(in_force(Guardrail(slots=())), begin, begin + MINUTE) == ["outside_slots"]


def test_a_slot_of_the_whole_day_allows_days_on_end_and_two_halves_do_too() -> None:
    begin = local("12:00")
    for slots in (
        (Slot(time(5), time(5)),),
        (Slot(time(0), time(12)), Slot(time(12), time(0))),
        (Slot(time(18), time(6)), Slot(time(6), time(18))),
    ):
        for minutes in (1, 1_440, 2 * 1_440, 100 * 1_440):
            assert _codes(in_force(Guardrail(slots=slots)), begin, begin + minutes * MINUTE) == []
    most = Guardrail(slots=(Slot(time(0), time(23, 59)),))
    assert _codes(in_force(most), begin, begin + 100 * 1_440 * MINUTE) == ["outside_slots"]


def test_a_day_belongs_to_the_wall_and_not_to_utc() -> None:
    weekdays = in_force(Guardrail(days=frozenset({1, 2, 3, 4, 5})))
    monday_morning = local("05:30", day=FRIDAY + timedelta(days=3))
    assert monday_morning.isoweekday() == 7
    assert _codes(weekdays, monday_morning, monday_morning + MINUTE) == []
    saturday_morning = local("05:30", day=SATURDAY)
    assert _codes(weekdays, saturday_morning, saturday_morning + MINUTE) == ["day_not_allowed"]


def test_what_starts_on_an_allowed_day_may_run_over_midnight() -> None:
    weekdays = in_force(Guardrail(days=frozenset({1, 2, 3, 4, 5})))
    begin = local("23:50")
    assert _codes(weekdays, begin, begin + 30 * MINUTE) == []


def test_the_rest_of_it_may_go_on_over_midnight_but_nothing_begins_on_a_day_that_is_not_allowed() -> None:
    weekdays = in_force(Guardrail(days=frozenset({1, 2, 3, 4, 5})))
    planned_at, rest_at = local("23:50"), local("00:05", day=SATURDAY)
    going_on = Account.of([Aired(start_at=planned_at, end_at=local("23:58"), day=FRIDAY)])
    assert weekdays.breaches(planned_at, rest_at, rest_at + MINUTE, going_on) == ()
    late = local("08:00", day=SATURDAY)
    assert weekdays.breaches(planned_at, late, late + MINUTE, going_on) == (
        Breach("day_not_allowed", (("weekday", 6),)),
    )


# --- the account ---------------------------------------------------------------------------------


def test_sounds_less_than_a_quarter_of_an_hour_apart_are_one_session() -> None:
    account = Account.of([_aired("05:30", "05:35"), _aired("05:49", "05:50")])
    assert account.with_more(FRIDAY, local("05:55"), MINUTE) == (1, 7 * MINUTE, 7 * MINUTE)
    assert account.with_more(FRIDAY, local("06:05"), MINUTE) == (2, MINUTE, 7 * MINUTE)
    assert account.with_more(FRIDAY, local("06:04:59"), MINUTE)[0] == 1


def test_an_emergency_parts_no_session_and_counts_apart() -> None:
    account = Account.of(
        [_aired("05:30", "05:34"), _aired("05:34", "05:54", is_emergency=True), _aired("05:54", "06:00")]
    )
    assert account.with_more(FRIDAY, local("06:00"), MINUTE) == (1, 11 * MINUTE, 11 * MINUTE)
    assert account.emergencies(FRIDAY) == 20 * MINUTE


def test_an_emergency_begins_no_session_and_revives_none() -> None:
    account = Account.of([_aired("05:30", "05:34"), _aired("05:49", "06:00", is_emergency=True)])
    assert account.with_more(FRIDAY, local("06:05"), MINUTE)[0] == 2


def test_a_session_over_midnight_belongs_to_its_first_day_and_keeps_its_length() -> None:
    account = Account.of([Aired(start_at=local("23:50"), end_at=local("00:05", day=SATURDAY), day=FRIDAY)])
    sessions, session, total = account.with_more(SATURDAY, local("00:05", day=SATURDAY), 10 * MINUTE)
    assert (sessions, session, total) == (0, 25 * MINUTE, 10 * MINUTE)
    assert account.with_more(SATURDAY, local("05:30", day=SATURDAY), MINUTE)[0] == 1


def test_counting_piece_by_piece_is_the_same_as_counting_once() -> None:
    whole, pieces = Account.of([_aired("05:30", "05:40")]), Account()
    for begin, end in (("05:30", "05:31"), ("05:31", "05:38"), ("05:38", "05:40")):
        pieces.count(FRIDAY, local(begin), local(end))
    assert pieces == whole


def test_airings_are_counted_in_the_order_of_their_start_whatever_the_order_of_the_list() -> None:
    aired = [_aired("05:30", "05:35"), _aired("05:45", "05:50"), _aired("17:00", "17:05")]
    assert Account.of(aired) == Account.of(reversed(aired))


# --- limits --------------------------------------------------------------------------------------


@pytest.mark.scenario("S-024")
def test_the_first_session_and_the_first_minute_too_many_are_breaches_with_numbers() -> None:
    rails = in_force(HANOI_URBAN)
    account = Account.of([_aired("06:30", "06:45"), _aired("11:30", "11:35")])
    begin = local("17:00")
    assert rails.breaches(begin, begin, begin + 10 * MINUTE, account) == (
        Breach("sessions_per_day", (("limit", 2), ("used", 3))),
    )
    begin = local("11:36")
    assert rails.breaches(begin, begin, begin + timedelta(minutes=10, seconds=30), account) == (
        Breach("session_minutes", (("limit", 15), ("used", 16), ("used_s", 930))),
        Breach("day_minutes", (("limit", 30), ("used", 31), ("used_s", 1_830))),
    )
    assert rails.breaches(begin, begin, begin + 10 * MINUTE, account) == ()


def test_a_limit_of_zero_allows_nothing() -> None:
    begin = local("12:00")
    rails = in_force(Guardrail(sessions_per_day=0, day_minutes=0, session_minutes=0))
    assert _codes(rails, begin, begin + timedelta(seconds=1)) == [
        "sessions_per_day",
        "session_minutes",
        "day_minutes",
    ]


def test_emergencies_have_limits_even_where_a_profile_says_nothing() -> None:
    assert in_force(Guardrail()).emergency_limits(local("12:00")) == (15 * MINUTE, 480 * MINUTE)
    assert in_force(OPEN).emergency_limits(local("12:00")) == (60 * MINUTE, 1_440 * MINUTE)


# --- volume --------------------------------------------------------------------------------------


def _volume(rails: RailsInForce, begin: str, end: str, wished: int = 100) -> int:
    return rails.volume(local(begin), local(begin), local(end), wished)


def test_at_night_the_night_cap_and_beside_a_school_the_neighbours_cap_whichever_is_lower() -> None:
    free, beside = in_force(STANDARD), in_force(STANDARD, has_neighbour=True)
    assert _volume(free, "05:30", "06:00") == 60
    assert _volume(free, "06:00", "06:30") == 100
    assert _volume(beside, "06:00", "06:30") == 70
    assert _volume(beside, "05:30", "06:00") == 60
    assert _volume(free, "20:59", "21:00") == 100
    assert _volume(free, "20:59", "21:01") == 60


def test_nobody_is_made_louder_than_was_wished() -> None:
    assert _volume(in_force(STANDARD), "06:00", "06:30", 35) == 35


def test_the_lowest_step_that_is_touched_holds_for_the_whole() -> None:
    rails = in_force(Guardrail(volume_curve=((time(6), 50), (time(7), 80), (time(12), 30), (time(13), 90))))
    assert _volume(rails, "06:00", "06:30") == 50
    assert _volume(rails, "06:59", "07:01") == 50
    assert _volume(rails, "07:00", "07:30") == 80
    assert _volume(rails, "11:00", "12:00") == 80
    assert _volume(rails, "11:00", "12:01") == 30
    assert _volume(rails, "11:00", "15:00") == 30
    assert _volume(rails, "05:00", "05:01") == 90
    assert (
        rails.volume(local("05:00"), local("05:00"), local("05:00", day=FRIDAY + timedelta(days=9)), 100)
        == 30
    )


def test_a_step_that_happens_twice_lowers_both_times() -> None:
    rails = in_force(Guardrail(volume_curve=((time(0), 80), (time(1, 30), 20), (time(4), 80))), zone=NEW_YORK)
    begin = local("01:20", day=date(2026, 11, 1), zone=NEW_YORK)
    for start_at in (begin, begin + 60 * MINUTE):
        assert rails.volume(start_at, start_at, start_at + 20 * MINUTE, 100) == 20


def test_an_emergency_has_its_own_level() -> None:
    rails = in_force(Guardrail(night_volume=10, neighbour_volume=10, emergency_volume=90), has_neighbour=True)
    assert rails.emergency_volume(local("03:00"), 100) == 90
    assert rails.emergency_volume(local("03:00"), 40) == 40
    assert in_force(Guardrail()).emergency_volume(local("03:00"), 100) == 100


# --- dates and zones -----------------------------------------------------------------------------


def test_rails_hold_from_their_day_on_and_the_last_that_began_holds() -> None:
    noon = local("12:00")
    first = Rails(guardrail=Guardrail(sessions_per_day=0))
    second = Rails(guardrail=Guardrail(), holds_from=noon)
    third = Rails(guardrail=Guardrail(slots=()), holds_from=noon + timedelta(days=1))
    rails = RailsInForce([third, first, second])
    assert rails.at(noon - timedelta.resolution) == first
    assert rails.at(noon) == second
    assert rails.at(noon + timedelta(days=400)) == third
    assert RailsInForce([second, third]).at(local("00:00")) == second


def test_an_item_is_bound_by_the_rails_of_the_moment_it_was_planned_for() -> None:
    noon = local("12:00")
    rails = RailsInForce([Rails(guardrail=OPEN), Rails(guardrail=Guardrail(slots=()), holds_from=noon)])
    before = noon - MINUTE
    assert rails.breaches(before, before, noon + MINUTE, Account()) == ()
    assert [one.code for one in rails.breaches(noon, noon, noon + MINUTE, Account())] == ["outside_slots"]


def test_where_nobody_has_set_anything_the_standard_holds() -> None:
    rails = RailsInForce([])
    begin = local("03:15")
    assert rails.at(begin).guardrail == STANDARD
    assert _codes(rails, begin, begin + MINUTE) == ["quiet_hours"]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Asia/Ho_Chi_Minh\0"])
def test_a_zone_that_is_not_known_is_refused(zone: str) -> None:
    with pytest.raises(ImpossibleGuardrailError) as refusal:
        Rails(zone=zone)
    assert (refusal.value.code, refusal.value.field) == ("guardrail_malformed", "zone")
