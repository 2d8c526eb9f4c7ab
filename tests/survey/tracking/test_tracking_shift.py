import math

import numpy as np
import pytest
from tracked_frames import DOMAINS, FLAT, HILLS, ONE_WALL, OTHERS, STRIPES, frame

from ai_afm.survey.tracking.hysteresis import measure_hysteresis
from ai_afm.survey.tracking.planes import Sight
from ai_afm.survey.tracking.shift import Expected, NoShift, Shift, Why, measure_shift, worst

WIDE = (1.6e-6, 1.4e-6), (175, 200)
PATCH = (0.5e-6, 0.4e-6), (50, 62)
SURE = Expected(covariance=(1e-16, 0.0, 1e-16), jump=0.05, reach=100e-9)
NO_JUMP = Expected(covariance=(4e-16, 0.0, 4e-16), jump=0.0)


def wide(**how):
    return Sight(frame((0.1e-6, -0.2e-6), *WIDE, seed=1, **how), how.get("rate", (0.0, 0.0)))


def patch(seed=2, **how):
    return frame((0.15e-6, -0.1e-6), *PATCH, seed=seed, **how)


def distance(found, true):
    """The error in standard deviations, and in metres."""
    away = np.array([found.dx - true[0], found.dy - true[1]])
    xx, xy, yy = found.covariance
    return math.sqrt(away @ np.linalg.solve([[xx, xy], [xy, yy]], away)), math.hypot(*away)


@pytest.mark.parametrize("moved", [(0.0, 0.0), (3e-9, -5e-9), (-90e-9, 120e-9)])
def test_a_patch_is_found_to_a_fraction_of_a_pixel_where_it_is(moved):
    found = measure_shift(wide(), Sight(patch(moved=moved, phase=1.0)), SURE)
    assert isinstance(found, Shift)
    deviations, error = distance(found, moved)
    assert error < 2e-9
    assert deviations < 4
    assert found.uncertainty < 3e-9


def test_a_patch_of_another_place_is_not_found():
    strange = {"domains": OTHERS[0], "hills": OTHERS[1]}
    found = [measure_shift(wide(), Sight(patch(seed, **strange)), SURE) for seed in range(3)]
    assert all(isinstance(f, NoShift) and f.reason for f in found)


@pytest.mark.parametrize("seed", range(3))
def test_along_a_straight_wall_there_is_no_lock(seed):
    """Noise looks like a place there; trace and retrace have each their own, and disagree."""
    one_wall = {"domains": ONE_WALL, "hills": FLAT, "noise": 0.2}
    there = frame((0.05e-6, 0.0), *WIDE, seed=seed, **one_wall)
    here = frame((0.02e-6, 0.0), *PATCH, seed=3 + seed, moved=(12e-9, 30e-9), **one_wall)
    found = measure_shift(Sight(there), Sight(here), NO_JUMP)
    assert isinstance(found, NoShift) or math.sqrt(found.covariance[2]) > 15e-9


def test_what_repeats_is_ambiguous_once_a_jump_may_have_come():
    stripes = {"domains": STRIPES * DOMAINS.std(), "hills": FLAT}
    there, here = wide(**stripes), Sight(patch(**stripes))
    found = measure_shift(there, here, Expected(jump=0.5, reach=200e-9))
    assert isinstance(found, NoShift)
    assert found.why is Why.AMBIGUOUS


def test_nothing_is_found_where_nothing_overlaps():
    far = frame((1.5e-6, 1.5e-6), *PATCH, seed=2)
    found = measure_shift(wide(), Sight(far), SURE)
    assert isinstance(found, NoShift)
    assert found.why is Why.NOTHING


def test_lags_of_trace_and_retrace_cancel():
    found = measure_shift(wide(lag=4e-9), Sight(patch(lag=9e-9, moved=(20e-9, 10e-9))), SURE)
    assert isinstance(found, Shift)
    assert distance(found, (20e-9, 10e-9))[1] < 2e-9


def test_trace_and_retrace_that_disagree_are_no_lock():
    found = measure_shift(wide(), Sight(patch(lag=30e-9)), SURE)
    assert isinstance(found, NoShift)
    assert "retrace" in found.reason


def test_drift_during_a_frame_is_taken_out_when_its_rate_is_known():
    rate = (0.1e-9, -0.15e-9)
    slow = Sight(frame((0.1e-6, -0.2e-6), *WIDE, seed=1, rate=rate), rate)
    place = frame((0.15e-6, 0.2e-6), *PATCH, seed=4, moved=(8e-9, 5e-9))
    corrected = measure_shift(slow, Sight(place), SURE)
    ignored = measure_shift(Sight(slow.frame), Sight(place), SURE)
    assert isinstance(corrected, Shift)
    assert isinstance(ignored, Shift)
    assert distance(corrected, (8e-9, 5e-9))[1] < 2e-9
    # 70 lines above the middle the reference shows what was there 50 s before
    assert distance(ignored, (8e-9, 5e-9))[1] > 6e-9


@pytest.mark.parametrize("share", [0.0, 0.03, -0.02])
def test_hysteresis_is_measured_from_one_frame_and_taken_out(share):
    seen = frame((0.1e-6, -0.2e-6), (1.2e-6, 0.8e-6), (70, 110), seed=1, hysteresis=share)
    measured = measure_hysteresis(Sight(seen))
    assert measured == pytest.approx(share, abs=1.5e-3)
    here = Sight(patch(hysteresis=share, moved=(25e-9, -10e-9)), hysteresis=measured)
    found = measure_shift(Sight(seen, hysteresis=measured), here, SURE)
    assert isinstance(found, Shift)
    assert distance(found, (25e-9, -10e-9))[1] < 2.5e-9


def test_noise_has_no_hysteresis():
    seen = frame(
        (0.0, 0.0), (0.5e-6, 0.4e-6), (40, 50), seed=1, domains=FLAT, hills=FLAT, noise=1.0
    )
    assert measure_hysteresis(Sight(seen)) is None


def test_a_turned_patch_is_found_in_an_upright_reference():
    turned = frame((0.15e-6, -0.1e-6), *PATCH, seed=5, angle=0.5, moved=(30e-9, 12e-9))
    found = measure_shift(wide(), Sight(turned), SURE)
    assert isinstance(found, Shift)
    assert distance(found, (30e-9, 12e-9))[1] < 3e-9


def test_the_worst_direction_may_lie_between_the_axes():
    assert worst((5.0, 4.0, 5.0)) == pytest.approx(3.0)
    assert HILLS.shape == FLAT.shape
