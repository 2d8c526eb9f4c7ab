"""Pixels to scan become passes or rectangles that cover them, and little else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ai_afm import geometry
from ai_afm.control.area import plan
from ai_afm.control.area.state import Settings
from ai_afm.image.canvas import Grid
from ai_afm.image.instrument_time import STOCK_TIMES, InstrumentTimes, request_seconds
from ai_afm.types import PathRequest, ScanRegion, ScanRequest

SHAPE = (24, 40)
GRID = Grid(ScanRegion((1e-7, -2e-7), (4e-7, 2.4e-7), 0.3), SHAPE)
PATHS = Settings(GRID, 1.0, InstrumentTimes())
STOCK = Settings(GRID, 1.0, STOCK_TIMES, paths=False)
masks = arrays(bool, SHAPE, elements=st.booleans(), fill=st.just(False))


def drawn(requests):
    """Return how often each pixel of the grid is scanned."""
    count = np.zeros(SHAPE, int)
    for request in requests:
        if isinstance(request, PathRequest):
            for sweep in request.sweeps:
                x, y = geometry.sweep_points(sweep)
                rows, columns = geometry.sample_to_pixel(GRID.region, SHAPE, x, y)
                np.add.at(count, (np.rint(rows).astype(int), np.rint(columns).astype(int)), 1)
        else:
            assert isinstance(request, ScanRequest)
            x, y = geometry.pixel_grid(request.region, request.shape)
            rows, columns = geometry.sample_to_pixel(GRID.region, SHAPE, x, y)
            np.testing.assert_allclose(rows, np.rint(rows), atol=1e-6)
            np.add.at(count, (np.rint(rows).astype(int), np.rint(columns).astype(int)), 1)
    return count


@settings(max_examples=60, deadline=None)
@given(masks)
def test_a_path_covers_the_mask_and_each_pixel_once(mask):
    count = drawn(plan.requests_for(mask, PATHS, None, plan.Asked("")))
    assert (count[mask] == 1).all()
    assert count.max(initial=0) <= 1


@settings(max_examples=40, deadline=None)
@given(masks)
def test_rectangles_cover_the_mask(mask):
    count = drawn(plan.requests_for(mask, STOCK, None, plan.Asked("")))
    assert (count[mask] >= 1).all()


def test_a_rectangle_is_as_wide_as_the_fastest_line_needs():
    slow = replace(STOCK, max_line_rate=4.0)
    mask = np.zeros(SHAPE, bool)
    mask[3:6, 38:] = True
    requests = plan.requests_for(mask, slow, None, plan.Asked(""))
    assert max(r.line_rate for r in requests) <= 4.0
    assert (drawn(requests)[mask] >= 1).all()


def test_an_empty_mask_needs_nothing():
    assert plan.requests_for(np.zeros(SHAPE, bool), PATHS, None, plan.Asked("")) == ()


def test_runs_that_are_nearer_than_a_gap_are_one():
    mask = np.zeros((2, 12), bool)
    mask[0, [1, 2, 5, 6]] = mask[1, [3, 9]] = True
    assert plan.runs_of(mask, 2).tolist() == [[0, 1, 6], [1, 3, 3], [1, 9, 9]]
    assert plan.runs_of(mask, 1).tolist() == [[0, 1, 2], [0, 5, 6], [1, 3, 3], [1, 9, 9]]


def test_a_ring_is_walked_in_two_chains_and_not_across():
    y, x = np.mgrid[:24, :40]
    ring = np.abs(np.hypot(y - 12, x - 20) - 8) <= 1
    chains = plan.chains_of(plan.runs_of(ring, 0))
    long = [c for c in chains if len(c) > 8]
    assert len(long) == 2
    for chain in long:
        assert (np.diff(chain[:, 0]) == 1).all()


def test_the_next_chain_is_the_nearest_one_from_its_nearer_end():
    far, near = np.array([[20, 30, 31]]), np.array([[0, 0, 1], [1, 0, 1], [2, 0, 1]])
    order = plan.ordered([far, near], (3.0, 0.0))
    assert order[0][:, 0].tolist() == [2, 1, 0]
    assert order[1].tolist() == far.tolist()


@pytest.mark.parametrize("setup", [PATHS, STOCK])
def test_a_plan_costs_no_more_than_the_frame_around_it(setup):
    mask = np.zeros(SHAPE, bool)
    mask[4:18, 8:13] = True
    seconds = plan.seconds_for(plan.requests_for(mask, setup, None, plan.Asked("")), setup, None)
    x, y = geometry.to_sample(GRID.region, (10.5 - 20) * 1e-8, (12 - 11) * 1e-8)
    around = ScanRegion((float(x), float(y)), (5e-8, 14e-8), GRID.region.angle)
    frame = ScanRequest(around, (14, 5), 8.0)
    assert seconds <= request_seconds(frame, None, setup.times) * 1.05
