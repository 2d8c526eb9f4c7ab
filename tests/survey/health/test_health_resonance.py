import math

import numpy as np
import pytest
from made_passes import SHAPE, passes, relief, responding

from ai_afm.survey.health.check import Bounds, Verdict
from ai_afm.survey.health.resonance import check_tracking, check_tuning
from ai_afm.types import Mode


def dart(frequency, lower=1e-10, upper=1e-10):
    channels = {
        "frequency": frequency,
        "amplitude": np.full(SHAPE, lower),
        "amplitude_2": np.full(SHAPE, upper),
    }
    return passes(channels, mode=Mode.PFM_DART, frequencies=(345e3, 355e3))


def test_a_frequency_that_follows_is_good():
    check = check_tracking(dart(350e3 + 1e12 * relief(1)))
    assert check.score == 0.0
    assert check.verdict is Verdict.GOOD


@pytest.mark.parametrize(("lower", "upper", "to"), [(1.0, 2.0, 380e3), (2.0, 1.0, 360e3)])
def test_a_frequency_at_its_end_is_suspect_and_the_amplitudes_say_where_to(lower, upper, to):
    stuck = dart(np.full(SHAPE, 370e3), lower, upper)
    check = check_tracking(stuck, Bounds(300e3, 400e3))
    assert check.score == 1.0
    assert check.correction.value == pytest.approx(to)
    assert check_tracking(stuck, Bounds(365e3, 375e3)).correction is None
    assert check_tracking(stuck).correction is None


def test_part_of_the_time_at_the_end_is_its_share():
    frequency = 350e3 + 1e12 * relief(2)
    frequency[:, 80:] = 375e3
    assert check_tracking(dart(frequency)).score == pytest.approx(0.5, abs=0.01)


def test_a_frequency_in_coarse_digits_still_follows():
    steps = np.round((350e3 + 1e12 * relief(2)) / 20.0) * 20.0
    assert check_tracking(dart(steps)).verdict is Verdict.GOOD


def test_other_modes_track_nothing():
    assert math.isnan(check_tracking(passes({"frequency": relief(3)})).score)


WIDE = (48, 160)


def response(seed):
    return 50e-12 * np.tanh(4 * relief(seed, 5.0, WIDE, 1.0)) * np.exp(0.3j)


def test_the_same_response_is_tuned():
    z = response(4)
    check = check_tuning(responding(z, 5, 5e-12), responding(0.95 * z, 6, 5e-12))
    assert check.score < 0.12


@pytest.mark.parametrize("factor", [0.4, np.exp(0.9j), 0.7 * np.exp(-0.8j), 2.5])
def test_a_factor_common_to_all_domains_is_detuning(factor):
    z = response(7)
    check = check_tuning(responding(z, 8, 5e-12), responding(factor * z, 9, 5e-12))
    expected = abs(1 - (factor if abs(factor) <= 1 else 1 / factor))
    assert check.score == pytest.approx(expected, abs=0.05)
    assert check.verdict is Verdict.SUSPECT


def test_detuning_is_asked_only_at_one_frequency():
    z = response(10)
    dart = [responding(z, seed, 5e-12, Mode.PFM_DART) for seed in (11, 12)]
    assert math.isnan(check_tuning(*dart).score)
