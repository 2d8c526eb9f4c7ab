import math
from dataclasses import replace

import numpy as np
import pytest
from tracked_frames import frame

from ai_afm.errors import BadInput, OutOfRange
from ai_afm.geometry import line_ends
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.survey.tracking.bands import newest_band
from ai_afm.survey.tracking.contrast import contrast
from ai_afm.survey.tracking.follow import (
    Place,
    Reference,
    aimed,
    check_frame,
    journey,
    observe,
)
from ai_afm.survey.tracking.patches import CheckFrames
from ai_afm.survey.tracking.planes import Sight
from ai_afm.survey.tracking.replay import (
    Missed,
    Moved,
    Rebased,
    apply,
    event_of,
    from_note,
    replayed,
    to_note,
)
from ai_afm.survey.tracking.shift import NoShift, Shift, Why
from ai_afm.survey.tracking.state import OPEN_LOOP, Fix, Status, TrackSettings, predict, start
from ai_afm.survey.tracking.update import Anchor
from ai_afm.types import Direction, ScanRegion, ScanRequest

TIMES = InstrumentTimes()
EXACT = (1e-19, 0.0, 1e-19)
REQUEST = ScanRequest(ScanRegion((1e-6, 0.5e-6), (0.5e-6, 0.4e-6)), (40, 50), 2.0)


CLOSED = TrackSettings()


def drifting(settings=CLOSED, rate=(0.1e-9, -0.05e-9)):
    events = [Fix(t, (rate[0] * t, rate[1] * t), EXACT) for t in (60.0, 120.0, 240.0)]
    return replayed(start(0.0, settings), events)


def test_a_frame_is_aimed_at_where_its_place_will_be_in_its_middle():
    track = drifting()
    there = aimed(track, REQUEST, Anchor(0.0), TIMES, (1e-6, 0.5e-6))
    middle = 240 + 10 + 0.1
    assert there.region.center == pytest.approx(
        (1e-6 + 0.1e-9 * middle, 0.5e-6 - 0.05e-9 * middle), abs=1e-9
    )
    assert there.shape == REQUEST.shape


def test_a_reference_that_has_drifted_itself_is_allowed_for():
    anchor = Anchor(100.0, (10e-9, -5e-9))
    plain = aimed(drifting(), REQUEST, Anchor(0.0), TIMES, (0.0, 0.0)).region.center
    other = aimed(drifting(), REQUEST, anchor, TIMES, (0.0, 0.0)).region.center
    assert np.subtract(plain, other) == pytest.approx((10e-9, -5e-9), abs=1e-12)


def test_an_open_loop_is_aimed_with_the_creep_that_the_move_will_make():
    track = drifting(OPEN_LOOP, rate=(0.0, 0.0))
    mean = track.mean.copy()
    mean[4] = 0.01
    track = replace(track, mean=mean)
    there = aimed(track, REQUEST, Anchor(0.0), TIMES, (-4e-6, 0.5e-6))
    travel, begun = journey(there, (-4e-6, 0.5e-6), track.time, TIMES)
    # the tip creeps on to the right, so the frame is aimed to the left
    decades = math.log10(1 + 10 / 0.1)
    assert there.region.center[0] - 1e-6 == pytest.approx(-0.01 * decades * travel[0], rel=0.02)
    assert begun > track.time


@pytest.fixture(scope="module")
def place():
    sight = Sight(frame((0.1e-6, -0.2e-6), (1.6e-6, 1.4e-6), (175, 200), seed=1))
    frames = CheckFrames(widths=(32, 48), lines=(24, 32), margin=200e-9)
    wide = Reference(sight, Anchor(0.0))
    return Place((0.1e-6, -0.2e-6), wide, contrast(sight, frames.pixel), frames, 4e-9)


