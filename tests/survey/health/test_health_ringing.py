import math

import numpy as np
import pytest
from made_passes import DWELL, noisy, passes

from ai_afm.survey.health.check import Bounds, Verdict
from ai_afm.survey.health.ringing import LIMIT, check_ringing
from ai_afm.types import Mode

SHAPE = (16, 256)


def with_tone(image, amplitude, hertz, seed):
    """Return passes whose deflection has a tone in time: any phase in each pass."""
    rng = np.random.default_rng(seed)
    time = DWELL * np.arange(256)
    ways = []
    for _ in range(2):
        phase = rng.uniform(0, 2 * np.pi, (16, 1))
        tone = amplitude * np.sin(2 * np.pi * hertz * time + phase)
        ways.append({"deflection": image + tone + rng.normal(0, 1e-10, SHAPE)})
    return passes(*ways)


def test_noise_rings_not():
    check = check_ringing(noisy(np.zeros(SHAPE), 1e-10, 1, "deflection"))
    assert check.verdict is Verdict.GOOD
    assert 4 < check.score < LIMIT


def test_a_tone_in_time_is_seen_at_its_frequency():
    check = check_ringing(with_tone(np.zeros(SHAPE), 3e-10, 137.0, 2))
    assert check.verdict is Verdict.SUSPECT
    assert "137 Hz" in check.advice


def test_a_pattern_of_the_sample_is_no_tone_however_regular():
    stripes = np.broadcast_to(5e-9 * np.sin(2 * np.pi * np.arange(256) / 7.3), SHAPE)
    assert check_ringing(noisy(stripes, 1e-10, 3, "deflection")).verdict is Verdict.GOOD


def test_a_tone_beside_a_pattern_is_still_seen():
    stripes = np.broadcast_to(2e-9 * np.sin(2 * np.pi * np.arange(256) / 7.3), SHAPE)
    assert check_ringing(with_tone(stripes, 5e-10, 290.0, 4)).verdict is Verdict.SUSPECT


@pytest.mark.parametrize("hertz", [50.0, 60.0, 150.0])
def test_the_mains_are_not_the_loops_fault(hertz):
    assert check_ringing(with_tone(np.zeros(SHAPE), 1e-9, hertz, 5)).verdict is Verdict.GOOD


def test_a_lower_gain_is_proposed_only_within_what_a_person_allows():
    ringing = with_tone(np.zeros(SHAPE), 1e-9, 137.0, 6)
    correction = check_ringing(ringing, 2000.0, Bounds(500.0, 3000.0)).correction
    assert correction.quantity == "integral_gain"
    assert correction.value == pytest.approx(1400.0)
    refused = check_ringing(ringing, 2000.0, Bounds(1500.0, 3000.0))
    assert refused.correction is None
    assert "outside" in refused.advice


def test_in_tapping_the_amplitude_is_the_error_signal():
    tone = with_tone(np.zeros(SHAPE), 1e-9, 137.0, 7)
    tapping = passes(
        {"amplitude": tone.trace["deflection"]},
        {"amplitude": tone.retrace["deflection"]},
        mode=Mode.TAPPING,
    )
    assert check_ringing(tapping).verdict is Verdict.SUSPECT


def test_without_error_signal_or_height_nothing_is_said():
    assert math.isnan(check_ringing(passes({"phase": np.zeros(SHAPE)})).score)
