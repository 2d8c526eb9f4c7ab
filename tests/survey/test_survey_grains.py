import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_patterns import voronoi_network

from ai_afm import geometry
from ai_afm.survey.grains import domains, grains
from ai_afm.types import ScanRegion, Wall, WallNetwork

REGION = ScanRegion((1e-6, 2e-6), (3e-6, 2e-6), 0.5)
SHAPE = (200, 300)


def line(code, *uv):
    return Wall(np.stack(geometry.to_sample(REGION, *np.array(uv).T), axis=1) * 1.0, code)


def cross():
    """A grain boundary down the middle and a 180-degree wall across the right half."""
    boundary = line(4, (0.0, -1e-6), (0.0, 1e-6))
    return WallNetwork(REGION, (boundary, line(2, (0.0, 0.0), (1.5e-6, 0.0))))


def shoelace(outline):
    x, y = (outline - outline.mean(axis=0)).T
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def test_walls_divide_domains_and_boundaries_divide_grains():
    assert sorted(g.area * 1e12 for g in grains(cross(), SHAPE)) == pytest.approx([3, 3], rel=0.02)
    found = sorted(g.area * 1e12 for g in domains(cross(), SHAPE))
    assert found == pytest.approx([1.5, 1.5, 3], rel=0.02)


def test_cells_fill_the_frame_without_overlap():
    network = voronoi_network(np.random.default_rng(1), REGION, 5e12)
    found = grains(network, SHAPE)
    assert sum(g.area for g in found) == pytest.approx(6e-12, rel=1e-9)


def test_polygons_have_the_area_of_their_cells():
    network = voronoi_network(np.random.default_rng(2), REGION, 5e12)
    for grain in grains(network, SHAPE):
        # corners of pixels are cut, an eighth of a pixel each
        assert shoelace(grain.outline) == pytest.approx(grain.area, rel=0.02)


def test_an_outline_that_the_frame_cuts_lies_on_its_edge():
    for grain in domains(cross(), SHAPE):
        u, v = geometry.to_region(REGION, *grain.outline.T)
        assert grain.cut_by_frame
        assert np.isclose(np.abs(v).max(), 1e-6, rtol=1e-9)
        assert np.isclose(np.abs(u).max(), 1.5e-6, rtol=1e-9)


def test_a_bubble_is_a_domain_and_a_hole_in_the_one_around_it():
    t = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    points = np.stack([1e-6 + 5e-7 * np.cos(t), 2e-6 + 5e-7 * np.sin(t)], axis=1)
    around, bubble = sorted(
        domains(WallNetwork(REGION, (Wall(points, 2, closed=True),)), SHAPE),
        key=lambda g: -g.area,
    )
    assert bubble.area == pytest.approx(np.pi * 25e-14, rel=0.03)
    assert not bubble.cut_by_frame
    assert around.area + bubble.area == pytest.approx(6e-12)


def test_cells_end_at_lines_that_were_not_scanned():
    valid = np.arange(SHAPE[0]) < 150
    found = grains(cross(), SHAPE, valid=valid)
    assert sum(g.area for g in found) == pytest.approx(0.75 * 6e-12)
    assert all(g.cut_by_frame for g in found)


@settings(max_examples=6, deadline=None)
@given(st.floats(-3.1, 3.1), st.integers(0, 1000))
def test_the_areas_do_not_depend_on_the_direction_of_the_scan(angle, seed):
    # the same cells in the same frame, drawn on other pixels
    flat = ScanRegion((0.0, 0.0), REGION.size)
    network = voronoi_network(np.random.default_rng(seed), flat, 5e12)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    walls = tuple(Wall(w.points @ turn, w.code) for w in network.walls)
    turned = WallNetwork(ScanRegion((0.0, 0.0), REGION.size, angle), walls)
    plain = sorted(g.area for g in grains(network, SHAPE))
    assert sorted(g.area for g in grains(turned, SHAPE)) == pytest.approx(plain, rel=1e-6)


@pytest.mark.parametrize("shape", [(100, 150), (200, 300), (400, 600)], ids=str)
def test_the_areas_do_not_depend_on_the_size_of_pixels(shape):
    network = voronoi_network(np.random.default_rng(7), REGION, 2e12)
    true = sorted(g.area for g in network.grains if not g.cut_by_frame)
    found = sorted(g.area for g in grains(network, shape) if not g.cut_by_frame)
    assert found == pytest.approx(true, rel=0.06)
