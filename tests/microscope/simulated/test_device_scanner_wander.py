import numpy as np
import pytest

from ai_afm.microscope.simulated.scanner import CREEP_MEMORY, Scanner, ScannerSettings, Wander

WANDER = Wander(1e-9 / 60, 5e-9 / 60, seed=4)
NIGHT = np.arange(0.0, 12 * 3600.0, 15.0)


def test_a_wandering_drift_keeps_its_bounds_and_turns_as_fast_as_it_says():
    velocity = WANDER.velocity(NIGHT)
    speed = np.hypot(*velocity.T) * 60e9
    assert 1.0 - 1e-6 <= speed.min()
    assert speed.max() <= 5.0 + 1e-6
    assert speed.max() > 2 * speed.min()
    course = np.unwrap(np.arctan2(velocity[:, 1], velocity[:, 0]))
    turning = np.sqrt(np.mean((np.diff(course) / 15.0) ** 2))
    assert turning == pytest.approx(WANDER.turning, rel=0.3)


def test_the_path_is_the_integral_of_the_velocity_whenever_it_is_asked_for():
    once = Scanner(ScannerSettings(wander=WANDER)).displacement(NIGHT)
    scanner = Scanner(ScannerSettings(wander=WANDER))
    bit_by_bit = np.stack([scanner.displacement(t) for t in NIGHT[::97]])
    assert bit_by_bit == pytest.approx(once[::97], abs=1e-15)
    steps = np.diff(once, axis=0) / 15.0
    assert steps == pytest.approx(WANDER.velocity(NIGHT[:-1] + 7.5), abs=2e-12)


def test_two_seeds_wander_differently():
    other = Wander(1e-9 / 60, 5e-9 / 60, seed=5)
    apart = other.velocity(NIGHT) - WANDER.velocity(NIGHT)
    assert np.abs(apart).max() > 1e-11


def test_the_coarse_stage_creeps_by_the_same_amount_in_each_decade():
    scanner = Scanner(ScannerSettings(stage_creep=(40e-9, -10e-9), stage_rest=100.0))
    places = scanner.displacement([0.0, 900.0, 9900.0])
    assert np.diff(places, axis=0) == pytest.approx(np.array([[40e-9, -10e-9]] * 2))


def test_a_slip_comes_at_its_time_and_creeps_after():
    settings = ScannerSettings(jumps=((50.0, (100e-9, 0.0)),), jump_creep=0.1)
    before, at, after = Scanner(settings).displacement([49.9, 50.0, 149.0])
    assert not before.any()
    assert at == pytest.approx([100e-9, 0.0])
    assert after == pytest.approx([120e-9, 0.0])


def test_the_sample_does_not_jump_back_when_an_old_move_is_forgotten():
    scanner = Scanner(ScannerSettings(closed_loop=False))
    for k in range(CREEP_MEMORY + 3):
        before = scanner.displacement(100.0 * k)
        scanner.move((4e-6, 0.0), 100.0 * k)
        assert scanner.displacement(100.0 * k) == pytest.approx(before, abs=1e-15)
