"""Region <-> pixel <-> sample, for any rotation, any shape, up and down."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.geometry import (
    bounding_region,
    contains,
    corners,
    first_point,
    is_inside,
    last_point,
    line_ends,
    overlap_area,
    pixel_grid,
    pixel_to_sample,
    row_sweep,
    sample_ends,
    sample_to_pixel,
    shifted,
    sweep_points,
    to_region,
    to_sample,
)
from ai_afm.types import PathRequest, ScanRegion, ScanRequest, SlowDirection, Sweep

LENGTHS = st.floats(1e-9, 1e-4)
PLACES = st.floats(-5e-5, 5e-5)
REGIONS = st.builds(
    ScanRegion,
    st.tuples(PLACES, PLACES),
    st.tuples(LENGTHS, LENGTHS),
    st.floats(-2 * math.pi, 2 * math.pi),
)
SHAPES = st.tuples(st.integers(1, 700), st.integers(1, 1100))


@given(REGIONS, SHAPES, st.floats(-0.1, 1.1), st.floats(-0.1, 1.1))
def test_pixels_go_to_the_sample_and_back(region, shape, down, across):
    row, column = down * shape[0], across * shape[1]
    x, y = pixel_to_sample(region, shape, row, column)
    back = sample_to_pixel(region, shape, x, y)
    # rounding of positions of 1e-4 m in double precision, in units of the pixel
    slack = 1e-19 / min(region.size[0] / shape[1], region.size[1] / shape[0])
    assert back[0] == pytest.approx(row, abs=1e-6 + slack)
    assert back[1] == pytest.approx(column, abs=1e-6 + slack)


@given(REGIONS, LENGTHS, LENGTHS)
def test_region_axes_keep_lengths_and_angles(region, u, v):
    x, y = to_sample(region, [0.0, u, 0.0], [0.0, 0.0, v])
    along = np.array([x[1] - x[0], y[1] - y[0]])
    across = np.array([x[2] - x[0], y[2] - y[0]])
    assert np.hypot(*along) == pytest.approx(u, rel=1e-6, abs=1e-19)
    assert np.hypot(*across) == pytest.approx(v, rel=1e-6, abs=1e-19)
    # the slow axis lies a quarter turn counter-clockwise of the fast one: y is up, not down
    assert along[0] * across[1] - along[1] * across[0] == pytest.approx(u * v, rel=1e-5, abs=1e-24)
    assert to_region(region, x[1], y[1])[0] == pytest.approx(u, rel=1e-6, abs=1e-19)


@given(REGIONS, SHAPES)
def test_row_0_is_the_top_and_column_0_the_left(region, shape):
    flat = ScanRegion(region.center, region.size)
    x, y = pixel_to_sample(flat, shape, [0, shape[0] - 1], [0, shape[1] - 1])
    assert y[0] >= y[1]
    assert x[0] <= x[1]
    left, right = line_ends(flat, shape, 0)
    assert left == (pytest.approx(x[0]), pytest.approx(y[0]))
    assert right[1] == pytest.approx(y[0])


@pytest.mark.parametrize("angle_deg", [0, 30, 90, -135])
def test_a_pixel_grid_covers_its_region_evenly(angle_deg):
    region = ScanRegion((1e-6, -2e-6), (3e-6, 1e-6), math.radians(angle_deg))
    x, y = pixel_grid(region, (5, 12))
    assert x.shape == (5, 12)
    assert (x.mean(), y.mean()) == (pytest.approx(1e-6), pytest.approx(-2e-6))
    assert is_inside(region, x, y, margin=0.49 * 1e-6 / 5).all()
    # row 0 lies to the left of the scan direction, whatever the angle
    top = np.array([x[0, 0] - x[-1, 0], y[0, 0] - y[-1, 0]])
    fast = np.array([x[0, -1] - x[0, 0], y[0, -1] - y[0, 0]])
    assert fast[0] * top[1] - fast[1] * top[0] > 0


@given(REGIONS, st.floats(0.01, 0.99), st.floats(-math.pi, math.pi))
def test_a_region_contains_a_smaller_one_turned_inside_it(outer, factor, turn):
    reach = min(outer.size) / math.hypot(1, 1) * factor
    inner = ScanRegion(outer.center, (reach, reach), turn)
    assert contains(outer, inner)
    far = shifted(inner, (2 * max(outer.size) * 2, 0.0))
    assert not contains(outer, far)
    assert overlap_area(outer, far) == 0.0
    assert overlap_area(outer, inner) == pytest.approx(reach**2, rel=1e-3, abs=1e-22)


def test_the_overlap_of_two_crossed_bars_is_the_square_in_the_middle():
    bar = ScanRegion((0.0, 0.0), (4e-6, 1e-6))
    crossed = ScanRegion((0.0, 0.0), (4e-6, 1e-6), math.pi / 2)
    assert overlap_area(bar, crossed) == pytest.approx(1e-12)


def test_a_bounding_region_holds_all_points_and_its_margin():
    points = np.array([[0.0, 1e-6], [2e-6, 3e-6], [1e-6, 5e-6]])
    region = bounding_region(points, margin=1e-6)
    assert region.size == (pytest.approx(4e-6), pytest.approx(6e-6))
    assert is_inside(region, *points.T, margin=0.99e-6).all()
    assert corners(region).shape == (4, 2)


@given(st.floats(-3, 3), st.integers(0, 4), st.integers(0, 6), st.integers(0, 6))
def test_a_sweep_over_pixels_reads_at_their_centres(angle, row, first, last):
    region, shape = ScanRegion((2e-6, -1e-6), (7e-7, 5e-7), angle), (5, 7)
    along = row_sweep(region, shape, row, (first, last), 1e-6)
    columns = np.linspace(first, last, abs(last - first) + 1)
    x, y = pixel_to_sample(region, shape, np.full(len(columns), row), columns)
    assert sweep_points(along)[0] == pytest.approx(x, abs=1e-18)
    assert sweep_points(along)[1] == pytest.approx(y, abs=1e-18)
    ends = np.array(sample_ends(along))
    assert ends == pytest.approx(np.array([[x[0], y[0]], [x[-1], y[-1]]]), abs=1e-18)


def test_a_path_ends_where_it_returns_to_or_where_it_ends():
    sweep = Sweep((0.0, 0.0), (1e-6, 0.0), 1e-6, 9)
    assert last_point(PathRequest((sweep, sweep))) == sweep.start
    assert last_point(PathRequest((sweep,), both_ways=False)) == sweep.end
    assert first_point(PathRequest((sweep,))) == sweep.start


def test_a_frame_begins_and_ends_at_the_first_pixels_of_its_outer_rows():
    down = ScanRequest(ScanRegion((0.0, 0.0), (4.0, 3.0)), (3, 4), 1.0)
    up = replace(down, slow_direction=SlowDirection.UP)
    assert (first_point(down), last_point(down)) == ((-1.5, 1.0), (-1.5, -1.0))
    assert (first_point(up), last_point(up)) == ((-1.5, -1.0), (-1.5, 1.0))
