"""The rectangle under a person's hand: drawn, moved, resized, turned, and never out of reach."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.geometry import corners
from ai_afm.microscope.bounds import excess
from ai_afm.types import ScanRegion
from ai_afm_gui.steer.editor import Part, RegionEditor, moved_into, rounded, turning_handle

UM = 1e-6
REACH = ScanRegion((0.0, 0.0), (20 * UM, 14 * UM))
GRIP = 0.1 * UM

lengths = st.floats(0.05, 60.0).map(lambda v: v * UM)
places = st.floats(-40.0, 40.0).map(lambda v: v * UM)
angles = st.floats(-4.0, 4.0)
regions = st.builds(ScanRegion, st.tuples(places, places), st.tuples(lengths, lengths), angles)


def drawn(start, end, reach=None, even=False):
    editor = RegionEditor(reach)
    editor.drawing = True
    assert editor.press(start, GRIP)
    editor.drag(end, even=even)
    editor.release()
    return editor


def test_a_rectangle_is_drawn_between_two_corners_whichever_comes_first():
    a, b = (1 * UM, 2 * UM), (4 * UM, 7 * UM)
    for start, end in ((a, b), (b, a)):
        region = drawn(start, end).region
        assert region.center == pytest.approx((2.5 * UM, 4.5 * UM))
        assert region.size == pytest.approx((3 * UM, 5 * UM))


def test_a_click_is_no_rectangle():
    editor = drawn((1 * UM, 1 * UM), (1 * UM, 1 * UM))
    assert editor.region is None
    assert editor.drawing, "the next drag still draws"


def test_shift_draws_a_square():
    region = drawn((0.0, 0.0), (3 * UM, -1 * UM), even=True).region
    assert region.size == pytest.approx((3 * UM, 3 * UM))
    assert region.center == pytest.approx((1.5 * UM, -1.5 * UM))


def test_a_press_beside_the_rectangle_moves_the_map_and_not_the_rectangle():
    editor = drawn((0.0, 0.0), (2 * UM, 1 * UM))
    assert not editor.press((5 * UM, 5 * UM), GRIP)


def test_the_body_moves_and_keeps_size_and_angle():
    editor = RegionEditor()
    editor.set(ScanRegion((1 * UM, 1 * UM), (4 * UM, 2 * UM), 0.4))
    assert editor.press((1.2 * UM, 1.1 * UM), GRIP)
    assert editor.held is Part.BODY
    editor.drag((2.2 * UM, 0.1 * UM))
    assert editor.region.center == pytest.approx((2 * UM, 0.0))
    assert (editor.region.size, editor.region.angle) == ((4 * UM, 2 * UM), 0.4)


@given(region=regions, corner=st.integers(0, 3), to=st.tuples(places, places))
def test_a_dragged_corner_leaves_the_opposite_one_where_it_is(region, corner, to):
    editor = RegionEditor()
    editor.set(region)
    fixed = corners(region)[(corner + 2) % 4]
    assert editor.press(tuple(corners(region)[corner]), 1e-12)
    editor.drag(to)
    away = np.hypot(*(corners(editor.region) - fixed).T)
    assert away.min() < 1e-12
    assert math.isclose(editor.region.angle, region.angle)


@given(region=regions, turn=st.floats(-3.1, 3.1))
def test_the_round_handle_turns_about_the_centre(region, turn):
    editor = RegionEditor()
    editor.set(region)
    assert editor.press(turning_handle(region), 1e-12)
    assert editor.held is Part.TURN
    x, y = region.center
    editor.drag((x + math.cos(turn) * UM, y + math.sin(turn) * UM))
    assert math.isclose(editor.region.angle, turn, abs_tol=1e-6)
    assert (editor.region.center, editor.region.size) == (region.center, region.size)


def test_shift_turns_by_fifteen_degrees():
    editor = RegionEditor()
    editor.set(ScanRegion((0.0, 0.0), (4 * UM, 2 * UM)))
    editor.press(turning_handle(editor.region), GRIP)
    editor.drag((math.cos(0.5), math.sin(0.5)), even=True)
    assert math.degrees(editor.region.angle) == pytest.approx(30.0)


@given(region=regions, turned=st.floats(-1.5, 1.5))
def test_no_corner_is_ever_out_of_reach(region, turned):
    reach = ScanRegion((3 * UM, -2 * UM), (20 * UM, 14 * UM), turned)
    kept = moved_into(region, reach)
    assert excess(reach, kept) < 1e-12
    assert math.isclose(kept.angle, region.angle)
    ratio = region.size[0] / region.size[1]
    assert math.isclose(kept.size[0] / kept.size[1], ratio, rel_tol=1e-6)


@given(region=regions)
def test_what_is_in_reach_already_stays_as_it_is(region):
    if excess(REACH, region) <= 0:
        assert moved_into(region, REACH) is region


@given(moves=st.lists(st.tuples(places, places, st.booleans()), max_size=12))
def test_whatever_the_hand_does_the_rectangle_is_one(moves):
    editor = RegionEditor(REACH)
    editor.drawing = True
    for x, y, down in moves:
        if down:
            editor.press((x, y), GRIP)
        editor.drag((x, y))
        if not down:
            editor.release()
        if editor.region is not None:
            assert min(editor.region.size) > 0
            assert excess(REACH, editor.region) < 1e-12


def test_rounding_gives_whole_nanometres_and_tenths_of_a_degree():
    region = rounded(ScanRegion((1.23456e-6, -2.2e-10), (5.5501e-7, 3e-10), math.radians(12.3456)))
    assert region.center == pytest.approx((1.235e-6, 0.0))
    assert region.size == pytest.approx((5.55e-7, 1e-9))
    assert math.degrees(region.angle) == pytest.approx(12.3)
