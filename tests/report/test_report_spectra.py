"""Probes that are no loops in the report: what is drawn, and what is said."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from ai_afm.report.provenance import measurement_facts
from ai_afm.report.spectra import draw_plain, fit_words
from ai_afm.types import Measurement, ProbeKind, ProbeRequest, Spectrum, Waveform


def spectrum(kind, bias, response, extra=None, envelope="triangle", on=None):
    n = len(bias)
    on = np.ones(n, bool) if on is None else on
    return Spectrum(
        request=ProbeRequest(kind, (0.0, 0.0), Waveform(2.0, envelope=envelope, drive=0.0)),
        time=0.02 * np.arange(1, n + 1),
        bias=np.asarray(bias, np.float32),
        response=np.asarray(response, np.complex64),
        on_field=on,
        cycle=np.zeros(n, np.int32),
        write_bias=np.asarray(bias, np.float32),
        response_unit="m",
        measurement=Measurement(),
        extra=extra or {},
    )


def a_current():
    up = np.linspace(0, 2, 21)
    bias = np.concatenate([up, up[-2::-1], -up[1:], -up[-2::-1]])
    current = np.sign(bias) * np.maximum(np.abs(bias) - 0.7, 0) / 4e9
    kind, nothing = ProbeKind.CURRENT_VOLTAGE, np.full(len(bias), np.nan)
    return spectrum(kind, bias, nothing, {"current": current.astype(np.float32)})


def a_relaxation(change=3e-12):
    after = 0.02 * np.arange(1, 101)
    noise = 1e-13 * np.random.default_rng(100).standard_normal(100)
    r = 8e-12 + change * np.exp(-((after / 0.3) ** 0.6)) + noise
    on = np.arange(110) < 10
    kind = ProbeKind.RELAXATION
    return spectrum(kind, 2.0 * on, np.append(np.full(10, 2e-11), r), envelope="step", on=on)


def drawn(probe):
    axes = Figure().add_subplot()
    draw_plain(axes, probe)
    return axes


def test_a_current_is_drawn_against_its_bias_with_the_lines_of_its_fit():
    axes = drawn(a_current())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("bias (V)", "current (pA)")
    dotted = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert sorted(round(float(line.get_xdata()[0]), 2) for line in dotted) == [-0.7, 0.7]


def test_a_current_is_said_in_ohm_and_volt_and_no_law_is_named():
    words = fit_words(a_current()).replace("\u00a0", " ")
    assert words.startswith("+: 4.00 GΩ from 700 mV on")
    assert "Schottky" not in words


def test_a_relaxation_is_drawn_after_its_step_with_its_fit():
    axes = drawn(a_relaxation())
    assert axes.get_xlabel() == "time after the step (s)"
    samples, fit = axes.lines
    assert len(samples.get_xdata()) == 100
    assert np.abs(np.interp(samples.get_xdata(), *fit.get_data()) - samples.get_ydata()).max() < 0.4


def test_a_relaxation_is_said_with_its_interval_or_with_why_not():
    words = fit_words(a_relaxation())
    assert "% of the response relaxes in" in words
    assert "exponent" in words
    assert fit_words(a_relaxation(0.0)) == "no relaxation told: no change beyond the noise"


@pytest.mark.parametrize(
    ("extra", "labels"),
    [
        ({"height": np.linspace(0, 4e-8, 9), "force": np.linspace(-1e-9, 2e-9, 9)},
         ("height (nm)", "force (nN)")),
        ({}, ("time (ms)", "amplitude (nm)")),
    ],
    ids=["force", "amplitude"],
)  # fmt: skip
def test_other_probes_are_drawn_as_before(extra, labels):
    axes = drawn(spectrum(ProbeKind.FORCE_CURVE, np.zeros(9), np.full(9, 3e-9), extra))
    assert (axes.get_xlabel(), axes.get_ylabel()) == labels


def test_the_frequencies_of_a_band_are_not_written_one_by_one():
    band = Measurement(drive_frequencies=tuple(318.5e3 + 1e3 * k for k in range(64)))
    text = dict(measurement_facts(band))["drive frequencies"].replace("\u00a0", " ")
    assert text == "318.50 kHz to 381.50 kHz, 64 of them"
