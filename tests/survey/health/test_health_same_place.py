import numpy as np
import pytest
from made_passes import noisy, passes, relief, responding

from ai_afm.survey.health.same_place import FARTHEST, inner, same_height, same_response

WIDE = (64, 200)


def cut(image, down=0, right=0):
    return image[10 + down : 58 + down, 20 + right : 180 + right]


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, -5), (-6, 7)])
def test_a_place_that_was_missed_by_some_pixels_is_found_again(down, right):
    image = relief(1, shape=WIDE)
    place = same_height(noisy(cut(image), 1e-10, 2), noisy(cut(image, -down, -right), 1e-10, 3))
    assert place.shift == (down, right)
    assert np.corrcoef(place.then.ravel(), place.now.ravel())[0, 1] > 0.97


def test_another_place_is_not_the_same():
    image = relief(4, shape=(64, 600))
    assert same_height(passes({"height": cut(image)}), passes({"height": cut(image, 0, 300)})) is (
        None
    )


def test_noise_alone_is_no_place():
    flat = np.zeros((48, 160))
    assert same_height(noisy(flat, 1e-10, 5), noisy(flat, 1e-10, 6)) is None


def test_scans_of_different_shape_are_not_compared():
    image = relief(7, shape=WIDE)
    assert same_height(passes({"height": image}), passes({"height": image[:48]})) is None


def test_the_noise_is_what_the_ways_do_not_share():
    z = (relief(8, shape=(48, 160)) + 5e-9) * np.exp(0.7j)
    place = same_response(responding(z, 9, 1e-10), responding(z, 10, 2e-10))
    # two quadratures each; half is left in the mean of two ways
    assert place.noise == pytest.approx((1e-20 + 4e-20), rel=0.1)


def test_a_missing_channel_is_no_place():
    image = relief(11, shape=(48, 160))
    assert same_response(passes({"height": image}), passes({"height": image})) is None


def test_the_margin_is_cut_on_all_sides():
    image = np.arange(48 * 160.0).reshape(48, 160)
    np.testing.assert_array_equal(
        inner(image, (1, -2)),
        image[FARTHEST + 1 : 48 - FARTHEST + 1, FARTHEST - 2 : 160 - FARTHEST - 2],
    )
