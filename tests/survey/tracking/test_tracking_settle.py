import itertools

import pytest

from ai_afm.errors import OutOfRange
from ai_afm.survey.tracking.ladder import rungs
from ai_afm.survey.tracking.settle import check_due, settled
from ai_afm.survey.tracking.state import (
    OPEN_LOOP,
    Fix,
    TrackSettings,
    moved,
    predict,
    start,
)
from ai_afm.survey.tracking.update import missed, update

EXACT = (1e-19, 0.0, 1e-19)


CLOSED = TrackSettings()


def known(rate, settings=CLOSED):
    track = start(0.0, settings)
    for time in (60.0, 300.0, 600.0):
        track = update(track, Fix(time, (rate * time, 0.0), EXACT))
    return track


def test_a_slow_drift_is_settled_for_a_short_probe_and_not_for_a_long_one():
    track = known(0.05e-9)
    assert settled(track, 20e-9, 10.0) is None
    assert "wait" in settled(track, 20e-9, 300.0)


def test_a_narrow_bin_asks_for_more_quiet():
    track = known(0.2e-9)
    assert settled(track, 40e-9, 10.0) is None
    assert "2 nm" in settled(track, 4e-9, 10.0)


def test_an_unsure_place_is_never_settled():
    assert "look for it" in settled(missed(known(0.0), 610.0), 1e-6, 1.0)


def test_an_open_loop_settles_as_its_creep_dies_away():
    track = start(0.0, OPEN_LOOP)
    creep = track.creep.moved((8e-6, 0.0), 5.0)
    track = moved(track, (8e-6, 0.0), 5.0)
    assert "look" in settled(track, 20e-9, 10.0)
    answers = []
    for time in (8.0, 60.0, 400.0, 900.0):
        x, y = 0.01 * creep.at(time)
        track = update(track, Fix(time, (float(x), float(y)), EXACT))
        answers.append(settled(track, 20e-9, 10.0))
    assert answers[0] is not None
    assert answers[-1] is None


def test_a_check_is_due_when_drift_or_a_jump_may_have_spoilt_the_place():
    calm = TrackSettings(jump_rate=0.0)
    assert check_due(known(0.0, calm), 601.0, 4e-9) is None
    assert "drift" not in check_due(known(0.0, calm), 3600.0, 4e-9)
    nervous = TrackSettings(jump_rate=1e-3)
    assert check_due(known(0.0, nervous), 630.0, 4e-9) is not None
    assert "not sure" in check_due(missed(known(0.0, calm), 601.0), 602.0, 1e-6)


def test_a_reason_for_a_check_names_time_error_and_limit():
    reason = check_due(known(0.0), 1200.0, 4e-9)
    assert "10 min" in reason
    assert "4 nm are allowed" in reason
    assert predict(known(0.0), 1200.0).uncertainty > 0


def test_a_ladder_never_zooms_by_more_than_four():
    sizes = rungs(20e-6, 0.3e-6)
    assert sizes[0] == 20e-6
    assert sizes[-1] == 0.3e-6
    assert all(1 < a / b <= 4.0 + 1e-9 for a, b in itertools.pairwise(sizes))
    assert rungs(1e-6, 1e-6) == (1e-6,)
    assert len(rungs(8e-6, 2e-6)) == 2


@pytest.mark.parametrize("sizes", [(1e-6, 2e-6), (1e-6, 0.0)])
def test_a_ladder_upwards_is_refused(sizes):
    with pytest.raises(OutOfRange, match="rungs"):
        rungs(*sizes)
