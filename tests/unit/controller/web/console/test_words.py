"""Times, lengths and deviations in words."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.domain.errors import Code, InvalidError
from controller.web.console.start_times import instant_of, next_start
from controller.web.console.words import ago, deviation, length, when, word

SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
WARD = "Asia/Ho_Chi_Minh"


def test_an_instant_is_told_with_the_day_of_the_place() -> None:
    assert when(SUNDAY_NIGHT, WARD, "vi") == "Thứ Hai 23/11/2026 05:30"
    assert when(SUNDAY_NIGHT, WARD, "en") == "Monday 23/11/2026 05:30"
    assert when(SUNDAY_NIGHT, "Europe/Paris", "vi") == "Chủ Nhật 22/11/2026 23:30"


def test_seconds_are_told_only_where_they_matter() -> None:
    instant = SUNDAY_NIGHT + timedelta(seconds=7)
    assert when(instant, WARD, "vi") == "Thứ Hai 23/11/2026 05:30"
    assert when(instant, WARD, "vi", is_exact=True) == "Thứ Hai 23/11/2026 05:30:07"
    assert when(SUNDAY_NIGHT, WARD, "vi", is_exact=True) == "Thứ Hai 23/11/2026 05:30"


def test_lengths_are_told_in_minutes_and_seconds() -> None:
    assert length(72_000, "vi") == "1 phút 12 giây"
    assert length(59_499, "vi") == "59 giây"
    assert length(59_500, "en") == "1 min 0 s"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-3, "0 giây trước"),
        (59, "59 giây trước"),
        (60, "1 phút trước"),
        (7_199, "1 giờ trước"),
        (172_800, "2 ngày trước"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit(seconds: int, told: str) -> None:
    assert ago(SUNDAY_NIGHT - timedelta(seconds=seconds), SUNDAY_NIGHT, "vi") == told


def test_deviations_carry_their_sign() -> None:
    assert [deviation(us) for us in (12_400, 0, -3_000)] == ["+12\u00a0ms", "+0\u00a0ms", "\u22123\u00a0ms"]


def test_unknown_codes_of_devices_are_shown_as_they_are() -> None:
    assert word("fault", "disk_full", "vi") == "Thẻ nhớ đầy"
    assert word("fault", "flux_low", "vi") == "flux_low"


@pytest.mark.parametrize(
    ("now", "proposed"),
    [("16:30:00", "16:35"), ("16:30:01", "16:40"), ("16:31:00", "16:40"), ("23:57:00", "00:05")],
)
def test_the_form_proposes_a_round_time_soon(now: str, proposed: str) -> None:
    instant = datetime.fromisoformat(f"2026-11-21T{now}+07:00").astimezone(UTC)
    assert f"{next_start(instant, WARD):%H:%M}" == proposed
    assert next_start(instant, WARD) >= instant + timedelta(minutes=5)


def test_typed_times_are_meant_in_the_zone_of_the_area() -> None:
    assert instant_of("2026-11-23", "05:30", WARD, field="start_at") == SUNDAY_NIGHT


def test_a_time_that_the_clocks_jump_over_is_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        instant_of("2026-03-29", "02:30", "Europe/Paris", field="start_at")
    assert refused.value.code is Code.INPUT_INVALID
