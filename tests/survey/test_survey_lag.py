import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from ai_afm.survey.lag import Lag, measure_lag, without_lag
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Grain,
    Junction,
    Measurement,
    ScanRegion,
    ScanRequest,
    Wall,
    WallNetwork,
)

SHAPE = (48, 160)
PX = 4e-9
REGION = ScanRegion((1e-6, 0.0), (160 * PX, 48 * PX), 0.3)


def both_ways(image, shift, noise=0.0, rng=None, name="amplitude"):
    """Return a frame in which the trace lies `shift` px to the right of the retrace."""
    move = [
        ndimage.shift(image, (0, sign * shift / 2), order=5, mode="nearest") for sign in (1, -1)
    ]
    if noise:
        move = [m + rng.normal(0, noise, m.shape) for m in move]
    data = {
        (name, direction): m.astype(np.float32)
        for direction, m in zip(Direction, move, strict=True)
    }
    scanned = dict.fromkeys(Direction, np.ones(SHAPE[0], bool))
    request = ScanRequest(REGION, SHAPE, 1.0)
    return Frame(request, data, (Channel(name, "m"),), scanned, Measurement())


def hills(rng):
    return ndimage.gaussian_filter(rng.normal(size=SHAPE), 3) * 30


@pytest.mark.parametrize("shift", [-3.4, -0.5, 0.0, 0.25, 1.7, 6.1])
def test_a_lag_is_found_to_a_tenth_of_a_pixel(shift):
    frame = both_ways(hills(np.random.default_rng(3)), shift)
    lag = measure_lag(frame)
    assert lag.shift == pytest.approx(shift * PX, abs=0.1 * PX)
    assert lag.channel == "amplitude"


def test_noise_makes_a_lag_uncertain_but_not_wrong():
    rng = np.random.default_rng(4)
    frame = both_ways(hills(rng), 1.3, noise=0.3, rng=rng)
    lag = measure_lag(frame)
    assert abs(lag.shift - 1.3 * PX) < 4 * lag.uncertainty
    assert 0.005 * PX < lag.uncertainty < 0.2 * PX


def test_noise_alone_has_no_lag():
    rng = np.random.default_rng(5)
    assert measure_lag(both_ways(np.zeros(SHAPE), 0.0, noise=1.0, rng=rng)) is None


def test_a_pattern_that_repeats_has_no_lag():
    stripes = np.sin(2 * np.pi * np.arange(SHAPE[1]) / 5.0)[None] * np.ones((SHAPE[0], 1))
    assert measure_lag(both_ways(stripes, 0.6)) is None


def test_a_frame_that_has_come_one_way_has_no_lag():
    frame = both_ways(hills(np.random.default_rng(6)), 1.0)
    one = {key: values for key, values in frame.data.items() if key[1] is Direction.TRACE}
    assert measure_lag(replace(frame, data=one)) is None


def test_rows_with_gaps_do_not_count():
    frame = both_ways(hills(np.random.default_rng(7)), 2.0)
    data = {key: values.copy() for key, values in frame.data.items()}
    data["amplitude", Direction.RETRACE][10:22] = np.nan
    assert measure_lag(replace(frame, data=data)).shift == pytest.approx(2 * PX, abs=0.1 * PX)


def test_the_height_is_used_where_the_response_shows_nothing():
    frame = both_ways(hills(np.random.default_rng(8)), 1.0, name="height")
    assert measure_lag(frame).channel == "height"


def test_without_lag_everything_moves_back_by_half_of_it_along_the_fast_axis():
    at = np.array([[0.0, 0.0], [1e-7, 0.0], [1e-7, 2e-7]])
    grain = Grain(at, 1e-14, False)
    network = WallNetwork(
        REGION, (Wall(at, 2),), (Junction((0.0, 0.0), (2, 2, 2)),), ((0.0, 0.0),), (), (grain,)
    )
    moved = without_lag(network, Lag(2e-8, 1e-10, 0.9, "amplitude"))
    way = -1e-8 * np.array([math.cos(0.3), math.sin(0.3)])
    assert moved.walls[0].points == pytest.approx(at + way)
    assert moved.grains[0].outline == pytest.approx(at + way)
    assert moved.junctions[0].position == pytest.approx(tuple(way))
    assert moved.tips[0] == pytest.approx(tuple(way))
    assert moved.region.center == pytest.approx(tuple(np.array(REGION.center) + way))


def test_a_lag_that_may_be_chance_is_not_taken_out():
    network = WallNetwork(REGION, (Wall(np.array([[0.0, 0.0], [1e-7, 0.0]]), 2),))
    # 5 % of Student's t with 7 degrees of freedom: 2.36 standard errors
    assert without_lag(network, Lag(2.3e-9, 1e-9, 0.5, "amplitude")) is network
    assert without_lag(network, Lag(-2.3e-9, 1e-9, 0.5, "amplitude")) is network
    assert without_lag(network, Lag(2.4e-9, 1e-9, 0.5, "amplitude")) is not network


def test_frames_without_lag_are_rarely_given_one_and_frames_with_a_lag_keep_it():
    rng = np.random.default_rng(9)
    found = [
        [measure_lag(both_ways(hills(rng), shift, noise=0.5, rng=rng)) for _ in range(40)]
        for shift in (0.0, 1.5)
    ]
    false = sum(lag.significant for lag in found[0] if lag is not None)
    # 5 % of 40, twice that and two standard errors
    assert false <= 6
    assert all(lag.significant for lag in found[1] if lag is not None)


def test_two_equal_images_have_no_significant_lag():
    lag = measure_lag(both_ways(hills(np.random.default_rng(10)), 0.0))
    assert lag.uncertainty > 0
    assert not lag.significant
