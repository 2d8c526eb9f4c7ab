"""Painted response and look-alikes: one complex signal, and nothing unknowable is asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.flywheel.mishaps import Mishap, RawCrop
from ai_afm.flywheel.painted.disguises import DISGUISES, contact_band, dark_curves, lost_channel
from ai_afm.flywheel.painted.fields import blurred_response, turned_axes
from ai_afm.flywheel.painted.look_alikes import with_edges
from ai_afm.flywheel.painted.response import dead_texture, noisy, of_the_tip, polarity

SHAPE = (56, 80)
seeds = st.integers(0, 2**31)


def one_wall() -> RawCrop:
    """Return a straight 180-degree wall across the middle of the lines."""
    u, _ = turned_axes(SHAPE, 0.0)
    height = np.random.default_rng(1).standard_normal(SHAPE)
    label = np.where(u == 0, 2, 0).astype(np.uint8)
    return RawCrop(height, np.tanh(u / 2) + 0j, label, np.zeros(SHAPE, np.bool_))


@given(seed=seeds, width=st.floats(0.3, 8))
@settings(max_examples=40, deadline=None)
def test_the_phase_turns_by_half_a_turn_across_a_wall(seed: int, width: float) -> None:
    u, _ = turned_axes(SHAPE, 0.0)
    response = polarity(np.random.default_rng(seed), 4 * (u + 0.5), width)
    turn = np.angle(response[:, -1] / response[:, 0])
    assert np.abs(turn) == pytest.approx(np.pi, abs=1e-3)


@given(seed=seeds, width=st.floats(2, 8))
@settings(max_examples=40, deadline=None)
def test_the_response_is_never_larger_at_a_wall_than_in_its_domains(
    seed: int, width: float
) -> None:
    u, _ = turned_axes(SHAPE, 0.0)
    size = np.abs(polarity(np.random.default_rng(seed), 2 * u, width))[20]
    assert size[SHAPE[1] // 2] <= max(size[0], size[-1]) * 1.0001


def test_a_blur_of_the_response_keeps_its_mean() -> None:
    response = one_wall().response + 0.3j
    smooth = blurred_response(response, 1.2)
    assert smooth.mean() == pytest.approx(response.mean(), abs=0.02)
    assert np.abs(np.diff(smooth, axis=1)).max() < np.abs(np.diff(response, axis=1)).max()


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_a_tip_leaves_the_labels_alone(seed: int) -> None:
    raw = one_wall()
    seen = of_the_tip(raw, np.random.default_rng(seed))
    assert seen.label is raw.label
    assert np.isfinite(seen.response).all()


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_walls_in_a_dead_region_are_not_asked_for(seed: int) -> None:
    raw = one_wall()
    dead = dead_texture(
        RawCrop(raw.height, np.full(SHAPE, 5 + 0j), raw.label, raw.ignore),
        np.random.default_rng(seed),
    )
    gone = np.abs(dead.response) < 0.4 * 5
    assert dead.ignore[gone & (raw.label > 0)].all()
    assert not dead.ignore[:, : SHAPE[1] // 2 - 4].any()


def test_a_net_of_lines_in_pure_noise_is_background() -> None:
    raw = one_wall()
    raw = RawCrop(raw.height, raw.response, raw.label, np.ones(SHAPE, np.bool_))
    results = [lost_channel(raw, np.random.default_rng(seed)) for seed in range(20)]
    noise = [r for r in results if np.ptp(np.angle(r.response)) > 6]
    assert noise
    for crop in noise:
        beside = np.s_[:, SHAPE[1] // 2 + 3 :]
        assert not crop.ignore[beside].any()
        assert crop.ignore[crop.label > 0].all()


@given(seed=seeds)
@settings(max_examples=30, deadline=None)
def test_dark_curves_do_not_turn_the_phase(seed: int) -> None:
    raw = one_wall()
    factor = dark_curves(
        RawCrop(raw.height, np.ones(SHAPE, np.complex128), raw.label, raw.ignore),
        np.random.default_rng(seed),
    ).response
    assert (factor.real > 0).all()
    assert np.abs(factor.imag).max() == 0


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_the_contact_changes_in_one_run_of_lines(seed: int) -> None:
    raw = one_wall()
    changed = contact_band(raw, np.random.default_rng(seed))
    lines = np.flatnonzero((changed.height != raw.height).any(axis=1))
    assert 1 <= len(lines) <= 60
    assert (np.diff(lines) == 1).all()


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_look_alikes_with_edges_leave_walls_walls(seed: int) -> None:
    raw = one_wall()
    changed = with_edges(raw, np.random.default_rng(seed))
    assert (changed.label[raw.label > 0] == raw.label[raw.label > 0]).all()
    assert set(np.unique(changed.label[raw.label == 0])) <= {0, 5}
    assert np.isfinite(changed.height).all()
    assert np.isfinite(changed.response).all()


@pytest.mark.parametrize("disguise", [d for _, d in DISGUISES], ids=lambda d: d.__name__)
def test_a_disguise_adds_no_label(disguise: Mishap) -> None:
    raw = one_wall()
    for seed in range(5):
        changed = disguise(raw, np.random.default_rng(seed))
        assert (changed.label == raw.label).all()
        assert not changed.ignore.any()
        assert (changed.response != raw.response).any() or (changed.height != raw.height).any()


def test_noise_is_of_the_size_of_a_part_of_the_response() -> None:
    raw = one_wall()
    sizes = [
        np.std(noisy(raw, np.random.default_rng(seed)).response - raw.response)
        for seed in range(60)
    ]
    assert 0.003 < min(sizes) < 0.05
    assert 0.1 < max(sizes) < 1.5
