"""Amplitude and phase that hardly vary are raised, causally; a piezoresponse stays as it is."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.image.normalise import PLANES, RAISED, START_LINES, normalise, start_state
from ai_afm.segment.inputs import adopted

AMPLITUDE, COS, SIN = 1, 2, 3


def tapping(lines=60, pixels=50, seed=0):
    """A feedback's error of half a per cent, and a phase that turns by two degrees."""
    rng = np.random.default_rng(seed)
    amplitude = 2e-8 * (1 + rng.normal(0, 4e-4, (lines, pixels)))
    phase = 1.2 + rng.normal(0, 5e-3, (lines, pixels))
    # a boundary along the line: whoever levels line by line does not see it in the height
    amplitude[40:43] *= 1.005
    phase[40:43] += 0.035
    return {"amplitude": amplitude, "phase": phase}


def domains(lines=60, pixels=50, seed=0):
    rng = np.random.default_rng(seed)
    phase = np.where(np.arange(pixels) < 20, 0.3, 0.3 + np.pi)
    amplitude = np.abs(1 + rng.normal(0, 0.2, (lines, pixels)))
    return {"amplitude": amplitude, "phase": phase + rng.normal(0, 0.2, (lines, pixels))}


def planes_of(channels, *, raised):
    return normalise(channels, start_state(channels, raised=raised))[0]


def test_the_names_of_the_planes_tell_what_is_raised():
    changed = [a for a, b in zip(PLANES, RAISED, strict=True) if a != b]
    assert changed == ["log_amplitude", "cos_phase", "sin_phase"]


def test_what_a_tapping_tip_shows_is_seen():
    plain, raised = (planes_of(tapping(), raised=r) for r in (False, True))
    inside, outside = slice(40, 43), slice(30, 38)
    for plane, least in ((AMPLITUDE, 0.2), (COS, 0.25)):
        step = abs(raised[plane, inside].mean() - raised[plane, outside].mean())
        noise = raised[plane, outside].std()
        assert step > least
        assert abs(plain[plane, inside].mean() - plain[plane, outside].mean()) < 0.03
        assert noise < 0.1


def test_noise_alone_stays_small():
    rng = np.random.default_rng(3)
    for size in (1e-6, 1e-3, 1e-2):
        channels = {
            "amplitude": 1 + rng.normal(0, size, (80, 60)),
            "phase": 2 + rng.normal(0, size, (80, 60)),
        }
        raised = planes_of(channels, raised=True)
        assert raised[AMPLITUDE].std() < 0.06
        assert raised[COS].std() + raised[SIN].std() < 0.3


def test_a_piezoresponse_is_left_as_it_is():
    plain, raised = (planes_of(domains(), raised=r) for r in (False, True))
    assert np.array_equal(plain, raised)


@pytest.mark.parametrize("width", [2, 5, 12])
def test_a_narrow_domain_moves_no_wall(width):
    """Most pixels of a clean line lie in one domain, which alone would ask for much contrast."""
    rng = np.random.default_rng(5)
    at = np.abs(np.arange(50) - 25.0) - width / 2
    flank = np.pi / 2 * (1 - np.tanh(at / 1.5))
    phase = 0.3 + flank + rng.normal(0, 0.02, (60, 50))
    channels = {"amplitude": np.ones((60, 50)), "phase": phase}
    plain, raised = (planes_of(channels, raised=r) for r in (False, True))
    assert np.array_equal(plain[[COS, SIN]], raised[[COS, SIN]])


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(1, 59), max_size=5), film=st.booleans())
def test_pieces_of_a_frame_give_the_planes_of_the_whole(cuts, film):
    channels = tapping() if film else domains()
    whole = planes_of(channels, raised=True)
    state, pieces = start_state(channels, raised=True), []
    for a, b in pairwise(sorted({0, *cuts, 60})):
        planes, state = normalise({n: c[a:b] for n, c in channels.items()}, state)
        pieces.append(planes)
    assert np.array_equal(np.concatenate(pieces, axis=1), whole)


def test_a_later_line_changes_no_earlier_one():
    channels = tapping()
    before = planes_of(channels, raised=True)
    channels["amplitude"][45:] *= 3
    channels["phase"][45:] += 2
    assert np.array_equal(before[:, :45], planes_of(channels, raised=True)[:, :45])


def test_gain_and_offset_drop_out():
    channels = tapping()
    raised = planes_of(channels, raised=True)
    other = {"amplitude": 7e3 * channels["amplitude"], "phase": channels["phase"] + 0.8}
    again = planes_of(other, raised=True)
    assert np.allclose(raised[AMPLITUDE], again[AMPLITUDE], atol=1e-5)
    turned = (raised[COS] + 1j * raised[SIN]) * np.exp(0.8j)
    assert np.allclose(turned, again[COS] + 1j * again[SIN], atol=1e-5)


def test_a_phase_around_the_cut_is_no_jump():
    channels = tapping()
    cut = {**channels, "phase": np.angle(np.exp(1j * (channels["phase"] - 1.2 + np.pi)))}
    turned = (planes_of(channels, raised=True)[[COS, SIN]] ** 2).sum(axis=0)
    assert np.ptp(cut["phase"]) > 6
    raised = planes_of(cut, raised=True)
    assert raised[COS].std() < 0.1
    assert np.allclose((raised[[COS, SIN]] ** 2).sum(axis=0), turned, atol=1e-5)


def test_missing_readings_are_absent_not_invented():
    channels = tapping()
    channels["amplitude"][10, 5], channels["phase"][11, 6] = np.nan, np.nan
    channels["amplitude"][20] = channels["phase"][20] = np.nan
    raised = planes_of(channels, raised=True)
    assert np.isfinite(raised).all()
    assert raised[5, 10, 5] == raised[6, 11, 6] == raised[AMPLITUDE, 10, 5] == 0
    assert not raised[:, 20].any()


def test_a_channel_without_any_variation_is_flat():
    channels = {"amplitude": np.ones((40, 30)), "phase": np.full((40, 30), 0.5)}
    raised = planes_of(channels, raised=True)
    assert np.allclose(raised[AMPLITUDE], np.log(1.1), atol=1e-6)
    assert np.ptp(raised[COS]) < 1e-6


def test_a_band_inherits_how_much_was_raised():
    channels = tapping()
    _, state = normalise(channels, start_state(channels, raised=True))
    band = {n: c[30:50] for n, c in channels.items()}
    own = start_state(band, raised=True)
    kept = adopted(state, own)
    assert kept.contrast.amplitude == state.contrast.amplitude != own.contrast.amplitude
    assert kept.lines == START_LINES
    planes, _ = normalise(band, kept)
    assert planes[AMPLITUDE, 10:13].mean() > planes[AMPLITUDE, :8].mean() + 0.2


@pytest.mark.parametrize("raised", [False, True])
def test_what_is_inherited_suits_the_model_that_looks(raised):
    channels = tapping()
    _, state = normalise(channels, start_state(channels, raised=not raised))
    kept = adopted(state, start_state(channels, raised=raised))
    assert (kept.contrast is not None) == raised
    assert np.isfinite(normalise(channels, kept)[0]).all()


def test_a_channel_that_the_parent_did_not_have_starts_with_its_own():
    channels = tapping()
    alone = {"amplitude": channels["amplitude"]}
    _, state = normalise(alone, start_state(alone, raised=True))
    kept = adopted(state, start_state(channels, raised=True)).contrast
    assert kept.amplitude == state.contrast.amplitude
    assert np.isfinite([kept.phase, kept.cos, kept.sin]).all()
