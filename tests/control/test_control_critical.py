"""Critical stretches of walls, on walls whose answer is known by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ai_afm.control.critical import critical_stretches
from ai_afm.types import ClassCode, Wall

STEP = 10e-9
X = np.linspace(-2e-6, 2e-6, 201)


def straight(y, angle=0.0, code=ClassCode.WALL_180, **more):
    c, s = math.cos(angle), math.sin(angle)
    return Wall(np.stack([c * X - s * y, s * X + c * y], axis=1), code, 0.9, **more)


def corner(turn):
    first = np.stack([np.linspace(-1e-6, 0, 101), np.zeros(101)], axis=1)
    way = np.linspace(0, 1e-6, 101)[1:, None] * [math.cos(turn), math.sin(turn)]
    return Wall(np.concatenate([first, way]), ClassCode.WALL_180, 0.9)


def kinds(walls, axis=None):
    return [s.kind for s in critical_stretches(walls, STEP, axis)]


def test_a_sharp_bend_is_found_where_it_is_and_a_gentle_one_is_not():
    (bend,) = critical_stretches([corner(math.radians(80))], STEP, None)
    assert bend.kind == "bent_wall"
    assert math.hypot(*bend.position) < 2 * STEP
    assert bend.factor == pytest.approx(80 / 90, abs=0.05)
    assert kinds([corner(math.radians(30))]) == []


def test_a_bend_is_the_same_however_the_sample_lies():
    wall = corner(math.radians(80))
    (before,) = critical_stretches([wall], STEP, None)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    (after,) = critical_stretches([replace(wall, points=wall.points @ turn.T)], STEP, None)
    assert after.factor == pytest.approx(before.factor, abs=0.05)


@pytest.mark.parametrize(("angle_deg", "charge"), [(90, 1.0), (50, math.sin(math.radians(50)))])
def test_a_wall_across_the_polar_axis_is_charged(angle_deg, charge):
    (found,) = critical_stretches([straight(0, math.radians(angle_deg))], STEP, 0.0)
    assert found.kind == "charged_wall"
    assert found.factor == pytest.approx(charge, abs=1e-6)


def test_a_wall_along_the_polar_axis_is_neutral_and_without_axis_none_is_charged():
    assert kinds([straight(0, math.radians(10))], 0.0) == []
    assert kinds([straight(0, math.radians(90))]) == []


def test_a_ferroelastic_wall_is_never_called_charged_and_an_undetermined_one_counts_half():
    across = math.radians(90)
    assert kinds([straight(0, across, ClassCode.WALL_FERROELASTIC)], 0.0) == []
    (found,) = critical_stretches([straight(0, across, ClassCode.WALL)], STEP, 0.0)
    assert found.factor == pytest.approx(0.5)


def test_the_one_wall_that_runs_across_many_is_rare():
    many = [straight(y) for y in np.linspace(-2e-6, 2e-6, 60)]
    across = Wall(np.array([[0, -2e-7], [0, 2e-7]]), ClassCode.WALL_180, 0.9)
    found = list(critical_stretches([*many, across], STEP, None))
    assert [(s.kind, s.wall) for s in found] == [("rare_orientation", 60)]
    assert kinds(many) == []


def test_a_few_walls_tell_nothing_of_what_is_rare():
    across = Wall(np.array([[0, -2e-7], [0, 2e-7]]), ClassCode.WALL_180, 0.9)
    assert kinds([across]) == []


def test_the_one_wide_wall_among_many_is_novel():
    rng = np.random.default_rng(4)
    widths = 20e-9 * np.exp(0.05 * rng.standard_normal(14))
    walls = [straight(k * 1e-7, apparent_width=width) for k, width in enumerate(widths)]
    assert kinds(walls) == []
    walls[5] = replace(walls[5], apparent_width=60e-9)
    found = list(critical_stretches(walls, STEP, None))
    assert [(s.kind, s.wall) for s in found] == [("novel_wall", 5)]


def test_boundaries_and_short_pieces_are_left_out():
    assert kinds([replace(corner(1.4), code=int(ClassCode.GRAIN_BOUNDARY))]) == []
    short = Wall(np.array([[0, 0], [1e-7, 0], [1e-7, 1e-7]]), ClassCode.WALL_180, 0.9)
    assert kinds([short]) == []
