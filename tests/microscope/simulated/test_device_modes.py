import math

import numpy as np
import pytest

from ai_afm.microscope.simulated.electromechanics import transfer
from ai_afm.microscope.simulated.modes import Detection, Motion, detect, low_pass, track_dart
from ai_afm.types import Mode

DWELL = 1.0e-3
QUALITY = 80.0
F0 = 350e3


def motion(static, f_cr, lines=2):
    static = np.broadcast_to(np.asarray(static, float), (lines, len(static))).copy()
    f_cr = np.broadcast_to(np.asarray(f_cr, float), static.shape).copy()
    return Motion(static, f_cr, np.full(static.shape, QUALITY), np.zeros(static.shape, complex))


def silence(moved, signals=2):
    return np.zeros((signals, *moved.static.shape), complex)


def test_the_lock_in_answers_a_step_with_one_minus_exp():
    step = np.r_[np.zeros(1), np.ones(9)][None, :].astype(complex)
    tau = 2.5e-3
    read = low_pass(step, DWELL, tau)[0, 1:]
    assert read == pytest.approx(1 - np.exp(-DWELL * np.arange(1, 10) / tau))


def test_a_fast_lock_in_passes_everything():
    signal = np.array([[1, 2j, -3.0]])
    assert low_pass(signal, DWELL, 0.0) is signal


def test_a_lock_in_starts_in_the_steady_state():
    assert low_pass(np.full((2, 5), 3 - 1j), DWELL, 10e-3) == pytest.approx(3 - 1j)


def test_a_stiffness_step_shifts_the_phase_by_the_change_of_arg_h():
    f_cr = np.r_[np.full(8, F0), np.full(8, F0 * 1.004)]
    detection = Detection(Mode.PFM_SINGLE_FREQUENCY, frequency=F0, time_constant=0.0)
    read = detect(moved := motion(np.ones(16), f_cr), silence(moved, 1), detection, DWELL)
    shift = np.angle(read.response[0, -1]) - np.angle(read.response[0, 0])
    x = 1.004
    by_hand = -math.atan2(1 / (x * QUALITY), 1 - 1 / x**2) + math.pi / 2
    assert shift == pytest.approx(by_hand, rel=1e-3)
    assert math.degrees(shift) > 30  # looks like a wall although nothing is polarized otherwise


def test_off_resonance_the_same_step_is_invisible():
    f_cr = np.r_[np.full(8, F0), np.full(8, F0 * 1.004)]
    detection = Detection(Mode.PFM_OFF_RESONANCE, frequency=20e3, time_constant=0.0)
    read = detect(moved := motion(np.ones(16), f_cr), silence(moved, 1), detection, DWELL)
    assert np.ptp(np.angle(read.response)) < math.radians(0.01)
    assert np.abs(read.response) == pytest.approx(1.0, rel=0.004)


@pytest.mark.parametrize("detuned", [0.99, 1.0, 1.013])
def test_dart_tracks_the_resonance_of_a_constant_sample(detuned):
    f_cr = F0 * detuned
    detection = Detection(frequency=F0, loop_time=5 * DWELL, time_constant=0.2e-3)
    read = track_dart(
        moved := motion(np.ones(200), np.full(200, f_cr)), silence(moved), detection, DWELL
    )
    # Equal amplitudes lie symmetric about f_cr up to the resonance's own asymmetry (f / f_cr)^2 ~ 1
    # / (8 Q^2).
    assert read.frequency[:, -1] == pytest.approx(f_cr, rel=2e-4)
    assert np.abs(read.response[:, -1]) == pytest.approx(np.abs(read.upper[:, -1]), rel=1e-3)


def test_dart_follows_a_step_of_the_resonance_with_its_loop_time():
    f_cr = np.r_[np.full(20, F0), np.full(60, F0 + 400.0)]
    detection = Detection(frequency=F0, loop_time=8 * DWELL, time_constant=0.0)
    read = track_dart(moved := motion(np.ones(80), f_cr), silence(moved), detection, DWELL)
    assert read.frequency is not None
    risen = (read.frequency[0] - read.frequency[0, 19]) / 400.0
    assert risen[19 + 8] == pytest.approx(1 - math.exp(-1), abs=0.05)


def test_darts_frequency_spikes_at_a_180_degree_wall_and_comes_back():
    x = np.arange(-60, 60)
    detection = Detection(frequency=F0, loop_time=2 * DWELL, time_constant=0.0)
    rng = np.random.default_rng(3)
    moved = motion(np.tanh(x / 2.0), np.full(120, F0), lines=40)
    noise = rng.standard_normal((2, 40, 120, 2)).view(complex)[..., 0]
    read = track_dart(moved, noise, detection, DWELL)
    assert read.frequency is not None
    deviation = np.abs(read.frequency - F0).mean(axis=0)
    assert deviation[58:66].max() > 10 * deviation[:40].mean()
    assert deviation[-20:].mean() < 2 * deviation[:40].mean()


def test_a_background_alone_makes_dart_spike_where_the_response_vanishes():
    x = np.arange(-60, 60)
    detection = Detection(frequency=F0, loop_time=2 * DWELL, time_constant=0.0)
    moved = motion(np.tanh(x / 2.0), np.full(120, F0))
    stray = Motion(moved.static, moved.resonance, moved.quality, np.full((2, 120), 8.0 + 4j))
    read = track_dart(stray, silence(moved), detection, DWELL)
    assert read.frequency is not None
    settled = read.frequency[0, 40]
    assert np.abs(read.frequency[0, 55:70] - settled).max() > 500.0


def test_darts_frequency_stays_in_its_lock_range():
    detection = Detection(frequency=F0, lock_range=3e3)
    moved = motion(np.ones(100), np.full(100, F0 + 20e3))
    read = track_dart(moved, silence(moved), detection, DWELL)
    assert read.frequency is not None
    assert read.frequency.max() <= F0 + 3e3


def test_dart_gives_the_same_amplitude_on_soft_and_stiff_places_where_one_frequency_does_not():
    f_cr = np.r_[np.full(100, F0), np.full(100, F0 + 2e3)]
    moved = motion(np.ones(200), f_cr)
    dart = Detection(frequency=F0, loop_time=5 * DWELL)
    single = Detection(Mode.PFM_SINGLE_FREQUENCY, frequency=F0)
    tracked = np.abs(track_dart(moved, silence(moved), dart, DWELL).response[0])
    fixed = np.abs(detect(moved, silence(moved, 1), single, DWELL).response[0])
    assert tracked[-1] == pytest.approx(tracked[90], rel=0.01)
    by_hand = abs(transfer(F0, F0 + 2e3, QUALITY)) / QUALITY
    assert fixed[-1] / fixed[90] == pytest.approx(by_hand, rel=1e-6)
    assert by_hand < 0.75


def test_a_mode_without_a_lock_in_is_refused():
    moved = motion(np.ones(4), np.full(4, F0))
    with pytest.raises(ValueError, match="tapping"):
        detect(moved, silence(moved), Detection(Mode.TAPPING), DWELL)
