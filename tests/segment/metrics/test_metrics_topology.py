"""Betti numbers and junctions on shapes that can be counted by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from ai_afm.segment.metrics import (
    BettiError,
    LineScore,
    betti,
    betti_errors,
    betti_errors_in_windows,
    joined,
    junction_score,
    junctions,
    thinned,
)
from ai_afm.segment.metrics.topology import without_spurs

SHAPE = (40, 57)
NOTHING = np.zeros(SHAPE, bool)


def ring(row: int, column: int, radius: int = 5) -> np.ndarray:
    mask = NOTHING.copy()
    mask[row - radius : row + radius + 1, column - radius : column + radius + 1] = True
    mask[row - radius + 1 : row + radius, column - radius + 1 : column + radius] = False
    return mask


def cross(row: int = 20, column: int = 30, arm: int = 12) -> np.ndarray:
    mask = NOTHING.copy()
    mask[row, column - arm : column + arm + 1] = True
    mask[row - arm : row + arm + 1, column] = True
    return mask


def diagonal_line() -> np.ndarray:
    return np.eye(*SHAPE, dtype=bool)


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (NOTHING, (0, 0)),
        (~NOTHING, (1, 0)),
        (ring(12, 14), (1, 1)),
        (ring(12, 14) | ring(12, 40), (2, 2)),
        (ring(12, 14) | ring(12, 24), (1, 2)),  # they share a side: a figure of eight
        (ring(20, 28, 15) | ring(20, 28, 5), (2, 2)),  # one inside the other
        (cross(), (1, 0)),
        (cross() | ring(20, 30, 8), (1, 4)),
        (diagonal_line(), (1, 0)),
    ],
    ids=["empty", "full", "ring", "two", "eight", "nested", "cross", "wheel", "diagonal"],
)
def test_pieces_and_holes_are_counted(mask: np.ndarray, expected: tuple[int, int]) -> None:
    assert betti(mask) == expected


def test_a_loop_that_the_frame_cuts_is_no_hole() -> None:
    assert betti(ring(12, 14)[10:]) == (1, 0)


def test_a_diagonal_line_separates_nothing_when_it_ends_inside() -> None:
    loop = NOTHING.copy()
    for i in range(6):  # a diamond of diagonal steps: 8-connected, it closes
        loop[10 + i, 20 + i] = loop[10 + i, 20 - i] = True
        loop[20 - i, 20 + i] = loop[20 - i, 20 - i] = True
    assert betti(loop) == (1, 1)


def test_a_gap_costs_one_hole_and_a_fragment_one_piece() -> None:
    true = ring(12, 14)
    broken = true.copy()
    broken[7, 14] = False
    assert betti_errors(true, true) == BettiError(0, 0, 0)
    assert betti_errors(broken, true) == BettiError(0, 1, 1)
    assert betti_errors(true | cross(30, 45, 4), true) == BettiError(1, 0, 1)


def test_what_is_ignored_is_cut_out_of_both() -> None:
    ignore = NOTHING.copy()
    ignore[:, 30:] = True
    assert betti_errors(ring(12, 14) | ring(20, 45), ring(12, 14), ignore).total == 0


def test_windows_see_errors_that_cancel_in_the_whole_image() -> None:
    drawn, true = (np.zeros((64, 192), bool) for _ in range(2))
    drawn[20, 10:30] = True  # drawn here, true elsewhere: one piece each
    true[20, 150:170] = True
    assert betti_errors(drawn, true).total == 0
    assert betti_errors_in_windows(drawn, true) == pytest.approx(BettiError(2 / 3, 0, 2 / 3))


def test_windows_cover_the_whole_image_and_the_ignored_ones_do_not_count() -> None:
    drawn, true = (np.zeros((70, 100), bool) for _ in range(2))
    drawn[69, 60:99] = True  # in the last window only: 4 windows, those on the right see it
    assert betti_errors_in_windows(drawn, true).b0 == pytest.approx(2 / 4)
    ignore = np.zeros_like(true)
    ignore[:64, :64] = True
    assert betti_errors_in_windows(drawn, true, ignore).b0 == pytest.approx(2 / 3)
    assert betti_errors_in_windows(drawn, true, np.ones_like(true)) == BettiError(0, 0, 0)


@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.7))
def test_pieces_minus_holes_is_the_euler_number(seed: int, share: float) -> None:
    from skimage.measure import euler_number

    mask = np.random.default_rng(seed).random((13, 21)) < share
    pieces, holes = betti(mask)
    assert pieces - holes == euler_number(mask, connectivity=2)
    assert pieces == ndimage.label(mask, np.ones((3, 3)))[1]


@given(st.integers(0, 2**32 - 1))
def test_betti_errors_are_the_same_both_ways_and_none_against_oneself(seed: int) -> None:
    one, other = np.random.default_rng(seed).random((2, 13, 21)) < 0.4
    assert betti_errors(one, other) == betti_errors(other, one)
    assert betti_errors(one, one).total == 0
    assert betti_errors_in_windows(one, other, window=8).total >= 0


def test_a_cross_a_tee_and_a_fork_are_one_junction_each() -> None:
    assert junctions(cross()) == pytest.approx(np.array([[20.0, 30.0]]), abs=0.6)
    tee = cross()
    tee[:20] = False
    assert junctions(tee) == pytest.approx(np.array([[20.0, 30.0]]), abs=0.6)
    fork = NOTHING.copy()
    for i in range(12):
        fork[20 - i, 30 + i] = fork[20 + i, 30 + i] = fork[20, 30 - i] = True
    assert junctions(fork) == pytest.approx(np.array([[20.0, 30.0]]), abs=0.6)


def test_a_line_a_corner_a_ring_and_nothing_have_no_junction() -> None:
    corner = cross()
    corner[:20] = corner[:, :30] = False
    staircase = diagonal_line() | np.eye(*SHAPE, k=1, dtype=bool)
    for mask in (NOTHING, diagonal_line(), ring(12, 14), corner, staircase):
        assert junctions(mask).shape == (0, 2)


def test_a_crossing_that_thinning_has_doubled_counts_once() -> None:
    doubled = NOTHING.copy()
    doubled[20, 10:50] = True
    doubled[8:20, 29] = doubled[20:32, 31] = True
    assert len(junctions(doubled)) == 1
    assert len(junctions(doubled, merge=1.0)) == 2


def test_a_wide_cross_thins_to_one_junction() -> None:
    band = NOTHING.copy()
    band[18:23, 5:50] = band[3:37, 28:33] = True
    found = junctions(thinned(band))
    assert found == pytest.approx(np.array([[20.0, 30.0]]), abs=1.5)


def test_a_short_free_branch_is_a_flaw_of_thinning_and_a_long_one_is_not() -> None:
    for length, count in ((3, 0), (6, 1)):
        mask = NOTHING.copy()
        mask[20, 5:50] = True
        mask[21 : 21 + length, 30] = True
        assert len(junctions(mask)) == count
        assert without_spurs(mask, 4.0).sum() == 45 + (length if count else 0)


def test_a_short_branch_that_leaves_the_frame_is_kept() -> None:
    mask = NOTHING.copy()
    mask[2, 5:50] = True
    mask[:2, 30] = True
    assert len(junctions(mask)) == 1


def test_junctions_are_paired_one_to_one() -> None:
    true, drawn = cross(), cross(row=20, column=28)
    assert junction_score(drawn, true, NOTHING, 2) == LineScore(1.0, 1.0, 1.0)
    assert junction_score(drawn, true, NOTHING, 1) == LineScore(0.0, 0.0, 0.0)
    twice = cross(20, 24) | cross(20, 31)  # both within reach of the one true junction
    score = junction_score(twice, cross(20, 28), NOTHING, 5)
    assert (score.precision, score.recall) == (0.5, 1.0)


def test_as_many_pairs_as_possible_are_made() -> None:
    # 30 is nearest to 32 and alone within reach of 36: a greedy pairing would lose one
    drawn, true = cross(20, 24, 10) | cross(20, 31, 10), cross(20, 28, 10) | cross(20, 36, 10)
    assert junction_score(drawn, true, NOTHING, 5) == LineScore(1.0, 1.0, 1.0)


def test_junctions_in_the_ignored_area_count_neither_way() -> None:
    ignore = NOTHING.copy()
    ignore[:, 25:] = True
    both = cross(20, 12, 8) | cross(20, 40, 8)
    assert junction_score(cross(20, 12, 8), both, ignore, 2) == LineScore(1.0, 1.0, 1.0)
    assert junction_score(NOTHING, NOTHING, ignore, 2) == LineScore(None, None, None)


def test_labels_whose_lines_do_not_touch_are_joined_first() -> None:
    cut = cross()
    cut[19:22, 30] = False  # two lines that end beside the third: label images look so
    cut[20, 30] = True
    assert len(junctions(cut)) == 0
    assert len(junctions(joined(cut))) == 1
    assert betti(joined(cut)) == (1, 0)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 5), st.integers(0, 8))
def test_junctions_move_with_the_lines(seed: int, down: int, right: int) -> None:
    lines = thinned(np.random.default_rng(seed).random((15, 22)) < 0.5)
    inside = np.pad(lines, ((4, 10), (4, 12)))
    moved = np.pad(lines, ((4 + down, 10 - down), (4 + right, 12 - right)))
    assert junctions(moved) == pytest.approx(junctions(inside) + np.array([down, right]))
    assert junction_score(inside, inside, np.zeros_like(inside), 0).f1 in {None, 1.0}
