import math

import numpy as np
import pytest

from ai_afm.survey.fractal import fractal_dimension
from ai_afm.types import ScanRegion, Wall, WallNetwork

REGION = ScanRegion((0.0, 0.0), (40e-6, 20e-6))
PX = 10e-9


def koch(levels, rng, size=8e-6):
    """A Koch curve whose bumps point to either side at random."""
    z = np.array([0, size], complex)
    for _ in range(levels):
        step = np.diff(z) / 3
        side = rng.choice([-1, 1], len(step))
        tip = z[:-1] + step + step * np.exp(1j * math.pi / 3 * side)
        z = np.append(np.stack([z[:-1], z[:-1] + step, tip, z[:-1] + 2 * step], 1).ravel(), z[-1])
    return np.stack([z.real, z.imag], axis=1)


def of(*lines, closed=False):
    return WallNetwork(REGION, tuple(Wall(points, 2, closed=closed) for points in lines))


def test_a_koch_wall_has_its_dimension():
    rng = np.random.default_rng(2)
    found = fractal_dimension(of(*(koch(6, rng) for _ in range(3))), PX)
    assert found.value == pytest.approx(math.log(4) / math.log(3), abs=0.02)
    assert found.at_short == pytest.approx(found.at_long, abs=0.04)
    assert found.shortest >= 5 * PX
    assert found.longest >= 10 * found.shortest


def test_smooth_walls_are_of_dimension_one():
    t = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    circle = 5e-6 * np.stack([np.cos(t), np.sin(t)], axis=1)
    found = fractal_dimension(of(circle, closed=True), PX)
    assert found.value == pytest.approx(1, abs=0.02)
    straight = of(*(np.array([[0.0, k * 1e-6], [9e-6, k * 1e-6]]) for k in range(4)))
    assert fractal_dimension(straight, PX).value == pytest.approx(1, abs=1e-6)


def test_walls_without_a_decade_of_lengths_have_no_dimension():
    short = of(*(np.array([[0.0, k * 1e-6], [1e-6, k * 1e-6]]) for k in range(9)))
    assert fractal_dimension(short, PX) is None
    assert fractal_dimension(of(), PX) is None
    # the same walls, drawn from finer pixels
    assert fractal_dimension(short, PX / 10) is not None


def test_boundaries_count_only_when_asked_for():
    line = np.array([[0.0, 0.0], [30e-6, 1e-6]])
    network = WallNetwork(REGION, (Wall(line, 4),))
    assert fractal_dimension(network, PX) is None
    assert fractal_dimension(network, PX, codes=(4,)) is not None


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_the_dimension_does_not_depend_on_the_scale(factor):
    line = koch(6, np.random.default_rng(3), size=20e-6)
    a = fractal_dimension(of(line), PX)
    b = fractal_dimension(of(factor * line), factor * PX)
    assert a.value == pytest.approx(b.value, abs=1e-6)


def brownian(points, dimension, rng):
    """A plane path of fractional Gaussian steps, 1 px apart or so: R^2 ~ t^(2 / D)."""
    hurst, k = 1 / dimension, np.arange(points)
    correlation = 0.5 * (
        (k + 1.0) ** (2 * hurst) - 2.0 * k ** (2 * hurst) + np.abs(k - 1.0) ** (2 * hurst)
    )
    circle = np.concatenate([correlation, [0], correlation[:0:-1]])
    scale = np.sqrt(np.fft.fft(circle).real.clip(min=0) / len(circle))
    noise = rng.standard_normal(len(circle)) + 1j * rng.standard_normal(len(circle))
    steps = np.fft.fft(scale * noise)[:points]
    return PX * np.cumsum(np.stack([steps.real, steps.imag], axis=1), axis=0)


def test_paths_of_known_dimension_are_ranked_and_seen_too_straight_by_less_than_a_fifth():
    rng = np.random.default_rng(6)
    found = [
        fractal_dimension(of(*(brownian(2500, d, rng) for _ in range(8))), PX).value
        for d in (1.05, 1.25, 1.5)
    ]
    assert found == sorted(found)
    assert found == pytest.approx([1.05, 1.25, 1.5], abs=0.2)
