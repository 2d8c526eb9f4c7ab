import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from ai_afm.survey.intervals import NORMAL, Estimate, half_width, none_seen, positive, posterior


def test_a_count_has_the_interval_of_garwood():
    ten = positive(10.0, NORMAL / math.sqrt(10))
    # exact Poisson limits of 10 events
    assert ten.low == pytest.approx(4.795, abs=1e-3)
    assert ten.high == pytest.approx(18.39, abs=1e-2)


def test_a_small_spread_gives_nearly_the_normal_interval():
    found = positive(5.0, 0.01)
    assert found.low == pytest.approx(4.95, rel=1e-4)
    assert found.high == pytest.approx(5.05, rel=1e-4)


@given(st.floats(1e-12, 1e12), st.floats(0.01, 5))
def test_the_interval_of_a_positive_number_is_positive_and_holds_it(value, spread):
    found = positive(value, spread)
    assert 0 < found.low < value < found.high
    assert found.high - value > value - found.low


def test_nothing_seen_is_bounded_from_above():
    found = none_seen(2.0)
    # exp(-x) = 2.5 %
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(-math.log(0.025) / 2)


def test_a_falling_function_swaps_the_ends():
    assert Estimate(2.0, 1.0, 4.0).mapped(lambda x: 1 / x) == Estimate(0.5, 0.25, 1.0)
    assert Estimate(2.0, 1.0, 4.0).scaled(10) == Estimate(20.0, 10.0, 40.0)
    assert Estimate(2.0, 1.0, 4.0).covers(4.0)
    assert not Estimate(2.0, 1.0, 4.0).covers(4.1)


def test_the_half_width_of_one_normal_is_1_96_sigma():
    assert half_width(special.ndtr, np.ones(1), np.array([3.0])) == pytest.approx(3 * NORMAL)


def test_the_half_width_of_a_mixture_lies_between_its_parts():
    both = half_width(special.ndtr, np.array([0.7, 0.3]), np.array([1.0, 3.0]))
    assert NORMAL < both < 3 * NORMAL


def test_posterior_weights_add_up_to_one_however_small_the_likelihood():
    weights = posterior(np.array([[-1000.0, -1001.0], [-2000.0, -1000.0]]))
    assert weights.sum() == pytest.approx(1)
    assert weights[0, 1] / weights[0, 0] == pytest.approx(math.exp(-1))
