import math

import numpy as np
import pytest

from ai_afm.microscope.simulated.feedback import (
    FeedbackSettings,
    follow_linear,
    follow_tapping,
    relax_error,
)

DWELL = 0.5e-3


def step(size, lines=2, samples=80):
    height = np.zeros((lines, samples))
    height[:, 10:] = size
    return height


@pytest.mark.parametrize("follow", [follow_linear, follow_tapping])
def test_a_perfect_loop_reports_the_surface(follow):
    height = np.random.default_rng(0).normal(0, 1e-9, (3, 20))
    assert follow(height, FeedbackSettings(integral=math.inf), DWELL) is height


@pytest.mark.parametrize("follow", [follow_linear, follow_tapping])
def test_an_integral_loop_lags_on_a_slope_by_speed_over_gain(follow):
    speed, gain = 2e-7, 800.0
    height = np.cumsum(np.full((1, 400), speed * DWELL), axis=1)
    error = height - follow(height, FeedbackSettings(integral=gain), DWELL)
    # The tapping loop sees steps of one sample instead of a slope, hence its wider tolerance.
    tolerance = 0.01 if follow is follow_linear else 0.25
    assert error[0, -1] == pytest.approx(speed / gain, rel=tolerance)


def test_a_slow_linear_loop_closes_a_step_exponentially():
    settings = FeedbackSettings(integral=50.0, actuator_frequency=50e3, actuator_quality=1.0)
    position = follow_linear(step(1e-9), settings, DWELL)[0]
    t = (np.arange(10, 80) - 9.5) * DWELL  # the step is a ramp over one sample
    assert position[10:] == pytest.approx(1e-9 * (1 - np.exp(-50.0 * t)), abs=0.01e-9)


def test_a_high_gain_rings():
    gentle = follow_linear(step(1e-9), FeedbackSettings(integral=500.0), 0.05e-3)
    harsh = follow_linear(step(1e-9), FeedbackSettings(integral=6500.0), 0.05e-3)
    assert gentle.max() <= 1e-9
    assert harsh.max() > 1.05e-9
    swings = np.diff(np.sign(harsh[0, 10:] - 1e-9))
    assert np.count_nonzero(swings) >= 4


def test_a_gain_beyond_stability_is_refused():
    # Integral control of a resonator is stable below its frequency (rad/s) over its Q.
    limit = 2 * math.pi * 6e3 / 5.0
    follow_linear(step(1e-9), FeedbackSettings(integral=0.99 * limit), DWELL)
    with pytest.raises(ValueError, match="oscillates"):
        follow_linear(step(1e-9), FeedbackSettings(integral=1.01 * limit), DWELL)


def test_the_sampling_of_the_loop_does_not_change_it():
    t = np.arange(0, 0.2, DWELL)
    fine_t = np.arange(0, 0.2, DWELL / 10)
    settings = FeedbackSettings(integral=300.0)
    coarse = follow_linear(1e-9 * np.sin(60 * t)[None, :], settings, DWELL)[0]
    fine = follow_linear(1e-9 * np.sin(60 * fine_t)[None, :], settings, DWELL / 10)[0]
    assert coarse == pytest.approx(fine[::10], abs=2e-13)


def test_trace_and_retrace_lag_opposite_ways():
    line = 1e-9 * np.exp(-(((np.arange(100) - 50) / 4.0) ** 2))
    path = np.concatenate([line, line[::-1]])[None, :]
    position = follow_linear(path, FeedbackSettings(integral=600.0), DWELL)[0]
    trace, retrace = position[:100], position[100:][::-1]
    assert trace.argmax() > 50 > retrace.argmax()
    assert trace.argmax() - 50 == pytest.approx(50 - retrace.argmax(), abs=1)


def test_a_tapping_tip_parachutes_down_a_step_at_constant_speed():
    settings = FeedbackSettings(integral=200.0, setpoint_ratio=0.8, free_amplitude=10e-9)
    position = follow_tapping(step(-50e-9), settings, DWELL)[0]
    # Only (1 - 0.8) x 10 nm of error can be seen: the tip falls at 200 / s x 2 nm.
    assert -np.diff(position[11:50]) == pytest.approx(200.0 * 2e-9 * DWELL)


def test_a_tapping_tip_climbs_faster_than_it_falls():
    settings = FeedbackSettings(integral=200.0, setpoint_ratio=0.8, free_amplitude=10e-9)
    up = follow_tapping(step(+50e-9), settings, DWELL)[0]
    down = follow_tapping(step(-50e-9), settings, DWELL)[0]
    assert abs(up[40] - 50e-9) < abs(down[40] + 50e-9)
    assert np.diff(up[11:30]).max() == pytest.approx(200.0 * 8e-9 * DWELL)


def test_the_error_leaves_saturation_in_the_middle_of_a_sample():
    # 3 nm above a limit of 2 nm: 1 nm at 200 / s x 2 nm takes 2.5 ms, then it decays for the other
    # 2.5 ms.
    error = relax_error(np.array([-3e-9]), 200.0, (-2e-9, 8e-9), 5e-3)
    assert error == pytest.approx([-2e-9 * math.exp(-200.0 * 2.5e-3)])
