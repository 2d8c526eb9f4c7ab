import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.survey.tracing import Extraction
from ai_afm.survey.walls import extract_network
from ai_afm.types import ScanRegion, Segmentation, SlowDirection

SHAPE = (120, 160)
REGION = ScanRegion((0.0, 0.0), (160e-9, 120e-9))
PX = 1e-9
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)


def seen(*distances, classes=(1,), slow=SlowDirection.DOWN, rows=None, settled=None):
    """Return the segmentation of lines given by the distance (px) of every pixel from them."""
    planes = [0.98 / (1 + np.exp((d - 1.6) / 0.5)) for d in distances]
    planes = [p / np.maximum(1, np.sum(planes, axis=0)) for p in planes]
    probability = np.stack([1 - np.sum(planes, axis=0), *planes]).astype(np.float32)
    codes = (0, *classes)
    label = np.array(codes, np.uint8)[probability.argmax(axis=0)]
    if rows is not None:
        probability[:, ~rows] = np.nan
        label[~rows] = 255
    settled = SHAPE[0] if settled is None else settled
    top = 1 - probability.max(axis=0)
    return Segmentation(probability, codes, label, top, "hand@1", "0" * 64, settled, slow)


def straight(angle, row=60.0, column=80.0):
    """Distance from an endless line through (row, column), `angle` rad against a row."""
    return np.abs(-(COLUMNS - column) * math.sin(angle) + (ROWS - row) * math.cos(angle))


def ring(radius, row=60.2, column=80.3):
    return np.abs(np.hypot(COLUMNS - column, ROWS - row) - radius)


def inside_length(angle):
    """Length of the line through the centre that lies within the pixel centres of the frame."""
    half = [79.5 / abs(math.cos(angle)) if math.cos(angle) else math.inf]
    half.append(59.5 / abs(math.sin(angle)) if math.sin(angle) else math.inf)
    return 2 * min(half) * PX


@pytest.mark.parametrize("degrees", [0, 7, 19, 30, 44, 52, 63, 78, 90, 101, 133, 158])
def test_a_straight_wall_at_any_angle_has_its_length(degrees):
    angle = math.radians(degrees)
    network = extract_network(seen(straight(angle, 59.5, 79.5)), REGION)
    assert len(network.walls) == 1
    assert network.walls[0].length == pytest.approx(inside_length(angle), rel=0.02)
    assert network.open_ends == ()


@pytest.mark.parametrize("radius", [8, 15, 30, 52])
def test_a_bubble_has_the_circumference_of_its_circle(radius):
    network = extract_network(seen(ring(radius)), REGION)
    (wall,) = network.walls
    assert wall.closed
    assert wall.length == pytest.approx(2 * math.pi * radius * PX, rel=0.02)
    assert not network.junctions
    assert not network.open_ends


@given(
    angle=st.floats(0, math.pi),
    turn=st.floats(-math.pi, math.pi),
    row=st.floats(50, 70),
)
@settings(max_examples=25, deadline=None)
def test_a_wall_lies_where_it_was_drawn_to_a_fraction_of_a_pixel(angle, turn, row):
    region = ScanRegion((3e-6, -5e-6), REGION.size, turn)
    network = extract_network(seen(straight(angle, row, 80.0)), region)
    (wall,) = network.walls
    # back to pixels by hand
    dx, dy = (wall.points - region.center).T
    u = math.cos(turn) * dx + math.sin(turn) * dy
    v = -math.sin(turn) * dx + math.cos(turn) * dy
    columns, rows = u / PX + 79.5, 59.5 - v / PX
    away = np.abs(-(columns - 80.0) * math.sin(angle) + (rows - row) * math.cos(angle))
    inner = (np.abs(u) < 70 * PX) & (np.abs(v) < 50 * PX)
    assert away[inner].size == 0 or away[inner].max() < 0.35


def test_two_crossing_walls_meet_in_one_junction_of_four_branches():
    network = extract_network(seen(np.minimum(straight(0.2), straight(1.7))), REGION)
    (junction,) = network.junctions
    assert junction.codes == (1, 1, 1, 1)
    x, y = (80 - 79.5) * PX, (59.5 - 60) * PX
    assert math.dist(junction.position, (x, y)) < 1 * PX
    assert len(network.walls) == 4


def test_a_wall_that_ends_on_a_boundary_makes_a_junction_of_both_classes():
    wall = np.where(ROWS < 70, np.abs(COLUMNS - 50), 99)
    network = extract_network(seen(wall, np.abs(ROWS - 70), classes=(1, 4)), REGION)
    (junction,) = network.junctions
    assert junction.codes == (1, 4, 4)
    assert math.dist(junction.position, ((50 - 79.5) * PX, (59.5 - 70) * PX)) < 0.5 * PX
    assert sorted(w.code for w in network.walls) == [1, 4, 4]
    assert network.length(1) == pytest.approx(70 * PX, rel=0.02)
    assert network.length(4) == pytest.approx(159 * PX, rel=0.02)


def test_a_line_that_turns_from_wall_to_boundary_is_cut_there():
    wall = np.where(COLUMNS < 60, np.abs(ROWS - 70), 99)
    boundary = np.where(COLUMNS >= 60, np.abs(ROWS - 70), 99)
    network = extract_network(seen(wall, boundary, classes=(1, 4)), REGION)
    assert [j.codes for j in network.junctions] == [(1, 4)]
    assert network.length(1) == pytest.approx(60 * PX, rel=0.03)


