import math

import numpy as np
import pytest
from random_patterns import voronoi_network

from ai_afm.survey.sizes import centroid, evenness, size_distribution
from ai_afm.types import Grain, ScanRegion

REGION = ScanRegion((2e-6, 0.0), (4e-6, 3e-6), 0.6)


def disc(x, y, radius, cut=False):
    t = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    return Grain(
        np.stack([x + radius * np.cos(t), y + radius * np.sin(t)], axis=1),
        math.pi * radius**2,
        cut,
    )


def test_every_whole_cell_stands_for_those_that_were_cut():
    flat = ScanRegion((0.0, 0.0), (4e-6, 3e-6))
    sizes = size_distribution(
        [disc(0, 0, 1e-6), disc(1.5e-6, 0, 0.1e-6), disc(2e-6, 0, 1, True)], flat
    )
    small, large = 1 / (3.8 * 2.8), 1 / (2.0 * 1.0)
    assert sizes.diameters == pytest.approx([0.2e-6, 2e-6])
    assert sizes.weights == pytest.approx(np.array([small, large]) / (small + large), rel=1e-2)


def test_quantiles_and_histogram_count_with_the_weights():
    sizes = size_distribution([disc(2e-6, 0, r) for r in (1e-7, 2e-7, 3e-7)], REGION)
    assert sizes.quantile(0.5) == pytest.approx(4e-7, rel=0.08)
    assert sizes.quantile(0.0) == pytest.approx(2e-7)
    assert sizes.quantile(1.0) == pytest.approx(6e-7)
    shares = sizes.histogram(np.array([0.0, 3e-7, 1e-6]))
    assert shares.sum() == pytest.approx(1)
    assert shares[0] == pytest.approx(sizes.weights[0])


def test_a_frame_without_whole_cells_has_no_sizes():
    sizes = size_distribution([disc(0, 0, 1e-6, cut=True)], REGION)
    assert sizes.quantile(0.5) is None
    assert sizes.mean_diameter() is None
    assert evenness(sizes) == 1.0


def test_the_mean_of_equal_cells_has_no_error_of_its_own():
    sizes = size_distribution([disc(2e-6, y * 1e-7, 5e-8) for y in range(6)], REGION)
    mean = sizes.mean_diameter()
    assert mean.value == pytest.approx(1e-7)
    assert mean.high - mean.low == pytest.approx(0, abs=1e-12)


def test_the_centre_of_mass_is_that_of_the_area_not_of_the_vertices():
    triangle = np.array([[0.0, 0.0], [1.5, 0.0], [3.0, 0.0], [0.0, 3.0]])
    assert centroid(triangle) == pytest.approx([1.0, 1.0])
    assert centroid(np.array([[0.0, 1.0], [2.0, 1.0]])) == pytest.approx([1.0, 1.0])


def mean_areas(count, grains, seed):
    rng = np.random.default_rng(seed)
    density = grains / 12e-12
    found = []
    for _ in range(count):
        network = voronoi_network(rng, REGION, density)
        found.append(size_distribution(network.grains, REGION).mean_area())
    return found, 1 / density


def test_the_mean_area_is_the_inverse_of_the_density_though_large_cells_are_cut():
    found, truth = mean_areas(40, 40, 3)
    assert np.mean([f.value for f in found]) == pytest.approx(truth, rel=0.06)
    assert np.mean([f.covers(truth) for f in found]) > 0.84


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_95_percent_of_600_intervals_hold_the_mean_area():
    found, truth = mean_areas(600, 60, 4)
    assert 0.92 <= np.mean([f.covers(truth) for f in found]) <= 0.98
