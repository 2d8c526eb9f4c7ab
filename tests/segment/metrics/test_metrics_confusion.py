"""Which class was drawn where which is true: counts that can be made by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.segment.metrics import coded_lines, type_confusion
from ai_afm.segment.metrics.classes import banded, class_scores
from ai_afm.types import Segmentation, SlowDirection

SHAPE = (14, 30)
NOWHERE = np.zeros(SHAPE, bool)


def lines(**rows: int) -> np.ndarray:
    """Draw horizontal lines: `lines(r3=2)` is class 2 along row 3."""
    codes = np.zeros(SHAPE, np.uint8)
    for row, code in rows.items():
        codes[int(row[1:])] = code
    return codes


def test_each_true_pixel_is_counted_under_the_class_drawn_near_it() -> None:
    true = lines(r2=2, r7=4, r12=3)
    drawn = lines(r3=2, r6=3)
    counts = type_confusion(drawn, true, NOWHERE, 2).rows()
    assert counts["2"] == {"1": 0, "2": 30, "3": 0, "4": 0, "5": 0, "missed": 0}
    assert counts["4"]["3"] == 30
    assert counts["3"]["missed"] == 30
    assert sum(counts["invented"].values()) == 0


def test_a_line_where_nothing_is_was_invented() -> None:
    counts = type_confusion(lines(r2=4, r10=1), lines(r2=4), NOWHERE, 2).rows()
    assert counts["invented"] == {"1": 30, "2": 0, "3": 0, "4": 0, "5": 0}
    assert counts["4"]["4"] == 30


def test_only_confusing_walls_with_boundaries_is_confusing_the_two() -> None:
    true = lines(r2=2, r7=4)
    assert type_confusion(lines(r2=3, r7=4), true, NOWHERE, 2).wall_vs_boundary() == 0.0
    assert type_confusion(lines(r2=4, r7=4), true, NOWHERE, 2).wall_vs_boundary() == 0.5
    assert type_confusion(lines(r2=4, r7=1), true, NOWHERE, 2).wall_vs_boundary() == 1.0
    # what is missed or an edge is neither
    assert type_confusion(lines(r2=5), true, NOWHERE, 2).wall_vs_boundary() is None


def test_of_equally_near_lines_the_right_one_counts() -> None:
    true = lines(r6=4)
    counts = type_confusion(lines(r5=2, r7=4), true, NOWHERE, 2).rows()
    assert counts["4"]["4"] == 30
    assert type_confusion(lines(r5=4, r7=2), true, NOWHERE, 2).rows()["4"]["4"] == 30
    assert type_confusion(lines(r6=2, r7=4), true, NOWHERE, 2).rows()["4"]["2"] == 30


def test_ignored_pixels_and_unasked_classes_are_not_counted() -> None:
    ignore = NOWHERE.copy()
    ignore[:, 10:] = True
    confusion = type_confusion(lines(r2=2, r9=5), lines(r2=2), ignore, 2, codes=(2, 4))
    assert confusion.counts.tolist() == [[10, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_frames_add_up_when_they_know_the_same_classes() -> None:
    one = type_confusion(lines(r2=2), lines(r2=2), NOWHERE, 2)
    other = type_confusion(lines(r2=4), lines(r2=2), NOWHERE, 2)
    assert (one + other).rows()["2"] == {"1": 0, "2": 30, "3": 0, "4": 30, "5": 0, "missed": 0}
    with pytest.raises(BadInput, match="do not add up"):
        one + type_confusion(lines(r2=2), lines(r2=2), NOWHERE, 2, codes=(2, 4))


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 3]))
def test_every_true_pixel_is_counted_once_and_oneself_is_never_confused(
    seed: int, tolerance: int
) -> None:
    rng = np.random.default_rng(seed)
    true, drawn = (
        np.where(rng.random(SHAPE) < 0.2, rng.integers(1, 6, SHAPE), 0).astype(np.uint8)
        for _ in range(2)
    )
    ignore = rng.random(SHAPE) < 0.1
    confusion = type_confusion(drawn, true, ignore, tolerance)
    for row, code in enumerate(confusion.codes):
        assert confusion.counts[row].sum() == np.sum((true == code) & ~ignore)
    own = type_confusion(true, true, ignore, tolerance).counts
    assert own.sum() == np.trace(own)


def test_a_segment_takes_the_class_of_most_of_its_pixels() -> None:
    label = np.zeros((15, 40), np.uint8)
    label[6:9, 3:37] = 2
    label[6:9, 30:] = 4  # a flip near the end of one line
    thin = coded_lines(label, (1, 2, 3, 4))
    assert set(np.unique(thin)) == {0, 2}
    assert thin[7].sum() >= 2 * 30


def test_lines_that_meet_keep_a_class_each() -> None:
    label = np.zeros((40, 45), np.uint8)
    label[19:22] = 4
    label[:19, 20:23] = 2
    thin = coded_lines(label, (1, 2, 3, 4))
    assert (thin[2:16, 19:24].max(axis=1) == 2).all()
    assert (thin[18:23, 2:16].max(axis=0) == 4).all()


def test_bands_are_three_pixels_wide_and_paint_no_line_over() -> None:
    wide = banded(lines(r5=4, r6=2))
    assert wide[:, 3].tolist() == [0, 0, 0, 0, 4, 4, 2, 2] + [0] * 6


def test_a_model_that_knows_walls_only_is_not_blamed_for_their_type() -> None:
    codes = lines(r6=2)
    probability = np.zeros((3, *SHAPE), np.float32)
    probability[1] = banded(codes) > 0  # as sure as right
    probability[0] = 1 - probability[1]
    label = np.where(probability[1] > 0, 1, 0).astype(np.uint8)
    said = Segmentation(
        probability, (0, 1, 4), label, 0 * probability[0], "a@1", "", 14, SlowDirection.DOWN
    )
    scores = class_scores(said, codes, NOWHERE, 0)
    assert scores["ece"] == 0
    assert scores["ece_by_class"] == {"0": 0.0, "1": 0.0, "4": None, "wall": 0.0}
    assert scores["confusion"]["2"]["1"] == 30
    assert scores["wall_vs_boundary_confusion"] == 0


def test_an_undetermined_wall_is_an_error_of_type_and_none_of_being_a_wall() -> None:
    codes = lines(r6=2)
    probability = np.zeros((3, *SHAPE), np.float32)
    probability[1] = banded(codes) > 0  # named 1 where 2 is true
    probability[0] = 1 - probability[1]
    label = np.where(probability[1] > 0, 1, 0).astype(np.uint8)
    said = Segmentation(probability, (0, 1, 2), label, 0 * probability[0], "a@1", "", 14)
    errors = class_scores(said, codes, NOWHERE, 0)["ece_by_class"]
    # 3 rows of the 9 within 3 px of the band are said with certainty, or missed with certainty
    assert errors == pytest.approx({"0": 0.0, "1": 1.0, "2": 3 / 9, "wall": 0.0})
