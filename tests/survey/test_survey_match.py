import numpy as np
import pytest

from ai_afm.survey.match import recall_precision
from ai_afm.types import ScanRegion, Wall

REGION = ScanRegion((0.0, 0.0), (4e-6, 2e-6))


def line(x0, y0, x1, y1, code=1):
    return Wall(np.array([[x0, y0], [x1, y1]]) * 1e-6, code)


def test_identical_walls_match_fully():
    walls = [line(-1, 0, 1, 0.3)]
    assert recall_precision(walls, walls, REGION, 2e-8) == (1.0, 1.0)


def test_half_a_wall_drawn_has_half_the_recall_and_full_precision():
    recall, precision = recall_precision([line(-1, 0, 0, 0)], [line(-1, 0, 1, 0)], REGION, 1e-8)
    assert recall == pytest.approx(0.5, abs=0.02)
    assert precision == pytest.approx(1.0)


def test_a_wall_beyond_the_tolerance_does_not_count():
    far, near = line(-1, 0.03, 1, 0.03), line(-1, 0.01, 1, 0.01)
    true = [line(-1, 0, 1, 0)]
    assert recall_precision([far], true, REGION, 2e-8) == (0.0, 0.0)
    assert recall_precision([near], true, REGION, 2e-8) == (1.0, 1.0)


def test_only_length_inside_the_region_counts():
    true = [line(-4, 0, 0, 0)]
    drawn = [line(-2, 0, 0, 0)]
    assert recall_precision(drawn, true, REGION, 1e-8)[0] == pytest.approx(1.0)


def test_without_length_there_is_no_share():
    assert recall_precision([], [line(-1, 0, 1, 0)], REGION, 1e-8) == (0.0, None)
    assert recall_precision([line(-1, 0, 1, 0)], [], REGION, 1e-8) == (None, 0.0)
    assert recall_precision([], [], REGION, 1e-8) == (None, None)


def test_a_closed_wall_counts_its_last_side():
    square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * 1e-6
    recall, _ = recall_precision([Wall(square, 1)], [Wall(square, 1, closed=True)], REGION, 1e-8)
    assert recall == pytest.approx(0.75, abs=0.02)
