"""A programme on air that runs late or early, and a relay that falls silent."""

import pytest

from schedules import AdjustmentCode, ImpossibleRundownError, Layout, Part, fall_back, must_end_by, overrun
from tests.unit.schedules.test_programmes import (
    CLOSING,
    FIVE_THIRTY,
    MINUTE,
    MORNING,
    SECOND,
    a_part,
    a_relay,
    a_rundown,
    notes,
    over,
    params,
    placed,
    times,
)

# --- on air ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [53.5, 55, 60])
def test_ten_minutes_too_long_on_air_still_end_with_the_slot(minutes: float) -> None:
    layout = over(MORNING, minutes)
    late = overrun(layout, "bản tin", placed(layout, "bản tin").end_at + 10 * MINUTE)
    assert late.placements[-1].part_id == "lời chào"
    assert late.placements[-1].end_at <= late.end_at
    assert params(late, "bản tin", AdjustmentCode.OVERRAN) == {"by_ms": 600_000}
    assert placed(late, "bản tin").end_at == placed(layout, "bản tin").end_at + 10 * MINUTE


def test_a_live_part_is_told_by_when_it_must_end_for_the_closing() -> None:
    layout = over(MORNING)
    by = must_end_by(layout, "bản tin")
    assert by == FIVE_THIRTY + 59.5 * MINUTE
    assert overrun(layout, "bản tin", by).placements[-1].part_id == "lời chào"
    assert overrun(layout, "bản tin", by + SECOND).placement_of("lời chào") is None
    assert must_end_by(layout, "lời chào") == layout.end_at


def test_a_live_part_is_told_by_when_it_must_end_for_a_pinned_part() -> None:
    pinned = a_part("thông báo", "announcement", 3, starts_at_offset=45 * MINUTE)
    layout = over(a_rundown(a_part("nói chuyện"), a_part("bản tin"), pinned, CLOSING, gap=MINUTE))
    assert must_end_by(layout, "nói chuyện") == FIVE_THIRTY + 44 * MINUTE
    assert must_end_by(layout, "thông báo") == FIVE_THIRTY + 58.5 * MINUTE
    with pytest.raises(ImpossibleRundownError) as caught:
        must_end_by(layout, "nói chuyện", turn=2)
    assert caught.value.code == "not_on_air"


def test_what_follows_an_overrun_is_pushed_cut_or_dropped_by_the_same_rules() -> None:
    layout = over(MORNING, 50.5)
    late = overrun(layout, "bản tin", FIVE_THIRTY + 46 * MINUTE)
    assert times(late)[3:] == [
        ("bản tin", 31, 46),
        ("thông báo", 46, 49),
        ("nhạc cắt", 49, 50),
        ("lời chào", 50, 50.5),
    ]
    assert notes(late) == [
        ("bản tin", "overran"),
        ("thông báo", "pushed"),
        ("nhạc cắt", "trimmed"),
        ("nhạc cắt", "pushed"),
    ]
    assert params(late, "thông báo", AdjustmentCode.PUSHED) == {"by_ms": 180_000}


def test_an_overrun_up_to_the_end_leaves_nothing_behind_it() -> None:
    late = overrun(over(MORNING), "vov", FIVE_THIRTY + 75 * MINUTE)
    assert times(late)[-1] == ("vov", 1, 60)
    assert notes(late)[-4:] == [
        ("bản tin", "dropped_no_room"),
        ("thông báo", "dropped_no_room"),
        ("nhạc cắt", "dropped_no_room"),
        ("lời chào", "dropped_no_room"),
    ]


def test_a_part_that_ends_early_lets_dropped_ones_return() -> None:
    layout = over(a_rundown(a_part("đọc", "item", None, at_most=10 * MINUTE), a_part("thông báo")), 12)
    assert [one[0] for one in times(layout)] == ["đọc"]
    early = overrun(layout, "đọc", FIVE_THIRTY + 7 * MINUTE)
    assert times(early) == [("đọc", 0, 7), ("thông báo", 7, 12)]
    assert notes(early) == [("đọc", "ended_early")]


