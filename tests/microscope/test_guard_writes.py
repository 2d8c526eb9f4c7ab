"""Writes behind the guard: only where a person consents, counted stroke by stroke."""

import math
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import InstrumentError, LinkLost, OutOfRange, SafetyStop
from ai_afm.geometry import corners, is_inside, to_sample
from ai_afm.microscope.base import AppliedStroke, Feedback
from ai_afm.microscope.dose import write_dose
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.microscope.history import duration
from ai_afm.microscope.write_rules import write_seconds
from ai_afm.testing.fake import FakeMicroscope, wide_limits
from ai_afm.types import Consent, ConsentLevel, ConsentZone, ScanRegion, Stroke, WriteRequest

ZONE = ScanRegion((1e-6, -5e-7), (8e-7, 5e-7), 0.3)
SACRIFICIAL = Consent((ConsentZone(ZONE, ConsentLevel.SACRIFICIAL, 7.0, 3),))
AREA = ScanRegion(ZONE.center, (4e-7, 2e-7), 0.3)


def guard(fake=None, consent=SACRIFICIAL, limits=None):
    fake = fake or FakeMicroscope()
    return GuardedMicroscope(fake, limits or wide_limits(), consent, fake.clock)


def dot(bias=6.0, seconds=0.1, at=ZONE.center):
    return Stroke(at, at, bias, seconds)


def write(*strokes, region=AREA, rest=0.0):
    return WriteRequest(region, strokes, rest)


def refusal(request, **how):
    verdict = guard(**how).verdict(request)
    assert not verdict.legal
    return verdict.message


shares = st.floats(-0.5, 0.5)
regions = st.builds(
    lambda u, v, w, h, a: ScanRegion(
        tuple(float(c) for c in to_sample(ZONE, u * 1.4e-6, v * 1.2e-6)), (w, h), a
    ),
    shares, shares, st.floats(2e-8, 9e-7), st.floats(2e-8, 9e-7), st.floats(-3, 3),
)  # fmt: skip
doses = st.lists(st.tuples(shares, shares, st.floats(-9, 9), st.floats(0.01, 2)), min_size=1)


@settings(max_examples=80, deadline=None)
@given(regions, doses)
def test_whatever_is_written_lies_where_a_person_consents_at_a_bias_that_is_allowed(region, places):
    strokes = []
    for u, v, bias, seconds in places:
        x, y = to_sample(region, u * region.size[0], v * region.size[1])
        strokes.append(dot(bias, seconds, (float(x), float(y))))
    fake = FakeMicroscope()
    guarded = guard(fake)
    request = write(*strokes, region=region)
    if guarded.verdict(request).legal:
        assert is_inside(ZONE, *corners(region).T, -1e-12).all()
        assert request.largest_bias <= 7.0
        return
    with pytest.raises(OutOfRange):
        guarded.write(request)
    assert not [call for call in fake.calls if call.name in ("write", "stroke")]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (write(dot(7.5)), "7.5 V exceed the 7 V allowed there"),
        (write(dot(), region=replace(AREA, size=(9e-7, 2e-7))), "only images are allowed there"),
        (write(dot(at=(1.3e-6, -5e-7))), "beyond the region of its write"),
        (write(dot(seconds=0.0)), "must be more than 0"),
        (write(dot(bias=math.nan)), "not finite"),
        (write(*[dot()] * 4), "received 3 of the 3 pulses"),
        (write(), "rest of a write without strokes"),
        (write(rest=-1.0), "is negative"),
        (write(Stroke(ZONE.center, (1.1e-6, -5e-7), 5.0, 1e-5)), "the speed of stroke 1"),
        (write(dot(seconds=2e3)), "V s, more than"),
        (WriteRequest(AREA, [dot()]), "give a tuple"),
    ],
    ids=["volts", "outside", "stroke outside", "no time", "nan", "pulses", "nothing", "rest",
         "speed", "dose", "no tuple"],
)  # fmt: skip
def test_a_write_is_refused_with_its_reason(request_, words):
    assert words in refusal(request_)


def test_consent_that_was_used_up_is_gone():
    guarded = guard()
    for _ in range(3):
        list(guarded.write(write(dot())))
    assert "pulses allowed" in guarded.verdict(write(dot())).message


