from dataclasses import replace

import pytest

from ai_afm.geometry import pixel_to_sample, shifted
from ai_afm.survey.health.again import (
    again_of,
    band_of,
    moved_path,
    repeat_of,
    repeated,
    rest_of,
    same_ground,
)
from ai_afm.survey.survey import Survey
from ai_afm.testing.fake import wide_limits
from ai_afm.types import (
    Consent,
    Observation,
    PathRequest,
    Role,
    ScanRegion,
    ScanRequest,
    SlowDirection,
    Sweep,
)

REQUEST = ScanRequest(
    ScanRegion((1e-6, -2e-6), (800e-9, 480e-9), 0.3), (96, 160), 1.0, role=Role.ZOOM, target="T1"
)


def stopped(request=REQUEST, line=48, number=3, **how):
    return Observation(number, request, 80, finished=False, notes={"bad_from": line}, **how)


def survey_of(*observations):
    survey = Survey(wide_limits(), Consent())
    for observation in observations:
        survey = survey.add(observation)
    return survey


@pytest.mark.parametrize("direction", SlowDirection)
def test_the_band_has_the_same_pixels_as_the_frame(direction):
    request = replace(REQUEST, slow_direction=direction)
    region, lines = band_of(request, 48)
    assert lines == 96 - 40
    band = replace(request, region=region, shape=(lines, 160))
    assert band.pixel_size == pytest.approx(request.pixel_size)
    # the last line to arrive is the same for both
    last, whole = (lines - 1, 95) if direction is SlowDirection.DOWN else (0, 0)
    assert pixel_to_sample(region, band.shape, last, 7) == pytest.approx(
        pixel_to_sample(request.region, request.shape, whole, 7)
    )


def test_a_band_begins_before_the_bad_lines_and_is_never_thin():
    assert band_of(REQUEST, 90)[1] == 32
    assert band_of(REQUEST, 0) == (REQUEST.region, 96)
    assert band_of(replace(REQUEST, shape=(20, 160)), 16)[1] == 20


@pytest.mark.parametrize("role", [Role.REFERENCE, Role.BEFORE, Role.AFTER])
def test_frames_that_are_compared_with_others_are_repeated_whole(role):
    request = replace(REQUEST, role=role)
    assert repeat_of(survey_of(stopped(request)), 0) == request


def test_only_what_was_stopped_as_bad_is_repeated():
    assert repeat_of(survey_of(Observation(1, REQUEST, 96, notes={"stopped": "empty"})), 0) is None


def test_a_repeat_is_known_wherever_drift_has_carried_the_place():
    moved = (30e-9, -20e-9)
    later = Observation(4, replace(REQUEST, role=Role.WISH), 96, offset=moved)
    survey = survey_of(stopped(), later)
    band = repeat_of(survey, 0)
    assert again_of(survey, replace(band, region=shifted(band.region, moved))) == 3
    assert again_of(survey, replace(band, target="T2")) is None
    assert again_of(survey, REQUEST) is None


def test_a_band_is_repeated_once():
    band = repeat_of(survey_of(stopped()), 0)
    done = Observation(4, band, 56, notes={"again_of": 3})
    assert again_of(survey_of(stopped(), done), band) is None


PATH = PathRequest(
    tuple(Sweep((0.0, y * 1e-8), (4e-7, y * 1e-8), 1e-6, 40) for y in range(64)),
    role=Role.AREA,
    target="map 1, part 1 of 1",
)


def test_of_a_path_the_sweeps_that_are_not_vouched_for_are_repeated():
    rest = repeat_of(survey_of(stopped(PATH)), 0)
    assert rest == replace(PATH, sweeps=PATH.sweeps[48:])


def test_a_repeated_path_is_known_wherever_drift_has_carried_it():
    moved = (30e-9, -20e-9)
    later = Observation(4, replace(REQUEST, role=Role.WISH), 96, offset=moved)
    survey = survey_of(stopped(PATH), later)
    rest = repeat_of(survey, 0)
    assert again_of(survey, moved_path(rest, moved)) == 3
    assert again_of(survey, rest) is None, "there it lay before"
    assert again_of(survey, replace(moved_path(rest, moved), target="map 2, part 1 of 1")) is None
    assert not same_ground(rest, REQUEST, moved)
    assert not same_ground(REQUEST, rest, moved)


def test_scans_and_paths_of_one_number_are_not_taken_for_each_other():
    path, scan = stopped(PATH), stopped()
    survey = survey_of(path, scan)
    done = survey.add(Observation(4, repeat_of(survey, 1), 56, notes={"again_of": 3}))
    assert repeated(done) == {(ScanRequest, 3)}
    assert again_of(done, repeat_of(done, 0)) == 3
    both = done.add(Observation(4, repeat_of(done, 0), 16, notes={"again_of": 3}))
    assert again_of(both, repeat_of(both, 0)) is None


@pytest.mark.parametrize("direction", SlowDirection)
def test_the_rest_of_a_frame_is_that_of_its_band(direction):
    request = replace(REQUEST, slow_direction=direction)
    region, lines = band_of(request, 48)
    assert rest_of(request, 96 - lines) == region
    assert rest_of(request, 0) == request.region