def test_a_relay_that_ends_early_moves_up_what_is_not_pinned() -> None:
    pinned = a_part("thông báo", "announcement", 3, starts_at_offset=45 * MINUTE)
    layout = over(a_rundown(a_relay(), a_part("bản tin", minutes=10), pinned, CLOSING))
    early = overrun(layout, "vov", FIVE_THIRTY + 26 * MINUTE)
    assert times(early) == [
        ("vov", 0, 26),
        ("bản tin", 26, 36),
        ("thông báo", 45, 48),
        ("lời chào", 48, 48.5),
    ]
    assert ("bản tin", "moved_up") in notes(early)


def test_a_bounded_relay_whose_time_has_passed_is_joined_under_way() -> None:
    relay = a_relay(starts_at_offset=20 * MINUTE, least=20, most=30)
    layout = over(a_rundown(a_part("nói chuyện", minutes=20), relay, CLOSING))
    late = overrun(layout, "nói chuyện", FIVE_THIRTY + 28 * MINUTE)
    assert times(late) == [("nói chuyện", 0, 28), ("vov", 28, 50), ("lời chào", 50, 50.5)]
    assert placed(late, "vov").earliest_end_at == FIVE_THIRTY + 40 * MINUTE
    gone = overrun(layout, "nói chuyện", FIVE_THIRTY + 50 * MINUTE)
    assert times(gone) == [("nói chuyện", 0, 50), ("lời chào", 50, 50.5)]


def test_a_recording_whose_time_has_passed_starts_late_and_whole() -> None:
    pinned = a_part("thông báo", "announcement", 3, starts_at_offset=20 * MINUTE)
    layout = over(a_rundown(a_part("nói chuyện", minutes=20), pinned, gap=MINUTE))
    assert times(layout) == [("thông báo", 20, 23)]
    layout = over(a_rundown(a_part("nói chuyện", minutes=19), pinned, gap=MINUTE))
    late = overrun(layout, "nói chuyện", FIVE_THIRTY + 24 * MINUTE)
    assert times(late) == [("nói chuyện", 0, 24), ("thông báo", 24, 27)]
    assert params(late, "thông báo", AdjustmentCode.PUSHED) == {"by_ms": 240_000}


def test_a_reading_that_overruns_lets_the_next_reading_follow_after_its_gap() -> None:
    thrice = a_part("thông báo", "announcement", 2, repeats=3, repeat_gap=MINUTE)
    late = overrun(over(a_rundown(thrice, CLOSING), 10), "thông báo", FIVE_THIRTY + 4 * MINUTE)
    assert times(late) == [("thông báo", 0, 4), ("thông báo", 5, 7), ("lời chào", 7, 7.5)]
    assert [(one.code, one.turn) for one in late.adjustments if one.part_id == "thông báo"] == [
        (AdjustmentCode.OVERRAN, 1),
        (AdjustmentCode.PUSHED, 2),
        (AdjustmentCode.DROPPED_NO_ROOM, 3),
    ]


def test_the_gap_is_kept_behind_an_overrun() -> None:
    layout = over(a_rundown(a_part("a"), a_part("b"), gap=MINUTE))
    assert times(overrun(layout, "a", FIVE_THIRTY + 8 * MINUTE))[1] == ("b", 9, 14)


def test_what_was_adjusted_before_an_overrun_stays_written() -> None:
    pinned = a_part("nhạc", "music", 20, starts_at_offset=5 * MINUTE)
    layout = over(a_rundown(a_part("dài", minutes=50), pinned, CLOSING), 20)
    assert notes(layout) == [("dài", "dropped_no_room"), ("nhạc", "trimmed"), ("nhạc", "silence")]
    late = overrun(layout, "nhạc", FIVE_THIRTY + 20 * MINUTE)
    assert notes(late) == [
        ("dài", "dropped_no_room"),
        ("nhạc", "silence"),
        ("nhạc", "overran"),
        ("lời chào", "dropped_no_room"),
    ]
    assert not placed(late, "nhạc").trimmed


def test_a_part_that_is_over_is_certain() -> None:
    layout = over(MORNING)
    assert not placed(layout, "bản tin").is_certain
    assert placed(overrun(layout, "bản tin", placed(layout, "bản tin").end_at), "bản tin").is_certain


def test_an_end_as_planned_changes_nothing() -> None:
    layout = over(MORNING, 40)
    assert overrun(layout, "nhạc hiệu", placed(layout, "nhạc hiệu").end_at) == layout


# --- a silent relay ----------------------------------------------------------------------------------


