import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_patterns import framed, poisson_lines, voronoi_network

from ai_afm.survey.astm import (
    crossings_per_length,
    grain_density,
    mean_intercept,
    number_from_density,
    number_from_intercept,
    shares,
)
from ai_afm.survey.sizes import evenness, size_distribution
from ai_afm.types import ClassCode, Grain, ScanRegion, Wall, WallNetwork

REGION = ScanRegion((0.5e-6, 1e-6), (13e-6, 10e-6), -0.7)
AREA = 130e-12


def hexagons(spacing, region, turned):
    """A honeycomb of cells `spacing` apart in a region, turned against its axes."""
    y, x = np.mgrid[-30:31, -30:31].astype(float)
    centres = (x + 0.5 * (y % 2) + 0.5j * math.sqrt(3) * y).reshape(-1, 1) * spacing
    corners = centres + spacing / math.sqrt(3) * np.exp(1j * math.pi * (np.arange(4) / 3 + 1 / 6))
    corners *= np.exp(1j * turned)
    ends = np.stack([corners.real, corners.imag], axis=-1)
    return framed(ends[:, :-1].reshape(-1, 2), ends[:, 1:].reshape(-1, 2), region)


def box(u0, v0, u1, v1, cut):
    corners = np.array([[u0, v0], [u1, v0], [u1, v1], [u0, v1]])
    return Grain(corners, (u1 - u0) * (v1 - v0), cut)


def test_g_is_zero_for_the_grains_of_the_standards():
    # E112: G = 0 at a mean intercept of 320 um and 7.75 grains per mm^2
    assert number_from_intercept(320.0e-6) == pytest.approx(0, abs=5e-4)
    assert number_from_density(7.75e6) == pytest.approx(0, abs=1e-3)


def test_one_more_g_is_twice_the_grains_and_an_intercept_shorter_by_root_two():
    assert number_from_density(2e12) - number_from_density(1e12) == pytest.approx(1, abs=1e-6)
    shorter = number_from_intercept(1e-6 / math.sqrt(2)) - number_from_intercept(1e-6)
    assert shorter == pytest.approx(1, abs=1e-6)


def test_test_lines_meet_a_length_as_crofton_says():
    rng = np.random.default_rng(4)
    walls = poisson_lines(rng, REGION, 4e6)
    length = sum(w.length for w in walls)
    assert crossings_per_length(walls, REGION) == pytest.approx(
        2 * length / (math.pi * AREA), rel=0.01
    )


def test_the_chords_of_the_test_lines_fill_the_frame():
    ring = np.exp(2j * math.pi * np.arange(720) / 720) * 3e-6
    wall = Wall(np.stack([ring.real + 0.5e-6, ring.imag + 1e-6], axis=1), 4, closed=True)
    expected = 2 * 2 * math.pi * 3e-6 / (math.pi * AREA)
    assert crossings_per_length([wall], REGION) == pytest.approx(expected, rel=0.005)


def test_a_frame_without_boundaries_has_no_intercept():
    assert crossings_per_length([], REGION) == 0.0
    assert mean_intercept([], REGION) is None
    lone = Wall(np.array([[0.5e-6, 0.5e-6], [0.5e-6, 1.5e-6]]), 4)
    assert mean_intercept([lone], REGION) is None


def test_hexagons_have_their_intercept_and_the_offset_between_the_two_numbers():
    spacing = 0.7e-6
    cell = spacing**2 * math.sqrt(3) / 2
    intercept = mean_intercept(hexagons(spacing, REGION, 0.37), REGION)
    # half of the perimeter 2 sqrt(3) spacing belongs to each cell
    expected = math.pi * cell / (2 * math.sqrt(3) * spacing)
    assert intercept.value == pytest.approx(expected, rel=0.01)
    offset = number_from_intercept(intercept.value) - number_from_density(1 / cell)
    assert offset == pytest.approx(0.156, abs=0.03)


def test_cut_grains_count_half_and_those_in_corners_a_quarter():
    region = ScanRegion((0.0, 0.0), (4.0, 2.0))
    grains = [
        box(-2, -1, -1, 0, True),
        box(-1, -1, 1, 0, True),
        box(-1, 0, 1, 0.5, False),
        box(1, -1, 2, 1, True),
        box(-2, 0, -1, 1, True),
        box(-1, 0.5, 1, 1, True),
    ]
    # corner, side, inside, two corners and the side between, corner, side
    assert shares(grains, region).tolist() == [0.25, 0.5, 1.0, 0.0, 0.25, 0.5]


