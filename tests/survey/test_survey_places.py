"""Where things are after drift: from the notes of a run's observations alone."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from ai_afm.errors import BadInput
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.survey import places
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.poses import Tie
from ai_afm.survey.tracking.replay import Missed, Moved, to_note
from ai_afm.survey.tracking.state import TrackSettings
from ai_afm.survey.tracking.tracker import followed, settings_note
from ai_afm.types import (
    Consent,
    Limits,
    Observation,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
    Waveform,
)

NM, UM = 1e-9, 1e-6
RANGE = ScanRegion((0.0, 0.0), (8 * UM, 6 * UM))
LIMITS = Limits(RANGE, 2e-4, 60.0, 10.0, 5.0, -10.0, 10.0, 1e-6, 1e-7, 1e4, 1e4, 1e-3, 36000.0)
EMPTY = Survey(LIMITS, Consent())
SURE = (NM**2, 0.0, NM**2)


def request(size=(4 * UM, 2 * UM), center=(0.0, 0.0), **how):
    return ScanRequest(ScanRegion(center, size), (40, 64), 1.0, **how)


def seen(number, middle, events=(), **note):
    """An observation with what the tracker noted of it, through JSON."""
    note = {
        "shift": 0.0, "events": list(events), "middle": middle, "ended": middle + 20.0,
        "tip": [0.0, 0.0], "hysteresis": 0.0, "rate": [0.0, 0.0], "rate_error": 0.0,
        "covariance": [0.0, 0.0, 0.0], "status": "tracking", "kept": True, "patches": [],
        "words": "",
    } | note  # fmt: skip
    notes = {"track": json.loads(json.dumps(note))}
    made = note.pop("request", request(role=Role.OVERVIEW))
    return Observation(number, made, 40, seconds=40.0, offset=(0.0, 0.0), notes=notes)


def first(middle=100.0, settings=None):
    wanted = settings or TrackSettings()
    return seen(1, middle, begun=settings_note(middle, wanted))


def tie(time, scan, x, y):
    return Tie(time, scan, (x * NM, y * NM), SURE).to_note()


def drifting(rate=0.1):
    """A survey with three frames during which the sample drifts to the right, nm/s."""
    survey = EMPTY.add(first())
    for number, time in ((2, 200.0), (3, 300.0)):
        drift = rate * (time - 100)
        survey = survey.add(seen(number, time, [tie(time, 1, drift, -drift / 2)]))
    return survey


def test_the_drift_goes_on_after_the_last_frame():
    survey = drifting()
    assert survey.offset == pytest.approx((22 * NM, -11 * NM), abs=0.6 * NM)
    x, y = places.now(survey, (1 * UM, 2 * UM), ahead=60.0)
    assert (x - 1 * UM, y - 2 * UM) == pytest.approx((28 * NM, -14 * NM), abs=0.8 * NM)
    assert places.offsets(survey)[1] == pytest.approx((10 * NM, -5 * NM), abs=0.5 * NM)


def test_a_frame_is_aimed_at_where_its_place_is_in_its_middle():
    survey, times = drifting(), InstrumentTimes()
    made = places.aimed_scan(survey, request(center=(0.5 * UM, 0.0)), times)
    moved = made.region.center[0] - 0.5 * UM
    # 20 s to its middle after the 20 s since the last frame's, and the move
    assert moved == pytest.approx(24 * NM, abs=0.7 * NM)
    assert places.offset_at(survey, made, times)[0] == pytest.approx(moved, abs=1e-14)


def test_a_probe_lets_time_pass_and_moves_the_tip():
    survey = drifting()
    wave = Waveform(5.0, steps=32, cycles=2)
    probe = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (1 * UM, 0.0), wave)
    later = survey.add(Observation(1, probe, seconds=30.0))
    assert later.tracker.clock == survey.tracker.clock + 30.0
    assert later.tracker.tip == probe.position
    assert later.offset[0] - survey.offset[0] == pytest.approx(3 * NM, abs=0.3 * NM)
    # 5 s before the end the probe was under way
    assert places.offsets(later)[-1][0] == pytest.approx(survey.offset[0] + 1.5 * NM, abs=0.2 * NM)


def test_a_pause_is_drift_as_well():
    survey = drifting()
    later = survey.passed(survey.tracker.clock + 100.0)
    assert later.offset[0] - survey.offset[0] == pytest.approx(10 * NM, abs=1 * NM)
    assert survey.passed(0.0).offset == survey.offset


def test_a_jump_that_is_believed_later_corrects_the_frames_that_were_in_doubt():
    survey = drifting()
    survey = survey.add(seen(4, 400.0, [tie(400.0, 1, 230, -15)], status="suspect", kept=False))
    assert not survey.tracker.sure
    survey = survey.add(seen(5, 440.0, [tie(440.0, 1, 234, -17)]))
    assert survey.tracker.sure
    (_, jump), *more = survey.tracker.track.jumps
    assert not more
    assert jump[0] == pytest.approx(200 * NM, abs=3 * NM)
    # its own note said nothing of the jump
    assert places.offsets(survey)[3][0] == pytest.approx(jump[0], abs=1e-12)
    assert places.offsets(survey)[2][0] == pytest.approx(20 * NM, abs=1 * NM)


def test_the_fold_of_the_notes_is_the_live_track():
    survey = drifting()
    again = EMPTY
    for observation in survey.observations:
        again = again.add(observation)
    assert np.array_equal(again.tracker.track.mean, survey.tracker.track.mean)
    assert np.array_equal(again.tracker.poses.among, survey.tracker.poses.among)
    assert again.drifts == survey.drifts


def test_points_of_a_frame_lose_drift_lateness_and_hysteresis():
    shown = seen(1, 100.0, begun={}, hysteresis=0.03, rate=[0.2 * NM, 0.0])
    top, middle = (0.0, 0.5 * UM), (-1 * UM, 0.0)
    still = places.first_frame(shown, (5 * NM, 1 * NM), [top, middle])
    # 10 lines above the middle, 10 s earlier: features were 2 nm further to the left
    assert still[0] == pytest.approx((120 * NM + 2 * NM - 5 * NM, 0.5 * UM - 1 * NM), abs=1e-13)
    assert still[1][0] == pytest.approx(-1 * UM + 0.75 * 120 * NM - 5 * NM)
    assert math.isclose(still[1][1], -1 * NM, abs_tol=1e-15)


def test_a_survey_with_observations_left_out_knows_the_drift_of_the_others():
    survey = drifting()
    fewer = replace(survey, observations=survey.observations[1:])
    assert places.offsets(fewer) == places.offsets(survey)[1:]


def test_without_a_tracker_the_offset_measured_last_counts():
    survey = EMPTY.add(Observation(1, request(), 40, offset=(3 * NM, 0.0)))
    survey = survey.add(Observation(2, request(), 40))
    assert places.offsets(survey) == ((3 * NM, 0.0), (3 * NM, 0.0))
    assert places.now(survey, (0.0, 0.0), ahead=50.0) == (3 * NM, 0.0)


def test_a_note_that_is_none_is_refused():
    event = to_note(Missed(5.0, "nothing"))
    with pytest.raises(BadInput, match="nothing has begun"):
        followed(None, seen(1, 10.0, [event]))
    broken = seen(2, 20.0, [{"track": "moved", "time": 1.0}])
    with pytest.raises(BadInput):
        EMPTY.add(first()).add(broken)
    assert to_note(Moved(1.0, (0.0, 0.0)))["track"] == "moved"
