"""A bad band once more, and regular looks at a reference patch: from the survey alone."""

from dataclasses import replace

import pytest
from survey_factory import EVERYWHERE, RANGE, UM, config, limits

from ai_afm import geometry
from ai_afm.control.costs import Costs
from ai_afm.control.health_checks import last_health, next_health, without_checks
from ai_afm.control.overview import overview_frame
from ai_afm.control.targets import TargetsController
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    Consent,
    ConsentLevel,
    ConsentZone,
    Observation,
    PathRequest,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
    Sweep,
)

COSTS = Costs(InstrumentTimes(), 3600.0)
PLAIN = config()
ASKED = config(health={"every_lines": 200})
LOOPS = config(health={"every_lines": 200, "loops": 2})
QUIET = [[1.0 * UM, 1.0 * UM, 3.0], [-2.0 * UM, 1.0 * UM, 2.0]]
SPOTS = [[2.5 * UM, -1.5 * UM], [-2.5 * UM, -1.5 * UM], [0.5 * UM, -2.0 * UM]]
IMAGES = Consent()


def overview(number=1, **notes):
    request = overview_frame(PLAIN)
    known = {"quiet": QUIET, "spots": SPOTS} | notes
    return Observation(number, request, request.shape[0], seconds=100.0, notes=known)


def zoom(number, lines=128, **how):
    region = ScanRegion((-1 * UM, 0.5 * UM), (0.8 * UM, 0.6 * UM), 0.2)
    request = ScanRequest(region, (128, 160), 1.0, role=Role.ZOOM, target="T1")
    return Observation(number, request, lines, seconds=128.0, **how)


def survey_of(*observations, consent=IMAGES, **how):
    survey = Survey(limits(**how), consent, seed=7)
    for observation in observations:
        survey = survey.add(observation)
    return survey


def taken(survey, settings=ASKED, number=2, **notes):
    """Return the survey after the next look at the patch."""
    request = next_health(settings, survey, COSTS).request
    assert request.role is Role.REFERENCE
    lines = request.shape[0] if isinstance(request, ScanRequest) else 0
    return survey.add(Observation(number, request, lines, notes={"checks": []} | notes))


def suspect(detector="double_tip"):
    return {"checks": [{"detector": detector, "verdict": "suspect"}]}


def test_without_the_table_nothing_is_asked_for():
    assert next_health(PLAIN, survey_of(overview(), zoom(2)), COSTS) is None
    assert last_health(PLAIN, survey_of(overview(), zoom(2)), COSTS) is None


def test_before_the_overview_there_is_no_place_for_a_patch():
    assert next_health(ASKED, survey_of(), COSTS) is None


def test_the_patch_lies_at_the_best_place_and_comes_again_after_the_lines_asked_for():
    survey = taken(survey_of(overview()))
    patch = survey.observations[-1].request
    assert patch.region.center == pytest.approx((1 * UM, 1 * UM))
    assert patch.shape == (64, 144)
    assert next_health(ASKED, survey, COSTS) is None
    later = survey.add(zoom(3))
    assert next_health(ASKED, later, COSTS) is None
    again = next_health(ASKED, later.add(zoom(4)), COSTS).request
    assert again.region == patch.region
    assert "2. look" in again.reason


def test_the_patch_avoids_ground_that_may_be_changed_or_is_forbidden():
    for level in (ConsentLevel.BIAS, ConsentLevel.FORBIDDEN):
        zone = ConsentZone(ScanRegion((2 * UM, 1 * UM), (3 * UM, 2 * UM)), level, 9.0, 9)
        survey = taken(survey_of(overview(), consent=Consent((zone,))))
        assert survey.observations[-1].request.region.center[0] < 0


def test_the_patch_moves_with_the_sample():
    survey = taken(survey_of(overview()))
    first = survey.observations[-1].request.region
    drifted = survey.add(zoom(3, offset=(40e-9, -30e-9))).add(zoom(4))
    again = next_health(ASKED, drifted, COSTS).request.region
    assert again.center == pytest.approx((first.center[0] + 40e-9, first.center[1] - 30e-9))


