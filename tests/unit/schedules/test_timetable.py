"""What should be on air now, and when that changes."""

from datetime import UTC, datetime, timedelta

import pytest

from schedules import NOTHING_YET, ImpossibleOccurrenceError, Occurrence, Timetable

NOON = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def an_occurrence(
    name: str = "a",
    *,
    at: int = 0,
    minutes: int = 10,
    priority: int = 0,
    late_limit: timedelta = 30 * MINUTE / 60,
) -> Occurrence:
    """Return an occurrence that starts `at` minutes after noon."""
    start_at = NOON + at * MINUTE
    return Occurrence(
        id=name,
        start_at=start_at,
        end_at=start_at + minutes * MINUTE,
        priority=priority,
        late_limit=late_limit,
    )


def names_at(timetable: Timetable, minutes: int) -> list[str]:
    found = [timetable.what_now(NOTHING_YET, NOON + minute * MINUTE) for minute in range(minutes)]
    return [one.occurrence.id if one else "-" for one in found]


def test_the_start_is_inside_and_the_end_is_not() -> None:
    one = an_occurrence(late_limit=60 * MINUTE)
    timetable = Timetable((one,))
    for now, is_on in (
        (NOON - timedelta(microseconds=1), False),
        (NOON, True),
        (one.end_at - timedelta(microseconds=1), True),
        (one.end_at, False),
    ):
        assert (timetable.what_now(NOTHING_YET, now) is not None) is is_on


def test_of_two_that_touch_only_one_is_on_air() -> None:
    first, second = an_occurrence("a"), an_occurrence("b", at=10)
    found = Timetable((first, second)).what_now(NOTHING_YET, first.end_at)
    assert found is not None
    assert found.occurrence == second


def test_of_what_has_not_begun_the_higher_priority_is_on_air() -> None:
    routine = an_occurrence("a", priority=10, late_limit=60 * MINUTE)
    urgent = an_occurrence("b", at=3, minutes=2, priority=130, late_limit=60 * MINUTE)
    assert names_at(Timetable((routine, urgent)), 11) == [*"aaabb", *"aaaaa", "-"]


def test_the_next_change_is_the_next_start_or_end() -> None:
    timetable = Timetable((an_occurrence("b", at=20), an_occurrence("a")))
    assert timetable.next_change(NOTHING_YET, NOON - MINUTE) == NOON
    assert timetable.next_change(NOTHING_YET, NOON) == NOON + 10 * MINUTE
    assert timetable.next_change(NOTHING_YET, NOON + 19 * MINUTE) == NOON + 20 * MINUTE
    assert timetable.next_change(NOTHING_YET, NOON + 31 * MINUTE) is None


def test_the_last_start_is_never_past_the_end() -> None:
    assert an_occurrence(late_limit=MINUTE).last_start_at == NOON + MINUTE
    assert an_occurrence(late_limit=timedelta(days=1)).last_start_at == an_occurrence().end_at


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("naive_instant", {"start_at": datetime(2026, 3, 3, 5, 0)}),  # noqa: DTZ001 - naive is the point
        ("naive_instant", {"end_at": datetime(2026, 3, 3, 5, 0)}),  # noqa: DTZ001 - naive is the point
        ("end_before_start", {"end_at": NOON}),
        ("end_before_start", {"end_at": NOON - MINUTE}),
        ("priority_out_of_range", {"priority": -1}),
        ("priority_out_of_range", {"priority": 256}),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(code: str, changes: dict[str, datetime | int]) -> None:
    fields = {"id": "a", "start_at": NOON, "end_at": NOON + MINUTE, **changes}
    with pytest.raises(ImpossibleOccurrenceError) as caught:
        Occurrence(**fields)  # type: ignore[arg-type]
    assert caught.value.code == code
