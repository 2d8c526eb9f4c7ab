"""Loop read-out against loops whose answer is known by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.image.loop_fit import (
    first_half_cycle,
    fit_half_cycle,
    fit_loop,
    one_cycle,
    rotate_phase,
)
from ai_afm.types import Measurement, ProbeKind, ProbeRequest, Spectrum, Waveform

STEPS = 80


def triangle(amplitude: float = 10.0, steps: int = STEPS, polarity: int = 1):
    quarter = np.arange(steps) / (steps / 4)
    return polarity * amplitude * (1 - np.abs((quarter + 1) % 4 - 2))


def branches(bias, plus, minus, *, swing=-1.0, width=0.6, offset=0.0):
    """The response of a loop that switches at `plus` going up and at `minus` going down."""
    rising = np.diff(bias, prepend=2 * bias[0] - bias[1]) > 0
    return offset + swing * np.tanh((bias - np.where(rising, plus, minus)) / width)


def spectrum(bias, response, cycles: int = 2) -> Spectrum:
    """Play `cycles` of (bias, response), each off-field sample after an unread on-field one."""
    n = len(bias) * cycles
    off = np.tile([False, True], n)
    written = np.repeat(np.tile(bias, cycles), 2).astype(np.float32)
    z = np.full(2 * n, np.nan, np.complex64)
    z[off] = np.tile(response, cycles)
    return Spectrum(
        request=ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (0.0, 0.0), Waveform(float(bias.max()))),
        time=np.arange(2 * n, dtype=float),
        bias=np.where(off, 0, written).astype(np.float32),
        response=z,
        on_field=~off,
        cycle=np.repeat(np.arange(cycles), 2 * len(bias)).astype(np.int32),
        write_bias=written,
        response_unit="m",
        measurement=Measurement(),
        extra={},
    )


@settings(max_examples=40)
@given(
    st.floats(0.5, 5.0),
    st.floats(-5.0, -0.5),
    st.sampled_from([-1.0, 1.0]),
    st.floats(-0.5, 0.5),
    st.sampled_from([1e-12, 1.0]),
)
def test_a_noiseless_loop_gives_back_its_numbers(plus, minus, sense, offset, scale):
    bias = triangle()
    fit = fit_loop(bias, scale * branches(bias, plus, minus, swing=sense, offset=offset))
    assert fit.is_loop
    assert fit.coercive_plus == pytest.approx(plus, abs=0.02)
    assert fit.coercive_minus == pytest.approx(minus, abs=0.02)
    assert fit.imprint == pytest.approx((plus + minus) / 2, abs=0.02)
    assert fit.falls == (sense < 0)
    upper, lower = (offset - sense * math.tanh(c / 0.6) for c in (minus, plus))
    assert fit.remanent == pytest.approx(abs(upper - lower) / 2 * scale, rel=0.01)
    assert fit.offset == pytest.approx((upper + lower) / 2 * scale, abs=0.02 * scale)
    assert fit.r2 > 0.999


def test_the_nucleation_bias_is_that_of_a_tenth_of_the_swing():
    bias = triangle(steps=400)
    fit = fit_loop(bias, branches(bias, 4.0, -3.0, width=0.5))
    # tanh(u) = -0.8 at u = -1.0986: 10 % of the way from -1 to 1.
    assert fit.nucleation_plus == pytest.approx(4.0 - 0.5 * 1.0986, abs=0.01)
    assert fit.nucleation_minus == pytest.approx(-3.0 + 0.5 * 1.0986, abs=0.01)


def test_the_area_of_a_square_loop_is_its_width_times_its_height():
    bias = triangle(steps=800)
    fit = fit_loop(bias, branches(bias, 3.0, -2.0, width=0.02))
    assert fit.area == pytest.approx(5.0 * 2.0, rel=0.01)


def test_imprint_moves_a_fitted_loop_by_the_imprint():
    bias = triangle()
    plain, moved = (fit_loop(bias, branches(bias, 3.0 + s, -3.0 + s)) for s in (0.0, 0.8))
    assert moved.imprint - plain.imprint == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("polarity", [1, -1], ids=["positive first", "negative first"])
def test_noise_widens_the_answer_but_does_not_shift_it(polarity):
    bias, rng = triangle(polarity=polarity), np.random.default_rng(3)
    fits = [
        fit_loop(bias, branches(bias, 4.0, -3.0) + rng.normal(0, 0.15, len(bias)))
        for _ in range(10)
    ]
    assert all(f.is_loop for f in fits)
    assert np.mean([f.imprint for f in fits]) == pytest.approx(0.5, abs=0.08)


def test_noise_alone_is_not_a_loop_and_says_why():
    bias = triangle()
    for seed in range(5):
        fit = fit_loop(bias, 1 + np.random.default_rng(seed).normal(0, 0.1, len(bias)))
        assert not fit.is_loop
        assert fit.reason
        assert math.isnan(fit.coercive_plus)


def test_a_straight_line_is_not_a_loop():
    bias = triangle()
    fit = fit_loop(bias, 0.1 * bias + np.random.default_rng(0).normal(0, 1e-3, len(bias)))
    assert not fit.is_loop


def test_a_curve_without_hysteresis_is_not_a_loop():
    bias = triangle()
    fit = fit_loop(bias, np.tanh(bias))
    assert not fit.is_loop
    assert "open" in fit.reason


def test_missing_samples_are_left_out():
    bias = triangle()
    response = branches(bias, 4.0, -3.0)
    response[::7] = np.nan
    assert fit_loop(bias, response).coercive_plus == pytest.approx(4.0, abs=0.05)
    assert not fit_loop(bias, np.full(len(bias), np.nan)).is_loop


def test_a_constant_response_is_not_a_loop():
    bias = triangle()
    assert not fit_loop(bias, np.zeros(len(bias))).is_loop
    assert not fit_half_cycle(bias[:41], np.zeros(41)).has_switched


def test_bias_and_response_of_different_length_are_refused():
    with pytest.raises(BadInput, match="5"):
        fit_loop(np.arange(5), np.arange(6))


@given(st.floats(-3.1, 3.1), st.floats(0.05, 3.0))
def test_rotation_gives_back_the_real_response_whatever_the_phase(angle, scale):
    bias = triangle()
    real = scale * branches(bias, 4.0, -3.0)
    rotated, found = rotate_phase(real * np.exp(1j * angle))
    # The first samples (native, up) are positive in the model as well.
    np.testing.assert_allclose(rotated, real, atol=1e-9)
    assert math.cos(found - angle) == pytest.approx(1.0)


def test_rotation_finds_the_axis_under_a_large_background():
    bias = triangle()
    real = branches(bias, 4.0, -3.0)
    rotated, _ = rotate_phase((real + 3j) * np.exp(0.4j))
    assert np.ptp(rotated) == pytest.approx(np.ptp(real), rel=1e-3)


def test_rotation_of_a_constant_response_lies_on_the_response():
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 0.01, 300) + 1j * rng.normal(0, 0.01, 300)
    rotated, angle = rotate_phase(2 * np.exp(-2.5j) + noise)
    assert rotated.mean() == pytest.approx(2.0, rel=1e-2)
    assert math.cos(angle + 2.5) == pytest.approx(1.0, abs=1e-3)


def test_rotation_keeps_missing_samples_missing():
    rotated, _ = rotate_phase([1 + 0j, complex("nan"), -1 + 0j])
    assert np.isnan(rotated).tolist() == [False, True, False]
    assert math.isnan(rotate_phase(np.full(3, complex("nan")))[1])


@pytest.mark.parametrize("polarity", [1, -1], ids=["positive first", "negative first"])
def test_the_first_half_cycle_ends_before_the_bias_changes_its_sign(polarity):
    bias = triangle(polarity=polarity)
    played = spectrum(bias, np.arange(STEPS) + 0j)
    half, response = first_half_cycle(played)
    assert half.tolist() == bias[: STEPS // 2 + 1].astype(np.float32).astype(float).tolist()
    assert response.real.tolist() == list(range(STEPS // 2 + 1))
    assert np.isnan(first_half_cycle(played, on_field=True)[1]).all()


def test_cycles_are_read_one_by_one():
    bias = triangle()
    played = spectrum(bias, np.arange(STEPS) + 0j, cycles=3)
    assert len(one_cycle(played, 2)[0]) == STEPS
    with pytest.raises(BadInput, match="no cycle 3"):
        one_cycle(played, 3)


@pytest.mark.parametrize("polarity", [1, -1], ids=["positive first", "negative first"])
def test_a_half_cycle_gives_the_native_nucleation(polarity):
    size = np.abs(triangle(steps=160)[:81])
    out = np.arange(81) <= 40
    response = np.where(out, -np.tanh((size - 5.0) / 0.4), -1.0)
    fit = fit_half_cycle(polarity * size, response)
    assert fit.has_switched
    assert fit.coercive == pytest.approx(polarity * 5.0, abs=0.02)
    assert fit.nucleation == pytest.approx(polarity * (5.0 - 0.4 * 1.0986), abs=0.05)
    assert (fit.native, fit.written) == (pytest.approx(1.0), pytest.approx(-1.0))


def test_a_half_cycle_that_does_not_switch_says_so():
    size = np.abs(triangle()[:41])
    fit = fit_half_cycle(size, 1 + np.random.default_rng(1).normal(0, 0.05, 41))
    assert not fit.has_switched
    assert math.isnan(fit.nucleation)
    assert fit.native == pytest.approx(1.0, abs=0.05)


def test_a_change_that_goes_back_with_the_bias_is_not_called_written():
    size = np.abs(triangle(steps=160)[:81])
    fit = fit_half_cycle(size, -np.tanh((size - 5.0) / 0.4))
    assert "did not stay" in fit.reason
