import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_passes import PIXEL, noisy, passes, relief

from ai_afm.microscope.simulated.tip import dilate
from ai_afm.survey.health.check import Verdict
from ai_afm.survey.health.wear import check_sharpness, dilated

SHAPE = (64, 144)


def rough(seed):
    """Return a surface with features sharper than a tip, as the tip of 12 nm sees it."""
    return dilate(relief(seed, 1.0, SHAPE, 3e-9), 12e-9, (PIXEL, PIXEL))


@given(st.floats(2e-9, 40e-9), st.floats(2e-9, 40e-9))
@settings(max_examples=15)
def test_two_dilations_make_one_of_the_summed_radius(first, second):
    image = relief(1, 1.5, (24, 40))
    inside = np.s_[8:-8, 12:-12]
    twice = dilated(dilated(image, first, (PIXEL, PIXEL)), second, (PIXEL, PIXEL))
    once = dilated(image, first + second, (PIXEL, PIXEL))
    # the two parabolas may touch only on pixels: at most half a pixel off, along either axis
    missed = 2 * (PIXEL / 2) ** 2 / 2 * (1 / first + 1 / second)
    assert (twice[inside] <= once[inside] + 1e-15).all()
    assert (once[inside] - twice[inside]).max() <= missed + 1e-15


@pytest.mark.parametrize("growth", [20e-9, 36e-9, 60e-9])
def test_the_growth_of_the_radius_is_measured(growth):
    image = rough(2)
    blunt = dilated(image, growth, (PIXEL, PIXEL))
    check = check_sharpness(noisy(image, 5e-11, 3), noisy(blunt, 5e-11, 4))
    assert check.score == pytest.approx(growth, rel=0.25)
    assert check.verdict is Verdict.SUSPECT
    assert "nm" in check.advice


def test_the_same_tip_has_not_grown_though_the_noise_is_another():
    image = rough(5)
    check = check_sharpness(noisy(image, 2e-10, 6), noisy(image, 2e-10, 7))
    assert check.score < 5e-9
    assert check.verdict is Verdict.GOOD


def test_a_place_without_sharp_features_cannot_tell():
    smooth = relief(8, 15.0, SHAPE, 1e-9)
    blunt = dilated(smooth, 40e-9, (PIXEL, PIXEL))
    assert math.isnan(check_sharpness(noisy(smooth, 1e-10, 9), noisy(blunt, 1e-10, 10)).score)


def test_a_flat_place_cannot_tell():
    flat = np.zeros(SHAPE)
    assert math.isnan(check_sharpness(noisy(flat, 1e-10, 11), noisy(flat, 1e-10, 12)).score)


def test_a_place_that_was_missed_by_some_pixels_tells_as_well():
    wide = relief(13, 1.0, (72, 160), 3e-9)
    sharp, blunt = (dilated(wide, r, (PIXEL, PIXEL)) for r in (12e-9, 48e-9))
    then = noisy(sharp[4:68, 8:152], 5e-11, 14)
    assert check_sharpness(then, noisy(blunt[1:65, 10:154], 5e-11, 15)).score == pytest.approx(
        36e-9, rel=0.25
    )
    assert check_sharpness(then, noisy(sharp[1:65, 10:154], 5e-11, 16)).score < 5e-9


def test_without_a_height_nothing_is_said():
    image = rough(17)
    assert math.isnan(check_sharpness(passes({"phase": image}), passes({"phase": image})).score)
