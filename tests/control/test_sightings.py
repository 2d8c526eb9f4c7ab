"""Places of many frames: told apart and ranked as if each pair were looked at, and only once."""

import copy
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey_factory import CROSSED, EVERYWHERE, config, limits, play

from ai_afm.config import TargetSettings
from ai_afm.control.candidates import Candidate, Kind
from ai_afm.control.remembered import remembered
from ai_afm.control.sightings import Around, Sighting, known_around, ranked
from ai_afm.control.targets import TargetsController
from ai_afm.survey.survey import Survey

RADIUS = 100e-9
SETTINGS = TargetSettings(min_distance_nm=200.0, ladder_nm=(500.0,))
KINDS = (Kind.WALL_JUNCTION, Kind.NEEDLE_TIP, Kind.LONG_WALL)


@st.composite
def seen(draw):
    """Sightings in order of observation, crowded enough that many are the same place."""
    count = draw(st.integers(0, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frames = rng.choice([3e-6, 8e-7, 3e-7], 12)
    found = []
    for index in sorted(rng.integers(0, 12, count)):
        at = tuple(float(v) for v in rng.uniform(0, 6e-7, 2))
        kind, score = KINDS[rng.integers(3)], float(rng.integers(1, 5))
        found.append(Sighting(int(index), float(frames[index]), Candidate(at, kind, 1.0, score)))
    return tuple(found)


def slowly(found):
    """Compare each with each."""
    kept = [
        s.candidate
        for s in found
        if not any(
            o.candidate.kind is s.candidate.kind
            and o.size < s.size
            and math.dist(o.candidate.position, s.candidate.position) <= RADIUS
            for o in found
        )
    ]
    return tuple(sorted(kept, key=lambda c: (-c.score, c.kind, c.position)))


@given(seen())
@settings(max_examples=60, deadline=None)
def test_the_best_resolved_sighting_of_each_place_is_ranked(found):
    assert ranked(found, SETTINGS) == slowly(found)


@given(seen(), st.integers(0, 12), st.floats(1e-8, 4e-7))
@settings(max_examples=60, deadline=None)
def test_what_was_known_around_a_point_is_what_was_ranked_then(found, before, reach):
    point = (3e-7, 2e-7)
    (known,) = known_around(found, SETTINGS, [Around(point, reach, before)])
    then = slowly([s for s in found if s.observation < before])
    assert known == tuple(c for c in then if math.dist(c.position, point) <= reach)


@pytest.mark.parametrize("count", [1, 3])
def test_a_survey_that_grows_is_judged_like_one_that_was_never_seen_before(count):
    settings_ = config(targets={"count": count}, probe={"per_target": 1, "image_lines": 16})
    controller = TargetsController(settings_)

    class Twice:
        """Asks a second time with a copy that shares no object with what was remembered."""

        def propose(self, survey):
            request = controller.propose(survey)
            assert controller.propose(copy.deepcopy(survey)) == request
            return request

        closing_words = controller.closing_words

    played = play(Twice(), CROSSED, Survey(limits(), EVERYWHERE, 3))
    assert len(played.requests) > 4


def test_what_is_remembered_is_dropped_when_there_is_more_than_asked_for():
    calls = []

    @remembered(most=2)
    def doubled(value):
        calls.append(value)
        return 2 * value

    assert [doubled(v) for v in (1, 2, 1, 3, 1, 2)] == [2, 4, 2, 6, 2, 4]
    assert calls == [1, 2, 3, 2]


def test_equal_objects_are_not_the_same_object():
    calls = []

    @remembered(most=8)
    def length(values):
        calls.append(values)
        return len(values)

    assert length([1]) == length([1]) == 1
    assert len(calls) == 2
    assert length((1, "a")) == length((1, "a")) == 2
    assert len(calls) == 3