def test_a_suspect_look_is_repeated_once_at_once():
    survey = taken(survey_of(overview()))
    survey = taken(survey.add(zoom(3)).add(zoom(4)), number=5, **suspect())
    repeat = next_health(ASKED, survey, COSTS)
    assert "once more at once" in repeat.reason
    survey = taken(survey, number=6, **suspect())
    assert next_health(ASKED, survey, COSTS) is None
    later = taken(survey.add(zoom(7)).add(zoom(8)), number=9, **suspect())
    assert next_health(ASKED, later, COSTS) is None, "it is doubted already"


def test_no_look_comes_between_the_images_before_and_after_probes():
    before = replace(zoom(3).request, role=Role.BEFORE)
    survey = taken(survey_of(overview())).add(zoom(3)).add(zoom(4))
    probed = survey.add(Observation(5, before, 128))
    assert next_health(ASKED, probed, COSTS) is None
    after = probed.add(Observation(6, replace(before, role=Role.AFTER), 128))
    assert next_health(ASKED, after, COSTS) is not None


def test_a_last_look_vouches_for_what_came_since():
    survey = taken(survey_of(overview()))
    assert last_health(ASKED, survey, COSTS) is None
    assert last_health(ASKED, survey.add(zoom(3)), COSTS).request.role is Role.REFERENCE


def test_loops_are_taken_at_fresh_spots_before_each_look():
    survey = survey_of(overview(), consent=EVERYWHERE)
    places = []
    for number in (1, 2):
        survey = taken(survey, LOOPS, number)
        places.append(survey.observations[-1].request.position)
    assert places == [tuple(SPOTS[0]), tuple(SPOTS[1])]
    survey = taken(survey, LOOPS)
    assert isinstance(survey.observations[-1].request, ScanRequest)
    later = taken(survey.add(zoom(3)).add(zoom(4)), LOOPS)
    assert later.observations[-1].request.position == tuple(SPOTS[2])
    assert isinstance(next_health(LOOPS, later, COSTS).request, ScanRequest), "no spot is left"


def test_without_consent_there_are_no_loops():
    assert isinstance(taken(survey_of(overview()), LOOPS).observations[-1].request, ScanRequest)


def test_spots_in_closer_frames_are_left_alone():
    close = zoom(2)
    region = replace(close.request.region, center=tuple(SPOTS[0]))
    close = replace(close, request=replace(close.request, region=region))
    survey = taken(survey_of(overview(), close, consent=EVERYWHERE), LOOPS)
    assert survey.observations[-1].request.position == tuple(SPOTS[1])


def test_suspect_loops_are_repeated_with_the_patch():
    survey = survey_of(overview(spots=[*SPOTS, [3 * UM, 2.5 * UM]]), consent=EVERYWHERE)
    one = config(health={"every_lines": 200, "loops": 1})
    survey = taken(taken(survey, one), one).add(zoom(3)).add(zoom(4))
    survey = taken(taken(survey, one), one, 5, **suspect("electrical_wear"))
    repeated = taken(survey, one, 6)
    assert isinstance(repeated.observations[-1].request, ProbeRequest)
    assert isinstance(taken(repeated, one, 7).observations[-1].request, ScanRequest)


def test_controllers_do_not_plan_by_the_probes_of_a_check():
    survey = taken(survey_of(overview(), consent=EVERYWHERE), LOOPS)
    assert not list(without_checks(survey).probes())
    assert without_checks(survey_of(overview())).observations


def bad(number=2, **how):
    return zoom(number, 48, finished=False, notes={"bad_from": 32}, **how)


@pytest.mark.parametrize("settings", [PLAIN, ASKED], ids=["plain", "with a patch"])
def test_a_bad_band_comes_first_and_once(settings):
    survey = survey_of(overview(), bad())
    choice = next_health(settings, survey, COSTS)
    band = choice.request
    assert (band.role, band.target, band.shape) == (Role.ZOOM, "T1", (104, 160))
    assert "scan 2" in choice.reason
    done = survey.add(Observation(3, band, 104, notes={"again_of": 2}))
    after = next_health(settings, done, COSTS)
    assert after is None or after.request.role is Role.REFERENCE


