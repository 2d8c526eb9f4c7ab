"""The truth of the worlds: walls lie where the response turns, labels and polylines agree."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from ai_afm.geometry import is_inside, pixel_grid, to_sample
from ai_afm.microscope.simulated.lines import (
    Box,
    Line,
    clipped_polygon,
    contours,
    cut,
    densified,
    polygon_area,
)
from ai_afm.microscope.simulated.sample import WORLD_KINDS, build_world, make_world
from ai_afm.microscope.simulated.spec import ReliefSpec, TwinSpec, WorldSpec
from ai_afm.types import ScanRegion

EXTENT = 6e-6
REGION = ScanRegion((0.4e-6, -0.3e-6), (3e-6, 2e-6), 0.3)
FLAT = ReliefSpec(roughness=0.0, waviness=0.0)


@pytest.fixture(scope="module")
def worlds():
    return {kind: make_world(kind, 4, EXTENT) for kind in WORLD_KINDS}


@pytest.fixture(scope="module")
def truths(worlds):
    return {kind: world.truth(REGION) for kind, world in worlds.items()}


def vertices(network, code):
    parts = [densified(w.points, 3e-9, w.closed) for w in network.walls if w.code == code]
    return np.concatenate([np.empty((0, 2)), *parts])


def true_codes(network):
    return {w.code for w in network.walls}


def test_each_kind_has_its_own_walls(truths):
    assert true_codes(truths["stripes"]) == {2}
    assert true_codes(truths["labyrinth"]) == {2}
    assert true_codes(truths["bubbles"]) == {2}
    assert true_codes(truths["lamellae"]) == {2, 3}
    assert true_codes(truths["grains"]) == {4}
    assert true_codes(truths["ionic_film"]) == {4}
    assert true_codes(truths["ferroelectric_ceramic"]) >= {2, 4}


def test_a_bare_surface_has_steps_and_particles_but_no_walls(worlds):
    network = worlds["bare"].truth(worlds["bare"].extent)
    assert true_codes(network) == {5}
    assert network.length(2, 3, 4) == 0
    assert network.length(5) > EXTENT


@pytest.mark.parametrize("kind", ["stripes", "labyrinth", "bubbles"])
def test_the_response_changes_sign_within_a_nanometre_of_a_true_wall(worlds, truths, kind):
    for wall in truths[kind].walls:
        middle = (wall.points[1:] + wall.points[:-1]) / 2
        along = np.diff(wall.points, axis=0)
        along = along / np.hypot(*along.T)[:, None]
        normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
        left = worlds[kind].surface(*(middle + 1e-9 * normal).T).piezo
        right = worlds[kind].surface(*(middle - 1e-9 * normal).T).piezo
        assert np.mean(np.sign(left) != np.sign(right)) > 0.97


def test_a_scan_line_changes_sign_as_often_as_it_crosses_true_walls(worlds):
    world = worlds["labyrinth"]
    u = np.linspace(-1.5e-6, 1.5e-6, 60_001)
    x, y = to_sample(REGION, u, np.full_like(u, 0.2e-6))
    p = world.surface(x, y).piezo
    change = np.flatnonzero(np.diff(np.sign(p)))
    distance, _ = cKDTree(vertices(world.truth(REGION), 2)).query(
        np.stack([x[change], y[change]], axis=1)
    )
    assert len(change) > 4
    assert distance.max() < 3e-9


def test_turning_the_frame_moves_no_wall_and_keeps_its_length(worlds):
    world = worlds["bubbles"]
    large = world.truth(ScanRegion((0.0, 0.0), (5e-6, 5e-6), 0.0))
    turned = world.truth(ScanRegion((0.0, 0.0), (5e-6, 5e-6), 0.7))
    inner = ScanRegion((0.0, 0.0), (3e-6, 3e-6))
    rings = {
        name: sorted(
            w.length for w in network.walls if w.closed and is_inside(inner, *w.points.T).all()
        )
        for name, network in (("large", large), ("turned", turned))
    }
    assert len(rings["large"]) > 5
    np.testing.assert_allclose(rings["turned"], rings["large"], rtol=0.01)


@pytest.mark.parametrize("kind", WORLD_KINDS)
def test_labels_and_polylines_agree(worlds, truths, kind):
    shape = (200, 300)
    x, y = pixel_grid(REGION, shape)
    labels = worlds[kind].labels(REGION, shape)
    assert labels.dtype == np.uint8
    assert set(np.unique(labels)) - {0} <= true_codes(truths[kind])
    for code in set(np.unique(labels)) - {0}:
        drawn = labels == code
        points = np.stack([x[drawn], y[drawn]], axis=1)
        distance, _ = cKDTree(vertices(truths[kind], code)).query(points)
        # a thin twin is drawn as its middle, up to 1.5 px from its edges
        assert np.quantile(distance, 0.99) < (1.6 if code == 3 else 1.1) * 10e-9
    every = np.stack([x[labels > 0], y[labels > 0]], axis=1)
    for code in true_codes(truths[kind]) & {2, 4}:
        missed, _ = cKDTree(every).query(vertices(truths[kind], code))
        assert np.mean(missed < 12e-9) > 0.97


def test_label_lines_are_one_pixel_wide_at_every_scale(worlds):
    world = worlds["stripes"]
    for pixel in (2e-9, 10e-9, 40e-9):
        region = ScanRegion((0.0, 0.0), (150 * pixel, 100 * pixel), 0.4)
        length = world.truth(region).length(2)
        drawn = np.count_nonzero(world.labels(region, (100, 150)))
        # an 8-connected line has max(|dx|, |dy|) pixels: 0.71 to 1 of its length
        assert 0.68 * length / pixel - 4 <= drawn <= 1.02 * length / pixel + 4


def test_labels_follow_a_rotated_frame(worlds):
    world = worlds["labyrinth"]
    flat = world.labels(ScanRegion((0.0, 0.0), (2e-6, 1e-6)), (100, 200))
    upside_down = world.labels(ScanRegion((0.0, 0.0), (2e-6, 1e-6), np.pi), (100, 200))
    np.testing.assert_array_equal(upside_down[::-1, ::-1] > 0, flat > 0)


def needle_world():
    twins = TwinSpec(0.5e-6, 0.3, (0.4,), 1.5e-6, 0.3e-6, coverage=0.7)
    return build_world(WorldSpec("random", 2, EXTENT, twins=twins, relief=FLAT))


def test_needle_tips_are_ends_of_ferroelastic_walls():
    network = needle_world().truth(REGION)
    ends = np.concatenate([w.points[[0, -1]] for w in network.walls if w.code == 3])
    assert len(network.tips) > 5
    tree = cKDTree(ends)
    for tip in network.tips:
        # both edges of the needle end there
        assert len(tree.query_ball_point(tip, 1e-12)) == 2


def test_an_a_domain_lies_between_the_two_edges_of_a_needle():
    world = needle_world()
    twin = world.layers.twins[0]
    for wall in world.truth(REGION).walls:
        inside = twin.across(*wall.points.T).inside[1:-1]
        assert np.abs(inside).max(initial=0.0) < 0.5e-9


def test_lamellae_that_cross_end_on_each_other_and_on_boundaries(truths):
    codes = {j.codes for j in truths["lamellae"].junctions}
    assert (3, 3) in codes
    assert (2, 3) in codes
    assert (2, 4) in {j.codes for j in truths["ferroelectric_ceramic"].junctions}


def test_a_wall_that_ends_on_a_boundary_ends_on_its_polyline(truths):
    network = truths["ferroelectric_ceramic"]
    boundaries = cKDTree(vertices(network, 4))
    ends = [j.position for j in network.junctions if j.codes == (2, 4)]
    assert ends
    assert boundaries.query(np.array(ends))[0].max() < 3e-9


def test_grains_fill_the_frame_and_meet_in_triple_points(worlds, truths):
    network = truths["grains"]
    assert sum(g.area for g in network.grains) == pytest.approx(6e-12, rel=1e-3)
    assert all(g.cut_by_frame for g in network.grains if g.area < 0.01e-12)
    find = worlds["grains"].layers.grains.find
    triple = [j.position for j in network.junctions if j.codes == (4, 4, 4)]
    assert triple
    for x, y in triple:
        turn = np.linspace(0, 2 * np.pi, 40)
        around = find(x + 5e-9 * np.cos(turn), y + 5e-9 * np.sin(turn)).grain
        assert len(np.unique(around)) == 3


def test_everything_true_lies_in_the_region(truths):
    for network in truths.values():
        wide = dataclasses.replace(REGION, size=(3e-6 + 1e-12, 2e-6 + 1e-12))
        for wall in network.walls:
            assert is_inside(wide, *wall.points.T).all()
        for x, y in (*network.tips, *(j.position for j in network.junctions)):
            assert is_inside(wide, x, y)


def test_hidden_pixels_are_those_without_response():
    from ai_afm.microscope.simulated.spec import DomainSpec, ResponseSpec

    response = ResponseSpec(dead_fraction=0.3, mottle=0.0)
    world = build_world(WorldSpec("random", 3, EXTENT, DomainSpec(), response=response))
    hidden = world.hidden(REGION, (80, 120))
    strength = np.abs(world.surface(*pixel_grid(REGION, (80, 120))).piezo)
    assert hidden.any()
    assert strength[hidden].max() < 0.35 * strength.max()


@given(st.floats(0.1, 0.9), st.floats(-0.2, 0.2))
@settings(max_examples=25, deadline=None)
def test_cutting_a_circle_by_a_half_plane_keeps_its_length(level, x0):
    turn = np.linspace(0, 2 * np.pi, 2001)[:-1]
    circle = Line(np.stack([x0 + np.cos(turn), np.sin(turn)], axis=1), closed=True)
    above, cuts = cut([circle], lambda x, y: y > level)
    below, _ = cut([circle], lambda x, y: y <= level)
    assert len(above) == len(below) == 1
    assert len(cuts) == 2
    np.testing.assert_allclose(cuts[:, 1], level, atol=1e-9)
    length = sum(np.hypot(*np.diff(line.points, axis=0).T).sum() for line in above + below)
    assert length == pytest.approx(2 * np.pi, rel=1e-5)


def test_contours_of_a_cone_are_closed_circles():
    lines = contours(
        lambda x, y: np.hypot(x, y) - 1, Box(np.array([-2.0, -1.5]), np.array([2.0, 1.5])), 0.01
    )
    assert [line.closed for line in lines] == [True]
    np.testing.assert_allclose(np.hypot(*lines[0].points.T), 1, atol=1e-4)


def test_a_polygon_is_clipped_to_a_turned_region():
    square = np.array([[-2.0, -2.0], [2.0, -2.0], [2.0, 2.0], [-2.0, 2.0]])
    region = ScanRegion((0.1, -0.2), (2.0, 1.0), 0.5)
    assert polygon_area(clipped_polygon(square, region)) == pytest.approx(2.0)
    far = dataclasses.replace(region, center=(9.0, 9.0))
    assert polygon_area(clipped_polygon(square, far)) == 0.0