def test_the_class_of_a_wall_is_that_of_its_mean_probability():
    # a tenth of the line looks like a boundary; a pixel-wise class would cut it
    wall = np.where((COLUMNS > 70) & (COLUMNS < 78), 99, np.abs(ROWS - 40))
    boundary = np.where((COLUMNS > 70) & (COLUMNS < 78), np.abs(ROWS - 40), 99)
    network = extract_network(seen(wall, boundary, classes=(1, 4)), REGION)
    assert [w.code for w in network.walls] == [1]


def test_a_type_that_is_not_clear_is_not_named():
    line = np.abs(ROWS - 40)
    both = extract_network(seen(line, line, classes=(2, 3)), REGION)
    assert [w.code for w in both.walls] == [1]
    clear = extract_network(seen(line, classes=(3,)), REGION)
    assert [w.code for w in clear.walls] == [3]


def test_the_free_end_of_a_ferroelastic_wall_is_a_needle_tip_and_of_others_an_open_end():
    needle = np.where(COLUMNS < 60, np.abs(ROWS - 30), np.hypot(COLUMNS - 60, ROWS - 30))
    network = extract_network(seen(needle, classes=(3,)), REGION)
    assert not network.open_ends
    assert math.dist(network.tips[0], ((60 - 79.5) * PX, (59.5 - 30) * PX)) < 3 * PX
    assert len(extract_network(seen(needle, classes=(1,)), REGION).open_ends) == 1


@pytest.mark.parametrize("slow", list(SlowDirection))
def test_a_wall_that_goes_on_into_unscanned_rows_has_no_open_end(slow):
    arrived = np.arange(SHAPE[0]) < 50
    rows = arrived if slow is SlowDirection.DOWN else arrived[::-1]
    network = extract_network(seen(np.abs(COLUMNS - 33), slow=slow, rows=rows), REGION)
    (wall,) = network.walls
    assert wall.length == pytest.approx(49 * PX, rel=0.03)
    assert not network.open_ends
    middle = wall.points[:, 1].mean()
    assert middle > 0 if slow is SlowDirection.DOWN else middle < 0


def test_only_settled_rows_are_used_when_asked_for():
    segmentation = seen(np.abs(COLUMNS - 33), slow=SlowDirection.UP, settled=40)
    network = extract_network(segmentation, REGION, settled_only=True)
    assert network.length() == pytest.approx(39 * PX, rel=0.03)
    assert network.walls[0].points[:, 1].max() < 0
    assert not network.open_ends


def test_a_lost_line_in_the_middle_ends_walls_without_open_ends():
    rows = np.ones(SHAPE[0], bool)
    rows[60] = False
    network = extract_network(seen(np.abs(COLUMNS - 33), rows=rows), REGION)
    assert len(network.walls) == 2
    assert not network.open_ends


def test_specks_are_noise():
    specks = np.minimum(np.hypot(ROWS - 20, COLUMNS - 30), np.hypot(ROWS - 90, COLUMNS - 120))
    assert not extract_network(seen(specks), REGION).walls


def test_a_bump_on_a_wall_is_no_branch():
    bump = np.where(np.abs(COLUMNS - 70) < 1, np.abs(ROWS - 38), 99)
    network = extract_network(seen(np.minimum(np.abs(ROWS - 40), bump)), REGION)
    assert len(network.walls) == 1
    assert not network.junctions


def test_a_frame_without_any_row_has_no_walls():
    rows = np.zeros(SHAPE[0], bool)
    assert not extract_network(seen(straight(0.3), rows=rows), REGION).walls


def test_a_stricter_threshold_draws_less():
    faint = seen(straight(0.3) + 1.2)
    assert not extract_network(faint, REGION, extraction=Extraction(threshold=0.9)).walls
    assert extract_network(faint, REGION, extraction=Extraction(threshold=0.3)).walls


def test_boundaries_that_close_make_grains_whose_areas_fill_the_frame():
    cross = np.minimum(np.abs(ROWS - 40), np.abs(COLUMNS - 100))
    network = extract_network(seen(cross, classes=(4,)), REGION)
    areas = sorted(g.area / PX**2 for g in network.grains)
    assert sum(areas) == pytest.approx(160 * 120)
    assert areas == pytest.approx([40 * 60, 40 * 100, 80 * 60, 80 * 100], rel=0.05)
    assert all(g.cut_by_frame for g in network.grains)


def test_a_grain_inside_the_frame_is_not_cut_and_has_its_area():
    network = extract_network(seen(ring(30), classes=(4,)), REGION)
    whole = [g for g in network.grains if not g.cut_by_frame]
    assert [g.area for g in whole] == pytest.approx([math.pi * 30**2 * PX**2], rel=0.02)
    x, y = whole[0].outline.T
    assert np.hypot(x - 0.8 * PX, y + 0.7 * PX) == pytest.approx(30 * PX, abs=1.3 * PX)


def test_a_tangle_that_is_one_junction_without_any_line_has_no_walls():
    tangle = np.where((np.abs(ROWS - 60) <= 2) & (np.abs(COLUMNS - 80) <= 2), 0.0, 99.0)
    tangle[(ROWS % 2 == 1) & (COLUMNS % 2 == 1)] = 99.0
    strict = Extraction(min_pixels=4, spur_pixels=9.0)
    assert not extract_network(seen(tangle), REGION, extraction=strict).walls


def test_probabilities_that_may_not_be_changed_are_enough():
    segmentation = seen(straight(0.3))
    segmentation.probability.flags.writeable = False
    assert len(extract_network(segmentation, REGION).walls) == 1
