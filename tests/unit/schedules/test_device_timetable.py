"""The two questions of a device's loop, with guard rails and ranks in force."""

from datetime import timedelta

from schedules import HANOI_URBAN, NOTHING_YET, History, OnAir, Timetable
from tests.factories.plans import MINUTE, an_emergency, an_item, in_force, local

_ITEMS = (an_item("a", "05:30", window=30), an_emergency("alarm", "05:34"), an_item("b", "17:00"))
_TIMETABLE = Timetable(_ITEMS, in_force())


def _on_air_at(clock: str, timetable: Timetable = _TIMETABLE) -> str | None:
    found = timetable.what_now(NOTHING_YET, local(clock))
    return found.occurrence.id if found else None


def test_what_is_on_air_is_the_best_that_may_be() -> None:
    assert [_on_air_at(clock) for clock in ("05:29:59", "05:30", "05:34", "05:40:01")] == [
        None,
        "a",
        "alarm",
        None,
    ]


def test_what_the_rails_forbid_is_not_on_air() -> None:
    timetable = Timetable((an_item("night", "03:15"), an_emergency("alarm", "03:20")), in_force(HANOI_URBAN))
    assert [_on_air_at(clock, timetable) for clock in ("03:15", "03:20")] == [None, "alarm"]


def test_the_next_change_is_the_next_start_end_or_cut() -> None:
    assert _TIMETABLE.next_change(NOTHING_YET, local("05:00")) == local("05:30")
    assert _TIMETABLE.next_change(NOTHING_YET, local("05:30")) == local("05:34")
    on_air = OnAir(occurrence="a", start_at=local("05:30"), end_at=local("05:40"))
    assert _TIMETABLE.next_change(History(on_air=on_air), local("05:33")) == local("05:34")
    assert _TIMETABLE.next_change(History(over=frozenset({"a", "alarm"})), local("05:50")) == local("17:00")


def test_there_is_no_next_change_when_nothing_comes_within_eight_days() -> None:
    assert _TIMETABLE.next_change(NOTHING_YET, local("17:11")) is None
    assert _TIMETABLE.next_change(NOTHING_YET, local("16:00") - timedelta(days=9)) is None


def test_what_is_refused_is_no_change() -> None:
    timetable = Timetable((an_item("night", "03:15"), an_item("a", "06:30")), in_force(HANOI_URBAN))
    assert timetable.next_change(NOTHING_YET, local("03:00")) == local("06:30")


def test_between_two_changes_the_answer_stays() -> None:
    now, end = local("05:00"), local("18:00")
    history = NOTHING_YET
    while (change_at := _TIMETABLE.next_change(history, now)) and change_at < end:
        before = _TIMETABLE.what_now(history, now)
        last = _TIMETABLE.what_now(history, change_at - timedelta.resolution)
        if before is not None:
            assert last is None or before.occurrence == last.occurrence
        now = change_at
    assert now == local("17:10")
    assert _TIMETABLE.what_now(history, now + MINUTE) is None
