import math

import numpy as np
import pytest

from ai_afm.microscope.simulated.forcecurve import ForceLaw, curve
from ai_afm.survey.health.check import Bounds, Verdict
from ai_afm.survey.health.load import check_load, free_level
from ai_afm.types import Measurement, ProbeKind, ProbeRequest, Spectrum

SETPOINT = 50e-9 / 2.8


def lift(zero=0.0, extra=None):
    height, deflection, approach = curve(ForceLaw(), 50e-9)
    count = len(height)
    read = {"height": height, "deflection": deflection + zero, "approach": approach}
    zeros = np.zeros(count, np.float32)
    return Spectrum(
        ProbeRequest(ProbeKind.FORCE_CURVE, (0.0, 0.0), indentation=50e-9),
        np.arange(1.0, count + 1), zeros, np.full(count, np.nan, np.complex64),
        np.zeros(count, bool), np.zeros(count, np.int32), zeros, "m", Measurement(),
        {k: v.astype(np.float32) for k, v in (read if extra is None else extra).items()},
    )  # fmt: skip


def test_the_free_level_is_read_off_the_surface():
    assert free_level(lift(3e-9)) == pytest.approx(3e-9, abs=0.2e-9)


@pytest.mark.parametrize("drift", [-6e-9, 6e-9])
def test_a_drifting_zero_is_a_drifting_load(drift):
    zero = free_level(lift())
    check = check_load(lift(drift), zero, SETPOINT, Bounds(0.0, 100e-9))
    assert check.score == pytest.approx(6e-9 / SETPOINT, rel=0.05)
    assert check.verdict is Verdict.SUSPECT
    # the setpoint goes with the zero, so that the load is what it was
    assert check.correction.value == pytest.approx(SETPOINT + drift, rel=0.01)
    heavier = drift < 0
    assert (f"{1 + 6e-9 / SETPOINT:.1f}" in check.advice) == heavier


def test_a_correction_outside_the_bounds_is_said_and_not_made():
    check = check_load(lift(6e-9), 0.0, SETPOINT, Bounds(0.0, 20e-9))
    assert check.correction is None
    assert "outside" in check.advice


def test_a_steady_zero_is_good():
    assert check_load(lift(0.5e-9), free_level(lift()), SETPOINT).verdict is Verdict.GOOD


def test_a_spectrum_without_an_approach_cannot_tell():
    empty = lift(extra={"height": np.zeros(512)})
    assert math.isnan(check_load(empty, 0.0, SETPOINT).score)
