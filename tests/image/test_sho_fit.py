"""Spectra of a resonance read out: the numbers come back, and noise is not believed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.image.sho_fit import fit_sho

F = np.arange(64) * 1e3 + 318.5e3


def spectra(amplitude, f0, quality):
    square = np.asarray(f0)[..., None] ** 2
    damped = 1j * F * (np.asarray(f0) / quality)[..., None]
    return np.asarray(amplitude)[..., None] * square / (square - F**2 + damped)


def noise(rng, shape, size):
    return size * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))


@settings(max_examples=40, deadline=None)
@given(
    st.floats(1e-13, 1e-9), st.floats(-3.1, 3.1), st.floats(325e3, 375e3), st.floats(15.0, 250.0)
)
def test_a_clean_spectrum_gives_its_numbers_back(size, phase, f0, quality):
    fit = fit_sho(F, spectra(size * np.exp(1j * phase), f0, quality))
    assert fit.amplitude == pytest.approx(size, rel=1e-6)
    assert fit.phase == pytest.approx(phase, abs=1e-6)
    assert fit.frequency == pytest.approx(f0, rel=1e-9)
    assert fit.quality == pytest.approx(quality, rel=1e-6)
    assert fit.r2 == pytest.approx(1.0)


def test_noise_moves_the_numbers_by_no_more_than_theory_allows():
    rng = np.random.default_rng(100)
    sigma, size, f0, quality = 3e-11, 8e-11, 349.3e3, 80.0
    clean = spectra(np.full(600, size), np.full(600, f0), quality)
    fit = fit_sho(F, clean + noise(rng, clean.shape, sigma))
    # Cramer-Rao bound of (Re A, Im A, f0, 1/Q) with all four unknown
    steps = {"f0": 1.0, "q": 1e-3}
    h = spectra(1.0, f0, quality)
    by_f0 = size * (spectra(1.0, f0 + steps["f0"], quality) - h) / steps["f0"]
    by_q = size * (spectra(1.0, f0, quality + steps["q"]) - h) / steps["q"]
    slopes = np.stack([h, 1j * h, by_f0, by_q], axis=1)
    information = (slopes.conj().T @ slopes).real / sigma**2
    bound = np.sqrt(np.diag(np.linalg.inv(information)))
    found = [np.std(v) for v in (fit.amplitude, fit.phase * size, fit.frequency, fit.quality)]
    assert np.array(found) / bound == pytest.approx(1.0, abs=0.15)
    assert abs(fit.frequency.mean() - f0) < 4 * bound[2] / np.sqrt(600)


def test_noise_alone_is_not_believed():
    rng = np.random.default_rng(101)
    fit = fit_sho(F, noise(rng, (40, 50, 64), 1.0))
    assert np.isnan(fit.amplitude).mean() > 0.998
    assert np.isfinite(fit.r2).all()
    assert np.isnan(fit.phase[np.isnan(fit.amplitude)]).all()


@pytest.mark.parametrize("bins", [16, 24, 48])
def test_noise_is_not_believed_in_short_spectra_either(bins):
    f = np.linspace(320e3, 380e3, bins)
    fit = fit_sho(f, noise(np.random.default_rng(102), (1500, bins), 1.0))
    assert np.isfinite(fit.amplitude).mean() < 0.004


def test_a_resonance_outside_the_band_is_not_believed():
    fit = fit_sho(F, spectra(np.ones(2), np.array([300e3, 420e3]), 60.0))
    assert np.isnan(fit.frequency).all()


def test_spectra_with_gaps_and_without_a_response_have_no_numbers():
    z = spectra(np.ones((3, 2)), np.full((3, 2), 350e3), 60.0)
    z[1, 0, 5], z[2, 1] = np.nan, 0.0
    fit = fit_sho(F, z)
    assert np.isnan(fit.amplitude).tolist() == [[False, False], [True, False], [False, True]]
    assert np.isnan(fit.r2[1, 0])


def test_turning_all_phases_turns_the_fit_and_nothing_else():
    rng = np.random.default_rng(103)
    z = spectra(np.ones(30), np.linspace(335e3, 365e3, 30), 70.0)
    z = z + noise(rng, z.shape, 2.0)
    one, turned = fit_sho(F, z), fit_sho(F, z * np.exp(1.3j))
    away = np.angle(turned.response / one.response)
    assert away == pytest.approx(1.3, abs=1e-6)
    assert turned.frequency == pytest.approx(one.frequency, rel=1e-9)


@pytest.mark.parametrize("frequency", [F[:15], F[::-1], F - 400e3], ids=["few", "falling", "low"])
def test_frequencies_that_cannot_be_fitted_are_refused(frequency):
    with pytest.raises(BadInput):
        fit_sho(frequency, np.ones((2, len(frequency)), complex))


def test_spectra_of_another_length_are_refused():
    with pytest.raises(BadInput, match="do not fit"):
        fit_sho(F, np.ones((3, 63), complex))
