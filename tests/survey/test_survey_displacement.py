"""Displacements of drawn walls: right where they are known, blind to drift and to lost walls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.survey.displacement import (
    displacement,
    mean_shift,
    motion_squared,
    without_drift,
)
from ai_afm.survey.survey import Survey
from ai_afm.survey.threshold import find_threshold
from ai_afm.survey.timelapse import motion_per_pass, pairs, passes
from ai_afm.types import (
    Consent,
    Limits,
    Observation,
    Role,
    ScanRegion,
    ScanRequest,
    Stroke,
    Wall,
    WallNetwork,
    WriteRequest,
)

REGION = ScanRegion((0.0, 0.0), (1e-6, 8e-7))
NOWHERE = ((0.0, 0.0), (0.0, 0.0))
SURE = {"track": {"covariance": [0.0, 0.0, 0.0], "hysteresis": 0.0, "rate": [0.0, 0.0]}}


def ring(center, radius, rng=None):
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    if rng is not None:
        radius = radius + rng.normal(0, 1e-9, 90)
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.reshape(radius, (-1, 1))
    return Wall(points + np.array(center), 2, 0.9, closed=True)


def straight(x, tilt=0.0, rng=None):
    y = np.linspace(-3.5e-7, 3.5e-7, 140)
    noise = 0.0 if rng is None else rng.normal(0, 1e-9, 140)
    return Wall(np.stack([x + tilt * y + noise, y], axis=1), 2, 0.9)


def frame(walls, number=1, name="S1.1", drift=(0.0, 0.0)):
    moved = tuple(Wall(w.points + np.array(drift), w.code, w.probability, closed=w.closed)
                  for w in walls)  # fmt: skip
    request = ScanRequest(REGION, (128, 160), 1.0, role=Role.SEQUENCE, target=name)
    return Observation(
        number, request, 128, WallNetwork(REGION, moved), offset=drift, seconds=128.0,
        notes=SURE,
    )  # fmt: skip


def shifts(found, origin=(0.0, 0.0)):
    return [s.away_from(np.array([origin])) for s in found.segments]


@settings(max_examples=40, deadline=None)
@given(st.floats(-5e-8, 5e-8), st.floats(-0.5, 0.5))
def test_a_wall_that_moved_has_moved_by_what_it_moved(way, tilt):
    before, after = frame([straight(2e-7, tilt)]), frame([straight(2e-7 + way, tilt)])
    found = displacement(before, after, NOWHERE, reach=8e-8)
    normal = way / np.hypot(1.0, tilt)
    values = [value for value, _ in shifts(found)]
    # the ends of a tilted wall have their nearest neighbour beside the normal
    assert np.median(values) == pytest.approx(normal, abs=1e-9)


def test_drift_that_is_known_is_no_motion():
    before = frame([straight(2e-7), ring((-2e-7, 1e-7), 6e-8)])
    after = frame([straight(2e-7), ring((-2e-7, 1e-7), 6e-8)], drift=(3e-8, -2e-8))
    found = displacement(before, after, (before.offset, after.offset))
    assert max(abs(value) for value, _ in shifts(found)) < 5e-10


def test_a_ring_that_grows_moves_away_from_its_middle():
    found = displacement(frame([ring((1e-7, 0), 5e-8)]), frame([ring((1e-7, 0), 6.5e-8)]), NOWHERE)
    values = [value for value, _ in shifts(found, (1e-7, 0.0))]
    assert values == pytest.approx([1.5e-8] * len(values), rel=0.05)


def test_drift_that_is_not_known_hardly_touches_a_ring():
    covariance = (4e-18, 0.0, 4e-18)
    grown = displacement(frame([ring((0, 0), 5e-8)]), frame([ring((0, 0), 6e-8)]), NOWHERE)
    wall = displacement(frame([straight(1e-7)]), frame([straight(1.1e-7)]), NOWHERE)
    by_ring, by_wall = (mean_shift(shifts(f), covariance) for f in (grown, wall))
    assert by_ring.high - by_ring.low < 0.4 * (by_wall.high - by_wall.low)
    assert by_wall.high - by_wall.value >= 1.9 * 2e-9


def test_a_wall_that_is_gone_is_lost_and_no_neighbour_takes_its_place():
    before, after = frame([straight(0.0), straight(4e-8)]), frame([straight(0.0)])
    found = displacement(before, after, NOWHERE, reach=8e-8)
    assert found.lost == pytest.approx(7e-7, rel=0.05)
    assert max(abs(value) for value, _ in shifts(found)) < 1e-10


def test_one_segment_or_an_unknown_drift_has_no_interval():
    assert mean_shift([(1e-9, (0.0, 0.0))], (0.0, 0.0, 0.0)).high == np.inf
    assert mean_shift([(1e-9, (0.0, 0.0))] * 3, None).high == np.inf


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng, held = np.random.default_rng(5), 0
    for _ in range(400):
        drift = rng.normal(0, 2e-9, 2)
        levers = [(np.cos(a), np.sin(a)) for a in rng.uniform(0, 2, 6)]
        values = [(5e-9 + rng.normal(0, 3e-9) + np.dot(drift, lever), lever) for lever in levers]
        held += mean_shift(values, (4e-18, 0.0, 4e-18)).covers(5e-9)
    assert 0.92 <= held / 400 <= 0.99


def test_drift_that_the_tracker_has_missed_is_seen_by_walls_far_away():
    rng, drift = np.random.default_rng(6), np.array([2.1e-8, -1.3e-8])
    still = [
        (float(np.dot(drift, lever)) + rng.normal(0, 5e-10), lever)
        for lever in ((1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (-0.8, 0.6))
    ]
    pushed = [(7e-9 + float(np.dot(drift, lever)), lever) for lever in ((0.9, 0.1), (0.2, -0.9))]
    found, left = without_drift(pushed, still, None)
    assert [value for value, _ in found] == pytest.approx([7e-9, 7e-9], abs=1.5e-9)
    assert left[0] < (1e-9) ** 2


def test_without_walls_far_away_the_drift_stays_as_unknown_as_it_was():
    found, left = without_drift([(7e-9, (1.0, 0.0))], [], (4e-18, 0.0, 9e-18))
    assert found == [(7e-9, (1.0, 0.0))]
    assert left == pytest.approx((4e-18, 0.0, 9e-18), rel=1e-3)


@pytest.mark.parametrize("way", [0.0, 4e-9])
def test_motion_is_told_from_noise(way):
    rng = np.random.default_rng(7)
    # walls move either way, as imaging moves them: no shift of the whole frame does that
    places = np.linspace(-4e-7, 4e-7, 7)
    before = frame([straight(x, rng=rng) for x in places])
    after = frame([straight(x + way * (-1) ** i, rng=rng) for i, x in enumerate(places)])
    found = motion_squared([displacement(before, after, NOWHERE)])
    assert found.covers(way**2) or found.value == pytest.approx(way**2, rel=0.2)
    assert (found.low > 0) == (way > 0)


def survey_of(*observations):
    limits = Limits(REGION, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1e9)
    survey = Survey(limits, Consent())
    for observation in observations:
        survey = survey.add(observation)
    return survey


@pytest.fixture
def bare(monkeypatch):
    """Let surveys keep literal offsets: the note of the tracker is only for its covariance here."""
    monkeypatch.setattr("ai_afm.survey.survey.followed", lambda tracker, observation: None)


def written(strokes, number=1, finished=True, lines=None):
    request = WriteRequest(REGION, strokes, target="S1.2")
    lines = len(strokes) if lines is None else lines
    return Observation(number, request, lines=lines, finished=finished, seconds=5.0)


def test_a_pair_knows_what_was_written_between_and_what_lies_far_away(bare):
    dot = Stroke((-2e-7, 0.0), (-2e-7, 0.0), 6.0, 0.1)
    survey = survey_of(
        frame([ring((-2e-7, 0), 4e-8), straight(3e-7)], 1),
        written((dot,)),
        frame([ring((-2e-7, 0), 5e-8), straight(3e-7)], 2, "S1.4"),
    )
    (pair,) = pairs(survey)
    assert (pair.between.bias, pair.between.seconds, pair.between.waited) == (6.0, 0.1, 5.0)
    assert pair.near.value == pytest.approx(1e-8, rel=0.05)
    assert pair.control.value == pytest.approx(0.0, abs=1e-10)
    assert passes(survey) == ()


def test_images_with_nothing_between_tell_what_imaging_does(bare):
    rng = np.random.default_rng(3)
    walls = [np.linspace(-4e-7, 4e-7, 5)] * 3
    survey = survey_of(*[
        frame([straight(x, rng=rng) for x in places], i + 1, f"S{i}.1")
        for i, places in enumerate(walls)
    ])  # fmt: skip
    found = passes(survey)
    assert len(found) == 2
    assert motion_per_pass(found).high < (1e-9) ** 2


def test_the_rim_of_a_dot_counts_for_its_own_rung():
    dots = [(i * 1e-7 - 2e-7, 0.0) for i in range(5)]
    strokes = tuple(Stroke(at, at, 2.0 + i, 1.0) for i, at in enumerate(dots))
    after = frame([ring(at, 2e-8) for at in dots[2:]] + [straight(4.2e-7)], 2)
    before = frame([straight(4.2e-7)], 1)
    zero = (0.0, 0.0)
    found = find_threshold(before, written(strokes), after, (zero, zero, zero))
    assert (found.written, found.clean) == (4.0, 3.0)
    assert [r.written for r in found.rungs] == [False, False, True, True, True]


def test_rungs_that_were_not_reached_say_nothing():
    dots = [(i * 1e-7 - 2e-7, 0.0) for i in range(5)]
    strokes = tuple(Stroke(at, at, 2.0 + i, 1.0) for i, at in enumerate(dots))
    nothing, zero = frame([straight(4.2e-7)]), (0.0, 0.0)
    broken = written(strokes, finished=False, lines=2)
    found = find_threshold(nothing, broken, nothing, (zero, zero, zero))
    assert (found.written, found.clean) == (None, 3.0)
