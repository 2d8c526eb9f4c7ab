"""Check frames and the settle gate, on surveys that hold nothing but notes."""

from dataclasses import replace

import pytest
from survey_factory import EVERYWHERE, UM, config, limits

from ai_afm import geometry
from ai_afm.control.costs import Costs
from ai_afm.control.settling import active, landed_first, next_check, settled_first
from ai_afm.control.words import Choice
from ai_afm.control.zoom import sizes
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.poses import Tie
from ai_afm.survey.tracking.state import OPEN_LOOP, TrackSettings
from ai_afm.survey.tracking.tracker import settings_note
from ai_afm.types import (
    Consent,
    ConsentLevel,
    ConsentZone,
    Observation,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
    Waveform,
)

NM = 1e-9
COSTS = Costs(InstrumentTimes(), 3600.0)
CHECKED = config(tracking={})
PLAIN = config()
SITE = (0.4 * UM, 0.2 * UM)
PROBE = ProbeRequest(
    ProbeKind.HYSTERESIS_LOOP, SITE, Waveform(5.0, steps=32, cycles=2), site="T1-1W"
)
LOOP = Choice(PROBE, "a loop")
OVERVIEW = ScanRequest(
    ScanRegion((0.0, 0.0), (5 * UM, 4 * UM)), (128, 160), 1.0, role=Role.OVERVIEW
)
CLOSE = ScanRequest(ScanRegion(SITE, (1 * UM, 0.8 * UM)), (128, 160), 1.0, role=Role.ZOOM)
"""Around the site."""


def seen(number, request, middle, events=(), **note):
    note = {
        "shift": 0.0, "events": list(events), "middle": middle, "ended": middle + 5.0,
        "tip": list(SITE), "hysteresis": 0.0, "rate": [0.0, 0.0], "rate_error": 0.0,
        "covariance": [0.0, 0.0, 0.0], "status": "tracking", "kept": True,
        "patches": [[*request.region.center, 0.3 * NM]], "words": "compared",
    } | note  # fmt: skip
    return Observation(number, request, 128, seconds=10.0, offset=(0.0, 0.0), notes={"track": note})


def tie(time, scan, x=0.0):
    return Tie(time, scan, (x * NM, 0.0), (NM**2, 0.0, NM**2)).to_note()


def known(settings=None, rate=0.0):
    """Two frames that agree, the second of which shows the site; rate in nm/s."""
    track = settings or TrackSettings(rate=4e-9 / 60)
    survey = Survey(limits(), EVERYWHERE).add(
        seen(1, OVERVIEW, 100.0, begun=settings_note(100.0, track))
    )
    survey = survey.add(seen(2, CLOSE, 200.0, [tie(200.0, 1, 100 * rate)]))
    return survey.add(seen(3, CLOSE, 300.0, [tie(300.0, 2, 100 * rate)]))


def doubtful(count=1, **note):
    survey = known()
    for index in range(count):
        here = [{"track": "missed", "time": 400.0 + 20 * index, "reason": "unlike"}]
        request = replace(CLOSE, role=Role.CHECK if index else Role.ZOOM)
        status = "suspect" if index < 2 else "lost"
        survey = survey.add(
            seen(4 + index, request, 400.0 + 20 * index, here, status=status, kept=False)
        )
    return survey


def test_without_the_table_nothing_is_checked():
    assert active(PLAIN, known()) is None
    assert next_check(PLAIN, doubtful(3), COSTS) is None
    assert settled_first(PLAIN, known(), COSTS, LOOP) is LOOP
    assert active(CHECKED, replace(known(), fallback="no model")) is None


def test_a_frame_that_lies_elsewhere_is_looked_into_without_the_table():
    off = seen(4, CLOSE, 400.0, [tie(400.0, 2, 150.0)], status="suspect", kept=False)
    assert next_check(PLAIN, known().add(off), COSTS).request.role is Role.CHECK


def test_an_open_loop_is_checked_in_any_case():
    assert active(PLAIN, known(OPEN_LOOP)) is not None


