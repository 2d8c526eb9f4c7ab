"""What the detectors say over a growing record, from its lines alone."""

from dataclasses import replace

import numpy as np
import pytest
from made_passes import relief

from ai_afm.survey.health.check import Check, Verdict
from ai_afm.survey.health.history import (
    Tally,
    doubted_between,
    doubts_in,
    laid_over,
    moment_of,
    row_of,
)
from ai_afm.survey.health.standing import Standing, standing
from ai_afm.survey.health.suspect import AFTER_ITS_END, Moment, in_path
from ai_afm.survey.health.watch import Live
from ai_afm.survey.health.watching import Failed, Said, WatchedFrame, Watching
from ai_afm.survey.survey import Survey
from ai_afm.testing.fake import wide_limits
from ai_afm.types import (
    Channel,
    Consent,
    Direction,
    Frame,
    Measurement,
    Mode,
    Observation,
    PathRequest,
    ScanRegion,
    ScanRequest,
    SlowDirection,
    Sweep,
)

SHAPE = (64, 80)


def frame(clipped_from=None, direction=SlowDirection.DOWN):
    """Return a frame whose amplitude is at full scale from a line on, in order of arrival."""
    request = ScanRequest(ScanRegion((0.0, 0.0), (8e-7, 6.4e-7)), SHAPE, 1.0, direction)
    images = {}
    for seed, way in enumerate(Direction):
        amplitude = relief(seed, shape=SHAPE)
        if clipped_from is not None:
            amplitude[clipped_from:] = 1e-8
        if direction is SlowDirection.UP:
            amplitude = amplitude[::-1]
        images["amplitude", way] = amplitude.astype(np.float32)
    scanned = {way: np.ones(SHAPE[0], bool) for way in Direction}
    return Frame(
        request, images, (Channel("amplitude", "m"),), scanned,
        Measurement(mode=Mode.PFM_OFF_RESONANCE),
    )  # fmt: skip


def watching(record, standing=None, may_stop=True):
    return Watching(WatchedFrame(3, record), standing or Standing(), may_stop)


@pytest.mark.parametrize("direction", list(SlowDirection))
def test_lines_are_looked_at_in_order_of_arrival(direction):
    watch = watching(frame(32, direction))
    (said,) = watch.look(64)
    assert (said.check.detector, said.at) == ("saturation", Moment(3, 64))
    assert (watch.bad_from, watch.stopped_at) == (32, 64)
    assert watch.good["saturation"] == 32
    assert "saturation" in watch.stop


def test_it_says_the_same_however_the_lines_come():
    at_once = [s for s in watching(frame(16)).look(64) if isinstance(s, Said)]
    bit_by_bit = watching(frame(16))
    told = [s for rows in range(65) for s in bit_by_bit.look(rows)]
    assert [(s.at, s.check.score) for s in told] == [(s.at, s.check.score) for s in at_once]
    assert bit_by_bit.stopped_at == 48


def test_where_nothing_may_be_stopped_it_is_only_told():
    watch = watching(frame(16), may_stop=False)
    assert len(list(watch.look(64))) == 1
    assert watch.stop is None


def test_a_detector_that_failed_before_or_now_is_left_out():
    def broken(passes, known):
        raise ZeroDivisionError("no lines")

    watch = watching(frame())
    (failed,) = watch.look(64, (Live("ringing", broken),))
    assert isinstance(failed, Failed)
    left_out = watching(frame(16), Standing(failed=frozenset({"saturation"})))
    assert list(left_out.look(64)) == []


def test_moments_of_paths_lie_between_those_of_scans():
    moments = [
        Moment(1, 64),
        Moment(1, AFTER_ITS_END),
        in_path(1, 1, 16),
        in_path(1, 1, AFTER_ITS_END),
        in_path(1, 2, 0),
        Moment(2, 16),
    ]
    assert moments == sorted(moments)


def test_a_doubt_of_a_path_is_kept_in_its_rows_and_told_from_them():
    tally, rows = Tally(), []
    for sweep, score in ((16, 0.0), (32, 1.0), (48, 1.0)):
        check, at = Check("saturation", score, 0.5, "share", "lower it"), in_path(2, 4, sweep)
        after = tally.after(check.verdict, at)
        if after.doubts != tally.doubts:
            rows.append(row_of(check, tally, at, 16, "live"))
        tally = after
    assert moment_of(rows[0]) == in_path(2, 4, 48)
    assert rows[0]["good"] == [2, AFTER_ITS_END, 4, 16]
    over = Check("saturation", 0.0, 0.5, "share")
    rows.append(row_of(over, tally, in_path(2, 5, 20), 20, "live"))
    assert Verdict(rows[-1]["verdict"]) is Verdict.GOOD
    (doubt,) = doubts_in(rows)
    assert (doubt.after, doubt.seen) == (in_path(2, 4, 16), in_path(2, 4, 32))
    assert doubt.until == in_path(2, 5, 0)
    assert doubted_between([doubt], in_path(2, 4, 0), in_path(2, 4, 48))
    assert not doubted_between([doubt], in_path(2, 5, 0), in_path(2, 5, 64))
    assert laid_over([doubt], 2, 4), "what was drawn from it right afterwards"
    assert not laid_over([doubt], 2, 3)


def scanned(number, **notes):
    request = ScanRequest(ScanRegion((0.0, 0.0), (8e-7, 6.4e-7)), SHAPE, 1.0, setpoint=0.2)
    return Observation(number, request, 64, notes=notes)


def walked(number, after, **notes):
    path = PathRequest((Sweep((0.0, 0.0), (1e-7, 0.0), 1e-6, 40),))
    return Observation(number, path, 1, notes=notes | {"after_scan": after})


def survey_of(*observations):
    return replace(Survey(wide_limits(), Consent()), observations=observations)


def test_the_last_good_look_counts_whether_at_a_scan_or_at_a_path():
    survey = survey_of(
        scanned(1, good={"ringing": 64, "saturation": 48}),
        walked(1, 1, good={"saturation": 32}),
    )
    found = standing((), ("ringing",), survey, scanned(2).request)
    assert found.tallies["saturation"].good == in_path(1, 1, 32)
    assert found.tallies["ringing"].good == Moment(1, 64)
    assert found.failed == {"ringing"}
    assert found.held is None, "contact is not lost"


@pytest.mark.parametrize("last", [scanned(2, held=[1e-9, 2e-9]), walked(1, 1, held=[1e-9, 2e-9])])
def test_where_contact_is_lost_it_is_known_where_the_error_signal_was_held(last):
    check, at = Check("lost_contact", 1.0, 0.1, "share"), Moment(3, 48)
    row = row_of(check, Tally(Moment(1, 16), (Moment(3, 32),)), at, 16, "live")
    found = standing((row,), (), survey_of(scanned(1), last), scanned(3).request)
    assert found.tallies["lost_contact"].doubts
    assert found.held.error == (1e-9, 2e-9)
    assert found.held.height is None
    other = replace(scanned(3).request, setpoint=0.5)
    kept = standing((row,), (), survey_of(scanned(1), last), other).held
    assert (kept is None) is isinstance(last.request, ScanRequest)
