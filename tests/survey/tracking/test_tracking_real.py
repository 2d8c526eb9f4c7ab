"""Two pairs of real scans of one place, as they came: nobody knows their true drift, but it must be
the same both ways, small, and a scan of another place must not be matched."""

import math

import pytest

from ai_afm.image.readers import read_file
from ai_afm.survey.tracking.planes import Sight
from ai_afm.survey.tracking.shift import Expected, NoShift, Shift, Why, measure_shift

GUESS = Expected(jump=1.0, reach=60e-9)


@pytest.fixture(scope="module")
def scan(request):
    folder = request.getfixturevalue("real_data")
    return lambda name: Sight(read_file(folder / name))


def test_the_drift_between_two_real_scans_is_the_same_both_ways(scan):
    first, second = scan("PZT_thick0004.h5"), scan("PZT_thick0006.h5")
    there, back = measure_shift(first, second, GUESS), measure_shift(second, first, GUESS)
    assert isinstance(there, Shift)
    assert isinstance(back, Shift)
    assert math.hypot(there.dx + back.dx, there.dy + back.dy) < 1e-9
    assert math.hypot(there.dx, there.dy) < 30e-9


def test_a_real_closer_frame_is_found_where_its_header_says(scan):
    found = measure_shift(scan("PTO_Funakubo0004.h5"), scan("PTO_Funakubo0005.h5"), GUESS)
    assert isinstance(found, Shift)
    assert math.hypot(found.dx, found.dy) < 30e-9
    assert found.uncertainty < 5e-9


def test_a_real_scan_of_another_place_is_not_matched(scan):
    found = measure_shift(scan("PTO_Funakubo0004.h5"), scan("PTO_Funakubo0007.h5"), GUESS)
    assert isinstance(found, NoShift)
    assert found.why in (Why.UNLIKE, Why.NOTHING)
