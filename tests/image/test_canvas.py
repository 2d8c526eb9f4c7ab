"""A map that passes draw on."""

import numpy as np
import pytest

from ai_afm import geometry
from ai_afm.errors import BadInput
from ai_afm.image.canvas import Canvas, Grid, filled
from ai_afm.types import Direction, ScanLine, ScanRegion

GRID = Grid(ScanRegion((0.0, 0.0), (4e-7, 2.4e-7), 0.2), (24, 40))


def a_pass(row, first, last, values, direction=Direction.TRACE):
    sweep = geometry.row_sweep(GRID.region, GRID.shape, row, (first, last), 1e-6)
    start, end = geometry.sample_ends(sweep)
    channels = {"height": np.asarray(values, np.float32)}
    return ScanLine(0, direction, start, end, channels, 0.0)


def test_a_pass_lies_where_it_was_scanned():
    canvas = Canvas(GRID)
    canvas.add([a_pass(3, 5, 8, [1, 2, 3, 4])])
    assert canvas.data["height"][3, 5:9].tolist() == [1, 2, 3, 4]
    assert canvas.covered.sum() == 4
    assert np.isnan(canvas.data["height"]).sum() == 24 * 40 - 4


def test_a_pass_to_the_left_is_turned_round():
    canvas = Canvas(GRID)
    canvas.add([a_pass(3, 8, 5, [1, 2, 3, 4])])
    assert canvas.data["height"][3, 5:9].tolist() == [4, 3, 2, 1]


def test_the_way_back_is_not_drawn():
    canvas = Canvas(GRID)
    canvas.add([a_pass(3, 5, 8, [1, 2, 3, 4], Direction.RETRACE)])
    assert not canvas.covered.any()


def test_a_pass_beside_the_pixels_is_refused():
    line = a_pass(3, 5, 8, [1, 2, 3, 4])
    beside = ScanLine(0, line.direction, (line.start[0] + 4e-9, line.start[1]), line.end,
                      line.channels, 0.0)  # fmt: skip
    with pytest.raises(BadInput, match="does not lie on the map"):
        Canvas(GRID).add([beside])


def test_what_was_not_scanned_finely_is_the_coarse_map_enlarged():
    coarse, fine = Canvas(GRID.coarser(4)), Canvas(GRID)
    x = np.linspace(0, 1, 10, dtype=np.float32)[None].repeat(6, axis=0)
    coarse.data = {"amplitude": 1 + x, "phase": np.full_like(x, 3.0), "height": x}
    fine.add([a_pass(10, 4, 11, np.linspace(7, 7.7, 8))])
    result = filled(fine, coarse)
    assert result["amplitude"].shape == GRID.shape
    np.testing.assert_allclose(result["phase"], 3.0, atol=1e-5)
    assert np.isfinite(result["height"]).all()
    # the fine pass keeps its shape and takes the coarse map's level
    assert np.median(result["height"][10, 4:12]) == pytest.approx(
        np.median(result["height"][9, 4:12]), abs=0.02
    )
    np.testing.assert_allclose(np.diff(result["height"][10, 4:12]), 0.1, atol=1e-5)


def test_a_coarser_grid_covers_the_same_region():
    coarse = GRID.coarser(7)
    assert coarse.region == GRID.region
    assert coarse.shape == (3, 6)
