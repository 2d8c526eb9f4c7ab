"""A wall that leaves the closest frame of a target is followed, as far as a person allows."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from survey_factory import EVERYWHERE, UM, Drawing, config, limits, play
from survey_factory import line as coarse_line

from ai_afm import geometry
from ai_afm.control.targets import TargetsController
from ai_afm.survey.survey import Survey
from ai_afm.types import Consent, ConsentLevel, ConsentZone, Observation, Role, ScanRegion


def line(*ends):
    """Return a wall that reaches the edges of frames to less than a pixel, as drawn ones do."""
    return coarse_line(*ends, points=4001)


LONG = Drawing(walls=(line(-3.0, -0.6, 3.0, 0.6),))
ENDS = Drawing(walls=(line(-2.3, 0.0, 0.55, 0.0),))
SURVEY = Survey(limits(), EVERYWHERE, seed=7)
QUIET = {"probe": {"enabled": False}}


def controller(extend, **targets):
    return TargetsController(config(targets={"count": 1, "extend": extend} | targets, **QUIET))


def frames(played):
    return played.frames(Role.ZOOM), played.frames(Role.FOLLOW)


def test_without_the_key_no_frame_is_followed():
    _, followed = frames(play(controller(0), LONG, SURVEY))
    assert followed == []


@pytest.mark.parametrize("extend", [1, 3])
def test_a_wall_is_followed_by_frames_of_the_same_pixels_up_to_the_number_allowed(extend):
    zooms, followed = frames(play(controller(extend), LONG, SURVEY))
    assert len(followed) == extend
    last = zooms[-1]
    for request in followed:
        assert request.target == last.target
        assert (request.region.size, request.shape) == (last.region.size, last.shape)
        assert request.line_rate == last.line_rate
        assert "leaves frame" in request.reason
        assert f"of at most {extend}" in request.reason


def test_each_neighbour_overlaps_the_frame_before_by_a_tenth_and_has_the_wall_in_its_middle():
    zooms, followed = frames(play(controller(2), LONG, SURVEY))
    chain = [zooms[-1], *followed]
    for before, after in pairwise(chain):
        width, height = after.region.size
        shared = geometry.overlap_area(before.region, after.region) / (width * height)
        assert 0.05 < shared < 0.15
        x, y = after.region.center
        assert y == pytest.approx(0.2 * x, abs=20e-9)


def test_the_reason_tells_how_long_the_wall_is_known_by_then():
    played = play(controller(2), LONG, SURVEY)
    first, second = frames(played)[1]
    assert "leaves frame 3 at its" in first.reason
    assert "257 nm along it so far" in first.reason
    assert "leaves frame 4 at its" in second.reason


def test_where_the_wall_ends_its_other_end_is_followed():
    """The right end lies in the first neighbour or before; then the left end is followed."""
    played = play(controller(3), ENDS, SURVEY)
    zooms, followed = frames(played)
    middle = zooms[-1].region.center[0]
    sides = [math.copysign(1, r.region.center[0] - middle) for r in followed]
    assert len(followed) == 3
    assert set(sides) == {1.0, -1.0} or set(sides) == {-1.0}
    for request in followed:
        assert request.region.center[0] - request.region.size[0] / 2 < 0.55 * UM


def test_a_wall_that_stays_inside_is_not_followed():
    short = Drawing(walls=(line(-0.2, 0.0, 0.2, 0.05),), tips=((0.2, 0.05),))
    zooms, followed = frames(play(controller(3, ladder_nm=(1200,)), short, SURVEY))
    assert zooms
    assert followed == []


def test_the_limits_end_it():
    narrow = Survey(limits(ScanRegion((0.0, 0.0), (5 * UM, 5 * UM))), EVERYWHERE, seed=7)
    _, followed = frames(play(controller(40), LONG, narrow))
    assert 6 <= len(followed) < 40
    for request in followed:
        assert geometry.contains(narrow.limits.region, request.region)


def test_it_does_not_go_where_a_person_has_forbidden_it():
    wall = ConsentZone(ScanRegion((1.2 * UM, 0.0), (0.4 * UM, 5 * UM)), ConsentLevel.FORBIDDEN)
    other = ConsentZone(ScanRegion((-1.2 * UM, 0.0), (0.4 * UM, 5 * UM)), ConsentLevel.FORBIDDEN)
    survey = Survey(limits(), Consent((*EVERYWHERE.zones, wall, other)), seed=7)
    zooms, followed = frames(play(controller(40), LONG, survey))
    assert zooms
    for request in followed:
        assert abs(request.region.center[0]) < 1.0 * UM


def test_a_refused_neighbour_counts_and_is_not_asked_for_again():
    played = play(controller(2), LONG, SURVEY, lambda r: "no" if r.role is Role.FOLLOW else None)
    assert frames(played)[1] == []
    assert len(played.survey.refused) == 2
    regions = {request.region for request, _ in played.survey.refused}
    assert len(regions) == 2


def test_the_budget_ends_it_and_the_run_goes_on():
    # overview of 128 lines and two closer frames, then 100 s are left for one of 128 s
    survey = Survey(limits(seconds=520.0), EVERYWHERE, seed=7)
    zooms, followed = frames(play(controller(2), LONG, survey))
    assert len(zooms) == 2
    assert len(followed) < 2


def test_a_frame_that_was_not_finished_opens_nothing():
    played = play(controller(0), LONG, SURVEY)
    cut = tuple(
        replace(o, finished=False) if o.request.role is Role.ZOOM else o
        for o in played.survey.observations
    )
    survey = replace(played.survey, observations=cut)
    assert controller(3).propose(survey) is None


def test_ground_that_is_scanned_as_finely_is_not_scanned_again():
    whole = play(controller(1), LONG, SURVEY)
    followed = whole.frames(Role.FOLLOW)[0]
    known = [o for o in whole.survey.observations if o.request.role is not Role.FOLLOW]
    survey = SURVEY
    for observation in known:
        survey = survey.add(observation)
    wished = replace(followed, role=Role.WISH, target="mine")
    survey = survey.add(Observation(9, wished, 128, LONG.network(wished.region)))
    other = controller(1).propose(survey)
    assert other.role is Role.FOLLOW
    gap = math.dist(other.region.center, followed.region.center)
    assert gap > followed.region.size[0], "the other end of the wall"


def test_a_drift_moves_the_neighbour_with_the_sample():
    still = play(controller(1), LONG, SURVEY)
    before = [o for o in still.survey.observations if o.request.role is not Role.FOLLOW]
    survey = SURVEY
    for observation in before:
        survey = survey.add(observation)
    here = controller(1).propose(survey)
    moved = (60e-9, -25e-9)
    overview = replace(before[0].request, role=Role.WISH, target="w")
    survey = survey.add(Observation(9, overview, 128, offset=moved, finished=False))
    there = controller(1).propose(survey)
    assert there.region.center == pytest.approx(
        (here.region.center[0] + moved[0], here.region.center[1] + moved[1]), abs=1e-12
    )


def test_the_same_survey_gives_the_same_neighbour():
    played = play(controller(3), LONG, SURVEY)
    again = play(controller(3), LONG, SURVEY)
    assert played.requests == again.requests
