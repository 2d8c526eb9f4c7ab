"""Reliability and AUROC: what a probability is worth, on numbers that can be added up by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.segment.metrics import (
    asked_pixels,
    auroc,
    class_reliability,
    class_wise_ece,
    reliability,
)

SHAPE = (20, 50)
EVERYWHERE = np.ones(SHAPE, bool)


def flat(value: float) -> np.ndarray:
    return np.full(SHAPE, value, np.float32)


def some(share: float) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask.flat[: round(share * mask.size)] = True
    return mask


def test_seven_of_ten_at_seventy_percent_is_calibrated() -> None:
    curve = reliability(flat(0.7), some(0.7), EVERYWHERE)
    assert curve.ece == pytest.approx(0, abs=1e-6)
    assert curve.confidence[10] == pytest.approx(0.7)
    assert curve.frequency[10] == pytest.approx(0.7)
    assert np.isnan(curve.confidence[9])


@pytest.mark.parametrize(("said", "true"), [(0.9, 0.5), (0.3, 0.8), (1.0, 0.0)])
def test_the_error_is_what_is_said_less_what_is_true(said: float, true: float) -> None:
    assert reliability(flat(said), some(true), EVERYWHERE).ece == pytest.approx(abs(said - true))


def test_bins_count_by_their_pixels() -> None:
    probability = flat(0.1)
    probability[:5] = 0.9  # a quarter
    true = np.zeros(SHAPE, bool)
    curve = reliability(probability, true, EVERYWHERE)
    assert curve.ece == pytest.approx(0.25 * 0.9 + 0.75 * 0.1)


def test_errors_of_opposite_sign_in_different_bins_do_not_cancel() -> None:
    probability, true = flat(0.2), np.zeros(SHAPE, bool)
    probability[:10], true[:10] = 0.8, True
    assert reliability(probability, true, EVERYWHERE).ece == pytest.approx(0.2)


def test_only_what_is_asked_and_known_counts() -> None:
    probability = flat(0.5)
    probability[0] = np.nan
    where = EVERYWHERE.copy()
    where[1] = False
    assert reliability(probability, some(0.5), where).count.sum() == 18 * 50
    assert reliability(probability, some(0.5), ~EVERYWHERE).ece is None


def test_two_frames_together_are_one_large_frame() -> None:
    rng = np.random.default_rng(2)
    probability = rng.random((2, *SHAPE)).astype(np.float32)
    true = rng.random((2, *SHAPE)) < probability
    parts = [reliability(p, t, EVERYWHERE) for p, t in zip(probability, true, strict=True)]
    whole = reliability(probability.reshape(40, 50), true.reshape(40, 50), np.ones((40, 50), bool))
    assert (parts[0] + parts[1]).ece == pytest.approx(whole.ece)
    assert whole.ece is not None
    assert whole.ece < 0.06  # calibrated but for chance


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(BadInput, match=r"not within 0\.\.1"):
        reliability(flat(1.2), some(0.5), EVERYWHERE)
    with pytest.raises(BadInput, match="different shapes"):
        reliability(flat(0.2), some(0.5)[:5], EVERYWHERE)


def test_pixels_count_where_the_class_is_likely_or_near() -> None:
    probability, true, ignore = flat(0.01), np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    true[10], probability[2], ignore[:, 40:] = True, 0.06, True
    asked = asked_pixels(probability, true, ignore)
    assert np.flatnonzero(asked[:, 0]).tolist() == [2, 7, 8, 9, 10, 11, 12, 13]
    assert not asked[:, 40:].any()


def test_background_that_is_surely_empty_does_not_hide_an_error() -> None:
    truth = np.zeros(SHAPE, np.uint8)
    truth[9:12] = 2
    wall = np.where(truth == 2, 0.6, 0.0).astype(np.float32)
    curves = class_reliability(np.stack([1 - wall, wall]), (0, 2), truth, np.zeros(SHAPE, bool))
    # of the 9 rows that count, 3 are said with 0.6 and all true
    assert curves[2].ece == pytest.approx(0.4 * 3 / 9)
    assert class_wise_ece(curves) == curves[2].ece  # the background is left out
    assert class_wise_ece({}) is None


@given(st.integers(0, 2**32 - 1))
def test_an_error_lies_between_0_and_1_and_oracles_make_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    probability, true = rng.random(SHAPE).astype(np.float32), rng.random(SHAPE) < 0.3
    error = reliability(probability, true, EVERYWHERE).ece
    assert error is not None
    assert 0 <= error <= 1
    assert reliability(true.astype(np.float32), true, EVERYWHERE).ece == 0


def test_auroc_counts_the_pairs_in_the_right_order_and_ties_half() -> None:
    assert auroc([1, 2, 3], [4, 5]) == 1.0
    assert auroc([4, 5], [1, 2, 3]) == 0.0
    assert auroc([1, 3], [2]) == 0.5
    assert auroc([1, 1, 1], [1, 1]) == 0.5
    assert auroc([1, 2], [2, 3]) == pytest.approx(3.5 / 4)


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=12),
    st.lists(st.integers(-5, 5), min_size=1, max_size=12),
)
def test_auroc_is_the_share_of_pairs_and_swapping_mirrors_it(
    inside: list[int], outside: list[int]
) -> None:
    pairs = [(o > i) + 0.5 * (o == i) for o in outside for i in inside]
    assert auroc(inside, outside) == pytest.approx(np.mean(pairs))
    assert auroc(inside, outside) + auroc(outside, inside) == pytest.approx(1)
    # only the order of scores matters
    assert auroc(np.exp(inside).tolist(), np.exp(outside).tolist()) == pytest.approx(np.mean(pairs))


def test_scores_that_are_missing_are_refused() -> None:
    with pytest.raises(BadInput, match="both are needed"):
        auroc([], [1.0])
    with pytest.raises(BadInput, match="no number"):
        auroc([1.0, float("nan")], [1.0])
