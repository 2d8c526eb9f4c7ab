"""Lines over a frame, and cuts through it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.types import ClassCode, ScanRegion, Wall, WallNetwork
from ai_afm_gui.live.overlay import Line, crossings, cut, lines_of

FRAME = (3000.0, 2000.0)


def upright(u, code=ClassCode.WALL_180):
    return Line(code, np.array([[u, -1000.0], [u, 0.0], [u, 1000.0]]))


def test_walls_lie_where_they_are_in_a_rotated_frame_seen_from_above():
    region = ScanRegion((1e-6, 2e-6), (3e-6, 2e-6), math.radians(90))
    # half a micrometre along the fast axis (which points up), a quarter along the slow one
    wall = Wall(np.array([[1e-6, 2.5e-6], [0.75e-6, 2e-6]]), 2)
    (line,) = lines_of(WallNetwork(region, (wall,)), region)
    np.testing.assert_allclose(line.points, [[500, 0], [0, -250]], atol=1e-6)
    assert line.code is ClassCode.WALL_180


def test_a_closed_wall_returns_to_its_beginning():
    ring = Wall(np.array([[0, 0], [1e-7, 0], [0, 1e-7]]), 1, closed=True)
    region = ScanRegion((0, 0), (3e-6, 2e-6))
    (line,) = lines_of(WallNetwork(region, (ring,)), region)
    np.testing.assert_array_equal(line.points[0], line.points[-1])


def test_a_cut_tells_values_distances_and_the_walls_it_crosses():
    image = np.tile(np.arange(30, dtype=np.float32), (20, 1))
    lines = (upright(500.0), upright(-500.0, ClassCode.GRAIN_BOUNDARY))
    through = cut(image, FRAME, ((-1000.0, 100.0), (1000.0, 100.0)), lines)
    assert through.length == pytest.approx(2e-6)
    assert [c.code for c in through.crossings] == [ClassCode.GRAIN_BOUNDARY, ClassCode.WALL_180]
    assert [c.at for c in through.crossings] == pytest.approx([0.5e-6, 1.5e-6])
    assert through.gaps == pytest.approx((1e-6,))
    np.testing.assert_allclose(
        np.diff(through.values), through.values[1] - through.values[0], atol=1e-4
    )
    assert through.values[0] == pytest.approx(500 / 100 - 0.5)


def test_a_cut_through_what_was_not_scanned_has_no_values_there():
    image = np.zeros((20, 30), np.float32)
    image[10:] = np.nan
    through = cut(image, FRAME, ((0.0, -900.0), (0.0, 900.0)), ())
    assert np.isfinite(through.values[:5]).all()
    assert np.isnan(through.values[-5:]).all()


def test_beyond_the_frame_there_is_nothing():
    through = cut(np.ones((20, 30), np.float32), FRAME, ((-9000.0, 0.0), (0.0, 0.0)), ())
    assert np.isnan(through.values[0])
    assert through.values[-1] == 1.0


def test_a_cut_without_a_length_crosses_nothing():
    assert crossings(((0.0, 0.0), (0.0, 0.0)), (upright(0.0),)) == ()


@given(st.floats(-900, 900), st.floats(-900, 900), st.floats(-900, 900))
def test_a_wall_across_the_frame_is_crossed_once_also_at_its_corners(u, w0, w1):
    line = upright(u)
    found = crossings(((-1500.0, w0), (1500.0, w1)), (line,))
    assert len(found) == 1
    assert found[0].at * 1e9 == pytest.approx((u + 1500) / 3000 * math.hypot(3000, w1 - w0))
