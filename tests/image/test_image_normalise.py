"""Normalisation is causal, finite, and keeps what matters."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.image.normalise import PLANES, START_LINES, NormaliseState, normalise, start_state


def frame(lines: int = 60, pixels: int = 44, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "height": rng.normal(0, 1e-9, (lines, pixels)) + 5e-9 * np.sin(np.arange(pixels) / 7),
        "amplitude": np.abs(rng.normal(3e-4, 1e-5, (lines, pixels))),
        "phase": rng.uniform(-np.pi, np.pi, (lines, pixels)),
    }


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(1, 59), max_size=5))
def test_pieces_of_a_frame_give_the_planes_of_the_whole(cuts: list[int]) -> None:
    channels = frame()
    whole, _ = normalise(channels, start_state(channels))
    state, pieces = start_state(channels), []
    edges = sorted({0, *cuts, 60})
    for a, b in pairwise(edges):
        planes, state = normalise({n: c[a:b] for n, c in channels.items()}, state)
        pieces.append(planes)
    assert np.array_equal(np.concatenate(pieces, axis=1), whole)


def test_a_later_line_changes_no_earlier_one() -> None:
    channels = frame()
    before, _ = normalise(channels, start_state(channels))
    channels["height"][40:] *= 50
    channels["amplitude"][40:] *= 9
    after, _ = normalise(channels, start_state(channels))
    assert np.array_equal(before[:, :40], after[:, :40])


def test_gain_of_the_response_and_of_the_height_drop_out() -> None:
    channels = frame()
    planes, _ = normalise(channels, start_state(channels))
    louder = dict(channels, amplitude=channels["amplitude"] * 1e3, height=channels["height"] * 7)
    again, _ = normalise(louder, start_state(louder))
    assert np.allclose(planes, again, atol=1e-5)


def test_a_dip_in_amplitude_has_the_same_depth_at_any_response() -> None:
    amplitude = np.ones((50, 30))
    amplitude[:, 12] = 0.0
    planes, _ = normalise({"amplitude": amplitude}, start_state({"amplitude": amplitude}))
    assert planes[1, 40, 12] - planes[1, 40, 3] == pytest.approx(np.log(0.1 / 1.1), abs=1e-6)


def test_noise_of_a_flat_film_stays_small_and_grains_stay_large() -> None:
    rng = np.random.default_rng(1)
    flat = {"height": rng.normal(0, 1e-10, (64, 200))}
    rows, columns = np.mgrid[:64, :200]
    relief = np.sin(2 * np.pi * columns / 40) * np.sin(2 * np.pi * rows / 40)
    grains = {"height": 5e-9 * relief + flat["height"]}
    quiet, _ = normalise(flat, start_state(flat))
    loud, _ = normalise(grains, start_state(grains))
    assert quiet[0].std() < 0.3
    assert loud[0].std() > 0.5


def test_line_offsets_are_removed_from_the_height() -> None:
    channels = {"height": frame()["height"]}
    shifted = {"height": channels["height"] + np.linspace(0, 1e-7, 60)[:, None]}
    a, _ = normalise(channels, start_state(channels))
    b, _ = normalise(shifted, start_state(shifted))
    assert np.allclose(a, b, atol=1e-5)


def test_missing_readings_are_absent_not_invented() -> None:
    channels = frame()
    channels["amplitude"][10, 5] = np.nan
    channels["height"][12] = np.nan
    planes, _ = normalise(channels, start_state(channels))
    assert np.isfinite(planes).all()
    has = dict(zip(PLANES, planes, strict=True))
    assert has["has_amplitude"][10, 5] == 0
    assert has["log_amplitude"][10, 5] == 0
    assert not has["has_height"][12].any()
    assert has["has_height"].sum() == 59 * 44


def test_lines_that_are_missing_do_not_move_the_levels() -> None:
    channels = frame()
    channels["height"][30:35] = np.nan
    channels["amplitude"][30:35] = np.nan
    _, before = normalise({n: c[:30] for n, c in channels.items()}, start_state(channels))
    _, after = normalise({n: c[30:35] for n, c in channels.items()}, before)
    assert after.height_scale == before.height_scale
    assert after.amplitude_level == before.amplitude_level


def test_a_channel_without_spread_says_that_it_knows_nothing() -> None:
    planes, _ = normalise(c := {"height": np.full((30, 20), 3e-9)}, start_state(c))
    assert not planes.any()


def test_a_missing_channel_leaves_its_planes_empty() -> None:
    channels = {"phase": frame()["phase"]}
    planes, state = normalise(channels, start_state(channels))
    assert not planes[[0, 1, 4, 5]].any()
    assert np.allclose(planes[2] ** 2 + planes[3] ** 2, 1, atol=1e-6)
    assert np.isnan(state.height_scale)


def test_a_band_that_inherits_its_parents_state_starts_warm() -> None:
    channels = frame()
    _, parent = normalise(channels, start_state(channels))
    state = parent.inherited()
    assert state.lines == START_LINES
    planes, child = normalise({n: c[:4] for n, c in channels.items()}, state)
    assert child.amplitude_level == pytest.approx(parent.amplitude_level, rel=0.05)
    assert planes[5].all()


def test_bad_input_is_refused() -> None:
    with pytest.raises(BadInput, match="no channel"):
        normalise({"current": np.ones((3, 4))}, NormaliseState())
    with pytest.raises(BadInput, match="one shape"):
        start_state({"height": np.ones((3, 4)), "phase": np.ones((4, 3))})
    with pytest.raises(BadInput, match="infinite"):
        start_state({"height": np.full((3, 4), np.inf)})
