"""Scores of lines, on cases that can be checked by hand."""

import numpy as np
import pytest

from ai_afm.segment.metrics import LineScore, cl_dice, line_score, near_share, random_lines, thinned

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
