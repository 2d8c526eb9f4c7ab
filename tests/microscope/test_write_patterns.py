"""Patterns are strokes: they fill what they are to fill, and nothing beside it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.geometry import corners, is_inside, to_region
from ai_afm.microscope.patterns import box, covering, dose_ladder, dots, stripes
from ai_afm.types import ScanRegion

AREA = ScanRegion((3e-7, -2e-7), (6e-7, 2.5e-7), 0.4)


def ends(strokes):
    return np.array([end for s in strokes for end in (s.start, s.end)]).T


@given(st.floats(1e-8, 3e-7))
def test_the_lines_of_a_box_lie_no_farther_apart_than_asked_and_inside(spacing):
    strokes = box(AREA, 5.0, spacing, 1e-6)
    _, v = to_region(AREA, *ends(strokes))
    rows = np.sort(v[::2])[::-1]
    assert is_inside(AREA, *ends(strokes), -1e-15).all()
    assert (-np.diff(rows) <= spacing * (1 + 1e-9)).all()
    assert rows[0] >= 1.25e-7 - spacing / 2 - 1e-15


def test_the_lines_of_a_box_go_there_and_back_at_the_speed_asked():
    first, second = box(AREA, 5.0, 1.5e-7, 2e-6)
    assert math.dist(first.end, second.start) < math.dist(first.start, second.start)
    assert first.length / first.seconds == pytest.approx(2e-6)


def test_stripes_leave_half_of_each_period_alone():
    strokes = stripes(AREA, -4.0, (1e-7, 2e-8), 1e-6)
    _, v = to_region(AREA, *ends(strokes))
    phase = (1.25e-7 - v[::2]) / 1e-7 % 1
    assert len(strokes) == 2 * 3
    assert (phase < 0.5).all()


def test_dots_stand_at_their_pitch_in_the_middle_of_the_area():
    found = dots(AREA, (6.0, 0.1), 1e-7)
    u, v = to_region(AREA, *ends(found))
    assert len(found) == 6 * 2
    assert (u.mean(), v.mean()) == pytest.approx((0.0, 0.0), abs=1e-15)
    assert np.diff(np.unique(np.round(u, 12))) == pytest.approx(1e-7)


def test_a_ladder_begins_with_its_smallest_dose():
    rungs = dose_ladder((0.0, 0.0), 0.2, ([2.0, -6.0, 4.0], [1.0, 0.1]), 1e-7)
    assert [(r.bias, r.seconds) for r in rungs] == [
        (2.0, 0.1), (4.0, 0.1), (-6.0, 0.1), (2.0, 1.0), (4.0, 1.0), (-6.0, 1.0),
    ]  # fmt: skip


def test_what_covers_a_pattern_is_its_frame_and_the_margin():
    region = covering(box(AREA, 5.0, 5e-8, 1e-6), AREA.angle, 3e-8)
    assert region.size == pytest.approx((6e-7 + 6e-8, 2.5e-7 - 5e-8 + 6e-8))
    assert region.center == pytest.approx(AREA.center)
    assert is_inside(region, *corners(ScanRegion(AREA.center, (6e-7, 2e-7), 0.4)).T).all()


def test_nothing_covers_nothing():
    with pytest.raises(BadInput, match="no strokes"):
        covering((), 0.0, 1e-8)
