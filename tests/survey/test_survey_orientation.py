import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.survey.orientation import director, orientation_rose
from ai_afm.types import ScanRegion, Wall, WallNetwork

REGION = ScanRegion((0.0, 0.0), (4e-6, 2e-6))


def network(*walls):
    return WallNetwork(REGION, tuple(walls))


def straight(angle, length=1e-6, code=2):
    way = 0.5 * length * np.array([math.cos(angle), math.sin(angle)])
    return Wall(np.array([-way, way]), code)


def turned(found, angle):
    c, s = math.cos(angle), math.sin(angle)
    matrix = np.array([[c, s], [-s, c]])
    return network(*(Wall(w.points @ matrix, w.code, closed=w.closed) for w in found.walls))


def test_the_length_of_wall_is_that_of_the_bins():
    rose = orientation_rose(network(straight(0.1), straight(2.0, 3e-6)), bins=18)
    assert rose.lengths.sum() == pytest.approx(4e-6)
    assert rose.lengths[0] == pytest.approx(1e-6)
    assert rose.lengths[int(2.0 / math.pi * 18)] == pytest.approx(3e-6)
    assert rose.edges == pytest.approx(np.linspace(0, math.pi, 19))


def test_a_wall_has_no_sense_of_direction():
    rose = orientation_rose(network(straight(0.3), straight(0.3 + math.pi)), bins=12)
    assert (rose.lengths > 0).sum() == 1


def test_a_closed_bubble_prefers_no_direction():
    t = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    bubble = Wall(1e-6 * np.stack([np.cos(t), np.sin(t)], axis=1), 2, closed=True)
    rose = orientation_rose(network(bubble), bins=12)
    assert rose.lengths == pytest.approx(np.full(12, 2 * np.pi * 1e-6 / 12), rel=0.01)
    assert director(network(bubble)).order < 0.01


def test_boundaries_count_only_when_asked_for():
    both = network(straight(0.5), straight(1.5, code=4))
    assert orientation_rose(both).lengths.sum() == pytest.approx(1e-6)
    assert orientation_rose(both, codes=(4,)).lengths.sum() == pytest.approx(1e-6)
    assert director(both, codes=(4,)).angle == pytest.approx(1.5)


def test_without_walls_there_is_no_direction():
    assert director(network()) is None
    assert orientation_rose(network(), bins=5).lengths == pytest.approx(np.zeros(5))


@given(angle=st.floats(-7, 7))
@settings(max_examples=30, deadline=None)
def test_turning_the_sample_turns_the_director_by_as_much(angle):
    before = network(straight(0.4, 2e-6), straight(0.9), straight(2.2, 0.5e-6))
    after = director(turned(before, angle))
    was = director(before)
    assert after.order == pytest.approx(was.order, abs=1e-9)
    assert math.sin(after.angle - was.angle - angle) == pytest.approx(0, abs=1e-9)
    assert 0 <= after.angle < math.pi
