"""Currents and relaxations read out: straight lines, stretched exponentials, and honest silence."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.image.current_fit import fit_current
from ai_afm.image.relaxation_fit import fit_relaxation

UP = np.linspace(0, 4, 33)
SWEEP = np.concatenate([UP, UP[-2::-1], -UP[1:], -UP[-2::-1]])
T = 0.02 * np.arange(1, 161)


def diode(v, ohm=2e9, threshold=1.5):
    return np.sign(v) * np.maximum(np.abs(v) - threshold, 0.0) / ohm


@given(st.floats(1e6, 1e12), st.floats(0.1, 2.5))
def test_a_threshold_and_a_resistance_come_back_at_both_polarities(ohm, threshold):
    fit = fit_current(SWEEP, diode(SWEEP, ohm, threshold))
    for branch in (fit.positive, fit.negative):
        assert branch.resistance == pytest.approx(ohm, rel=1e-6)
        assert branch.threshold == pytest.approx(threshold, abs=1e-6)


def test_the_current_of_a_capacitance_is_told_apart_and_taken_off():
    charging = 3e-12 * np.sign(np.diff(SWEEP, prepend=0.0))
    fit = fit_current(SWEEP, diode(SWEEP) + charging)
    assert fit.charging == pytest.approx(3e-12)
    assert fit.positive.resistance == pytest.approx(2e9)
    assert fit.positive.largest == pytest.approx(2.5 / 2e9)


def test_noise_is_no_current():
    rng = np.random.default_rng(104)
    fits = [fit_current(SWEEP, 1e-13 * rng.standard_normal(len(SWEEP))) for _ in range(100)]
    assert all(math.isnan(f.positive.resistance) for f in fits)
    assert np.median([f.noise for f in fits]) == pytest.approx(1e-13, rel=0.15)


def test_a_current_that_breaks_down_on_the_way_is_no_resistance():
    current = np.where(np.abs(SWEEP) > 3, 1e-9 * np.random.default_rng(105).random(129), 0)
    assert fit_current(SWEEP, current).positive.reason == "the current is no rising line"


def test_a_polarity_that_was_not_applied_says_so():
    fit = fit_current(np.abs(SWEEP), diode(np.abs(SWEEP)))
    assert fit.negative.reason == "this polarity was not applied"
    assert dict(fit.as_pairs())["resistance_positive_ohm"] == pytest.approx(2e9)


def test_biases_and_currents_of_different_length_are_refused():
    with pytest.raises(BadInput):
        fit_current(SWEEP, SWEEP[1:])


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 1.0), st.floats(0.5, 1.1), st.floats(-3, 3))
def test_a_clean_relaxation_gives_its_numbers_back(tau, beta, phase):
    r = (4 + 2 * np.exp(-((T / tau) ** beta))) * np.exp(1j * phase)
    fit = fit_relaxation(T, r)
    assert fit.time == pytest.approx(tau, rel=0.02)
    assert fit.stretch == pytest.approx(beta, rel=0.02)
    assert fit.share == pytest.approx(2 / 6, rel=0.05)


def test_the_interval_of_the_time_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(106)
    clean = 5 + np.exp(-((T / 0.3) ** 0.7))
    fits = [fit_relaxation(T, clean + 0.05 * rng.standard_normal(len(T))) for _ in range(25)]
    held = [f.time_interval[0] <= 0.3 <= f.time_interval[1] for f in fits]
    assert np.mean(held) >= 0.88


def test_a_response_at_rest_does_not_relax():
    rng = np.random.default_rng(107)
    fits = [fit_relaxation(T, 5 + 0.1 * rng.standard_normal(len(T))) for _ in range(12)]
    assert {f.reason for f in fits} == {"no change beyond the noise"}


def test_a_relaxation_much_slower_than_the_reading_is_not_given_a_time():
    rng = np.random.default_rng(108)
    r = 5 + np.exp(-T / 300.0) + 1e-4 * rng.standard_normal(len(T))
    assert math.isnan(fit_relaxation(T, r).time)


def test_a_constant_and_too_few_samples_say_why():
    assert fit_relaxation(T, np.full(len(T), 2.0)).reason == "the response stays as it is"
    assert "too few" in fit_relaxation(T[:8], T[:8]).reason


def test_times_that_do_not_rise_are_refused():
    with pytest.raises(BadInput):
        fit_relaxation(T[::-1], T)
