import math

import numpy as np
import pytest
from made_passes import SHAPE, noisy, passes, relief
from scipy import ndimage

from ai_afm.survey.health.agreement import check_agreement
from ai_afm.survey.health.check import Verdict


def moved(image, pixels):
    return ndimage.shift(image, (0, pixels), order=3, mode="nearest")


def test_noise_alone_is_no_disagreement():
    check = check_agreement(noisy(relief(1), 0.3e-9, 2))
    assert check.verdict is Verdict.GOOD
    assert check.score < 0.01


@pytest.mark.parametrize("lag", [-2, 1, 2])
def test_a_lag_of_up_to_two_pixels_is_allowed(lag):
    check = check_agreement(passes({"height": relief(3)}, {"height": moved(relief(3), lag)}))
    assert check.score < 0.01


def test_a_slow_loop_is_seen_and_the_advice_says_what_to_do():
    # tails to the right in the trace, to the left in the retrace
    image = relief(4)
    tail = np.exp(-np.arange(60) / 10)
    smear = np.array([np.convolve(row, tail / tail.sum(), "full")[:160] for row in image])
    back = np.array([np.convolve(row[::-1], tail / tail.sum(), "full")[:160][::-1]
                     for row in image])  # fmt: skip
    check = check_agreement(passes({"height": smear}, {"height": back}))
    assert check.verdict is Verdict.SUSPECT
    assert "slower" in check.advice


def test_a_scanner_that_bends_the_line_is_seen():
    image, x = relief(5), np.arange(160.0)
    lens = 5 * (1 - ((x - 80) / 80) ** 2)
    ways = [
        {"height": np.array([np.interp(x + sign * lens, x, row) for row in image])}
        for sign in (1, -1)
    ]
    assert check_agreement(passes(*ways)).verdict is Verdict.SUSPECT


def test_ways_that_share_nothing_are_suspect():
    check = check_agreement(passes({"height": relief(11)}, {"height": -relief(11)}))
    assert check.verdict is Verdict.SUSPECT


def test_a_flat_sample_cannot_tell():
    assert math.isnan(check_agreement(noisy(np.zeros(SHAPE), 1e-10, 6)).score)


def test_structure_just_above_the_noise_cannot_tell():
    assert math.isnan(check_agreement(noisy(relief(7, size=0.1e-9), 1e-9, 8)).score)


def test_a_channel_that_was_not_recorded_cannot_tell():
    assert check_agreement(passes({"height": relief(9)}), "amplitude").verdict is (
        Verdict.CANNOT_TELL
    )


def test_the_mains_are_not_the_tips_fault_though_they_stand_still_in_the_image():
    time = 1e-3 * np.arange(160)
    hum = np.broadcast_to(0.5e-9 * np.sin(2 * np.pi * 50 * time), SHAPE)
    image = relief(10, size=0.5e-9)
    check = check_agreement(passes({"height": image + hum}, {"height": image - hum}))
    assert check.verdict is Verdict.GOOD