def test_a_brick_wall_has_exactly_its_bricks_in_any_frame():
    rng = np.random.default_rng(0)
    counts = []
    for _ in range(150):
        shift = rng.random(2)
        bricks = []
        for j in range(-3, 4):
            for i in range(-4, 5):
                x, y = i + shift[0] + 0.5 * (j % 2) - 0.5, j + shift[1] - 0.5
                u0, u1 = np.clip([x, x + 1], -1.7, 1.7)
                v0, v1 = np.clip([y, y + 1], -1.2, 1.2)
                if u1 > u0 and v1 > v0:
                    bricks.append(box(u0, v0, u1, v1, True))
        counts.append(shares(bricks, ScanRegion((0.0, 0.0), (3.4, 2.4))).sum())
    assert np.mean(counts) == pytest.approx(3.4 * 2.4, rel=0.02)


def test_a_handful_of_grains_tells_no_spread():
    assert grain_density([box(-1, -1, 0, 0, False)] * 4, ScanRegion((0.0, 0.0), (4.0, 3.0))) is None


def measured(network):
    """Return both grain size numbers of a network, as estimates."""
    boundaries = [w for w in network.walls if w.code == ClassCode.GRAIN_BOUNDARY]
    even = evenness(size_distribution(network.grains, network.region))
    areas = grain_density(network.grains, network.region).mapped(number_from_density)
    return areas, mean_intercept(boundaries, network.region, even).mapped(number_from_intercept)


def poisson_voronoi_truth(density):
    # the mean intercept of Poisson-Voronoi cells is pi / (4 sqrt(N_A)) (Meijering 1953)
    return number_from_density(density), number_from_intercept(math.pi / 4 / math.sqrt(density))


def checked(grains, count, seed):
    """Return bias and coverage of (areas, intercepts) over tessellations."""
    rng = np.random.default_rng(seed)
    density = grains / AREA
    found = [measured(voronoi_network(rng, REGION, density)) for _ in range(count)]
    truth = poisson_voronoi_truth(density)
    bias = [np.mean([f[i].value for f in found]) - truth[i] for i in (0, 1)]
    held = [np.mean([f[i].covers(truth[i]) for f in found]) for i in (0, 1)]
    return bias, held


def test_both_numbers_of_a_few_dozen_grains_are_unbiased_and_honest():
    bias, held = checked(40, 40, 1)
    assert np.abs(bias).max() <= 0.1
    assert min(held) >= 0.84


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("grains", [25, 40, 80])
def test_bias_is_below_a_tenth_and_95_percent_of_600_intervals_hold_the_truth(grains):
    bias, held = checked(grains, 600, 2)
    assert np.abs(bias).max() <= 0.1
    assert 0.92 <= min(held)
    assert max(held) <= 0.98


@settings(max_examples=5, deadline=None)
@given(st.floats(-3.1, 3.1), st.floats(0.05, 20), st.integers(0, 2**16))
def test_scaling_and_turning_a_scan_scales_its_grains_only(angle, scale, seed):
    network = voronoi_network(np.random.default_rng(seed), REGION, 30 / AREA)
    c, s = math.cos(angle), math.sin(angle)

    def turned(points):
        return scale * points @ np.array([[c, s], [-s, c]])

    region = ScanRegion(
        tuple(turned(np.array(REGION.center))),
        (REGION.size[0] * scale, REGION.size[1] * scale),
        REGION.angle + angle,
    )
    grains = tuple(
        Grain(turned(g.outline), g.area * scale**2, g.cut_by_frame) for g in network.grains
    )
    walls = tuple(Wall(turned(w.points), w.code) for w in network.walls)
    before, after = measured(network), measured(WallNetwork(region, walls, grains=grains))
    finer = 6.643856 * math.log10(scale)
    for old, new in zip(before, after, strict=True):
        assert new.value == pytest.approx(old.value - finer, abs=2e-3)
        assert new.high - new.low == pytest.approx(old.high - old.low, abs=2e-3)
