"""The track with the frames that it is compared with."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.survey.tracking.poses import MOST, Poses, Tie, after, expected_shift, remembered
from ai_afm.survey.tracking.replay import Missed, Moved
from ai_afm.survey.tracking.state import OPEN_LOOP, Fix, Status, TrackSettings, start
from ai_afm.survey.tracking.update import update

NM = 1e-9
SMALL = (NM**2, 0.0, NM**2)
LARGE = ((9 * NM) ** 2, 0.0, (9 * NM) ** 2)


def begun(track_settings=None):
    track = start(0.0, track_settings or TrackSettings())
    return remembered(Poses(track), 1, 0.0)


def tie(time, scan, x, y, covariance=SMALL):
    return Tie(time, scan, (x * NM, y * NM), covariance)


@given(
    x=st.floats(-20, 20),
    y=st.floats(-20, 20),
    seconds=st.floats(30, 600),
    open_loop=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_against_the_first_frame_a_tie_is_a_fix(x, y, seconds, open_loop):
    poses = begun(OPEN_LOOP if open_loop else TrackSettings())
    poses = after(poses, Moved(1.0, (2e-6, -1e-6)))
    tied = after(poses, tie(seconds, 1, x, y)).track
    fixed = update(poses.track, Fix(seconds, (x * NM, y * NM), SMALL))
    assert tied.status is fixed.status
    np.testing.assert_allclose(tied.mean, fixed.mean, rtol=1e-6, atol=1e-16)
    np.testing.assert_allclose(tied.covariance, fixed.covariance, rtol=1e-5, atol=1e-24)


def test_a_place_is_known_better_against_its_own_frame_than_against_the_first():
    poses = after(begun(), tie(60.0, 1, 3, -2, LARGE))
    poses = remembered(poses, 2, 60.0)
    poses = after(poses, tie(90.0, 2, 1, -1))
    assert poses.against(2).uncertainty < 1.1 * NM
    assert poses.against(1).uncertainty == pytest.approx(poses.track.uncertainty)
    assert poses.track.uncertainty > 2 * NM


def test_what_is_learned_later_corrects_the_frames_before():
    poses = after(begun(), tie(60.0, 1, 12, 0, LARGE))
    poses = remembered(poses, 2, 60.0)
    before = poses.offset_of(2)[0]
    # two later looks at the first frame's ground, and one at that of scan 2
    for time, scan, x in ((90.0, 1, 3), (100.0, 2, 1), (110.0, 1, 3.5)):
        poses = after(poses, tie(time, scan, x, 0))
    assert poses.offset_of(2)[0] < before - 3 * NM
    assert poses.offset_of(1) == (0.0, 0.0)


def test_a_jump_is_believed_when_a_second_frame_agrees():
    poses = after(begun(), tie(60.0, 1, 2, 1))
    poses = remembered(poses, 2, 60.0)
    once = after(poses, tie(120.0, 2, 152, -99))
    assert once.track.status is Status.SUSPECT
    assert math.dist(once.track.offset, poses.ahead(120.0).track.offset) < 1e-15
    twice = after(once, tie(150.0, 1, 155, -97.5))
    assert twice.track.status is Status.TRACKING
    assert len(twice.track.jumps) == 1
    assert twice.against(1).offset == pytest.approx((155 * NM, -97.5 * NM))
    assert twice.against(1).uncertainty == pytest.approx(NM, rel=1e-3)


def test_three_frames_that_show_nothing_known_are_lost():
    poses = begun()
    for time in (60.0, 70.0, 80.0):
        poses = after(poses, Missed(time, "the frames do not look alike"))
    assert poses.track.status is Status.LOST
    assert expected_shift(poses, 1, 90.0).jump == pytest.approx(0.9)


def test_the_covariance_stays_one_and_the_first_frame_is_never_forgotten():
    poses = begun(OPEN_LOOP)
    rng = np.random.default_rng(3)
    for number in range(2, MOST + 10):
        time = 40.0 * number
        poses = after(poses, Moved(time - 20, tuple(rng.normal(size=2) * 1e-6)))
        x, y = np.asarray(expected_shift(poses, number - 1, time).shift) / NM
        jump = 500 * (number in (20, 21))  # two frames that agree
        x, y = x + jump + rng.normal(), y + rng.normal()
        poses = after(poses, tie(time, number - 1, x, y))
        poses = remembered(poses, number, time)
    assert len(poses.track.jumps) == 1
    assert len(poses.scans) == MOST
    assert poses.scans[:2] == (1, 11)
    whole = np.block([[poses.track.covariance, poses.cross], [poses.cross.T, poses.among]])
    scale = np.sqrt(np.maximum(np.diag(whole), 1e-30))
    assert np.linalg.eigvalsh(whole / np.outer(scale, scale)).min() > -1e-6
    with pytest.raises(BadInput, match="scan 5 is not remembered"):
        poses.against(5)


def test_a_tie_survives_its_note():
    event = tie(17.25, 4, 1.5, -0.1, (2e-18, -1e-19, 3e-18))
    assert Tie.from_note(json.loads(json.dumps(event.to_note()))) == event
