"""Painted patterns: the labels lie on what is painted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.flywheel.painted.domains import domain_field
from ai_afm.flywheel.painted.fields import (
    FAR,
    band_field,
    border,
    signed_distance,
    turned_axes,
)
from ai_afm.flywheel.painted.grains import caps, relief, voronoi
from ai_afm.flywheel.painted.lamellae import lamellae, parallel_twins

SHAPE = (72, 96)
seeds = st.integers(0, 2**31)
angles = st.floats(0, 2 * np.pi)


@given(angle=angles, offset=st.floats(-20, 20))
@settings(max_examples=40, deadline=None)
def test_the_distance_to_a_straight_wall_is_known_to_half_a_pixel(
    angle: float, offset: float
) -> None:
    u, _ = turned_axes(SHAPE, angle)
    away_from_the_frame = np.s_[12:-12, 12:-12]
    error = signed_distance(u - offset) - (u - offset)
    near = np.abs(u - offset) < 10
    assert np.abs(error[away_from_the_frame][near[away_from_the_frame]]).max() < 0.75


def test_an_image_without_a_wall_is_far_from_one() -> None:
    assert (signed_distance(np.full(SHAPE, 0.3)) == FAR).all()
    assert (signed_distance(np.full(SHAPE, -0.3)) == -FAR).all()


@given(angle=angles, offset=st.floats(-20, 20))
@settings(max_examples=40, deadline=None)
def test_a_border_line_is_shifted_nowhere(angle: float, offset: float) -> None:
    u, _ = turned_axes(SHAPE, angle)
    line = border(u > offset, np.abs(u - offset))
    assert line.any()
    assert np.abs(u - offset)[line].max() <= 0.5 + 1e-9


def test_a_band_field_has_its_period() -> None:
    field = band_field(np.random.default_rng(2), (120, 160), 16.0, 9.0)
    power = np.abs(np.fft.rfft2(field)) ** 2
    k = np.hypot(np.fft.fftfreq(120)[:, None], np.fft.rfftfreq(160)[None, :])
    assert (power * k).sum() / power.sum() == pytest.approx(1 / 16, rel=0.1)


@given(seed=seeds, size=st.floats(7, 80))
@settings(max_examples=25, deadline=None)
def test_domains_are_finite_fields_of_the_shape_asked_for(seed: int, size: float) -> None:
    field = domain_field(np.random.default_rng(seed), SHAPE, size)
    assert field.shape == SHAPE
    assert np.isfinite(field).all()


@given(seed=seeds, angle=angles, period=st.floats(4, 40))
@settings(max_examples=25, deadline=None)
def test_a_twin_has_its_lines_at_its_borders(seed: int, angle: float, period: float) -> None:
    twins = parallel_twins(np.random.default_rng(seed), SHAPE, angle, (period, 0.3))
    inside = twins.inside > 0.5
    distance = np.abs(signed_distance(np.where(inside, 1.0, -1.0)))
    assert (distance[twins.lines] < 2.6).mean() > 0.85 or not inside.any()


@given(seed=seeds, period=st.floats(4, 40))
@settings(max_examples=25, deadline=None)
def test_a_thin_twin_has_one_line(seed: int, period: float) -> None:
    twins = parallel_twins(np.random.default_rng(seed), SHAPE, 0.0, (period, 0.5))
    gaps = np.concatenate([np.diff(np.flatnonzero(row)) for row in twins.lines])
    # a bent line is two pixels wide here and there
    assert (gaps < 2).mean() < 0.15 if gaps.size else True


@given(seed=seeds)
@settings(max_examples=25, deadline=None)
def test_lamellae_are_contrasts_between_nothing_and_all(seed: int) -> None:
    twins = lamellae(np.random.default_rng(seed), SHAPE)
    assert twins.inside.min() >= 0
    assert twins.inside.max() <= 1
    assert np.isfinite(twins.tilt).all()
    assert np.abs(twins.tilt).max() <= 1 + 1e-9


@given(seed=seeds, size=st.floats(7, 200))
@settings(max_examples=25, deadline=None)
def test_grains_are_parted_by_their_lines(seed: int, size: float) -> None:
    cells = voronoi(np.random.default_rng(seed), SHAPE, size)
    for a, b in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        differ = cells.index[a] != cells.index[b]
        assert (cells.lines[a] | cells.lines[b])[differ].all()
    assert cells.index.max() < cells.count


@pytest.mark.parametrize("size", [10.0, 60.0])
def test_grains_have_about_the_size_asked_for(size: float) -> None:
    counts = [
        len(np.unique(voronoi(np.random.default_rng(n), (128, 160), size).index)) for n in range(12)
    ]
    whole = 128 * 160 / size**2
    assert 0.4 * whole < np.mean(counts) < 3 * whole + 4


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_rounded_grains_meet_in_creases(seed: int) -> None:
    cells, height = caps(np.random.default_rng(seed), SHAPE, 24.0)
    bend = np.zeros(SHAPE)
    bend[1:-1] += height[2:] + height[:-2] - 2 * height[1:-1]
    bend[:, 1:-1] += height[:, 2:] + height[:, :-2] - 2 * height[:, 1:-1]
    inner = np.s_[1:-1, 1:-1]
    assert bend[inner][cells.lines[inner]].mean() > bend[inner][~cells.lines[inner]].mean()


@given(seed=seeds, size=st.floats(7, 120))
@settings(max_examples=20, deadline=None)
def test_grains_are_seen_in_their_relief(seed: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    height = relief(rng, voronoi(rng, SHAPE, size))
    assert height.shape == SHAPE
    assert np.isfinite(height).all()
    assert np.ptp(height) > 0
