"""Rims of written domains follow a later bias as grown walls do."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switching_worlds import FlatWorld

from ai_afm.microscope.simulated.history import WallShift, WrittenDomain
from ai_afm.microscope.simulated.loops import ProbeNoise, TipProperties, measure
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.spot import find_spot
from ai_afm.microscope.simulated.switching import SwitchingSettings
from ai_afm.types import ProbeKind, ProbeRequest, Waveform

STILL = SwitchingSettings(attempt_time=1e9, charge_coupling=0.0, back_switching=0.0)
"""Nothing nucleates: walls alone answer the bias."""
RADIUS = 2e-7
DOT = WrittenDomain((0.0, 0.0), (0.0, 0.0), RADIUS, -1, 4e-9, 0.0)
"""A large domain, down in a world that is up everywhere: its rim is as straight as a grown wall."""


def sample(*items, wall=None, how=STILL):
    made = SwitchingSample(FlatWorld(wall=wall), 100, how)
    made.remember(items)
    return made


def pulse(on, x, volts, seconds=0.2, time=1.0):
    """Apply a bias of one sign at (x, 0)."""
    wave = Waveform(
        abs(volts), 4, 1, seconds / 4, 1e-3, first_polarity=1 if volts > 0 else -1, envelope="step"
    )
    request = ProbeRequest(ProbeKind.RELAXATION, (x, 0.0), wave)
    measure(on, request, TipProperties(), ProbeNoise(), np.random.default_rng(0), time)
    return on


def rim(on, time=1e6):
    """Return where the response changes its sign on the x axis beyond the middle of the dot, m."""
    x = np.linspace(0.5 * RADIUS, 2 * RADIUS, 6001)
    piezo = on.surface(x, np.zeros_like(x), time).piezo
    return float(x[int(np.argmax(piezo > 0))])


def test_a_bias_beside_a_rim_moves_it_the_way_that_grows_what_the_bias_favours():
    at_rest = rim(sample(DOT))
    assert at_rest == pytest.approx(RADIUS, abs=1e-10)
    beyond = RADIUS + 2e-8
    # a positive bias pushes the polarization down: the dot grows, and shrinks under a negative one
    assert rim(pulse(sample(DOT), beyond, 8.0)) > at_rest + 5e-9
    assert rim(pulse(sample(DOT), beyond, -8.0)) < at_rest - 1e-9


@pytest.mark.parametrize("volts", [8.0, -8.0, 5.0])
@pytest.mark.parametrize("beside", [1e-8, 3e-8, 6e-8])
def test_a_rim_moves_exactly_as_far_as_a_grown_wall(volts, beside):
    dot = pulse(sample(DOT), RADIUS + beside, volts)
    # down on the left of its wall, up on the right: the same wall, but grown
    grown = pulse(sample(wall=RADIUS), RADIUS + beside, volts)
    one, other = (next(i for i in s.history if isinstance(i, WallShift)) for s in (dot, grown))
    assert one.fixed == pytest.approx(other.fixed, rel=0.05, abs=2e-10)
    assert one.elastic == pytest.approx(other.elastic, rel=0.05, abs=2e-10)


def test_below_the_pinning_and_beyond_the_reach_of_the_tip_a_rim_stays():
    coercive = float(FlatWorld().coercivity(np.zeros(1), np.zeros(1)).down[0])
    weak = pulse(sample(DOT), RADIUS + 1e-8, 0.9 * STILL.pinning * coercive)
    far = pulse(sample(DOT), RADIUS + 1.2e-7, 8.0)
    assert rim(weak) == rim(far) == rim(sample(DOT))


def test_a_part_of_the_displacement_goes_back_as_at_a_grown_wall():
    moved = pulse(sample(DOT), RADIUS + 1e-8, 8.0)
    shift = next(i for i in moved.history if isinstance(i, WallShift))
    at_once, later = rim(moved, shift.time), rim(moved, shift.time + 10.0)
    way = shift.direction[0]  # from the tip to the wall
    assert way * (at_once - RADIUS) == pytest.approx(shift.fixed + shift.elastic, abs=3e-10)
    assert way * (later - RADIUS) == pytest.approx(shift.fixed, abs=3e-10)


def test_a_second_pulse_moves_a_rim_on_from_where_the_first_has_left_it():
    once = pulse(sample(DOT), RADIUS + 4e-8, 8.0)
    first = rim(once)
    twice = pulse(once, RADIUS + 4e-8, 8.0, seconds=2.0, time=100.0)
    assert rim(twice) > first + 1e-9


def test_what_is_written_later_is_not_moved_by_what_came_before():
    moved = pulse(sample(DOT), RADIUS + 1e-8, 8.0)
    moved.remember([replace(DOT, radius=1.2 * RADIUS, time=200.0)])
    assert rim(moved) == pytest.approx(1.2 * RADIUS, abs=1e-10)


def test_right_in_a_dot_the_tip_pushes_no_rim_aside():
    small = replace(DOT, radius=4e-8)
    centre = find_spot(sample(small), (1e-8, 0.0), 8e-9, 1.0)
    outside = find_spot(sample(small), (6e-8, 0.0), 8e-9, 1.0)
    assert math.isinf(centre.site.movable_wall)
    assert outside.site.movable_wall == pytest.approx(2e-8, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(
    beside=st.floats(-5e-8, 5e-8), volts=st.floats(-9.0, 9.0),
    x=st.floats(-1e-7, 1e-7), size=st.floats(1e-10, 2e-7),
)  # fmt: skip
def test_a_place_looks_the_same_in_whatever_picture_it_is_seen(beside, volts, x, size):
    on = pulse(sample(DOT), RADIUS + beside, volts)
    at = np.array([RADIUS + x])
    alone = on.surface(at, np.zeros(1), 50.0).piezo[0]
    with_others = on.surface(np.append(at, at + size), np.zeros(2), 50.0).piezo[0]
    assert alone == pytest.approx(with_others, rel=1e-9, abs=1e-18)


def test_the_history_of_a_moved_rim_is_stored_and_replayed():
    moved = pulse(sample(DOT), RADIUS + 1e-8, 8.0)
    other = sample()
    other.replay(moved.to_json())
    assert rim(other) == rim(moved)
