"""What should be on air now, and when that changes."""

from datetime import UTC, datetime, timedelta

import pytest

from schedules import ImpossibleOccurrenceError, Occurrence, best, plan

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


def test_the_start_is_inside_and_the_end_is_not() -> None:
    one = an_occurrence()
    timetable = plan([one])
    assert timetable.what_now(NOON - timedelta(microseconds=1)) is None
    assert timetable.what_now(NOON) == one
    assert timetable.what_now(one.end_at - timedelta(microseconds=1)) == one
    assert timetable.what_now(one.end_at) is None


def test_of_two_that_touch_only_one_is_on_air() -> None:
    first, second = an_occurrence("a"), an_occurrence("b", at=10)
    assert plan([first, second]).what_now(first.end_at) == second


def test_the_higher_priority_cuts_in_and_the_lower_returns() -> None:
    routine, emergency = an_occurrence("a", priority=10), an_occurrence("b", at=3, minutes=2, priority=30)
    timetable = plan([routine, emergency])
    heard = [timetable.what_now(NOON + minute * MINUTE) for minute in range(11)]
    assert [one.id if one else "-" for one in heard] == [
        "a",
        "a",
        "a",
        "b",
        "b",
        "a",
        "a",
        "a",
        "a",
        "a",
        "-",
    ]


def test_among_equals_the_earlier_start_wins_then_the_lower_id() -> None:
    assert best([an_occurrence("a", at=1), an_occurrence("b")]) == an_occurrence("b")
    assert best([an_occurrence("b"), an_occurrence("a")]) == an_occurrence("a")
    assert best([]) is None


def test_the_next_change_is_the_next_edge() -> None:
    timetable = plan([an_occurrence("b", at=20), an_occurrence("a")])
    edges = [NOON, NOON + 10 * MINUTE, NOON + 20 * MINUTE, NOON + 30 * MINUTE]
    walked = []
    now: datetime | None = NOON - MINUTE
    while now is not None and (now := timetable.next_change(now)) is not None:
        walked.append(now)
    assert walked == edges


def test_upcoming_is_what_has_not_begun() -> None:
    timetable = plan([an_occurrence("c", at=20), an_occurrence("b", at=5), an_occurrence("a")])
    assert [one.id for one in timetable.upcoming(NOON)] == ["b", "c"]


def test_the_plan_is_in_playing_order() -> None:
    timetable = plan([an_occurrence("c", at=1), an_occurrence("a"), an_occurrence("b", priority=9)])
    assert [one.id for one in timetable.occurrences] == ["b", "a", "c"]


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
