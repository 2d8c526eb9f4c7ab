import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_patterns import voronoi_network

from ai_afm.survey.statistics import statistics
from ai_afm.types import Grain, Junction, ScanRegion, Wall, WallNetwork

REGION = ScanRegion((0.0, 0.0), (4e-6, 2e-6), 0.4)


def stripes(count, code=2):
    """Vertical walls of 2 um, evenly apart."""
    xs = (np.arange(count) - (count - 1) / 2) * 4e-6 / count
    return tuple(Wall(np.array([[x, -1e-6], [x, 1e-6]]), code) for x in xs)


def disc(x, y, radius, cut=False):
    t = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    outline = np.stack([x + radius * np.cos(t), y + radius * np.sin(t)], axis=1)
    return Grain(outline, math.pi * radius**2, cut)


def test_lengths_are_per_area_and_class():
    network = WallNetwork(REGION, stripes(10) + stripes(1, code=4), (Junction((0, 0), (2, 2, 2)),))
    found = statistics(network)
    assert found["wall_length_m"] == pytest.approx(20e-6)
    assert found["wall_density_per_m"] == pytest.approx(20e-6 / 8e-12)
    assert found["wall_180_density_per_m"] == pytest.approx(20e-6 / 8e-12)
    assert found["wall_ferroelastic_density_per_m"] == 0
    assert found["boundary_density_per_m"] == pytest.approx(2e-6 / 8e-12)
    assert found["junction_density_per_m2"] == pytest.approx(1 / 8e-12)


def test_the_intercept_of_stripes_is_the_mean_over_all_directions():
    found = statistics(WallNetwork(REGION, stripes(20)))
    # spacing w: a line at angle t crosses |cos t| / w walls per length, on average 2 / (pi w)
    assert found["domain_intercept_m"] == pytest.approx(math.pi / 2 * 0.2e-6)


def test_what_was_not_measured_is_none():
    nothing = statistics(WallNetwork(REGION, ()), 0.0)
    assert nothing["wall_density_per_m"] is None
    assert nothing["domain_intercept_m"] is None
    assert nothing["grain_diameter_m"] is None
    assert nothing["grain_size_astm"] is None
    assert statistics(WallNetwork(REGION, stripes(1)))["domain_intercept_m"] is None


def test_cut_grains_do_not_count_in_the_diameter():
    grains = (disc(0, 0, 0.3e-6), disc(1.9e-6, 0, 0.5e-6, cut=True))
    found = statistics(WallNetwork(REGION, (), grains=grains))
    assert found["grain_diameter_m"] == pytest.approx(0.6e-6)
    assert found["grain_count"] == 2
    assert found["grain_cut_count"] == 1


def test_large_grains_weigh_more_because_the_frame_cuts_them_more_often():
    grains = (disc(-1e-6, 0, 0.1e-6), disc(0.8e-6, 0, 0.8e-6))
    found = statistics(WallNetwork(REGION, (), grains=grains))
    small, large = (1 / ((4e-6 - d) * (2e-6 - d)) for d in (0.2e-6, 1.6e-6))
    expected = (small * 0.2e-6 + large * 1.6e-6) / (small + large)
    assert found["grain_diameter_m"] == pytest.approx(expected, rel=0.01)
    assert found["grain_diameter_m"] > 0.9e-6


def test_discs_seen_through_a_frame_keep_their_mean_diameter():
    rng = np.random.default_rng(5)
    grains, diameters = [], rng.choice([0.2e-6, 0.6e-6], 4000)
    for d, (x, y) in zip(diameters, rng.uniform(-3e-6, 3e-6, (4000, 2)), strict=True):
        whole = abs(x) < 2e-6 - d / 2 and abs(y) < 1e-6 - d / 2
        if whole:
            grains.append(disc(x, y, d / 2))
    flat = ScanRegion((0.0, 0.0), REGION.size)
    found = statistics(WallNetwork(flat, (), grains=tuple(grains)))
    assert np.mean([2 * math.sqrt(g.area / math.pi) for g in grains]) < 0.37e-6
    assert found["grain_diameter_m"] == pytest.approx(0.4e-6, rel=0.03)