@pytest.mark.parametrize("settings", [PLAIN, ASKED])
def test_a_band_that_is_as_bad_again_ends_the_run_and_one_that_is_not_does_not(settings):
    survey = survey_of(overview(), bad())
    band = next_health(settings, survey, COSTS).request
    notes = {"again_of": 2, "doubts": ["lost_contact"], "good": {"saturation": 96}}
    ended = next_health(settings, survey.add(Observation(3, band, 104, notes=notes)), COSTS)
    assert ended.request is None
    assert "scan 3 repeats what was bad in scan 2" in ended.reason
    well = notes | {"good": {"lost_contact": 32}}
    choice = next_health(settings, survey.add(Observation(3, band, 104, notes=well)), COSTS)
    assert choice is None or choice.request is not None


def test_a_band_that_is_refused_or_too_dear_is_left():
    survey = survey_of(overview(), bad())
    band = next_health(PLAIN, survey, COSTS).request
    assert next_health(PLAIN, survey.refuse(band, "no"), COSTS) is None
    assert next_health(PLAIN, survey_of(overview(), bad(), seconds=300.0), COSTS) is None


def test_the_targets_controller_asks_for_the_band():
    survey = survey_of(overview(), bad())
    request = TargetsController(PLAIN).propose(survey)
    assert request.region.size == pytest.approx((0.8 * UM, 0.6 * UM * 104 / 128))
    assert geometry.contains(RANGE, request.region)


def test_a_lift_comes_first_where_it_is_asked_for_and_allowed():
    lifts = config(health={"every_lines": 200, "lift_load_nn": 20.0})
    survey = taken(survey_of(overview(), consent=EVERYWHERE), lifts)
    lift = survey.observations[-1].request
    assert (lift.kind, lift.indentation) == (ProbeKind.FORCE_CURVE, pytest.approx(20e-9))
    assert lift.position == tuple(SPOTS[-1])
    assert isinstance(taken(survey, lifts).observations[-1].request, ScanRequest)
    assert isinstance(next_health(lifts, survey_of(overview()), COSTS).request, ScanRequest)


PATH = PathRequest(
    tuple(Sweep((0.0, y * 1e-8), (4e-7, y * 1e-8), 1e-6, 40) for y in range(64)),
    role=Role.AREA,
    target="map 1, part 1 of 1",
)


def bad_path(number=1, **how):
    return Observation(number, PATH, 48, finished=False, notes={"bad_from": 16} | how)


def test_the_rest_of_a_bad_path_comes_first_and_once():
    survey = survey_of(bad_path())
    choice = next_health(PLAIN, survey, COSTS)
    assert choice.request.sweeps == PATH.sweeps[16:]
    assert (choice.request.role, choice.request.target) == (PATH.role, PATH.target)
    assert "The rest of path 1, 48 sweeps, once more: from sweep 16 on" in choice.reason
    done = survey.add(Observation(2, choice.request, 48, notes={"again_of": 1}))
    assert next_health(PLAIN, done, COSTS) is None


def test_the_rest_of_a_path_goes_where_the_sample_is_now():
    survey = survey_of(bad_path()).add(zoom(1, offset=(40e-9, -30e-9)))
    request = next_health(PLAIN, survey, COSTS).request
    assert request.sweeps[0].start == pytest.approx((40e-9, 16e-8 - 30e-9))


def test_a_path_that_is_as_bad_again_ends_the_run():
    survey = survey_of(bad_path())
    rest = next_health(PLAIN, survey, COSTS).request
    notes = {"again_of": 1, "doubts": ["lost_contact"], "good": {}}
    ended = next_health(PLAIN, survey.add(Observation(2, rest, 48, notes=notes)), COSTS)
    assert ended.request is None
    assert "path 2 repeats what was bad in path 1" in ended.reason


def test_the_rest_of_a_path_that_is_refused_or_too_dear_is_left():
    survey = survey_of(bad_path())
    rest = next_health(PLAIN, survey, COSTS).request
    assert next_health(PLAIN, survey.refuse(rest, "no"), COSTS) is None
    assert next_health(PLAIN, survey_of(bad_path(), seconds=10.0), COSTS) is None
