import math

import numpy as np
import pytest

from ai_afm.microscope.simulated.noise import (
    QUIET,
    WANDER_PERIODS,
    NoiseSettings,
    draw_events,
    height_noise,
    mains,
    pink,
    response_noise,
    scaled,
    wander,
)


def test_a_quiet_instrument_makes_no_noise():
    rng = np.random.default_rng(0)
    assert not height_noise((3, 5), QUIET, rng).any()
    assert not response_noise((2, 3, 5), 80.0, QUIET, rng).any()


def test_white_noise_has_the_rms_of_its_setting():
    settings = scaled(NoiseSettings(height=0.3e-9, height_pink=0.0), 1.0)
    noise = height_noise((100, 501), settings, np.random.default_rng(1))
    assert noise.std() == pytest.approx(0.3e-9, rel=0.02)


def test_pink_noise_has_rms_one_and_falls_by_3_db_an_octave():
    noise = pink((400, 4096), np.random.default_rng(2))
    assert noise[:, 2000:].std() == pytest.approx(1.0, rel=0.1)
    power = (np.abs(np.fft.rfft(noise[:, 2048:], axis=1)) ** 2).mean(axis=0)
    low, high = power[10:20].mean(), power[160:320].mean()
    assert low / high == pytest.approx(16.0, rel=0.25)


def test_thermal_noise_is_amplified_with_the_signal_and_shot_noise_is_not():
    settings = NoiseSettings(shot=4e-12, thermal=1e-12)
    rng = np.random.default_rng(3)
    far = response_noise((1, 200, 301), 0.0, settings, rng)
    near = response_noise((1, 200, 301), 50.0, settings, rng)
    assert np.sqrt((np.abs(far) ** 2).mean()) == pytest.approx(4e-12, rel=0.02)
    assert np.sqrt((np.abs(near) ** 2).mean()) == pytest.approx(math.hypot(4e-12, 50e-12), rel=0.02)


def test_a_slow_drift_goes_on_from_one_scan_to_the_next():
    phases = np.random.default_rng(4).uniform(0, 2 * np.pi, len(WANDER_PERIODS))
    whole = wander(np.arange(100.0), phases)
    assert np.concatenate([wander(np.arange(60.0), phases), wander(np.arange(60.0, 100.0), phases)]
                          ) == pytest.approx(whole)  # fmt: skip
    assert wander(np.arange(0, 3e5, 17.0), phases).std() == pytest.approx(1.0, rel=0.1)
    assert np.abs(np.diff(whole)).max() < 0.3


@pytest.mark.parametrize("upwards", [False, True])
def test_a_jump_lasts_for_all_lines_that_arrive_after_it(upwards):
    settings = NoiseSettings(line=0.0, jump_rate=1.0, jump_size=1e-9)
    arrival = np.arange(6)[::-1] if upwards else np.arange(6)
    offset = draw_events(arrival, settings, np.random.default_rng(5)).offset[arrival]
    first = draw_events(np.arange(6), settings, np.random.default_rng(5)).offset
    assert offset == pytest.approx(first)
    assert (np.diff(offset) != 0).all()


def test_mains_pick_up_is_a_sine_of_the_mains_frequency():
    settings = NoiseSettings(mains_frequency=50.0)
    assert mains(np.array([0.0, 0.005, 0.01]), 2e-9, settings) == pytest.approx(
        [0, 2e-9, 0], abs=1e-20
    )


def test_scaling_touches_sizes_and_not_limits():
    silent = scaled(NoiseSettings(response_limit=7e-9, phase_offset=0.5), 0.0)
    assert silent.height == silent.thermal == silent.gain_drift == silent.resonance_jitter == 0.0
    assert (silent.response_limit, silent.phase_offset) == (7e-9, 0.5)
