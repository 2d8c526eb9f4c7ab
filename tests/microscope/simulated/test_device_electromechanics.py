import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.microscope.simulated.electromechanics import (
    ContactMechanics,
    Electrics,
    amplitude_and_phase,
    background,
    contact_resonance,
    driven_motion,
    transfer,
)


def test_far_below_the_resonance_the_lever_follows_the_surface():
    assert transfer(0.0, 350e3, 80.0) == pytest.approx(1.0)


@given(f_cr=st.floats(1e4, 1e6), quality=st.floats(2, 500))
def test_at_resonance_the_response_is_q_times_as_large_and_lags_by_90_degrees(f_cr, quality):
    assert complex(transfer(f_cr, f_cr, quality)) == pytest.approx(-1j * quality)


def test_far_above_the_resonance_the_lever_moves_against_the_surface():
    assert np.angle(transfer(3e6, 350e3, 80.0)) == pytest.approx(-math.pi, abs=0.01)


def test_the_phase_falls_by_90_degrees_over_the_width_of_the_resonance():
    f_cr, quality = 350e3, 200.0
    half = f_cr / (2 * quality)
    low, high = np.angle(transfer([f_cr - half, f_cr + half], f_cr, quality))
    assert low - high == pytest.approx(math.pi / 2, abs=0.01)


@pytest.mark.parametrize("stiffness", [0.9, 1.0, 1.3])
def test_the_resonance_follows_the_stiffness(stiffness):
    mechanics = ContactMechanics(resonance=300e3, stiffness_exponent=0.12)
    one = np.ones((2, 3))
    f_cr, _ = contact_resonance(stiffness * one, one, 0 * one, mechanics)
    assert f_cr == pytest.approx(300e3 * stiffness**0.12)


def test_the_resonance_follows_the_slope_and_q_the_adhesion():
    mechanics = ContactMechanics(300e3, 100.0, slope_coupling=-0.02, quality_exponent=0.5)
    one = np.ones((1, 2))
    f_cr, quality = contact_resonance(one, 4 * one, 0.1 * one, mechanics)
    assert f_cr == pytest.approx(300e3 * 0.998)
    assert quality == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("bias", "sign"),
    [pytest.param(-9.9, 1, id="weaker"), pytest.param(-10.1, -1, id="stronger")],
)
def test_electrostatics_flip_the_phase_when_they_exceed_the_piezoresponse(bias, sign):
    # d = 10 pm/V and g_es = 1 pm/V^2: the sum changes sign where V_dc - V_s = -10 V.
    one = np.ones((1, 2))
    electrics = Electrics(electrostatic=1e-12, buckling=0.0)
    motion = driven_motion(10e-12 * one, 0 * one, 0 * one, (bias, 2.0), electrics)
    assert np.sign(motion).tolist() == [[sign, sign]]
    assert motion == pytest.approx((10e-12 + bias * 1e-12) * 2.0)


def test_a_surface_potential_counts_against_the_bias():
    one = np.ones((2, 1))
    electrics = Electrics(electrostatic=2e-12, buckling=0.0)
    assert driven_motion(0 * one, 0 * one, 0.3 * one, (0.3, 1.0), electrics) == pytest.approx(0.0)


def test_only_the_in_plane_motion_along_the_lever_buckles_it():
    one = np.ones((1, 2))
    along = driven_motion(
        0 * one, one, 0 * one, (0, 1), Electrics(buckling=0.1, cantilever_angle=0)
    )
    across = driven_motion(
        0 * one, one, 0 * one, (0, 1), Electrics(buckling=0.1, cantilever_angle=math.pi / 2)
    )
    assert along == pytest.approx(0.1)
    assert across == pytest.approx(0.0, abs=1e-15)


def test_a_background_makes_the_domains_unequal_and_their_phases_not_180_degrees_apart():
    z = np.array([1.0, -1.0]) + background(np.zeros(2), 1.0, Electrics(background=0.2 + 0.5j))
    amplitude, phase = amplitude_and_phase(z)
    assert amplitude == pytest.approx([math.hypot(1.2, 0.5), math.hypot(0.8, 0.5)])
    assert phase[1] - phase[0] == pytest.approx(
        math.pi - math.atan(0.5 / 0.8) - math.atan(0.5 / 1.2)
    )
