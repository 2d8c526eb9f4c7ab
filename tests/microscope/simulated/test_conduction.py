"""Currents through the twin's tip: barrier, series resistance, walls, charging, noise, limits."""

import contextlib
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switching_worlds import FlatWorld

from ai_afm.errors import InstrumentError, OutOfRange, SafetyStop
from ai_afm.image.probe_fits import fitted, read_current, read_relaxation
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.microscope.simulated.afm import SimulatedAfm
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.microscope.simulated.conduction import Conduction
from ai_afm.microscope.simulated.loops import ProbeNoise, TipProperties, measure
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.settings import DeviceSettings
from ai_afm.testing.fake import FakeMicroscope, bias_everywhere, wide_limits
from ai_afm.types import ProbeKind, ProbeRequest, Waveform

IV = Waveform(amplitude=2.0, steps=48, cycles=1, on_time=0.02, off_time=0.0, drive=0.0)
STEP = Waveform(2.0, 160, 1, 0.02, 0.02, drive=1.0, envelope="step")


def request(x=0.0, waveform=IV, kind=ProbeKind.CURRENT_VOLTAGE):
    return ProbeRequest(kind, (x, 0.0), waveform)


def curve(x=0.0, waveform=IV, world=None, noise=0.0, tip=None, **kw):
    sample = SwitchingSample(world or FlatWorld(wall=0.0), 100)
    asked = request(x, waveform, **kw)
    noises = ProbeNoise(current=noise, response=5e-15)
    return measure(sample, asked, tip or TipProperties(), noises, np.random.default_rng(100), 0.0)


@given(st.floats(-9.0, 9.0), st.floats(0.0, 2e-7))
def test_barrier_and_series_resistance_share_the_bias(bias, distance):
    law = Conduction(wall_gain=1e4)
    size = abs(law.current(bias, distance))
    gain = 1 + (law.wall_gain - 1) * math.exp(-0.5 * (distance / law.wall_reach) ** 2)
    i0 = law.saturation * gain * (1 if bias > 0 else law.reverse)
    left = abs(bias) - size * law.series
    assert -1e-9 <= left <= abs(bias)
    # a tenth of a microvolt more or less across the barrier decides
    less, more = (i0 * law.barrier(max(left + d, 0.0)) for d in (-1e-7, 1e-7))
    assert less - 1e-17 <= size <= more + 1e-17


def test_a_wall_conducts_better_than_the_bulk_and_only_near_it():
    largest = [float(curve(x).extra["current"].max()) for x in (30e-9, 60e-9, 200e-9)]
    at_wall = float(curve(10e-9, replace(IV, amplitude=1.0)).extra["current"].max())
    bulk = float(curve(200e-9, replace(IV, amplitude=1.0)).extra["current"].max())
    assert at_wall > 10 * bulk
    assert largest[1:] == pytest.approx([largest[2]] * 2, rel=1e-3)


def test_the_current_follows_the_wall_that_the_bias_has_pushed_away():
    # above half the coercive bias the wall leaves the tip, and takes its current along
    up = curve(5e-9, replace(IV, amplitude=2.9)).extra["current"]
    assert up[11] < up[:12].max()


def test_a_capacitance_adds_to_each_step_and_takes_away_from_it():
    tip = TipProperties(conduction=Conduction(saturation=0.0, capacitance=1e-13))
    current = curve(200e-9, tip=tip).extra["current"]
    step = 2.0 / 12
    assert current[1:12] == pytest.approx(1e-13 * step / 0.02, rel=1e-3)
    assert current[13:36] == pytest.approx(-1e-13 * step / 0.02, rel=1e-3)


def test_the_noise_is_that_of_the_amplifier_over_a_step():
    tip = TipProperties(conduction=Conduction(saturation=0.0, capacitance=0.0))
    current = curve(200e-9, replace(IV, cycles=20), noise=2e-14, tip=tip).extra["current"]
    assert current.std() == pytest.approx(2e-14 / math.sqrt(2 * 0.02), rel=0.1)


def test_a_curve_has_no_response_and_its_fit_is_in_the_spectrum():
    spectrum = fitted(curve(200e-9, noise=2e-14))
    assert np.isnan(spectrum.response).all()
    assert spectrum.on_field.all()
    fit = dict(spectrum.fit)
    assert fit["resistance_positive_ohm"] < fit["resistance_negative_ohm"]
    assert fit["r2_positive"] > 0.9


def test_a_sweep_ends_where_the_amplifier_has_no_more_range():
    tip = TipProperties(conduction=Conduction(largest=3e-12))
    spectrum = curve(200e-9, tip=tip)
    assert 0 < len(spectrum.bias) < 12
    assert np.abs(spectrum.extra["current"]).max() <= 3e-12


@pytest.mark.parametrize(
    ("waveform", "words"), [(None, "needs a waveform"), (replace(IV, drive=1.0), "without AC")]
)
def test_what_cannot_be_measured_is_refused(waveform, words):
    with pytest.raises(InstrumentError, match=words):
        curve(waveform=waveform)


def test_a_loop_without_off_field_time_is_still_refused():
    with pytest.raises(InstrumentError, match="longer than 0 s"):
        curve(kind=ProbeKind.HYSTERESIS_LOOP)


def guarded(**limits):
    afm = SimulatedAfm(SwitchingSample(FlatWorld(wall=0.0), 100), DeviceSettings(), InstantClock())
    return afm, GuardedMicroscope(
        afm, replace(wide_limits(), **limits), bias_everywhere(), InstantClock()
    )