def test_a_probe_right_after_a_look_may_begin_at_where_its_site_will_be():
    choice = settled_first(CHECKED, known(rate=0.05), COSTS, LOOP)
    assert isinstance(choice.request, ProbeRequest)
    shift = choice.request.position[0] - SITE[0]
    # a second or so after the last frame's end
    assert 0.0 < shift < 0.3 * NM


def test_long_after_the_last_look_a_check_frame_comes_first():
    survey = known().passed(305.0 + 120.0)
    choice = settled_first(CHECKED, survey, COSTS, LOOP)
    look = choice.request
    assert look.role is Role.CHECK
    assert "T1-1W" in choice.reason
    assert "min after the last look" in choice.reason
    assert look.shape == (48, 48)
    assert look.pixel_size == pytest.approx((6.25 * NM, 6.25 * NM))
    assert look.tip_speed == pytest.approx(4e-6)
    assert geometry.contains(CLOSE.region, look.region)


def test_a_sample_that_drifts_too_fast_is_not_probed():
    survey = known(TrackSettings(rate=5e-9), rate=5.0)
    choice = settled_first(CHECKED, survey, COSTS, LOOP)
    assert choice.request.role is Role.CHECK
    assert "a quarter of the bin is 5 nm" in choice.reason
    for number in range(6):
        time = 310.0 + 10 * number
        look = seen(4 + number, choice.request, time, [tie(time, 2, 5 * (time - 200))])
        survey = survey.add(look)
    choice = settled_first(CHECKED, survey, COSTS, LOOP)
    assert choice.request is None
    assert "did not bring rest" in choice.reason


def test_on_an_open_loop_each_move_asks_for_a_look():
    survey = known(OPEN_LOOP).add(Observation(1, PROBE, seconds=2.0))
    choice = settled_first(PLAIN, survey, COSTS, LOOP)
    assert choice.request.role is Role.CHECK


def test_in_doubt_a_wider_frame_is_taken_and_once_lost_all_that_the_widest_shows():
    wider = next_check(CHECKED, doubtful(1), COSTS).request
    assert wider.role is Role.CHECK
    assert wider.pixel_size[0] == pytest.approx(31.25 * NM)
    search = next_check(CHECKED, doubtful(3), COSTS)
    assert search.request.region.size == pytest.approx((4 * UM, 4 * UM))
    assert "lost" in search.reason


def test_after_as_many_check_frames_as_allowed_the_run_says_that_it_is_lost():
    few = config(tracking={"checks": 2})
    choice = next_check(few, doubtful(3), COSTS)
    assert choice.request is None
    assert choice.reason.startswith("The place is lost")


def test_a_look_that_the_guard_refused_or_a_person_forbids_is_not_asked_for_again():
    survey = doubtful(3)
    look = next_check(CHECKED, survey, COSTS).request
    assert next_check(CHECKED, survey.refuse(look, "no"), COSTS).request is None
    zone = ConsentZone(ScanRegion((0.0, 0.0), (9 * UM, 9 * UM)), ConsentLevel.FORBIDDEN)
    nowhere = replace(survey, consent=Consent((zone,)))
    assert "no check frame may be scanned" in next_check(CHECKED, nowhere, COSTS).reason


def test_a_closer_frame_waits_for_a_look_where_it_would_miss_by_two_pixels():
    fine = ScanRequest(
        ScanRegion(SITE, (0.4 * UM, 0.4 * UM)), (128, 128), 1.0, role=Role.ZOOM, target="T1"
    )
    soon = landed_first(CHECKED, known(), COSTS, Choice(fine, "closer"))
    assert soon.request is fine
    late = landed_first(CHECKED, known().passed(500.0), COSTS, Choice(fine, "closer"))
    assert late.request.role is Role.CHECK
    assert landed_first(PLAIN, known().passed(500.0), COSTS, soon) is soon


def test_an_open_loop_gets_rungs_in_between():
    steep = config(targets={"ladder_nm": (300.0,)})
    assert sizes(steep, known()) == pytest.approx((300 * NM,))
    rungs = sizes(steep, known(OPEN_LOOP))
    assert len(rungs) == 3
    assert all(a <= 4.001 * b for a, b in zip((5 * UM, *rungs), rungs, strict=False))
    assert rungs[-1] == pytest.approx(300 * NM)
