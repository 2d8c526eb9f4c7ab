"""What the health detectors need the twin to be able to do wrong."""

from dataclasses import replace

import numpy as np
import pytest

from ai_afm.microscope.simulated.faults import FaultKind, Limits, spoil_line
from ai_afm.microscope.simulated.feedback import (
    FeedbackSettings,
    follow_linear,
    follow_tapping,
)
from ai_afm.microscope.simulated.tip import Tip, reaching
from ai_afm.types import Waveform


@pytest.mark.parametrize("follow", [follow_linear, follow_tapping])
def test_a_ringing_loop_oscillates_on_a_flat_surface_with_its_amplitude(follow):
    flat = np.zeros((6, 400))
    settings = FeedbackSettings(ringing=1e-9)
    position = follow(flat, settings, 1.7e-3)
    assert position.std() == pytest.approx(1e-9 / np.sqrt(2), rel=0.05)
    assert not follow(flat, replace(settings, ringing=0.0), 1.7e-3).any()


def test_the_oscillation_starts_at_another_phase_in_each_pass():
    position = follow_linear(np.zeros((40, 100)), FeedbackSettings(ringing=1e-9), 1.7e-3)
    assert np.unique(position[:, 0].round(12)).size > 30
    assert abs(position[:, 0].mean()) < 0.1e-9


def test_a_worn_coating_takes_response_and_bias_but_leaves_the_shape():
    new = Tip()
    worn = replace(new, bias_share=0.8)
    assert worn.gain == pytest.approx(0.8 * new.gain)
    assert worn.worn_radius == new.worn_radius
    played = reaching(Waveform(amplitude=10.0, read_bias=0.5, drive=2.0), worn)
    assert (played.amplitude, played.read_bias, played.drive) == (8.0, 0.4, 2.0)
    assert reaching(Waveform(amplitude=10.0), new) == Waveform(amplitude=10.0)


def test_off_the_surface_a_tapping_tip_swings_freely():
    limits = Limits(2e-6, 50e-9, 200e-9, 3e-12, free=20e-9)
    line = {name: np.zeros(50, np.float32) for name in ("height", "amplitude", "phase")}
    lost = frozenset({FaultKind.LOST_CONTACT})
    spoilt, _ = spoil_line(line, lost, limits, np.random.default_rng(1))
    np.testing.assert_allclose(spoilt["amplitude"], 20e-9, atol=2e-11)
