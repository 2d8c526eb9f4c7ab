import numpy as np
import pytest

from ai_afm.survey.doubts import uncertain_spots
from ai_afm.types import ScanRegion, Segmentation

SHAPE = (60, 90)
REGION = ScanRegion((1e-6, 0.0), (900e-9, 600e-9))


def seen(uncertainty, rows=SHAPE[0]):
    label = np.zeros(SHAPE, np.uint8)
    label[rows:] = 255
    uncertainty = uncertainty.astype(np.float32)
    uncertainty[rows:] = np.nan
    probability = np.stack([1 - uncertainty, uncertainty])
    return Segmentation(probability, (0, 1), label, uncertainty, "m@1", "0", rows)


def blob(row, column, height=0.5):
    r, c = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.where(np.hypot(r - row, c - column) < 8, height, 0.0)


def test_a_doubtful_patch_is_found_in_the_coordinates_of_the_sample():
    ((x, y, height),) = uncertain_spots(seen(blob(20, 70)), REGION)
    assert x == pytest.approx(1e-6 + (70.5 - 45) * 10e-9, abs=10e-9)
    assert y == pytest.approx((30 - 20.5) * 10e-9, abs=10e-9)
    assert 0.4 < height <= 0.5


def test_the_flank_of_a_wall_is_no_doubtful_patch():
    flank = np.zeros(SHAPE)
    flank[30:32] = 0.5
    assert uncertain_spots(seen(flank), REGION) == []


def test_the_most_doubtful_comes_first_and_unscanned_rows_never():
    two = np.maximum(blob(15, 20, 0.4), blob(20, 70, 0.6))
    found = uncertain_spots(seen(np.maximum(two, blob(52, 45, 0.9)), rows=40), REGION)
    assert [round(s[2], 1) for s in found] == [0.6, 0.4]
