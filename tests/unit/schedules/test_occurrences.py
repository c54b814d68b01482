"""What cannot be is refused, and windows are what they say."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schedules import ImpossibleOccurrenceError, Occurrence
from tests.factories.plans import MINUTE, an_item, local

_START = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)


def _of(**more: Any) -> Occurrence:
    return Occurrence(**{"id": "a", "start_at": _START, "end_at": _START + MINUTE, **more})


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"start_at": _START.replace(tzinfo=None)}, "naive_instant", "start_at"),
        ({"end_at": (_START + MINUTE).replace(tzinfo=None)}, "naive_instant", "end_at"),
        ({"latest_at": _START.replace(tzinfo=None)}, "naive_instant", "latest_at"),
        ({"end_at": _START}, "end_before_start", "end_at"),
        ({"late_limit": -timedelta.resolution}, "end_before_start", "late_limit"),
        ({"priority": 256}, "priority_out_of_range", "priority"),
    ],
)
def test_what_cannot_be_is_refused_and_the_field_named(wrong: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(ImpossibleOccurrenceError) as refusal:
        _of(**wrong)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_instants_are_kept_in_utc_so_that_a_clock_that_jumps_changes_no_length() -> None:
    paris = ZoneInfo("Europe/Paris")
    begin, end = (datetime(2026, 3, 29, hour, 30, tzinfo=paris) for hour in (1, 3))
    one = _of(start_at=begin, end_at=end, latest_at=end)
    assert one.length == 60 * MINUTE
    assert {at.tzinfo for at in (one.start_at, one.end_at, one.latest_at) if at} == {UTC}


def test_without_a_window_a_loser_has_the_late_limit() -> None:
    assert an_item("a", "05:30").off_by == local("05:40:30")


def test_a_window_that_closes_before_the_planned_end_closes_at_the_planned_end() -> None:
    assert _of(latest_at=_START).off_by == _START + MINUTE


def test_a_text_is_off_at_its_end() -> None:
    assert _of(is_text=True, latest_at=_START + 60 * MINUTE).off_by == _START + MINUTE


def test_nothing_may_begin_after_its_own_end() -> None:
    assert _of(late_limit=timedelta(hours=1)).last_start_at == _START + MINUTE
    assert local("05:30", day=date(2026, 11, 20)) < _START
