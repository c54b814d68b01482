"""What a device airs in simulated time: ranks, losers, guard rails, emergencies, outages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from device_agent.core.forecast import foretell
from protocol import Item, Rails, Timetable
from schedules import Segment
from tests.factories.messages import an_item, some_rails
from tests.fixtures.simulated_device import Happening, Outage, SimulatedDevice, SimulatedRun, plain_of

MIDNIGHT = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # the first minute of Tuesday 3 March in Asia/Ho_Chi_Minh


def at(clock: str, *, day: int = 0) -> datetime:
    """Return the instant of a local time."""
    hours, minutes, seconds = (*map(int, clock.split(":")), 0)[:3]
    return MIDNIGHT + timedelta(days=day, hours=hours, minutes=minutes, seconds=seconds)


def sound(
    number: int, clock: str, *, minutes: float = 1, day: int = 0, priority: int = 50, **changes: object
) -> Item:
    item = an_item(number, start_at=at(clock, day=day))
    end_at = item.start_at + timedelta(minutes=minutes)
    made: Item = replace(item, end_at=end_at, priority=priority, late_limit_s=60, **changes)  # type: ignore[arg-type]
    return made


def emergency(number: int, clock: str, *, minutes: float = 1, day: int = 0, **changes: object) -> Item:
    named = {"priority": 250, "authorised_by": "Chủ tịch UBND phường", "cause": "vỡ đê", **changes}
    return sound(number, clock, minutes=minutes, day=day, **named)  # type: ignore[arg-type]


def text(number: int, clock: str, *, minutes: float) -> Item:
    item = an_item(number, start_at=at(clock), text="chữ")
    return replace(item, end_at=item.start_at + timedelta(minutes=minutes), priority=50)


def run(
    *items: Item,
    rails: tuple[Rails, ...] = (),
    events: list[tuple[datetime, Happening]] | None = None,
    days: int = 1,
) -> SimulatedRun:
    table = Timetable(revision=1, station="", items=items, rails=rails)
    return SimulatedDevice(table).run(at("00:00"), at("00:00", day=days), events or [])


def spans(happened: SimulatedRun) -> list[tuple[str, str, str, float]]:
    """Return occurrence, local start and end, and offset in seconds of what was on air."""
    local = timedelta(hours=7)
    return [
        (
            one.occurrence,
            (one.start_at + local).strftime("%H:%M:%S"),
            (one.end_at + local).strftime("%H:%M:%S"),
            one.offset.total_seconds(),
        )
        for one in happened.aired
    ]


def told(happened: SimulatedRun) -> list[tuple[str, str, str]]:
    return [(one.occurrence, one.result, one.reason) for one in happened.entries]


# --- losers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on_loss", "expected"),
    [
        ("resume", [("occ-1", "08:00:00", "08:04:00", 0), ("occ-1", "08:07:00", "08:13:00", 240)]),
        ("restart", [("occ-1", "08:00:00", "08:04:00", 0), ("occ-1", "08:07:00", "08:17:00", 0)]),
        ("later", [("occ-1", "08:00:00", "08:04:00", 0), ("occ-1", "08:21:00", "08:31:00", 0)]),
        ("skip", [("occ-1", "08:00:00", "08:04:00", 0)]),
    ],
)
@pytest.mark.scenario("S-014", "S-044")
def test_a_loser_follows_its_declared_rule(on_loss: str, expected: list[tuple[str, str, str, float]]) -> None:
    routine = sound(1, "08:00", minutes=10, on_loss=on_loss, latest_at=at("09:00"))
    siren = emergency(2, "08:04", minutes=3)
    happened = run(routine, siren, sound(3, "08:16", minutes=5, priority=20, latest_at=at("09:00")))
    assert [one for one in spans(happened) if one[0] == "occ-1"] == expected
    assert ("occ-2", "08:04:00", "08:07:00", 0) in spans(happened)
    results = [result for name, result, _ in told(happened) if name == "occ-1"]
    assert results == (["preempted"] if on_loss == "skip" else ["preempted", "done"])


@pytest.mark.scenario("S-014")
def test_what_lost_all_of_its_window_is_dropped_and_never_just_played_late() -> None:
    routine = sound(1, "08:00", minutes=10, latest_at=at("08:20"))
    happened = run(routine, emergency(2, "07:55", minutes=15), emergency(3, "08:10", minutes=14))
    assert [one[0] for one in spans(happened)] == ["occ-2", "occ-3"]
    assert ("occ-1", "missed", "outranked") in told(happened)
    (entry,) = [one for one in happened.entries if one.occurrence == "occ-1"]
    assert entry.detail == "winner=occ-2"
    assert entry.noted_at == at("08:10")


@pytest.mark.scenario("S-044")
def test_an_emergency_that_arrives_takes_the_air_within_300_ms_of_its_arrival() -> None:
    """By then it is ordered and whatever was on has made way: a routine, a priority and another emergency."""
    for on_air in (sound(1, "08:00", minutes=10), sound(1, "08:00", minutes=10, priority=150),
                   emergency(1, "08:00", minutes=10, priority=210)):  # fmt: skip
        arrives_at = at("08:03") + timedelta(milliseconds=500)
        urgent = replace(emergency(2, "08:03", minutes=2), start_at=arrives_at)
        newer = Timetable(revision=2, station="", items=(on_air, urgent))
        happened = run(on_air, events=[(arrives_at, newer)])
        first, second, *_ = happened.aired
        assert second.occurrence == "occ-2"
        assert timedelta(0) <= second.start_at - arrives_at <= timedelta(milliseconds=300)
        assert first.end_at == second.start_at


def test_a_bulletin_returns_by_itself_when_the_later_one_is_over_and_there_is_no_gap() -> None:
    happened = run(text(1, "08:00", minutes=240), text(2, "09:00", minutes=60), text(3, "09:30", minutes=10))
    assert spans(happened) == [
        ("occ-1", "08:00:00", "09:00:00", 0),
        ("occ-2", "09:00:00", "09:30:00", 0),
        ("occ-3", "09:30:00", "09:40:00", 0),
        ("occ-2", "09:40:00", "10:00:00", 0),
        ("occ-1", "10:00:00", "12:00:00", 0),
    ]
    assert told(happened)[-1] == ("occ-1", "done", "")


def test_nothing_is_cut_for_what_was_withdrawn_in_time() -> None:
    routine, siren = sound(1, "08:00", minutes=10, latest_at=at("09:00")), emergency(2, "08:04")
    without = Timetable(revision=2, station="", items=(routine,))
    happened = run(routine, siren, events=[(at("08:03:50"), without)])
    assert spans(happened) == [("occ-1", "08:00:00", "08:10:00", 0)]


# --- guard rails ------------------------------------------------------------------------------------------


@pytest.mark.scenario("S-022")
@pytest.mark.parametrize("minutes", [1, 60], ids=["routine item", "relay"])
def test_what_reaches_a_device_for_0315_is_silent_and_reported_and_an_emergency_passes(
    minutes: float,
) -> None:
    happened = run(sound(1, "03:15", minutes=minutes), emergency(2, "03:20", minutes=2))
    assert spans(happened) == [("occ-2", "03:20:00", "03:22:00", 0)]
    refused = happened.entries[0]
    assert (refused.occurrence, refused.result, refused.reason) == ("occ-1", "refused", "quiet_hours")
    assert refused.detail.startswith("quiet_hours at=03:15 until=")
    assert refused.started_at is None
    assert len([one for one in happened.entries if one.occurrence == "occ-1"]) == 1


@pytest.mark.scenario("S-023")
def test_the_cap_counts_what_really_played_and_0445_is_refused_with_the_reason() -> None:
    rails = some_rails(slots=[["05:30", "06:30"], ["17:00", "18:00"]], day_minutes=30)
    items = [
        sound(1, "04:45"),
        sound(2, "05:30", minutes=20, latest_at=at("06:30")),  # cut after 5, goes on: both parts count
        emergency(3, "05:35", minutes=2),
        sound(4, "17:00", minutes=8),
        sound(5, "17:10", minutes=3),  # 31 of 30
        sound(6, "17:20", minutes=2),
        sound(7, "05:30", minutes=5, day=1),
    ]
    happened = run(*items, rails=(rails,), days=2)
    assert [one.occurrence for one in happened.aired] == [
        "occ-2", "occ-3", "occ-2", "occ-4", "occ-6", "occ-7"
    ]  # fmt: skip
    assert happened.refusals == [("occ-1", "outside_slots"), ("occ-5", "day_minutes")]
    late = next(one for one in happened.entries if one.occurrence == "occ-5")
    assert late.detail == "day_minutes limit=30 used=31 used_s=1860"


@pytest.mark.scenario("S-023")
def test_what_was_shorter_than_planned_counts_as_long_as_it_sounded_and_an_outage_forgets_nothing() -> None:
    rails = some_rails(day_minutes=10)
    items = [sound(1, "08:00", minutes=8), sound(2, "09:00", minutes=5), sound(3, "10:00", minutes=4)]
    table = Timetable(revision=1, station="", items=tuple(items), rails=(rails,))
    device = SimulatedDevice(table, sound_lengths={"occ-1": timedelta(minutes=3)})
    happened = device.run(at("00:00"), at("12:00"), [(at("09:30"), Outage(timedelta(minutes=5)))])
    assert [one.occurrence for one in happened.aired] == ["occ-1", "occ-2"]
    assert happened.refusals == [("occ-3", "day_minutes")]


@pytest.mark.scenario("S-026")
@pytest.mark.parametrize(("night", "neighbour", "expected"), [(60, 70, 60), (80, 70, 70)])
def test_before_six_the_lower_of_night_cap_and_site_cap_holds_and_an_emergency_has_its_own(
    night: int, neighbour: int, expected: int
) -> None:
    rails = some_rails(
        has_neighbour=True, night_volume=night, neighbour_volume=neighbour, emergency_volume=95
    )
    items = (sound(1, "05:30"), sound(2, "07:00"), emergency(3, "05:40"), sound(4, "05:50", volume=30))
    happened = run(*items, rails=(rails,))
    volumes = {one.occurrence: one.volume for one in happened.aired}
    assert volumes == {"occ-1": expected, "occ-2": 70, "occ-3": 95, "occ-4": 30}
    assert {one.occurrence: one.volume for one in happened.entries} == volumes


@pytest.mark.scenario("S-029")
def test_a_siren_of_24_hours_at_night_is_ended_by_the_device() -> None:
    day_long = emergency(1, "01:00", minutes=24 * 60)
    happened = run(day_long, days=2)
    assert spans(happened) == [("occ-1", "01:00:00", "01:15:00", 0)]
    assert told(happened) == [("occ-1", "done", "limited")]


@pytest.mark.scenario("S-029")
def test_a_siren_that_is_ordered_again_and_again_comes_to_its_end_as_well() -> None:
    sirens = [emergency(number, f"{number // 4:02}:{number % 4 * 15:02}", minutes=15) for number in range(96)]
    happened = run(*sirens)
    sounded = sum(((one.end_at - one.start_at) for one in happened.aired), timedelta(0))
    assert sounded == timedelta(minutes=480)
    assert happened.refusals[0] == ("occ-32", "emergency_day_minutes")


def test_an_emergency_that_nobody_answers_for_is_refused() -> None:
    for unnamed in (emergency(1, "08:00", authorised_by=" "), emergency(1, "08:00", cause="")):
        happened = run(unnamed)
        assert (happened.aired, happened.refusals) == ([], [("occ-1", "emergency_unnamed")])


def test_without_guard_rails_the_standard_holds_and_what_cannot_be_read_is_a_fault() -> None:
    unreadable = some_rails(volume_curve=[["06:00", 50], ["06:00", 60]])
    nowhere = some_rails(zone="Nowhere/At_All", quiet_hours=[["08:00", "09:00"]])
    for rails, refused in (((), "occ-1"), ((unreadable,), "occ-1"), ((nowhere,), "occ-2")):
        table = Timetable(revision=1, station="", items=(sound(1, "04:59"), sound(2, "08:30")), rails=rails)
        device = SimulatedDevice(table)
        happened = device.run(at("00:00"), at("12:00"))
        assert happened.refusals == [(refused, "quiet_hours")]
        assert ("guardrails_malformed" in device.state.faults) is bool(rails)


def test_an_order_that_was_refused_leaves_its_time_to_the_others() -> None:
    happened = run(sound(1, "04:30", minutes=60, priority=150), sound(2, "05:00", minutes=2))
    assert spans(happened) == [("occ-2", "05:00:00", "05:02:00", 0)]


# --- power and time -----------------------------------------------------------------------------------------


def test_after_a_power_cut_a_sound_that_was_heard_is_not_begun_again_and_a_waiting_rest_goes_on() -> None:
    heard = sound(1, "08:00", minutes=10, latest_at=at("09:00"))
    cut = sound(2, "10:00", minutes=10, latest_at=at("11:00"))
    siren = emergency(3, "10:05", minutes=5)
    outages: list[tuple[datetime, Happening]] = [
        (at("08:05"), Outage(timedelta(seconds=30))), (at("10:08"), Outage(timedelta(seconds=30)))
    ]  # fmt: skip
    happened = run(heard, cut, siren, events=outages)
    assert spans(happened) == [
        ("occ-1", "08:00:00", "08:05:00", 0),
        ("occ-2", "10:00:00", "10:05:00", 0),
        ("occ-3", "10:05:00", "10:08:00", 0),
        ("occ-2", "10:08:30", "10:13:30", 300),
    ]
    assert ("occ-1", "failed", "interrupted") in told(happened)


def test_after_a_power_cut_a_bulletin_is_shown_again_until_its_time_is_over() -> None:
    outage: list[tuple[datetime, Happening]] = [(at("09:00"), Outage(timedelta(minutes=1)))]
    happened = run(text(1, "08:00", minutes=120), events=outage)
    assert spans(happened) == [("occ-1", "08:00:00", "09:00:00", 0), ("occ-1", "09:01:00", "10:00:00", 0)]
    assert told(happened) == [("occ-1", "failed", "interrupted"), ("occ-1", "done", "")]


def test_the_preview_and_the_device_agree() -> None:
    items = (
        sound(1, "05:30", minutes=30, latest_at=at("07:00")),
        sound(2, "05:45", minutes=10, priority=150, latest_at=at("07:00")),
        emergency(3, "05:50", minutes=20),
        sound(4, "06:00", minutes=3, on_loss="later", latest_at=at("08:00")),
        sound(5, "03:15", minutes=3),
    )
    table = Timetable(revision=1, station="", items=items)
    foretold = list(foretell(table, at("00:00"), until=at("00:00", day=1)))
    happened = SimulatedDevice(table).run(at("00:00"), at("00:00", day=1))
    assert [one.plain for one in happened.aired] == [
        plain_of(one) for one in foretold if isinstance(one, Segment)
    ]
