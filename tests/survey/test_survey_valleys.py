import math

import numpy as np
import pytest

from ai_afm.survey.valleys import without_valleys
from ai_afm.survey.walls import extract_network
from ai_afm.types import ScanRegion, Segmentation

SHAPE = (60, 110)
PX = 1e-9
REGION = ScanRegion((0.0, 0.0), (110 * PX, 60 * PX))
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)


def seen(line):
    probability = np.stack([1 - line, line]).astype(np.float32)
    label = np.where(line > 0.5, 4, 0).astype(np.uint8)
    doubt = 1 - probability.max(axis=0)
    return Segmentation(probability, (0, 4), label, doubt, "hand@1", "0" * 64, SHAPE[0])


def band(distance):
    return 0.95 / (1 + np.exp((np.abs(distance) - 1.6) / 0.4))


@pytest.mark.parametrize("degrees", [0, 27, 45, 70])
def test_two_lines_whose_bands_touch_are_two(degrees):
    angle = math.radians(degrees)
    away = -(COLUMNS - 55) * math.sin(angle) + (ROWS - 30) * math.cos(angle)
    line = np.maximum(band(away - 2.1), band(away + 2.1))
    # no threshold that is low enough for a faint line parts them
    line = np.where(np.abs(away) < 2.1, np.maximum(line, 0.45), line)
    network = extract_network(seen(line), REGION)
    assert len(network.walls) == 2
    assert not network.junctions


@pytest.mark.parametrize("wide", [1.5, 3.0, 6.0])
def test_a_line_that_fades_for_a_while_stays_one(wide):
    faded = 1 - 0.55 * np.exp(-((COLUMNS - 55) ** 2) / (2 * wide**2))
    network = extract_network(seen(faded * band(ROWS - 30)), REGION)
    assert len(network.walls) == 1


def test_a_flat_band_has_no_valley():
    band_of_one_value = (np.abs(ROWS - 30) < 5) & (COLUMNS > 20)
    ridge = np.where(band_of_one_value, 0.8, 0.0).astype(np.float32)
    inner = (np.abs(ROWS - 30) < 3) & (COLUMNS > 24)
    assert without_valleys(band_of_one_value, ridge)[inner].all()


def test_nothing_is_added_and_nothing_is_changed_in_place():
    rng = np.random.default_rng(3)
    ridge = rng.random((17, 23)).astype(np.float32)
    where = ridge > 0.3
    before = where.copy()
    kept = without_valleys(where, ridge)
    assert not (kept & ~where).any()
    assert (where == before).all()
    assert kept.sum() < where.sum()
