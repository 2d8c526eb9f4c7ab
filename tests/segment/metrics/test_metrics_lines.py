"""Scores of lines, on cases that can be checked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.segment.metrics import (
    LineScore,
    cl_dice,
    joined,
    line_score,
    near_share,
    random_lines,
    thinned,
)
from ai_afm.segment.metrics.lines import same_shape

NOTHING = np.zeros((12, 20), bool)


def line(row: int, columns: slice = slice(0, 20)) -> np.ndarray:
    mask = NOTHING.copy()
    mask[row, columns] = True
    return mask


def test_a_line_one_pixel_off_is_found_at_1_px() -> None:
    assert line_score(line(5), line(6), NOTHING, 1) == LineScore(1.0, 1.0, 1.0)


def test_a_line_two_pixels_off_is_missed_at_1_px_and_found_at_2_px() -> None:
    assert line_score(line(4), line(6), NOTHING, 1) == LineScore(0.0, 0.0, 0.0)
    assert line_score(line(4), line(6), NOTHING, 2) == LineScore(1.0, 1.0, 1.0)


def test_half_a_line_has_full_precision_and_half_recall() -> None:
    score = line_score(line(5, slice(0, 10)), line(5), NOTHING, 0)
    assert score.precision == 1.0
    assert score.recall == 0.5
    assert score.f1 == pytest.approx(2 / 3)


def test_a_false_line_halves_the_precision() -> None:
    score = line_score(line(1) | line(9), line(9), NOTHING, 2)
    assert (score.precision, score.recall) == (0.5, 1.0)


def test_ignored_pixels_count_neither_way() -> None:
    ignore = NOTHING.copy()
    ignore[:, 10:] = True
    score = line_score(line(5, slice(0, 10)), line(5), ignore, 0)
    assert score == LineScore(1.0, 1.0, 1.0)


def test_nothing_of_nothing_has_no_score_and_nothing_of_something_has_zero() -> None:
    assert line_score(NOTHING, NOTHING, NOTHING, 2) == LineScore(None, None, None)
    assert line_score(NOTHING, line(3), NOTHING, 2) == LineScore(None, 0.0, 0.0)
    assert line_score(line(3), NOTHING, NOTHING, 2) == LineScore(0.0, None, 0.0)
    assert near_share(NOTHING, line(3), 2) is None


def test_a_band_is_thinned_to_its_middle_and_specks_are_dropped() -> None:
    band = line(4) | line(5) | line(6)
    band[10, 2] = True
    thin = thinned(band, min_pixels=12)
    assert thin[5].sum() >= 16
    assert not thin[10].any()
    assert thin.sum() <= thin[5].sum() + 2  # thinning bends the ends of a band by a pixel


def test_cl_dice_of_a_band_with_itself_is_one_and_of_disjoint_bands_zero() -> None:
    band = line(4) | line(5) | line(6)
    assert cl_dice(band, band, NOTHING) == 1.0
    assert cl_dice(band, line(10), NOTHING) == 0.0
    assert cl_dice(NOTHING, NOTHING, NOTHING) is None


def test_cl_dice_counts_a_missing_half_once() -> None:
    band = line(4) | line(5) | line(6)
    half = band.copy()
    half[:, 10:] = False
    # its centre line lies inside the whole; about half of the whole's centre line lies inside it
    assert cl_dice(half, band, NOTHING) == pytest.approx(2 * 0.5 / 1.5, abs=0.05)


def test_random_pixels_are_as_many_as_asked_and_outside_what_is_ignored() -> None:
    ignore = NOTHING.copy()
    ignore[:6] = True
    mask = random_lines(50, ignore, np.random.default_rng(0))
    assert mask.sum() == 50
    assert not (mask & ignore).any()


@pytest.mark.parametrize("shift", [1, 2, 3])
def test_a_shifted_line_is_found_from_the_tolerance_of_its_shift_on(shift: int) -> None:
    for tolerance in (1, 2, 3):
        f1 = line_score(line(4 + shift), line(4), NOTHING, tolerance).f1
        assert f1 == (1.0 if tolerance >= shift else 0.0)


def test_distance_is_euclidean_and_not_a_count_of_steps() -> None:
    point, corner = NOTHING.copy(), NOTHING.copy()
    point[5, 9] = corner[7, 11] = True
    assert near_share(corner, point, 2) == 0.0  # 2.83 px
    assert near_share(corner, point, 3) == 1.0


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 3]))
def test_drawn_and_true_swapped_swap_precision_and_recall(seed: int, tolerance: int) -> None:
    one, other, ignore = np.random.default_rng(seed).random((3, 9, 13)) < 0.2
    here = line_score(one, other, ignore, tolerance)
    there = line_score(other, one, ignore, tolerance)
    assert (here.precision, here.recall, here.f1) == (there.recall, there.precision, there.f1)


@given(st.integers(0, 2**32 - 1))
def test_a_wider_tolerance_never_finds_less(seed: int) -> None:
    one, other = np.random.default_rng(seed).random((2, 9, 13)) < 0.15
    shares = [near_share(one, other, t) for t in (0, 1, 2, 3)]
    if one.any():
        assert shares == sorted(s for s in shares if s is not None)


@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(0, 9))
def test_a_score_does_not_depend_on_where_the_lines_lie(seed: int, down: int, right: int) -> None:
    drawn, true = np.random.default_rng(seed).random((2, 9, 13)) < 0.2
    frame = ((down, 6 - down), (right, 9 - right))
    nowhere = np.zeros((15, 22), bool)
    moved = line_score(np.pad(drawn, frame), np.pad(true, frame), nowhere, 2)
    assert moved == line_score(drawn, true, np.zeros((9, 13), bool), 2)


def test_random_pixels_find_the_share_of_the_frame_that_lies_within_the_tolerance() -> None:
    true, nowhere = np.zeros((200, 300), bool), np.zeros((200, 300), bool)
    true[100] = True
    drawn = random_lines(6000, nowhere, np.random.default_rng(5))
    for tolerance in (1, 2, 3):
        share = near_share(drawn, true, tolerance)
        assert share == pytest.approx((2 * tolerance + 1) / 200, abs=0.005)


def test_random_pixels_are_at_most_all_that_are_asked() -> None:
    ignore = NOTHING.copy()
    ignore[1:] = True
    assert random_lines(50, ignore, np.random.default_rng(0)).sum() == 20


def test_a_gap_of_two_pixels_is_closed_and_one_of_three_is_not() -> None:
    for gap, whole in ((1, True), (2, True), (3, False)):
        cut = line(5)
        cut[5, 8 : 8 + gap] = False
        assert bool(joined(cut)[5, 4:16].all()) is whole


def test_images_of_different_shapes_are_refused() -> None:
    with pytest.raises(BadInput, match="different shapes"):
        same_shape(np.zeros((3, 4), bool), np.zeros((4, 3), bool))
