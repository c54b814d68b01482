"""The decisions about loudness, without any sound."""

import pytest

from audio.levels import (
    MAX_TRUE_PEAK_DBTP,
    TARGET_LUFS,
    Loudness,
    Move,
    Trial,
    best_trial,
    first_move,
    next_move,
)


def trial(gain_db: float, lufs: float, *, peak: float = -6.0, ceiling: float = -3.0) -> Trial:
    return Trial(Move(gain_db, ceiling), Loudness(lufs, peak))


@pytest.mark.parametrize(("measured", "gain"), [(-16.0, 0.0), (-40.0, 24.0), (-4.0, -12.0)])
def test_the_first_move_closes_the_whole_distance(measured: float, gain: float) -> None:
    assert first_move(Loudness(measured, measured + 12)).gain_db == gain


def test_no_gain_is_without_bounds() -> None:
    assert first_move(Loudness(float("-inf"), float("-inf"))).gain_db == 60.0


def test_high_peaks_get_more_gain_as_the_limiter_will_eat_some() -> None:
    assert 4.0 < first_move(Loudness(-20.0, -1.0)).gain_db < 10.0


@pytest.mark.parametrize("lufs", [-16.3, -16.0, -15.7])
def test_a_result_on_target_needs_no_correction(lufs: float) -> None:
    assert next_move([trial(3.0, lufs)]) is None


def test_what_is_missing_is_added_to_the_gain() -> None:
    assert next_move([trial(3.0, -18.0)]) == Move(5.0)


def test_a_busy_limiter_gets_more_than_is_missing() -> None:
    move = next_move([trial(3.0, -18.0, peak=-2.5)])
    assert move is not None
    assert move.gain_db > 5.0


def test_the_second_correction_learns_from_the_first() -> None:
    move = next_move([trial(3.0, -18.0), trial(5.0, -17.0)])
    assert move is not None
    assert move.gain_db == pytest.approx(7.0)


def test_a_peak_too_high_lowers_the_ceiling_below_the_overshoot() -> None:
    move = next_move([trial(0.0, -16.0, peak=-0.6)])
    assert move is not None
    assert move.ceiling_dbtp == pytest.approx(-4.2)


def test_the_last_correction_of_a_peak_is_only_quieter() -> None:
    move = next_move([trial(0.0, -18.0, peak=-0.6), trial(2.0, -16.0, peak=0.4, ceiling=-4.2)])
    assert move is not None
    assert (move.gain_db, move.ceiling_dbtp) == pytest.approx((-0.3, -6.5))


def test_a_correct_peak_is_worth_more_than_the_exact_loudness() -> None:
    loud, safe = trial(9.0, TARGET_LUFS, peak=-0.9), trial(6.0, -18.0, peak=-2.0)
    assert best_trial([loud, safe]) is safe


def test_of_two_safe_results_the_nearer_one_is_delivered() -> None:
    far, near = trial(6.0, -18.0), trial(8.0, -16.4)
    assert best_trial([far, near]) is near


@pytest.mark.parametrize(
    ("lufs", "peak", "is_on_target"),
    [
        (-16.0, -1.5, True),
        (-16.5, -3.0, True),
        (-16.6, -3.0, False),
        (-15.4, -3.0, False),
        (-16.0, MAX_TRUE_PEAK_DBTP + 0.1, False),
    ],
)
def test_the_tolerance_is_half_a_unit_and_the_peak_has_none(
    lufs: float, peak: float, is_on_target: bool
) -> None:
    assert Loudness(lufs, peak).is_on_target is is_on_target


def test_silence_is_told_from_a_quiet_voice() -> None:
    assert Loudness(-70.0, -120.0).is_silent
    assert not Loudness(-45.0, -30.0).is_silent
