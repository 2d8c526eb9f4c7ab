"""Where lines leave a frame, and the frame that follows them there."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from survey_factory import UM, Drawing
from survey_factory import line as coarse_line

from ai_afm import geometry
from ai_afm.control.leaving import Exit, alike, exit_along, exits_from, nearest, neighbour
from ai_afm.types import ScanRegion, Wall, WallNetwork

FRAME = ScanRegion((0.0, 0.0), (1.2 * UM, 0.8 * UM))
PIXEL = 10e-9


def line(*ends_and_code):
    """Return a wall that reaches the edges of frames to less than a pixel, as drawn ones do."""
    return coarse_line(*ends_and_code, points=4001)


def seen(*walls, region=FRAME, junctions=()):
    return Drawing(tuple(walls), tuple(junctions)).network(region)


def test_a_straight_wall_leaves_at_both_ends_with_its_direction():
    network = seen(line(-2, 0.1, 2, 0.1))
    right, left = sorted(exits_from(network, network.walls, (0.0, 0.1 * UM), PIXEL),
                         key=lambda e: -e.point[0])  # fmt: skip
    assert (right.edge, left.edge) == ("right", "left")
    assert right.point == pytest.approx((0.6 * UM, 0.1 * UM), abs=PIXEL)
    assert right.direction == pytest.approx((1, 0), abs=1e-6)
    assert left.direction == pytest.approx((-1, 0), abs=1e-6)
    assert right.length == pytest.approx(0.6 * UM, abs=2 * PIXEL)


def test_a_wall_that_ends_inside_leaves_at_its_other_end_only():
    network = seen(line(-2, -0.1, 0.3, -0.1))
    (only,) = exits_from(network, network.walls, (0.1 * UM, -0.1 * UM), PIXEL)
    assert only.edge == "left"


def test_all_walls_of_a_junction_are_followed_from_it_the_longest_first():
    walls = line(-2.4, -0.9, 0.5, -0.6), line(0.5, -0.6, 2.4, -0.9), line(0.5, -0.6, 0.8, 2.3)
    network = seen(*walls, region=ScanRegion((0.5 * UM, -0.6 * UM), (0.9 * UM, 0.6 * UM)))
    found = exits_from(network, network.walls, (0.5 * UM, -0.6 * UM), PIXEL)
    assert sorted(e.edge for e in found) == ["left", "right", "top"]
    assert [e.length for e in found] == sorted((e.length for e in found), reverse=True)


def test_a_wall_goes_on_straight_behind_a_junction():
    halves = line(-2, 0, 0.2, 0), line(0.2, 0, 2, 0.05), line(0.2, 0, 0.3, 2)
    network = seen(*halves, junctions=[(0.2, 0.0, (1, 1, 1))])
    found = exits_from(network, network.walls, (-0.3 * UM, 0.0), PIXEL)
    assert sorted(e.edge for e in found) == ["left", "right"]
    far = next(e for e in found if e.edge == "right")
    assert far.length == pytest.approx(0.9 * UM, rel=0.03)


def test_a_closed_wall_leaves_nowhere():
    angle = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    ring = Wall(0.2 * UM * np.stack([np.cos(angle), np.sin(angle)], axis=1), 1, 0.9, closed=True)
    network = WallNetwork(FRAME, (ring,))
    assert exits_from(network, network.walls, (0.2 * UM, 0.0), PIXEL) == ()


def test_nothing_leaves_a_frame_without_walls():
    assert exits_from(seen(), (), (0.0, 0.0), PIXEL) == ()
    assert nearest((), (0.0, 0.0), PIXEL) is None


def test_domain_walls_are_alike_whatever_their_type_and_boundaries_among_themselves():
    walls = line(0, 0, 1, 0, 1), line(0, 0, 1, 1, 3), line(0, 0, 0, 1, 4)
    assert alike(walls, walls[0]) == list(walls[:2])
    assert alike(walls, walls[2]) == [walls[2]]


def test_a_line_from_the_frame_before_is_followed_onwards_only():
    network = seen(line(-2, 0.1, 2, 0.3))
    entry = Exit((-0.5 * UM, 0.19 * UM), (1.0, 0.0), "right", 1e-7)
    onwards = exit_along(network, network.walls, entry, 0.1 * UM, PIXEL)
    assert onwards.edge == "right"
    back = Exit(entry.point, (-1.0, 0.0), "left", 1e-7)
    assert exit_along(network, network.walls, back, 0.1 * UM, PIXEL).edge == "left"
    far = Exit((-0.5 * UM, -0.3 * UM), (1.0, 0.0), "right", 1e-7)
    assert exit_along(network, network.walls, far, 0.1 * UM, PIXEL) is None


@given(
    angle=st.floats(-3.1, 3.1),
    turn=st.floats(-1.2, 1.2),
    along=st.floats(-0.45, 0.45),
)
def test_the_neighbour_shows_the_exit_near_its_edge_and_the_wall_in_its_middle(angle, turn, along):
    region = ScanRegion((0.3 * UM, -0.2 * UM), (1.2 * UM, 0.8 * UM), angle)
    x, y = geometry.to_sample(region, region.size[0] / 2, along * region.size[1])
    way = angle + turn
    exit_ = Exit((float(x), float(y)), (math.cos(way), math.sin(way)), "right", 1e-7)
    found = neighbour(region, exit_, 0.1)
    assert (found.size, found.angle) == (region.size, region.angle)
    u, v = (float(w) for w in geometry.to_region(found, x, y))
    shares = abs(u) / region.size[0], abs(v) / region.size[1]
    assert max(shares) == pytest.approx(0.4)
    ahead = np.array(found.center) - np.array(exit_.point)
    assert ahead @ np.array(exit_.direction) == pytest.approx(np.hypot(*ahead))
