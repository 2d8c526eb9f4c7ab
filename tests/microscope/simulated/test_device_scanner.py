import math

import numpy as np
import pytest

from ai_afm.microscope.simulated.scanner import (
    Scanner,
    ScannerSettings,
    hysteresis_shift,
    plane_and_bow,
)

OPEN = ScannerSettings(closed_loop=False, hysteresis=0.04, creep=0.01, creep_time=0.1)


def test_a_closed_loop_scanner_without_drift_is_where_it_believes_to_be():
    scanner = Scanner(ScannerSettings())
    scanner.move((5e-6, -2e-6), 10.0)
    assert scanner.true_position((1e-6, 3e-6), 1000.0) == (1e-6, 3e-6)


def test_an_open_loop_scanner_creeps_by_the_same_amount_in_each_decade():
    scanner = Scanner(OPEN)
    scanner.move((10e-6, -5e-6), 7.0)
    late = scanner.displacement(7.0 + np.array([0.0, 99.9, 999.9]))
    assert late[0] == pytest.approx([0.0, 0.0])
    assert late[2] - late[1] == pytest.approx([0.1e-6, -0.05e-6], rel=1e-3)


def test_thermal_drift_adds_up_over_a_period_of_its_wandering():
    scanner = Scanner(ScannerSettings(drift=(0.1e-9, -0.2e-9), drift_period=500.0))
    assert scanner.displacement(500.0) == pytest.approx([50e-9, -100e-9])
    t = np.linspace(0, 500, 5001)
    speed = np.diff(scanner.displacement(t)[:, 0]) / 0.1
    assert speed.max() == pytest.approx(0.15e-9, rel=1e-3)
    assert speed.min() == pytest.approx(0.05e-9, rel=1e-3)


def test_a_jump_shifts_everything_after_it():
    scanner = Scanner(ScannerSettings())
    scanner.jump((30e-9, 0.0), 5.0)
    assert scanner.displacement([4.9, 5.0])[:, 0].tolist() == [0.0, 30e-9]


def test_hysteresis_is_a_lens_that_closes_at_the_ends_of_a_line():
    ahead = hysteresis_shift(np.array([-1e-6, 0.0, 0.5e-6, 1e-6]), 2e-6, OPEN)
    assert ahead == pytest.approx([0.0, 80e-9, 60e-9, 0.0], abs=1e-20)
    assert not hysteresis_shift(np.array([0.0]), 2e-6, ScannerSettings()).any()


def test_a_tilted_sample_rises_by_its_slope_and_the_arc_with_the_square_of_the_distance():
    settings = ScannerSettings(tilt=(1e-3, 2e-3), bow=3.0)
    height = plane_and_bow(np.array([3e-6]), np.array([-4e-6]), settings)
    assert height == pytest.approx([3e-9 - 8e-9 + 3.0 * 25e-12])


def test_the_true_position_is_belief_plus_displacement():
    scanner = Scanner(ScannerSettings(drift=(1e-9, 0.0), drift_period=1e9))
    x, y = scanner.true_position((2e-6, 1e-6), 10.0)
    assert (x, y) == (pytest.approx(2e-6 + 10e-9, abs=1e-13), 1e-6)
    assert math.isfinite(x)
