import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.survey.tracking.shift import Shift
from ai_afm.survey.tracking.state import (
    OPEN_LOOP,
    Creep,
    Fix,
    Status,
    TrackSettings,
    expected,
    moved,
    predict,
    rebased,
    start,
    total_uncertainty,
)
from ai_afm.survey.tracking.update import Anchor, fix_from, missed, update

EXACT = (1e-19, 0.0, 1e-19)
STEADY = TrackSettings(jump_rate=0.0)


def fed(track, offset_at, times, covariance=EXACT):
    for time in times:
        track = update(track, Fix(time, offset_at(time), covariance))
    return track


def test_a_steady_drift_is_learned_and_fed_forward():
    track = fed(start(0.0, STEADY), lambda t: (0.05e-9 * t, -0.02e-9 * t), (60, 120, 300))
    assert predict(track, 900.0).offset == pytest.approx((45e-9, -18e-9), abs=1.5e-9)
    assert track.rate == pytest.approx((0.05e-9, -0.02e-9), abs=2e-12)


def test_the_place_gets_less_sure_with_time_and_surer_with_a_fix():
    track = fed(start(0.0, STEADY), lambda t: (0.0, 0.0), (60, 120))
    later = [predict(track, t).uncertainty for t in (130.0, 300.0, 900.0)]
    assert later == sorted(later)
    assert update(predict(track, 900.0), Fix(900.0, (0.0, 0.0), EXACT)).uncertainty < later[0]


def test_predicting_backwards_changes_nothing():
    track = start(100.0, STEADY)
    assert predict(track, 50.0) is track


@given(st.floats(0.0, 500.0), st.floats(1.0, 500.0))
def test_predicting_in_two_steps_is_predicting_in_one(first, second):
    track = fed(start(0.0, OPEN_LOOP), lambda t: (1e-11 * t, 0.0), (30, 60))
    once = predict(track, 60 + first + second)
    twice = predict(predict(track, 60 + first), 60 + first + second)
    assert twice.mean == pytest.approx(once.mean, rel=1e-9, abs=1e-18)
    assert twice.covariance == pytest.approx(once.covariance, rel=1e-6, abs=1e-26)


def test_creep_goes_with_the_logarithm_of_time_against_the_move():
    creep = Creep().moved((10e-6, -5e-6), 7.0)
    steps = [creep.at(7.0 + 0.1 * (10**k - 1)) for k in (0, 1, 2)]
    assert steps[0] == pytest.approx([0.0, 0.0])
    assert steps[1] - steps[0] == pytest.approx([-10e-6, 5e-6])
    assert steps[2] - steps[1] == pytest.approx([-10e-6, 5e-6])


def test_what_forgotten_moves_have_added_stays():
    creep = Creep()
    for k in range(40):
        creep = creep.moved((1e-6, 0.0), 100.0 * k)
    before, after = creep.at(4000.0), creep.moved((0.0, 0.0), 4000.0).at(4000.0)
    assert len(creep.moves) < 40
    assert after == pytest.approx(before)


def test_the_creep_of_an_open_loop_is_learned_and_fed_forward():
    share, truth = 0.012, Creep()
    track = start(0.0, OPEN_LOOP)
    for k, move in enumerate([(4e-6, 0.0), (-4e-6, 1e-6), (3e-6, -2e-6), (-3e-6, 1e-6)]):
        when = 10.0 + 300.0 * k
        truth, track = truth.moved(move, when), moved(track, move, when)
        for time in (when + 20, when + 200):
            x, y = share * truth.at(time)
            track = update(track, Fix(time, (float(x), float(y)), (1e-18, 0.0, 1e-18)))
    assert track.mean[4] == pytest.approx(share, abs=1e-3)
    truth, track = truth.moved((5e-6, 5e-6), 1300.0), moved(track, (5e-6, 5e-6), 1300.0)
    assert predict(track, 1330.0).offset == pytest.approx(tuple(share * truth.at(1330.0)), abs=8e-9)


def test_a_closed_loop_does_not_creep():
    track = moved(start(0.0, STEADY), (9e-6, 9e-6), 1.0)
    assert predict(track, 100.0).offset == pytest.approx((0.0, 0.0), abs=1e-15)


def test_rebasing_makes_the_present_offset_exactly_zero():
    track = fed(start(0.0, OPEN_LOOP), lambda t: (1e-10 * t, 0.0), (30, 60))
    track = rebased(moved(track, (2e-6, 0.0), 70.0))
    assert track.offset == (0.0, 0.0)
    assert track.uncertainty == 0.0
    assert predict(track, 80.0).uncertainty > 0.0