def test_the_look_grows_with_the_doubt(place):
    track = drifting()
    sure = check_frame(track, place, 900.0, TIMES, (0.0, 0.0))
    assert sure is not None
    doubted = apply(track, Missed(250.0, "nothing"))
    wider = check_frame(doubted, place, 900.0, TIMES, (0.0, 0.0))
    assert wider is not None
    lost = replayed(doubted, [Missed(260.0, "nothing"), Missed(270.0, "nothing")])
    assert lost.status is Status.LOST
    search = check_frame(lost, place, 900.0, TIMES, (0.0, 0.0))
    assert search is not None
    assert max(sure.region.size) < max(wider.region.size) < max(search.region.size)
    assert sure.tip_speed == pytest.approx(wider.tip_speed) == pytest.approx(search.tip_speed)
    assert "Check frame" in sure.reason
    assert "not sure" in wider.reason
    assert "Search" in search.reason


def test_nothing_is_checked_while_the_place_is_known_well_enough(place):
    calm = drifting(TrackSettings(jump_rate=0.0))
    assert check_frame(calm, place, 250.0, TIMES, (0.0, 0.0)) is None


def test_a_look_is_compared_where_it_is_expected_and_taken_in(place):
    track = drifting(rate=(0.1e-9, 0.0))
    here = frame((0.12e-6, -0.15e-6), (0.4e-6, 0.3e-6), (37, 50), seed=7, moved=(31e-9, 1e-9))
    shift = observe(track, place.wide, Sight(here), 300.0)
    assert isinstance(shift, Shift)
    after = apply(track, event_of(shift, place.wide.anchor, 300.0))
    assert after.status is Status.TRACKING
    assert after.offset == pytest.approx((31e-9, 1e-9), abs=2e-9)


def test_a_band_of_a_frame_lies_where_its_lines_lie():
    seen = frame((0.1e-6, -0.2e-6), (0.8e-6, 0.6e-6), (60, 80), seed=1, angle=0.4)
    band = newest_band(seen, 20, 50)
    assert band is not None
    assert band.shape == (20, 80)
    for row in (0, 19):
        expected = np.ravel(line_ends(seen.region, seen.shape, 30 + row))
        ends = np.ravel(line_ends(band.region, band.shape, row))
        assert ends == pytest.approx(expected, abs=1e-15)
    image = seen.data["height", Direction.TRACE]
    assert np.shares_memory(band.data["height", Direction.TRACE], image)
    assert newest_band(seen, 20, 10) is None
    with pytest.raises(OutOfRange, match="0 lines"):
        newest_band(seen, 0)


EVENTS = [
    Moved(10.0, (3e-6, -1e-6)),
    Fix(30.0, (-1.5e-8, 2e-9), (1e-18, 1e-19, 2e-18)),
    Missed(40.0, "the frames do not look alike"),
    Rebased(45.0),
    Fix(50.0, (0.1e-9, 0.3e-9), (1e-18, 0.0, 2e-18)),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_event_survives_json(event):
    assert from_note(to_note(event)) == event


def test_a_replayed_track_is_exactly_the_live_one():
    live = start(0.0, OPEN_LOOP)
    for event in EVENTS:
        predict(live, event.time + 3)  # decisions look ahead on a copy
        live = apply(live, event)
    again = replayed(start(0.0, OPEN_LOOP), [from_note(to_note(e)) for e in EVENTS])
    assert np.array_equal(live.mean, again.mean)
    assert np.array_equal(live.covariance, again.covariance)
    assert live.status is again.status


@pytest.mark.parametrize("note", [{"track": "hop", "time": 1.0}, {"track": "fix", "time": 2.0}, {}])
def test_a_note_that_is_no_event_is_refused(note):
    with pytest.raises(BadInput, match="no event"):
        from_note(note)


def test_why_nothing_was_found_is_kept():
    missed = event_of(NoShift(Why.UNLIKE, "torn"), Anchor(0.0), 12.0)
    assert missed == Missed(12.0, "torn")
