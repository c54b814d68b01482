from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import Code, InvalidError
from controller.domain.review import (
    MOST_REMINDERS,
    Delegation,
    check_days,
    is_reminding_time,
    next_reminder_at,
)

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 11, 21)
START = datetime(2025, 1, 1, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def test_a_delegation_holds_on_its_first_and_last_day_and_not_beside_them() -> None:
    one = Delegation(
        id="d",
        area_id="a",
        from_user_id="u",
        to_user_id="v",
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=2),
        created_at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    assert [one.holds_on(TODAY + timedelta(days=day)) for day in range(-1, 4)] == [0, 1, 1, 1, 0]
    one.ended_at = datetime(2026, 11, 21, tzinfo=UTC)
    assert not one.holds_on(TODAY)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(-1, 3, "starts_on"), (3, 2, "ends_on"), (0, 60, "ends_on"), (0, 59, ""), (5, 5, "")],
)
def test_the_days_of_a_delegation_are_to_come_in_order_and_at_most_sixty(
    first: int, last: int, field: str
) -> None:
    days = (TODAY + timedelta(days=first), TODAY + timedelta(days=last))
    if not field:
        check_days(*days, TODAY)
        return
    with pytest.raises(InvalidError) as refused:
        check_days(*days, TODAY)
    assert (refused.value.code, refused.value.field) == (Code.DELEGATION_DATES, field)


def test_reminders_come_after_half_an_hour_then_four_hours_then_once_a_day_and_four_in_all() -> None:
    since = local("2026-11-21T08:00:00")
    sent: list[datetime] = []
    while (due_at := next_reminder_at(since, sent, HANOI)) is not None:
        sent.append(due_at)
    expected = ["2026-11-21T08:30", "2026-11-21T12:30", "2026-11-22T12:30", "2026-11-23T12:30"]
    assert [f"{one.astimezone(HANOI):%Y-%m-%dT%H:%M}" for one in sent] == expected


def test_what_falls_into_the_night_waits_for_the_morning() -> None:
    assert next_reminder_at(local("2026-11-21T20:10:00"), [], HANOI) == local("2026-11-22T06:30:00")
    assert next_reminder_at(local("2026-11-21T03:00:00"), [], HANOI) == local("2026-11-21T06:30:00")
    assert next_reminder_at(local("2026-11-21T20:00:00"), [], HANOI) == local("2026-11-21T20:30:00")
    sent = [local("2026-11-21T20:30:00")]
    assert next_reminder_at(local("2026-11-21T20:00:00"), sent, HANOI) == local("2026-11-22T06:30:00")


@given(
    since=st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    zone=st.sampled_from(["Asia/Ho_Chi_Minh", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    lag=st.lists(st.timedeltas(timedelta(0), timedelta(days=2)), min_size=MOST_REMINDERS),
)
def test_nobody_is_ever_reminded_at_night_too_often_or_too_soon(
    since: datetime, zone: str, lag: list[timedelta]
) -> None:
    sent: list[datetime] = []
    for late in lag:
        due_at = next_reminder_at(since, sent, ZoneInfo(zone))
        if due_at is None:
            break
        assert is_reminding_time(due_at, ZoneInfo(zone))
        assert time(6, 30) <= due_at.astimezone(ZoneInfo(zone)).time() <= time(20, 30)
        assert due_at - [since, *sent][-1] >= (timedelta(minutes=30) if not sent else timedelta(hours=4))
        sent.append(due_at + late)
    assert len(sent) <= MOST_REMINDERS
