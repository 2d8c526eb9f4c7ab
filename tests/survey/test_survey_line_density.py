import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_patterns import labyrinth, poisson_lines, seeds, voronoi_edges

from ai_afm.survey.line_density import line_density, pieces
from ai_afm.types import ScanRegion, Wall

REGION = ScanRegion((1e-6, -2e-6), (1.3e-6, 1e-6), 0.4)
AREA = 1.3e-12
PER_UM = 1e6


def lines(rng):
    return poisson_lines(rng, REGION, 14 * PER_UM)


def few_lines(rng):
    return poisson_lines(rng, REGION, 6 * PER_UM)


def parallel_lines(rng):
    return poisson_lines(rng, REGION, 10 * PER_UM, lambda n: np.full(n, 0.3))


def edges(rng):
    return voronoi_edges(seeds(rng, REGION, 50 / AREA), REGION)


def few_edges(rng):
    return voronoi_edges(seeds(rng, REGION, 25 / AREA), REGION)


def walls(rng):
    return labyrinth(rng, REGION, 0.16e-6)


# Poisson lines have their density; the edges of Poisson-Voronoi cells 2 sqrt(N_A) (Meijering 1953);
# the zero lines of an isotropic Gaussian field sqrt(<k^2> / 2) / 2 (Rice; Longuet-Higgins 1957)
DENSITY = {
    lines: 14 * PER_UM,
    few_lines: 6 * PER_UM,
    parallel_lines: None,
    edges: 2 * math.sqrt(50 / AREA),
    few_edges: 2 * math.sqrt(25 / AREA),
    walls: None,
}


def parallel_density():
    """All lines along one direction, feet uniform over the window's circumscribed circle."""
    return 10 * PER_UM


def rice_density(period=0.16e-6, band=0.25):
    k = np.linspace(0, 3, 4001) * 2 * math.pi / period
    # power of the waves times their number in a ring
    weight = np.exp(-(((k * period / (2 * math.pi) - 1) / band) ** 2)) * k
    return math.sqrt((weight @ k**2) / weight.sum() / 2) / 2


def truth(pattern):
    known = {parallel_lines: parallel_density(), walls: rice_density()}
    return known.get(pattern) or DENSITY[pattern]


def coverage(pattern, count, seed):
    rng = np.random.default_rng(seed)
    return np.mean(
        [line_density(pattern(rng), REGION).covers(truth(pattern)) for _ in range(count)]
    )


@pytest.mark.parametrize("pattern", DENSITY, ids=lambda p: p.__name__)
def test_about_95_of_100_intervals_hold_the_truth(pattern):
    count = 30 if pattern is walls else 100
    # 92 to 98 % give or take two and a half standard errors of the count
    room = 2.5 * math.sqrt(0.95 * 0.05 / count)
    assert 0.92 - room <= coverage(pattern, count, 5) <= 0.98 + room


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("pattern", DENSITY, ids=lambda p: p.__name__)
def test_92_to_98_percent_of_a_thousand_intervals_hold_the_truth(pattern):
    assert 0.92 <= coverage(pattern, 1000, 6) <= 0.98


def test_the_interval_tells_long_lines_from_a_labyrinth_of_the_same_length():
    rng = np.random.default_rng(2)
    straight = line_density(poisson_lines(rng, REGION, 14.5 * PER_UM), REGION)
    winding = line_density(walls(rng), REGION)
    assert (straight.high - straight.low) / straight.value > 0.5
    assert (winding.high - winding.low) / winding.value < 0.15


def test_length_is_divided_by_the_area_that_was_scanned():
    line = Wall(np.array([[1e-6, -2.2e-6], [1e-6, -1.8e-6]]), 2)
    assert line_density([line], REGION).value == pytest.approx(0.4e-6 / AREA)


def test_a_single_wall_bounds_the_density_within_a_factor_of_ten_only():
    line = Wall(np.array([[0.4e-6, -2e-6], [1.6e-6, -2e-6]]), 2)
    found = line_density([line], REGION)
    assert found.low < found.value / 5
    assert found.high > 3 * found.value


def test_a_frame_without_lines_bounds_the_density_from_above():
    found = line_density([], REGION)
    # 3.7 expected crossings of the circumference 4.6 um
    assert found.value == found.low == 0
    assert found.high == pytest.approx(-math.log(0.025) * math.pi / 4.6e-6)


def test_pieces_keep_the_length_and_close_closed_lines():
    t = np.linspace(0, 2 * math.pi, 200, endpoint=False)
    ring = Wall(
        np.stack([1e-6 + 2e-7 * np.cos(t), -2e-6 + 2e-7 * np.sin(t)], axis=1), 2, closed=True
    )
    assert pieces([ring], REGION).total == pytest.approx(ring.length)


@settings(max_examples=12, deadline=None)
@given(st.floats(-3.1, 3.1), st.floats(0.01, 100), st.integers(0, 2**16))
def test_turning_moving_or_scaling_the_scan_with_its_lines_changes_nothing_else(angle, scale, seed):
    rng = np.random.default_rng(seed)
    drawn = voronoi_edges(seeds(rng, REGION, 20 / AREA), REGION)
    before = line_density(drawn, REGION)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    shift = np.array([3e-6, 5e-6])
    turned = [Wall(scale * (w.points - REGION.center) @ turn.T + shift, w.code) for w in drawn]
    region = ScanRegion((3e-6, 5e-6), (scale * 1.3e-6, scale * 1e-6), REGION.angle + angle)
    after = line_density(turned, region)
    assert after.value * scale == pytest.approx(before.value, rel=1e-6)
    # directions are sorted into bins in the axes of the frame
    assert after.low * scale == pytest.approx(before.low, rel=1e-3)
    assert after.high * scale == pytest.approx(before.high, rel=1e-3)
