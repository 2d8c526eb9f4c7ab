import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.microscope.simulated.tip import (
    SecondTip,
    Tip,
    blur,
    dilate,
    margin,
    two_apexes,
    worn,
)


def test_a_spike_shows_the_shape_of_the_tip():
    height = np.zeros((21, 31))
    height[10, 15] = 5e-9
    traced = dilate(height, 20e-9, (2e-9, 3e-9))
    dx, dy = (np.arange(31) - 15) * 2e-9, (np.arange(21) - 10) * 3e-9
    by_hand = 5e-9 - (dx[None, :] ** 2 + dy[:, None] ** 2) / (2 * 20e-9)
    assert traced == pytest.approx(np.maximum(by_hand, 0.0), abs=1e-20)


def test_an_edge_is_widened_by_the_square_root_of_2_r_h():
    height = np.where(np.arange(200)[None, :] < 100, 8e-9, 0.0) * np.ones((3, 1))
    traced = dilate(height, 25e-9, (1e-9, 1e-9))
    widened = np.count_nonzero(traced[1] > 0) - 100
    assert widened == pytest.approx(math.sqrt(2 * 25 * 8), abs=1)


@given(seed=st.integers(0, 1000), radius=st.floats(1e-9, 50e-9))
def test_dilation_never_lowers_and_rises_with_the_radius(seed, radius):
    height = np.random.default_rng(seed).normal(0, 2e-9, (7, 12))
    traced = dilate(height, radius, (3e-9, 4e-9))
    assert (traced >= height).all()
    assert (dilate(height, 2 * radius, (3e-9, 4e-9)) >= traced).all()


def test_dilating_one_axis_after_the_other_equals_all_offsets_at_once():
    height = np.random.default_rng(1).normal(0, 3e-9, (9, 14))
    by_hand = np.full(height.shape, -np.inf)
    for i in range(9):
        for j in range(14):
            r2 = ((np.arange(9)[:, None] - i) * 4e-9) ** 2 + (
                (np.arange(14)[None, :] - j) * 2e-9
            ) ** 2
            by_hand[i, j] = (height - r2 / (2 * 30e-9)).max()
    assert dilate(height, 30e-9, (2e-9, 4e-9)) == pytest.approx(by_hand, abs=1e-20)


def test_an_ideal_tip_traces_the_surface():
    height = np.random.default_rng(2).normal(0, 1e-9, (4, 6))
    assert dilate(height, 0.0, (1e-9, 2e-9)) is height


def test_the_field_averages_the_response_with_its_sign_so_that_it_vanishes_at_a_wall():
    x = np.arange(-50, 51) * 1e-9
    response = np.where(x < 0, -1.0, 1.0) * np.ones((5, 1))
    response[:, 50] = 0.0
    seen = blur(response, 10e-9, (1e-9, 1e-9))
    assert seen[2, 50] == pytest.approx(0.0, abs=1e-12)
    # A step seen through a gaussian is an error function: erf(1 / sqrt 2) one sigma from the wall.
    assert seen[2, 60] == pytest.approx(math.erf(1 / math.sqrt(2)), abs=0.02)


def test_a_double_tip_takes_the_higher_contact_and_shares_the_response():
    height, response = two_apexes(
        (np.array([[0.0, 5e-9]]), np.array([[1.0, 1.0]])),
        (np.array([[4e-9, 4e-9]]), np.array([[-1.0, 1.0]])),
        SecondTip(recess=1e-9, share=0.25),
    )
    assert height == pytest.approx(np.array([[3e-9, 5e-9]]))
    assert response == pytest.approx(np.array([[0.5, 1.0]]))


def test_blunting_and_loss_of_coating_are_separate():
    tip = Tip(radius=10e-9, load=50e-9, blunting=2.0, coating_life=1.0)
    used = worn(worn(tip, 0.3), 0.2)
    assert used.worn_radius == pytest.approx(10e-9 + 2.0 * 0.5 * 50e-9)
    assert used.gain == pytest.approx(math.exp(-0.5))
    assert used.electric_radius == tip.electric_radius
    assert worn(Tip(blunting=0.0), 1.0).worn_radius == Tip().radius
    assert worn(Tip(coating_life=math.inf), 1.0).gain == 1.0


def test_the_margin_holds_all_that_the_flanks_can_touch():
    assert margin(Tip(radius=20e-9, electric_radius=0.0), 40e-9, 5e-9) == 8
    assert margin(Tip(radius=0.0, electric_radius=10e-9), 40e-9, 7e-9) == 5