def asked(limit, x=10e-9):
    return request(x, replace(IV, compliance=limit))


def test_a_sweep_is_ended_by_the_instrument_at_its_current_limit_and_nothing_is_latched():
    afm, guard = guarded(max_current=1e-12)
    spectrum = guard.probe(asked(1e-12))
    assert 0 < len(spectrum.bias) < 12
    assert np.abs(spectrum.extra["current"]).max() <= 1e-12
    assert spectrum.stopped.startswith("at the current limit of 1e-12 A, on the step to")
    assert (afm.state().bias, afm.state().drive) == (0.0, 0.0)
    assert guard.latched is None


@given(st.floats(-14.0, -10.0), st.integers(100, 199))
@settings(max_examples=25, deadline=None)
def test_no_reading_is_ever_beyond_the_limit_noise_included(power, seed):
    limit = 10**power
    sample = SwitchingSample(FlatWorld(wall=0.0), seed)
    noises, rng = ProbeNoise(current=2e-14), np.random.default_rng(seed)
    with contextlib.suppress(InstrumentError):  # it ended before its first sample
        spectrum = measure(sample, asked(limit), TipProperties(), noises, rng, 0.0)
        assert np.abs(spectrum.extra["current"]).max() <= limit * (1 + 1e-6)
        assert bool(spectrum.stopped) == (len(spectrum.bias) < IV.steps)


def test_a_sweep_that_ends_on_its_first_step_keeps_the_sample_at_no_bias_and_has_no_fit():
    spectrum = fitted(curve(10e-9, replace(IV, compliance=1e-16)))
    assert spectrum.bias.tolist() == [0.0]
    assert "on the step to 0.167 V" in spectrum.stopped
    assert math.isnan(dict(spectrum.fit)["resistance_positive_ohm"])


def test_a_sweep_below_its_limit_is_whole_and_says_nothing():
    spectrum = curve(10e-9, replace(IV, compliance=1e-6))
    assert (len(spectrum.bias), spectrum.stopped) == (IV.steps, "")


@pytest.mark.parametrize(
    ("limit", "words"),
    [(None, "needs a compliance"), (2e-12, "more than the 1e-12 A"), (0.0, "more than 0")],
)
def test_the_guard_wants_a_current_limit_that_a_person_has_allowed(limit, words):
    _, guard = guarded(max_current=1e-12)
    with pytest.raises(OutOfRange, match=words):
        guard.accept(asked(limit))


def test_a_loop_has_no_current_limit_to_give():
    _, guard = guarded()
    wave = replace(IV, off_time=0.02, compliance=1e-9)
    with pytest.raises(OutOfRange, match="leave its compliance away"):
        guard.accept(request(10e-9, wave, ProbeKind.HYSTERESIS_LOOP))


class Blind(FakeMicroscope):
    """An instrument that does not watch the current while it sweeps."""

    @property
    def capabilities(self):
        return replace(FakeMicroscope.capabilities.fget(self), current_limit=False)

    def probe(self, request):
        wave = replace(request.waveform, compliance=None)
        return FakeMicroscope.probe(self, replace(request, waveform=wave))


def test_an_instrument_that_cannot_end_a_sweep_is_refused_unless_a_person_allows_it():
    inner = Blind()
    narrow = replace(wide_limits(), max_current=1e-9)
    guard = GuardedMicroscope(inner, narrow, bias_everywhere(), inner.clock)
    with pytest.raises(OutOfRange, match="cannot end a current-voltage curve"):
        guard.probe(asked(1e-9))
    with pytest.raises(OutOfRange, match="may not widen unlimited_current"):
        guard.narrow(replace(narrow, unlimited_current=True))
    guard.widen(replace(narrow, unlimited_current=True), "Ada")
    with pytest.raises(SafetyStop, match="current through the tip"):
        guard.probe(asked(1e-9))
    assert (inner.bias, inner.drive) == (0.0, 0.0)
    assert "current" in guard.latched


def test_a_current_below_the_limit_passes_and_the_bias_counts_as_a_pulse():
    _, guard = guarded(max_current=1e-6)
    assert guard.probe(asked(1e-6)).extra["current"].max() > 1e-12


def test_a_current_needs_consent_to_its_bias():
    _, guard = guarded(max_bias=1.5)
    with pytest.raises(OutOfRange, match="amplitude of the waveform"):
        guard.probe(request())


def test_ions_relax_as_they_are_and_a_ferroelectric_does_not():
    film = FlatWorld(ionic=8e-12, ferroelectric=False, piezo=0.0)
    ionic = read_relaxation(curve(0.0, STEP, film, kind=ProbeKind.RELAXATION))
    assert ionic.time_interval[0] <= 0.3 <= ionic.time_interval[1]
    assert ionic.stretch == pytest.approx(0.6, abs=0.06)
    polar = read_relaxation(curve(0.0, STEP, FlatWorld(), kind=ProbeKind.RELAXATION))
    assert not polar.has_relaxed


def test_a_loop_has_none_of_these_fits():
    loop = curve(0.0, replace(IV, off_time=0.02, drive=1.0), kind=ProbeKind.HYSTERESIS_LOOP)
    assert fitted(loop) is loop
    assert read_current(loop) is None
    assert read_relaxation(loop) is None
