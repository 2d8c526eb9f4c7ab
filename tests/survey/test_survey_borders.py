import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ideal_walls import ideal
from scipy import ndimage

from ai_afm import geometry
from ai_afm.survey.borders import edge_distances, led_out, outer_boxes, scanned_blocks
from ai_afm.survey.walls import extract_network
from ai_afm.survey.width import measure_widths
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    ScanRegion,
    ScanRequest,
    Segmentation,
)

SHAPE = (60, 90)
PX = 5e-9
REGION = ScanRegion((2e-6, 0.0), (90 * PX, 60 * PX), 0.7)
BOX = (np.array([[-0.5, -0.5]]), np.array([[59.5, 89.5]]))
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)


def band(distance):
    segmentation = ideal(np.zeros(SHAPE, np.uint8), classes=(2,))
    segmentation.probability[1] = 0.98 * np.clip(2.2 - np.abs(distance), 0, 1)
    segmentation.probability[0] = 1 - segmentation.probability[1]
    return segmentation


@pytest.mark.parametrize("degrees", [12, 25, 40, 65, 90, 115, 150, 165])
def test_a_wall_reaches_the_outer_edge_of_the_frame(degrees):
    angle = math.radians(degrees)
    across = -(COLUMNS - 44.5) * math.sin(angle) + (ROWS - 29.5) * math.cos(angle)
    (wall,) = extract_network(band(across), REGION).walls
    true = min(90 / abs(math.cos(angle)), 60 / abs(math.sin(angle))) * PX
    assert wall.length == pytest.approx(true, rel=0.01)
    u, v = geometry.to_region(REGION, *wall.points[[0, -1]].T)
    on_edge = np.minimum(np.abs(np.abs(u) - 45 * PX), np.abs(np.abs(v) - 30 * PX))
    assert on_edge == pytest.approx([0, 0], abs=0.01 * PX)


def test_a_wall_along_the_edge_stays_a_wall():
    (wall,) = extract_network(band(ROWS - 1), REGION).walls
    assert wall.length == pytest.approx(90 * PX, rel=0.02)


def near_top(points):
    return points[:, 0] < 5


def arc(radius, center, count):
    t = np.linspace(0.15, 1.2, count)
    return np.stack([radius * np.sin(t) - 0.5, center - radius * np.cos(t)], axis=1)


def test_a_course_that_does_not_lead_out_stays_as_it_is():
    course = np.stack([np.full(30, 1.0), np.arange(40.0, 70.0)], axis=1)
    (led,) = led_out([course], near_top, BOX)
    assert led is course


def test_a_curved_course_is_continued_on_its_curve():
    (led,) = led_out([arc(20, 60, 25)], near_top, BOX)
    assert led[0, 0] == pytest.approx(-0.5)
    assert led[0, 1] == pytest.approx(40.0, abs=0.3)


def test_courses_are_led_out_as_if_each_were_alone():
    short, lonely = np.array([[2.0, 30.0], [3.0, 30.5]]), np.array([[1.0, 8.0]])
    along = np.stack([np.full(30, 1.0), np.arange(40.0, 70.0)], axis=1)
    courses = [arc(20, 60, 25), short, along, arc(70, 85, 90), lonely]
    boxes = tuple(np.repeat(corner, len(courses), axis=0) for corner in BOX)
    for led, course in zip(led_out(courses, near_top, boxes), courses, strict=True):
        (alone,) = led_out([course], near_top, BOX)
        assert led == pytest.approx(alone, abs=1e-12)


def test_what_one_point_or_points_in_one_place_say_is_no_course():
    outside = np.array([[-1.0, 4.0]])
    still = np.full((7, 2), 2.0)
    boxes = tuple(np.repeat(corner, 2, axis=0) for corner in BOX)
    led = led_out([outside, still], near_top, boxes)
    assert led[0] is outside
    assert led[1] is still


@given(
    angle=st.floats(-1.1, 1.1),
    column=st.floats(30.0, 60.0),
    bend=st.floats(-0.6, 0.6),
)
@settings(max_examples=30, deadline=None)
def test_bent_first_pixels_do_not_turn_a_straight_line(angle, column, bend):
    far = np.arange(0.5, 33.0)
    line = np.array([-0.5, column]) + far[:, None] * np.array([math.cos(angle), math.sin(angle)])
    course = line.copy()
    course[:2, 1] += bend
    (led,) = led_out([course], lambda points: points[:, 0] < 1, BOX)
    assert led[0] == pytest.approx([-0.5, column], abs=1e-6)


def test_nothing_is_led_out_of_nothing():
    assert led_out([], near_top, outer_boxes(np.zeros((0, 2), int), 90)) == []


def test_the_edge_is_that_of_the_rows_that_were_scanned():
    valid = np.array([False, False, True, True, True, True, True, False])
    rows, columns = edge_distances(5, valid)
    assert rows.tolist() == [0, 0, 0, 1, 2, 1, 0, 0]
    assert columns.tolist() == [0, 1, 2, 1, 0]


def test_a_box_ends_half_a_pixel_outside_its_block():
    low, high = outer_boxes(np.array([[0, 59], [4, 6]]), 90)
    assert low.tolist() == [[-0.5, -0.5], [3.5, -0.5]]
    assert high.tolist() == [[59.5, 89.5], [6.5, 89.5]]


def test_a_block_ends_at_rows_that_were_not_scanned():
    valid = np.array([True, True, False, False, True, True, True])
    blocks = [[0, 1], [0, 1], [2, 2], [3, 3], [4, 6], [4, 6], [4, 6]]
    assert scanned_blocks(valid).tolist() == blocks


@given(
    lines=st.integers(2, 40),
    pixels=st.integers(2, 40),
    blur=st.sampled_from([0.0, 0.8, 2.5]),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=40, deadline=None)
def test_whatever_a_network_says_walls_lie_in_the_frame(lines, pixels, blur, seed):
    rng = np.random.default_rng(seed)
    field = rng.random((4, lines, pixels))
    field = ndimage.gaussian_filter(field, (0, blur, blur)) ** 4
    probability = (field / field.sum(axis=0)).astype(np.float32)
    label = np.array([0, 2, 3, 4], np.uint8)[probability.argmax(axis=0)]
    gone = rng.random(lines) < 0.1
    probability[:, gone], label[gone] = np.nan, 255
    top = 1 - probability.max(axis=0)
    seen = Segmentation(probability, (0, 2, 3, 4), label, top, "hand@1", "0" * 64, lines)
    region = ScanRegion((0.0, 1e-6), (pixels * PX, lines * PX), 0.3)
    network = extract_network(seen, region)
    for wall in network.walls:
        assert np.isfinite(wall.points).all()
        assert geometry.is_inside(region, *wall.points.T, margin=-2 * PX).all()
    amplitude = rng.random((lines, pixels)).astype(np.float32)
    frame = Frame(
        ScanRequest(region, (lines, pixels), 1.0),
        {("amplitude", Direction.TRACE): amplitude},
        (Channel("amplitude", "m"),),
        dict.fromkeys(Direction, ~gone),
        Measurement(),
    )
    assert len(measure_widths(network, frame).walls) == len(network.walls)