@pytest.mark.parametrize("silent_after", [0, 10, 29])
def test_the_fallback_takes_the_place_of_a_silent_relay_and_nothing_else_moves(silent_after: float) -> None:
    layout = over(MORNING)
    silent = fall_back(layout, "vov", at=FIVE_THIRTY + (1 + silent_after) * MINUTE)
    fallback = placed(silent, "nhạc chờ")
    assert fallback.stands_for == "vov"
    assert (fallback.start_at, fallback.end_at) == (
        FIVE_THIRTY + (1 + silent_after) * MINUTE,
        placed(layout, "vov").end_at,
    )
    assert (silent.placement_of("vov") is None) == (silent_after == 0)
    others = {"vov", "nhạc chờ"}
    assert [one for one in silent.placements if one.part_id not in others] == [
        one for one in layout.placements if one.part_id not in others
    ]
    assert ("vov", "fell_back") in notes(silent)


def test_a_short_fallback_is_followed_by_silence_and_a_long_one_is_cut_only_if_it_may_be() -> None:
    def after(standby: Part) -> Layout:
        rundown = a_rundown(a_relay(fallback="thay"), CLOSING, standby=(standby,))
        return fall_back(over(rundown), "vov", at=FIVE_THIRTY + 10 * MINUTE)

    assert times(after(a_part("thay", minutes=8)))[1] == ("thay", 10, 18)
    assert ("vov", "silence") in notes(after(a_part("thay", minutes=8)))
    assert times(after(a_part("thay", "music", 25)))[1] == ("thay", 10, 30)
    too_long = after(a_part("thay", minutes=25))
    assert times(too_long) == [("vov", 0, 10), ("lời chào", 30, 30.5)]
    assert ("thay", "dropped_no_room") in notes(too_long)


def test_a_relay_without_a_fallback_leaves_silence() -> None:
    silent = fall_back(over(a_rundown(a_relay(), CLOSING)), "vov", at=FIVE_THIRTY + 10 * MINUTE)
    assert times(silent) == [("vov", 0, 10), ("lời chào", 30, 30.5)]
    assert params(silent, "vov", AdjustmentCode.SILENCE) == {"length_ms": 20 * 60_000}


def test_the_end_of_a_fallback_lays_out_what_follows_the_relay() -> None:
    silent = fall_back(over(MORNING), "vov", at=FIVE_THIRTY + 10 * MINUTE)
    late = overrun(silent, "nhạc chờ", FIVE_THIRTY + 35 * MINUTE)
    assert [one[:2] for one in times(late)][2:5] == [("vov", 1), ("nhạc chờ", 10), ("bản tin", 35)]


def test_only_what_is_on_air_can_end_or_fall_silent() -> None:
    layout = over(MORNING)
    for at in (FIVE_THIRTY, FIVE_THIRTY + 31 * MINUTE):
        with pytest.raises(ImpossibleRundownError) as caught:
            fall_back(layout, "vov", at=at)
        assert caught.value.code == "not_on_air"
    with pytest.raises(ImpossibleRundownError) as caught:
        overrun(layout, "không có", FIVE_THIRTY + MINUTE)
    assert caught.value.code == "not_on_air"
    with pytest.raises(ImpossibleRundownError) as caught:
        fall_back(layout, "nhạc hiệu", at=FIVE_THIRTY)
    assert caught.value.code == "fallback_for_relays_only"


def test_one_standby_part_can_stand_for_several_relays() -> None:
    province = a_relay("đài tỉnh", least=5, most=10, fallback="nhạc chờ")
    standby = a_part("nhạc chờ", "music", 4, fills=True)
    layout = over(a_rundown(a_relay(fallback="nhạc chờ"), province, CLOSING, standby=(standby,)))
    silent = fall_back(layout, "vov", at=FIVE_THIRTY + 10 * MINUTE)
    silent = fall_back(silent, "đài tỉnh", at=FIVE_THIRTY + 32 * MINUTE)
    late = overrun(silent, "nhạc chờ", FIVE_THIRTY + 45 * MINUTE)
    assert [one[:2] for one in times(late)] == [
        ("vov", 0),
        ("nhạc chờ", 10),
        ("đài tỉnh", 30),
        ("nhạc chờ", 32),
        ("lời chào", 45),
    ]
