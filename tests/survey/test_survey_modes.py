import math

import numpy as np
import pytest

from ai_afm.survey.intervals import NORMAL
from ai_afm.survey.modes import coefficients, lowest, spread_of_total, wave_numbers

SIZE = (3e-6, 2e-6)


def grid(nu=90, nv=60):
    u = ((np.arange(nu) + 0.5) / nu - 0.5) * SIZE[0]
    v = ((np.arange(nv) + 0.5) / nv - 0.5) * SIZE[1]
    return (a.ravel() for a in np.meshgrid(u, v))


def test_the_lowest_modes_come_in_order_of_their_waves_without_the_constant():
    # half waves of 3 um and 2 um; both at once; of 1.5 um
    modes = lowest(SIZE, 0.0, 4)
    assert modes.tolist() == [[1, 0], [0, 1], [1, 1], [2, 0]]
    assert np.all(np.diff(wave_numbers(modes, SIZE)) >= 0)


def test_a_narrow_band_has_modes_along_its_length_only():
    modes = lowest((5e-6, 0.1e-6), 1e6, 6)
    assert (modes[:, 1] == 0).all()


def test_modes_are_orthogonal_to_each_other_and_to_the_constant():
    u, v = grid()
    modes = lowest(SIZE, 0.0, 8)
    for j, m in modes:
        amounts = np.cos(np.pi * j * (u / SIZE[0] + 0.5)) * np.cos(np.pi * m * (v / SIZE[1] + 0.5))
        found = coefficients(u, v, amounts / len(u), modes, SIZE)
        own = (modes == (j, m)).all(axis=1)
        assert found[~own] == pytest.approx(0, abs=1e-12)
        norm = math.sqrt((1 if j == 0 else 2) * (1 if m == 0 else 2))
        assert found[own][0] == pytest.approx(1 / norm)


def test_points_at_random_spread_as_the_root_of_their_number():
    rng = np.random.default_rng(3)
    found = [
        spread_of_total(*(rng.uniform(-0.5, 0.5, (2, 100)).T * SIZE).T, np.ones(100), SIZE)
        for _ in range(40)
    ]
    assert np.median(found) == pytest.approx(NORMAL * 10, rel=0.2)


def test_spread_does_not_depend_on_the_unit_of_length():
    u, v = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 40))
    small = spread_of_total(3e-6 * u, 2e-6 * v, np.ones(40), SIZE)
    assert spread_of_total(3 * u, 2 * v, np.ones(40), (3.0, 2.0)) == pytest.approx(small)


def test_amounts_of_zero_have_no_spread():
    assert spread_of_total(np.array([0.0, 1e-7]), np.zeros(2), np.zeros(2), SIZE) == 0.0