def test_a_jump_that_may_have_come_counts_in_the_error_to_expect():
    settings = TrackSettings(jump_rate=1e-4, jump_size=100e-9)
    track = fed(start(0.0, settings), lambda t: (0.0, 0.0), (60, 120))
    assert total_uncertainty(track, 121.0) < 2e-9
    chance = 1 - math.exp(-1e-4 * 600)
    alone = predict(track, 720.0).uncertainty
    hoped = math.sqrt(alone**2 + chance * 100e-9**2)
    assert total_uncertainty(track, 720.0) == pytest.approx(hoped)
    assert expected(track, 720.0).jump == pytest.approx(chance)


def test_a_fix_that_fits_corrects_and_one_alone_that_does_not_is_only_doubted():
    track = fed(start(0.0, STEADY), lambda t: (0.0, 0.0), (60, 120))
    doubted = update(track, Fix(130.0, (80e-9, 0.0), EXACT))
    assert doubted.status is Status.SUSPECT
    assert doubted.offset == pytest.approx(predict(track, 130.0).offset)
    assert update(doubted, Fix(140.0, (0.0, 0.0), EXACT)).status is Status.TRACKING


def test_two_fixes_that_say_the_same_are_a_jump():
    track = fed(start(0.0, STEADY), lambda t: (0.05e-9 * t, 0.0), (60, 120, 300))
    jumped = fed(track, lambda t: (0.05e-9 * t + 80e-9, -60e-9), (320, 350))
    assert jumped.status is Status.TRACKING
    ((when, size),) = jumped.jumps
    assert when == 350
    assert size == pytest.approx((80e-9, -60e-9), abs=1e-9)
    assert predict(jumped, 400.0).offset == pytest.approx((100e-9, -60e-9), abs=3e-9)
    assert jumped.rate == pytest.approx((0.05e-9, 0.0), abs=0.01e-9)


def test_fixes_that_contradict_each_other_end_in_lost_and_not_in_a_guess():
    track = fed(start(0.0, STEADY), lambda t: (0.0, 0.0), (60, 120))
    places = {130: (80e-9, 0.0), 140: (-90e-9, 20e-9), 150: (10e-9, 200e-9)}
    lost = fed(track, places.__getitem__, places)
    assert lost.status is Status.LOST
    assert not lost.jumps


def test_frames_that_show_nothing_end_in_lost():
    track = fed(start(0.0, STEADY), lambda t: (0.0, 0.0), (60, 120))
    states = []
    for time in (130.0, 140.0, 150.0):
        track = missed(track, time)
        states.append(track.status)
    assert states == [Status.SUSPECT, Status.SUSPECT, Status.LOST]
    found = fed(track, lambda t: (150e-9, 0.0), (160, 170))
    assert found.status is Status.TRACKING


def test_after_a_jump_an_open_loop_keeps_what_it_knows_of_its_creep():
    track = moved(start(0.0, OPEN_LOOP), (5e-6, 0.0), 5.0)
    track = fed(track, lambda t: tuple(0.01 * track.creep.at(t)), (10, 100, 300))
    before = track.mean[4], track.covariance[4, 4]
    shifted = fed(track, lambda t: tuple(0.01 * track.creep.at(t) + 90e-9), (310, 320))
    assert len(shifted.jumps) == 1
    assert (shifted.mean[4], shifted.covariance[4, 4]) == pytest.approx(before)
    assert np.linalg.eigvalsh(shifted.covariance / np.outer(scale(), scale())).min() > -1e-9


def scale():
    return np.array([1e-9, 1e-9, 1e-11, 1e-11, 1e-2])


def test_a_shift_against_a_reference_is_an_offset_against_the_first_frame():
    shift = Shift(3e-9, -2e-9, (1e-18, 0.0, 4e-18), 0.9, 20.0)
    anchor = Anchor(50.0, (10e-9, 5e-9), (1e-18, 0.5e-18, 0.0))
    fix = fix_from(shift, anchor, 80.0)
    assert fix.offset == pytest.approx((13e-9, 3e-9))
    assert fix.covariance == pytest.approx((2e-18, 0.5e-18, 4e-18))


def test_errors_are_as_large_as_they_are_said_to_be_on_a_drift_that_wanders():
    rng, q = np.random.default_rng(3), STEADY.wander
    ratios = []
    for _ in range(40):
        track, place, rate = start(0.0, STEADY), np.zeros(2), rng.normal(0, STEADY.rate, 2)
        for k in range(1, 13):
            for _ in range(10):
                rate = rate + rng.normal(0, math.sqrt(q * 10.0), 2)
                place = place + rate * 10.0
            if k % 3 == 0:
                away = np.array(predict(track, 100.0 * k).offset) - place
                ratios.append(float(away @ away) / 2 / track_variance(track, 100.0 * k))
            x, y = place + rng.normal(0, 1e-9, 2)
            track = update(track, Fix(100.0 * k, (float(x), float(y)), (1e-18, 0.0, 1e-18)))
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.3)


def track_variance(track, time):
    return predict(track, time).offset_covariance[0]
