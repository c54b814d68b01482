"""A rundown over a slot: what is heard when, what is cut, what is dropped, and what happens on air."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schedules import (
    FADE,
    LEAST_LEFT,
    AdjustmentCode,
    ImpossibleRundownError,
    Layout,
    Part,
    PartKind,
    Placement,
    Rundown,
    bounds,
    lay_out,
)

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
FIVE_THIRTY = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # 05:30 of 3 March in Hà Nội
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def a_part(name: str, kind: str = "item", minutes: float | None = 5, **fields: Any) -> Part:
    """Return a part; without minutes its length is not known."""
    length = None if minutes is None else minutes * MINUTE
    return Part(id=name, kind=PartKind(kind), length=length, **fields)


def a_relay(name: str = "vov", *, least: float = 25, most: float = 30, **fields: Any) -> Part:
    return a_part(name, "relay", None, at_least=least * MINUTE, at_most=most * MINUTE, **fields)


def a_rundown(*parts: Part, **fields: Any) -> Rundown:
    return Rundown(name="Chương trình sáng", parts=parts, **fields)


def over(rundown: Rundown, minutes: float = 60, *, zone: ZoneInfo | None = HANOI) -> Layout:
    return lay_out(rundown, start_at=FIVE_THIRTY, end_at=FIVE_THIRTY + minutes * MINUTE, zone=zone)


def times(layout: Layout) -> list[tuple[str, float, float]]:
    """Return part, start and end of every placement in minutes of the slot."""
    return [
        (one.part_id, (one.start_at - FIVE_THIRTY) / MINUTE, (one.end_at - FIVE_THIRTY) / MINUTE)
        for one in layout.placements
    ]


def notes(layout: Layout) -> list[tuple[str, str]]:
    return [(one.part_id, str(one.code)) for one in layout.adjustments]


def params(layout: Layout, part_id: str, code: AdjustmentCode) -> dict[str, int]:
    (found,) = [dict(one.params) for one in layout.adjustments if (one.part_id, one.code) == (part_id, code)]
    return found


def placed(layout: Layout, part_id: str, turn: int = 1) -> Placement:
    found = layout.placement_of(part_id, turn)
    assert found is not None
    return found


CHIME = a_part("nhạc hiệu", "chime", 0.5)
GREETING = a_part("lời xướng", "greeting", 0.5)
CLOSING = a_part("lời chào", "closing", 0.5)
STANDBY = a_part("nhạc chờ", "music", 4, fills=True)
MORNING = a_rundown(
    CHIME,
    GREETING,
    a_relay(fallback="nhạc chờ"),
    a_part("bản tin", "item", 12),
    a_part("thông báo", "announcement", 3),
    a_part("nhạc cắt", "music", 4),
    CLOSING,
    standby=(STANDBY,),
)


# --- the whole programme -----------------------------------------------------------------------------


def test_the_morning_programme_is_laid_out_one_part_behind_the_other() -> None:
    layout = over(MORNING)
    assert times(layout) == [
        ("nhạc hiệu", 0, 0.5),
        ("lời xướng", 0.5, 1),
        ("vov", 1, 31),
        ("bản tin", 31, 43),
        ("thông báo", 43, 46),
        ("nhạc cắt", 46, 50),
        ("lời chào", 50, 50.5),
    ]
    assert layout.spare == 9.5 * MINUTE
    assert notes(layout) == [("", "spare")]
    assert params(layout, "", AdjustmentCode.SPARE) == {"length_ms": 570_000}


def test_the_rundown_says_how_long_it_takes_before_there_is_a_slot() -> None:
    assert bounds(MORNING) == (45.5 * MINUTE, 50.5 * MINUTE)
    news = a_rundown(a_part("bản tin", minutes=1.2))
    assert bounds(news) == (72 * SECOND, 72 * SECOND)
    assert over(news, 5.2).spare == 4 * MINUTE


def test_what_comes_behind_a_relay_has_an_earliest_and_a_latest_start() -> None:
    layout = over(MORNING)
    news, relay = placed(layout, "bản tin"), placed(layout, "vov")
    assert (relay.start_at, relay.earliest_start_at) == (FIVE_THIRTY + MINUTE, FIVE_THIRTY + MINUTE)
    assert relay.end_at - relay.earliest_end_at == 5 * MINUTE
    assert news.start_at - news.earliest_start_at == 5 * MINUTE
    assert [one.part_id for one in layout.placements if one.is_certain] == ["nhạc hiệu", "lời xướng"]


def test_a_relay_always_fades_and_a_whole_sound_never_does() -> None:
    faded = {one.part_id: one.fade for one in over(MORNING).placements if one.fade}
    assert faded == {"vov": FADE}


# --- too much for the slot ---------------------------------------------------------------------------


def test_seventy_minutes_in_sixty_end_on_time_with_a_fade_and_a_note() -> None:
    seventy = a_rundown(CHIME, a_part("bài", minutes=69, is_trimmable=True), CLOSING)
    layout = over(seventy)
    assert times(layout) == [("nhạc hiệu", 0, 0.5), ("bài", 0.5, 59.5), ("lời chào", 59.5, 60)]
    assert layout.spare == timedelta(0)
    assert (placed(layout, "bài").trimmed, placed(layout, "bài").fade) == (10 * MINUTE, FADE)
    assert params(layout, "bài", AdjustmentCode.TRIMMED) == {
        "by_ms": 600_000,
        "length_ms": 59 * 60_000,
        "fade_ms": 3_000,
    }


def test_music_gives_first_then_relays_then_other_trimmable_parts_from_the_last_one() -> None:
    rundown = a_rundown(
        a_part("a", minutes=10, is_trimmable=True),
        a_part("b", minutes=10, is_trimmable=True),
        a_relay(least=5, most=10),
        a_part("nhạc", "music", 10),
        a_part("c", minutes=10),
        CLOSING,
    )
    least = LEAST_LEFT / MINUTE

    def lengths(minutes: float) -> dict[str, float]:
        return {one: end - start for one, start, end in times(over(rundown, minutes))}

    whole = {"a": 10, "b": 10, "vov": 10, "nhạc": 10, "c": 10, "lời chào": 0.5}
    assert lengths(50.5) == whole
    assert lengths(46.5) == whole | {"nhạc": 6}
    assert lengths(36.5) == pytest.approx(whole | {"nhạc": least, "vov": 6 - least})
    assert lengths(27.5) == pytest.approx(whole | {"nhạc": least, "vov": least, "b": 7 - 2 * least})
    assert lengths(14.5) == pytest.approx(
        whole | {"nhạc": least, "vov": least, "b": least, "a": 4 - 3 * least}
    )


def test_an_item_that_must_be_whole_is_dropped_when_it_does_not_fit() -> None:
    layout = over(a_rundown(CHIME, a_part("bản tin", minutes=15), CLOSING), 10)
    assert times(layout) == [("nhạc hiệu", 0, 0.5), ("lời chào", 0.5, 1)]
    assert params(layout, "bản tin", AdjustmentCode.DROPPED_NO_ROOM) == {
        "needs_ms": 15 * 60_000,
        "room_ms": 9 * 60_000,
    }


def test_a_shorter_item_may_find_room_where_a_longer_one_did_not() -> None:
    layout = over(a_rundown(a_part("dài", minutes=15), a_part("ngắn", minutes=8)), 10)
    assert times(layout) == [("ngắn", 0, 8)]


def test_items_that_must_be_whole_go_before_relays_and_music() -> None:
    layout = over(a_rundown(a_relay(), a_part("bản tin", minutes=12), a_part("nhạc", "music", 4)), 15)
    least = LEAST_LEFT / MINUTE
    assert times(layout) == [
        ("vov", 0, 3 - least),
        ("bản tin", pytest.approx(3 - least), pytest.approx(15 - least)),
        ("nhạc", pytest.approx(15 - least), 15),
    ]


def test_nothing_is_left_as_a_scrap() -> None:
    layout = over(a_rundown(a_part("bản tin", minutes=9.9), a_part("nhạc", "music", 4)), 10)
    assert times(layout) == [("bản tin", 0, 9.9)]
    assert notes(layout) == [("nhạc", "dropped_no_room"), ("", "spare")]


def test_the_closing_is_never_lost_while_it_fits_the_slot() -> None:
    for minutes in (0.5, 1, 5, 31, 49, 60):
        layout = over(MORNING, minutes)
        assert placed(layout, "lời chào").end_at <= layout.end_at
    assert over(MORNING, 0.4).placement_of("lời chào") is None


def test_a_repeat_is_given_up_before_anything_is_cut_for_it() -> None:
    rundown = a_rundown(a_part("nhạc", "music", 4), a_part("thông báo", minutes=2, repeats=3), CLOSING)
    layout = over(rundown, 9)
    assert times(layout) == [
        ("nhạc", 0, 4),
        ("thông báo", 4, 6),
        ("thông báo", 6, 8),
        ("lời chào", 8, 8.5),
    ]
    (dropped,) = [one for one in layout.adjustments if one.code is AdjustmentCode.DROPPED_NO_ROOM]
    assert (dropped.part_id, dropped.turn) == ("thông báo", 3)
    assert dict(dropped.params) == {"needs_ms": 120_000, "room_ms": 30_000}


def test_only_the_first_reading_that_is_missing_is_noted_with_all_that_it_needs() -> None:
    layout = over(a_rundown(a_part("thông báo", minutes=2, repeats=5, is_trimmable=True)), 3)
    (dropped,) = [one for one in layout.adjustments if one.code is AdjustmentCode.DROPPED_NO_ROOM]
    assert (dropped.turn, dict(dropped.params)) == (2, {"needs_ms": 120_000, "room_ms": 60_000})


def test_everything_is_read_twice_before_anything_is_read_a_third_time() -> None:
    rundown = a_rundown(a_part("a", minutes=1, repeats=3), a_part("b", minutes=1, repeats=3))
    assert [one.part_id for one in over(rundown, 4).placements] == ["a", "a", "b", "b"]
    assert [one.part_id for one in over(rundown, 5).placements] == ["a", "a", "a", "b", "b"]


# --- filling -----------------------------------------------------------------------------------------


def test_music_that_fills_takes_what_is_left_and_is_cut_at_the_end_of_it() -> None:
    filler = a_part("nhạc", "music", 3, fills=True)
    layout = over(a_rundown(CHIME, filler, a_part("bản tin", minutes=12), CLOSING), 30)
    assert times(layout)[1] == ("nhạc", 0.5, 17.5)
    assert placed(layout, "nhạc").fade == FADE
    assert notes(layout) == [("nhạc", "fills_gap")]
    assert params(layout, "nhạc", AdjustmentCode.FILLS_GAP) == {"length_ms": 17 * 60_000}


def test_music_that_fills_an_exact_number_of_times_does_not_fade() -> None:
    layout = over(a_rundown(a_part("nhạc", "music", 3, fills=True)), 30)
    assert (placed(layout, "nhạc").fade, notes(layout)) == (timedelta(0), [("nhạc", "fills_gap")])


def test_music_that_fills_less_than_its_length_is_trimmed() -> None:
    layout = over(a_rundown(a_part("bản tin", minutes=28), a_part("nhạc", "music", 3, fills=True)), 30)
    assert notes(layout) == [("nhạc", "trimmed")]
    assert placed(layout, "nhạc").trimmed == MINUTE


def test_a_relay_without_a_bound_lasts_until_what_must_follow() -> None:
    relay = a_part("vov", "relay", None, fills=True)
    layout = over(a_rundown(CHIME, relay, a_part("bản tin", minutes=12), CLOSING), 60)
    assert times(layout)[1:] == [("vov", 0.5, 47.5), ("bản tin", 47.5, 59.5), ("lời chào", 59.5, 60)]
    assert placed(layout, "vov").fade == FADE
    assert all(one.is_certain for one in layout.placements)


def test_of_two_that_fill_the_last_one_takes_the_time() -> None:
    first, last = a_part("đầu", "music", 1, fills=True), a_part("cuối", "music", 1, fills=True)
    least = LEAST_LEFT / MINUTE
    assert times(over(a_rundown(first, last), 10)) == [("đầu", 0, least), ("cuối", least, 10)]


# --- pinned parts ------------------------------------------------------------------------------------


def test_a_relay_at_six_sharp_waits_in_silence_for_its_time() -> None:
    rundown = a_rundown(
        CHIME, a_part("bản tin", minutes=20), a_relay(starts_at_clock=time(6)), CLOSING, gap=SECOND
    )
    layout = over(rundown, 90)
    relay = placed(layout, "vov")
    assert relay.start_at.astimezone(HANOI).time() == time(6)
    silence = params(layout, "vov", AdjustmentCode.SILENCE)["length_ms"]
    assert silence == (relay.start_at - placed(layout, "bản tin").end_at) / timedelta(milliseconds=1)
    assert placed(layout, "lời chào").start_at == relay.end_at + SECOND


def test_music_fills_the_time_before_a_pinned_relay() -> None:
    music = a_part("nhạc", "music", 4, fills=True)
    layout = over(a_rundown(a_part("bản tin", minutes=20), music, a_relay(starts_at_clock=time(6)), CLOSING))
    assert times(layout) == [("bản tin", 0, 20), ("nhạc", 20, 30), ("vov", 30, 59.5), ("lời chào", 59.5, 60)]
    assert notes(layout) == [("nhạc", "fills_gap"), ("vov", "trimmed")]


def test_what_runs_into_a_pinned_relay_is_trimmed_or_dropped_by_the_same_rule() -> None:
    relay = a_relay(starts_at_offset=20 * MINUTE, least=5, most=10)
    layout = over(a_rundown(a_part("nhạc", "music", 15), a_part("bản tin", minutes=12), relay), 30)
    assert times(layout) == [("nhạc", 0, 8), ("bản tin", 8, 20), ("vov", 20, 30)]
    layout = over(a_rundown(a_part("bản tin", minutes=25), relay), 30)
    assert times(layout) == [("vov", 20, 30)]
    assert notes(layout) == [("bản tin", "dropped_no_room"), ("vov", "silence")]


def test_the_gap_before_a_pinned_part_is_kept() -> None:
    relay = a_relay(starts_at_offset=10 * MINUTE)
    music = a_part("nhạc", "music", 15)
    assert times(over(a_rundown(music, relay, gap=MINUTE)))[0] == ("nhạc", 0, 9)


@pytest.mark.parametrize("clock", [time(5), time(6, 30), time(23)])
def test_a_time_outside_the_slot_drops_the_part_and_no_other(clock: time) -> None:
    layout = over(a_rundown(CHIME, a_relay(starts_at_clock=clock), CLOSING))
    assert times(layout) == [("nhạc hiệu", 0, 0.5), ("lời chào", 0.5, 1)]
    assert notes(layout)[0] == ("vov", "dropped_outside_slot")


def test_a_clock_time_that_is_not_behind_the_pin_before_it_drops_its_part() -> None:
    first = a_part("a", starts_at_offset=40 * MINUTE)
    layout = over(a_rundown(first, a_part("b", starts_at_clock=time(6))))
    assert [one[0] for one in times(layout)] == ["a"]
    assert params(layout, "b", AdjustmentCode.DROPPED_PIN_ORDER) == {"early_ms": 600_000}


def test_a_pinned_part_that_keeps_the_closing_out_gives_way() -> None:
    late = a_part("thông báo", "announcement", 0.2, starts_at_offset=59.7 * MINUTE)
    layout = over(a_rundown(a_part("bản tin", minutes=10), late, CLOSING))
    assert times(layout) == [("bản tin", 0, 10), ("lời chào", 10, 10.5)]
    assert ("thông báo", "dropped_no_room") in notes(layout)


def test_a_pinned_part_that_does_not_fit_no_longer_splits_the_slot() -> None:
    late = a_part("thông báo", "announcement", 15, starts_at_offset=50 * MINUTE)
    layout = over(a_rundown(a_part("bản tin", minutes=55), late, CLOSING))
    assert times(layout) == [("bản tin", 0, 55), ("lời chào", 55, 55.5)]


def test_a_pinned_part_that_another_one_keeps_out_returns_when_that_one_gives_way() -> None:
    first = a_part("a", minutes=15, starts_at_offset=20 * MINUTE)
    second = a_part("b", minutes=40, starts_at_offset=30 * MINUTE)
    assert times(over(a_rundown(first, second, CLOSING))) == [("a", 20, 35), ("lời chào", 35, 35.5)]


def test_a_pinned_relay_is_kept_before_the_items_behind_it() -> None:
    layout = over(a_rundown(a_relay(starts_at_offset=10 * MINUTE), a_part("bản tin", minutes=20)), 30)
    assert times(layout) == [("vov", 10, 30)]
    assert notes(layout) == [("vov", "trimmed"), ("vov", "silence"), ("bản tin", "dropped_no_room")]


def test_a_closing_that_fits_no_slot_drops_no_pinned_part() -> None:
    pinned = a_part("thông báo", "announcement", 3, starts_at_offset=5 * MINUTE)
    layout = over(a_rundown(pinned, a_part("lời chào", "closing", 11)), 10)
    assert times(layout) == [("thông báo", 5, 8)]


def test_a_gap_before_a_pinned_part_is_no_silence_worth_a_note() -> None:
    first = a_part("a", starts_at_offset=timedelta(0))
    second = a_part("b", starts_at_offset=6 * MINUTE)
    third = a_part("c", starts_at_offset=13 * MINUTE)
    layout = over(a_rundown(first, second, third, gap=MINUTE), 18)
    assert times(layout) == [("a", 0, 5), ("b", 6, 11), ("c", 13, 18)]
    assert notes(layout) == [("c", "silence")]
    assert params(layout, "c", AdjustmentCode.SILENCE) == {"length_ms": 120_000}


def test_instants_are_utc_whatever_zone_the_slot_is_given_in() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before_the_jump = datetime(2026, 3, 29, 1, 30, tzinfo=berlin)
    layout = lay_out(MORNING, start_at=before_the_jump, end_at=datetime(2026, 3, 29, 3, 30, tzinfo=berlin))
    assert layout.end_at - layout.start_at == 60 * MINUTE
    assert layout.spare == 9.5 * MINUTE
    assert {one.start_at.tzinfo for one in layout.placements} == {UTC}


def test_a_slot_that_cannot_be_is_refused() -> None:
    naive = FIVE_THIRTY.replace(tzinfo=None)
    with pytest.raises(ImpossibleRundownError, match="zone"):
        lay_out(MORNING, start_at=naive, end_at=FIVE_THIRTY)
    with pytest.raises(ImpossibleRundownError, match="after the start"):
        over(MORNING, 0)
    with pytest.raises(ImpossibleRundownError) as caught:
        over(a_rundown(CHIME, a_relay(starts_at_clock=time(6))), zone=None)
    assert (caught.value.code, caught.value.field) == ("zone_missing", "parts[1].starts_at_clock")