def test_the_astm_number_needs_fifty_grains():
    many = tuple(disc(0, 0, 0.1e-6) for _ in range(60))
    found = statistics(WallNetwork(REGION, (), grains=many))
    # 60 grains in 8e-6 mm^2
    assert found["grain_size_astm"] == pytest.approx(3.321928 * math.log10(60 / 8e-6) - 2.954)
    assert statistics(WallNetwork(REGION, (), grains=many[:49]))["grain_size_astm"] is None


def polycrystal(seed=1, density=20e12, region=REGION):
    return voronoi_network(np.random.default_rng(seed), region, density)


def test_every_interval_holds_its_value():
    network = polycrystal()
    found = statistics(network, domains=network.grains)
    names = [name for name in found if f"{name}_low" in found]
    assert len(names) == 15
    for name in names:
        low, value, high = (found[f"{name}{end}"] for end in ("_low", "", "_high"))
        assert (low is None) == (value is None)
        if value is not None:
            assert low <= value <= high


def test_both_grain_size_numbers_of_a_polycrystal_are_those_of_its_density():
    found = statistics(polycrystal())
    g = 3.321928 * math.log10(20e6) - 2.954
    assert found["grain_size_areas"] == pytest.approx(g, abs=0.3)
    # Poisson-Voronoi cells have shorter intercepts than the standard's
    assert found["grain_size_intercepts"] == pytest.approx(g + 0.36, abs=0.3)
    assert found["grain_size_astm"] == pytest.approx(found["grain_size_areas"], abs=0.05)
    assert found["grain_area_m2"] == pytest.approx(1 / 20e12, rel=0.2)


def test_domains_have_sizes_where_they_are_given():
    network = polycrystal()
    assert statistics(network)["domain_diameter_m"] is None
    found = statistics(network, domains=network.grains)
    assert found["domain_diameter_m"] == found["grain_diameter_m"]
    p10, p50, p90 = (found[f"domain_diameter_p{p}_m"] for p in (10, 50, 90))
    assert p10 < p50 < p90


def test_without_walls_the_density_is_bounded_from_above():
    found = statistics(WallNetwork(REGION, ()))
    assert found["wall_density_per_m"] == found["wall_density_per_m_low"] == 0
    assert found["wall_density_per_m_high"] == pytest.approx(3.689 * math.pi / 12e-6, rel=1e-3)


@pytest.mark.parametrize("side", [1, -1], ids=["top", "bottom"])
def test_the_interval_of_half_a_scan_is_that_of_its_half(side):
    half = ScanRegion((0.0, side * 0.5e-6), (4e-6, 1e-6))
    whole = ScanRegion((0.0, 0.0), (4e-6, 2e-6))
    walls = voronoi_network(np.random.default_rng(3), half, 10e12).walls
    found = statistics(WallNetwork(whole, walls), 4e-12)
    alone = statistics(WallNetwork(half, walls))
    for end in ("", "_low", "_high"):
        name = f"boundary_density_per_m{end}"
        assert found[name] == pytest.approx(alone[name], rel=1e-6)


@settings(max_examples=4, deadline=None)
@given(st.floats(-3.1, 3.1), st.integers(0, 1000))
def test_turning_a_scan_with_its_sample_changes_no_number(angle, seed):
    network = polycrystal(seed, 8e12, ScanRegion((0.0, 0.0), (4e-6, 2e-6)))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = WallNetwork(
        ScanRegion((0.0, 0.0), (4e-6, 2e-6), angle),
        tuple(Wall(w.points @ turn, w.code) for w in network.walls),
        grains=tuple(Grain(g.outline @ turn, g.area, g.cut_by_frame) for g in network.grains),
    )
    before, after = statistics(network), statistics(turned)
    assert {n for n, v in after.items() if v is None} == {n for n, v in before.items() if v is None}
    for name, value in before.items():
        if value is not None:
            room = 1e-3 if "grain_size" in name else 0
            assert after[name] == pytest.approx(value, rel=1e-3, abs=room)
