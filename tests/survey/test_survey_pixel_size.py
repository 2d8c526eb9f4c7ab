"""Lengths and directions are the sample's: pixel size, angle and direction of a scan do not count.

An ideal segmentation is made from the twin's truth, so what differs is the drawing alone.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ideal_walls import drawn, ideal

from ai_afm.microscope.simulated.sample import make_world
from ai_afm.survey import polyline
from ai_afm.survey.orientation import director
from ai_afm.survey.walls import extract_network
from ai_afm.types import ScanRegion, SlowDirection, WallNetwork

REGION = ScanRegion((0.1e-6, -0.2e-6), (1.6e-6, 1.28e-6), 0.4)


def shape_of(region, nm):
    return round(region.size[1] * 1e9 / nm), round(region.size[0] * 1e9 / nm)


@pytest.fixture(scope="module")
def worlds():
    return {kind: make_world(kind, 2, 4e-6) for kind in ("labyrinth", "stripes", "bubbles")}


@pytest.mark.parametrize("kind", ["labyrinth", "stripes", "bubbles"])
def test_a_world_has_the_same_length_of_wall_at_any_pixel_size(worlds, kind):
    truth = worlds[kind].truth(REGION).length(2)
    for nm in (5, 10, 20):
        labels = worlds[kind].labels(REGION, shape_of(REGION, nm))
        found = extract_network(ideal(labels), REGION)
        assert found.length() == pytest.approx(truth, rel=0.03), f"{nm} nm/px"


@pytest.mark.parametrize("nm", [1, 2])
def test_fine_pixels_lose_no_length(worlds, nm):
    region = ScanRegion((0.0, 0.1e-6), (0.4e-6, 0.32e-6), 0.4)
    world = worlds["labyrinth"]
    found = extract_network(ideal(world.labels(region, shape_of(region, nm))), region)
    assert found.length() == pytest.approx(world.truth(region).length(2), rel=0.02)


@pytest.mark.parametrize("nm", [5, 10])
def test_boundaries_have_their_length_and_junctions(nm):
    truth = make_world("grains", 3, 4e-6).truth(REGION)
    truth = WallNetwork(REGION, tuple(w for w in truth.walls if w.code == 4), truth.junctions)
    found = extract_network(ideal(drawn(truth, REGION, shape_of(REGION, nm))), REGION)
    assert found.length(4) == pytest.approx(truth.length(4), rel=0.03)
    true = np.array([j.position for j in truth.junctions])
    seen = np.array([j.position for j in found.junctions])
    away = np.hypot(*(true[:, None] - seen[None]).transpose(2, 0, 1))
    assert (away.min(axis=0) < 3e-9 * nm).all()
    assert (away.min(axis=1) < 3e-9 * nm).mean() > 0.8


@given(angle=st.floats(-math.pi, math.pi))
@settings(max_examples=4, deadline=None)
def test_turning_the_scan_does_not_change_the_walls(angle):
    """A square scan is cut elsewhere when it is turned, so the walls are those of one disc."""
    world = make_world("bubbles", 3, 4e-6)
    region = ScanRegion((0.0, 0.0), (1.2e-6, 1.2e-6), angle)
    found = extract_network(ideal(world.labels(region, (120, 120))), region)
    assert _in_disc(found) == pytest.approx(_in_disc(world.truth(region)), rel=0.015)


def _in_disc(network, radius=0.55e-6):
    length = 0.0
    for wall in network.walls:
        dense = polyline.resample(wall.points, 1e-9, wall.closed)
        inside = np.hypot(*dense[1:].T) < radius
        length += np.hypot(*np.diff(dense, axis=0).T)[inside].sum()
    return length


@given(direction=st.floats(0, math.pi), turn=st.floats(-math.pi, math.pi))
@settings(max_examples=10, deadline=None)
def test_stripes_run_where_they_run_whatever_the_angle_of_the_scan(direction, turn):
    rows, columns = np.mgrid[:90, :130].astype(float)
    # lines every 20 px, `direction - turn` against the rows (rows count downwards)
    across = (columns - 64.5) * math.sin(direction - turn) + (rows - 44.5) * math.cos(
        direction - turn
    )
    off = np.abs((across + 10) % 20 - 10)
    band = 0.98 * np.clip(2.2 - off, 0, 1)
    segmentation = ideal(np.zeros((90, 130), np.uint8), classes=(2,))
    segmentation.probability[1] = band
    segmentation.probability[0] = 1 - band
    region = ScanRegion((1e-6, 0.0), (1.3e-6, 0.9e-6), turn)
    found = director(extract_network(segmentation, region))
    assert found.order > 0.97
    assert math.sin(found.angle - direction) == pytest.approx(0, abs=math.radians(1.5))


@pytest.mark.parametrize("kind", ["labyrinth", "bubbles"])
def test_a_scan_upwards_shows_the_walls_of_one_downwards(worlds, kind):
    labels = worlds[kind].labels(REGION, shape_of(REGION, 10))
    down = extract_network(ideal(labels), REGION)
    up = extract_network(ideal(labels, slow=SlowDirection.UP), REGION)
    assert up.length() == pytest.approx(down.length())
    # the image turned by half a turn is that of a scan turned by half a turn
    turned = ScanRegion(REGION.center, REGION.size, REGION.angle + math.pi)
    half = extract_network(ideal(labels[::-1, ::-1]), turned)
    assert half.length() == pytest.approx(down.length(), rel=0.01)
