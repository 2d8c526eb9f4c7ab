import math

import numpy as np
import pytest

from ai_afm.survey.tracking.shift import Expected, NoShift, Shift, Why
from ai_afm.survey.tracking.wall_shift import measure_wall_shift
from ai_afm.types import ScanRegion, Wall, WallNetwork

PIXEL = 8e-9
WIDE = ScanRegion((0.0, 0.1e-6), (1.6e-6, 1.4e-6))
CLOSE = ScanRegion((0.1e-6, 0.0), (0.8e-6, 0.6e-6), 0.2)
GUESS = Expected(covariance=(1e-16, 0.0, 1e-16), jump=0.5, reach=100e-9)


def curves(seed, count=6):
    """Wavy lines across the wide frame at random angles."""
    rng = np.random.default_rng(seed)
    t = np.linspace(-1.2e-6, 1.2e-6, 200)
    found = []
    for _ in range(count):
        angle, offset = rng.uniform(0, np.pi), rng.uniform(-0.6e-6, 0.6e-6)
        wave = offset + 40e-9 * np.sin(t / 90e-9 + rng.uniform(0, 6))
        c, s = np.cos(angle), np.sin(angle)
        found.append(np.stack([c * t - s * wave, s * t + c * wave], axis=1))
    return found


def network(lines, region, moved=(0.0, 0.0), jitter=0.0):
    rng = np.random.default_rng(9)
    walls = []
    for line in lines:
        points = line + np.array(moved) + jitter * rng.normal(size=line.shape)
        u = points - np.array(region.center)
        keep = np.abs(u).max(axis=1) < 0.5 * min(region.size)
        runs = np.split(np.arange(len(points)), np.flatnonzero(np.diff(keep)) + 1)
        walls += [Wall(points[run], 2) for run in runs if keep[run[0]] and len(run) > 3]
    return WallNetwork(region, tuple(walls))


@pytest.mark.parametrize("moved", [(0.0, 0.0), (60e-9, -110e-9)])
def test_walls_tell_the_shift_to_a_fraction_of_a_pixel(moved):
    lines = curves(1)
    found = measure_wall_shift(
        network(lines, WIDE), network(lines, CLOSE, moved, 2e-9), PIXEL, GUESS
    )
    assert isinstance(found, Shift)
    assert math.dist((found.dx, found.dy), moved) < 4e-9
    assert found.uncertainty < 10e-9


def test_walls_of_another_place_are_not_matched():
    there = network(curves(1), WIDE)
    found = [measure_wall_shift(there, network(curves(s), CLOSE), PIXEL, GUESS) for s in (5, 6)]
    assert all(isinstance(f, NoShift) for f in found)


def test_parallel_walls_leave_the_direction_along_them_unknown():
    y = np.linspace(-2e-6, 2e-6, 300)
    lines = [np.stack([np.full_like(y, x), y], axis=1) for x in (-0.31e-6, 0.02e-6, 0.23e-6)]
    guess = Expected(covariance=(4e-16, 0.0, 4e-16), jump=0.0)
    found = measure_wall_shift(network(lines, WIDE), network(lines, CLOSE, (9e-9, 0)), PIXEL, guess)
    assert isinstance(found, Shift)
    xx, _, yy = found.covariance
    assert found.dx == pytest.approx(9e-9, abs=3e-9)
    assert math.sqrt(xx) < 10e-9
    assert math.sqrt(yy) > 30e-9


def test_without_walls_nothing_is_said():
    found = measure_wall_shift(network(curves(1), WIDE), network([], CLOSE), PIXEL, GUESS)
    assert isinstance(found, NoShift)
    assert found.why is Why.NOTHING