def test_a_forbidden_island_inside_the_zone_stops_a_write_and_a_move_across_it():
    island = ConsentZone(ScanRegion(ZONE.center, (3e-8, 3e-7)), ConsentLevel.FORBIDDEN)
    consent = Consent((*SACRIFICIAL.zones, island))
    assert "forbidden" in refusal(write(dot(at=(9.5e-7, -5e-7))), consent=consent)


def test_a_tip_that_stands_on_its_bias_does_not_write():
    fake = FakeMicroscope(feedback=Feedback.CURRENT)
    assert "stands on its bias" in refusal(write(dot()), fake=fake)


def test_a_wait_needs_no_consent_and_moves_nothing():
    fake = FakeMicroscope()
    guarded = guard(fake, consent=Consent())
    assert list(guarded.write(WriteRequest(AREA, (), rest=60.0))) == []
    assert fake.clock.now() == 60.0
    assert fake.position == (0.0, 0.0)
    assert len(guarded.dose.cells) == 0


def test_a_wait_beyond_the_run_is_refused():
    limits = replace(wide_limits(), max_run_time=50.0)
    assert "the run time" in refusal(write(rest=60.0), limits=limits)


def test_strokes_come_as_they_are_done_with_the_bias_that_was_read():
    applied = list(guard().write(write(dot(6.0, 0.1), dot(-4.0, 0.2))))
    assert [(a.index, a.bias, a.seconds) for a in applied] == [(0, 6.0, 0.1), (1, -4.0, 0.2)]


def test_a_write_broken_off_counts_the_stroke_under_way_but_not_the_rest():
    places = [(1e-6 + i * 1.1e-7, -5e-7) for i in range(-1, 2)]
    strokes = tuple(dot(5.0, 0.5, at) for at in places)
    guarded = guard()
    with closing(guarded.write(write(*strokes))) as under_way:
        next(under_way)
    assert [guarded.dose.at(at)[2] for at in places] == [1.0, 1.0, 0.0]


def test_a_bias_that_is_not_the_one_asked_for_stops_everything():
    class Wrong(FakeMicroscope):
        def write(self, request):
            yield AppliedStroke(0, 6.5, 0.1, 0.0)

    fake = Wrong()
    guarded = guard(fake)
    with pytest.raises(SafetyStop, match=r"6\.5 V at the tip where 6 V were asked"):
        list(guarded.write(write(dot(), dot())))
    assert guarded.latched is not None
    assert (fake.bias, fake.drive) == (0.0, 0.0)


def test_a_lost_link_in_a_write_counts_as_written():
    fake = FakeMicroscope()
    guarded = guard(fake)
    fake.fails = lambda number, name: LinkLost("no answer") if name == "biased" else None
    with pytest.raises(LinkLost):
        list(guarded.write(write(dot(), dot())))
    assert guarded.dose.at(ZONE.center)[2] == 1.0


def test_two_things_at_a_time_are_refused():
    guarded = guard()
    with closing(guarded.write(write(dot(), dot()))) as under_way:
        next(under_way)
        with pytest.raises(InstrumentError, match="under way"):
            next(guarded.write(write(dot())))


def test_the_time_of_a_write_is_its_strokes_its_moves_and_its_rest():
    fake = FakeMicroscope()
    times = fake.capabilities.times
    request = write(dot(), dot(at=(1.1e-6, -5e-7)), rest=3.0)
    hop = times.command_latency + times.settle + times.recovery + 1e-7 / times.travel_speed
    hop += times.settle_per_range * 1e-7 / times.travel_range
    assert write_seconds(request, times) == pytest.approx(0.2 + hop + 3.0)
    assert duration(write(rest=3.0), 1e-6, fake.capabilities) == 3.0


@settings(max_examples=60, deadline=None)
@given(doses)
def test_dose_is_volts_times_seconds_whatever_the_pattern(places):
    strokes = []
    for u, v, bias, seconds in places:
        x, y = to_sample(AREA, u * AREA.size[0], v * AREA.size[1])
        here = (float(x), float(y))
        end = here if u < 0 else (here[0] + v * 1e-7, here[1] + u * 1e-7)
        strokes.append(Stroke(here, end, bias, seconds))
    dose = write_dose(strokes)
    total = dose.values.sum(axis=0)
    assert total[1] == pytest.approx(sum(abs(s.bias) * s.seconds for s in strokes))
    assert total[0] == pytest.approx(sum(s.length for s in strokes) / 1e-7)
    dots = sum(s.length == 0 for s in strokes)
    assert total[2] >= dots
    assert np.all(dose.values[:, 2] <= dots + 1)
