import math

import numpy as np
import pytest
from made_passes import relief, responding

from ai_afm.survey.health.check import Verdict
from ai_afm.survey.health.same_place import same_response
from ai_afm.survey.health.second_tip import check_second_tip, strongest_copy

SHAPE = (64, 144)
WIDE = (104, 184)


def domains(seed):
    """Return a response of irregular up and down domains on a margin of 20 px, m."""
    return 50e-12 * np.tanh(4 * relief(seed, 5.0, WIDE, 1.0))


def stripes(seed):
    """Return perfectly regular stripes (period 12 px)."""
    x, y = np.meshgrid(np.arange(184.0), np.arange(104.0))
    return 50e-12 * np.tanh(3 * np.sin(2 * np.pi * (x + 0.3 * y) / 12))


def seen(image, shift=(0, 0), share=0.0, seed=0, noise=3e-12):
    """Return what a tip with a second apex sees of the middle."""
    down, right = shift
    first = image[20:84, 20:164]
    second = image[20 + down : 84 + down, 20 + right : 164 + right]
    return responding(((1 - share) * first + share * second) * np.exp(0.4j), seed, noise)


@pytest.mark.parametrize("shift", [(0, 8), (-9, 6), (12, -12)])
def test_a_second_apex_is_found_with_its_share_and_shift(shift):
    image = domains(1)
    then, now = seen(image, seed=2), seen(image, shift, 0.3, seed=3)
    copy = strongest_copy(same_response(then, now))
    assert copy.share == pytest.approx(0.3 / 0.7, abs=0.1)  # its edge is not seen
    assert math.dist(copy.shift, (-shift[0], -shift[1])) < 1.5
    check = check_second_tip(then, now)
    assert check.verdict is Verdict.SUSPECT
    assert "second apex" in check.advice


def test_a_single_tip_shows_no_copy_though_noise_and_gain_differ():
    image = domains(4)
    check = check_second_tip(seen(image, seed=5), seen(1.2 * image, seed=6))
    assert check.verdict is Verdict.GOOD
    assert check.score < 0.05


def test_a_blur_is_no_second_apex():
    from scipy.ndimage import gaussian_filter

    image = domains(7)
    check = check_second_tip(seen(image, seed=8), seen(gaussian_filter(image, 1.5), seed=9))
    assert check.verdict is not Verdict.SUSPECT


def test_a_sample_that_repeats_is_no_second_apex():
    image = stripes(10)
    assert check_second_tip(seen(image, seed=11), seen(image, seed=12)).verdict is not (
        Verdict.SUSPECT
    )


def test_noise_that_hides_the_structure_cannot_tell():
    image = domains(13)
    check = check_second_tip(seen(image, seed=14, noise=3e-10), seen(image, seed=15, noise=3e-10))
    assert check.verdict is Verdict.CANNOT_TELL
