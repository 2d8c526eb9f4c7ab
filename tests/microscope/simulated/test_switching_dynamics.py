"""The switching laws by hand calculation: creep, waiting times, imprint, walls, charge, ions."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.microscope.simulated.switching import (
    Site,
    SpotState,
    SwitchingSettings,
    advance,
    ionic_times,
    moved,
    sign_under_tip,
)

QUIET = SwitchingSettings(injection=0.0, reversible=0.0)
"""Ferroelectric switching alone: no charge, no reversible part."""
BIASES = st.lists(st.floats(-8, 8), min_size=1, max_size=20)
BULK = Site(coercive=3.0, imprint=0.0, ferroelectric=True, sign=1, nearest_wall=math.inf)


def rng(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


def nucleation_bias(site: Site, seed: int, settings: SwitchingSettings = QUIET) -> float:
    """Ramp the bias by 50 mV every 10 ms until the place under the tip has turned over."""
    generator, state = rng(seed), SpotState()
    for step in range(400):
        state = advance(state, (0.05 * step, 0.01), site, settings, generator)
        if sign_under_tip(state, site) != site.sign:
            return 0.05 * step
    raise AssertionError("never switched")


@pytest.mark.parametrize("bias", [-9.0, -1.4, 0.0, 1.4], ids=lambda b: f"{b} V")
def test_a_bias_that_favours_the_native_state_or_is_pinned_changes_nothing(bias):
    state = advance(SpotState(), (bias, 3600.0), BULK, QUIET, rng())
    assert state.dots == ()
    assert not state.seeded


def test_a_place_that_is_not_ferroelectric_never_switches():
    state = advance(SpotState(), (20.0, 1.0), replace(BULK, ferroelectric=False), QUIET, rng())
    assert state.dots == ()


def test_a_dot_grows_with_the_bias_and_the_logarithm_of_time():
    # r = growth * V / V_c * log10(1 + t / growth_time), and nucleation at 9 V takes about a
    # nanosecond.
    states = [advance(SpotState(), (9.0, t), BULK, QUIET, rng()) for t in (1.0, 10.0, 100.0)]
    radii = [s.dots[0][0] for s in states]
    assert radii[1] - radii[0] == pytest.approx(3 * QUIET.growth, rel=1e-3)
    assert radii[2] - radii[1] == pytest.approx(3 * QUIET.growth, rel=1e-3)
    assert radii[0] == pytest.approx(3 * QUIET.growth * math.log10(1001), rel=1e-6)


@given(st.floats(1e-9, 5e-8), st.lists(st.floats(1e-3, 1e4), min_size=1, max_size=8))
def test_creep_does_not_depend_on_how_time_is_cut(way, pieces):
    radius = 0.0
    for piece in pieces:
        radius = moved(radius, way, piece)
    assert radius == pytest.approx(way * math.log10(1 + math.fsum(pieces)), rel=1e-9)


@given(st.floats(1e-9, 5e-8), st.floats(1e-3, 1e4))
def test_a_wall_comes_back_in_the_time_it_took_to_go(way, seconds):
    there = moved(0.0, way, seconds)
    assert moved(there, -way, seconds) == pytest.approx(0.0, abs=1e-6 * way)
    assert moved(there, -way, 2 * seconds) == pytest.approx(-there, rel=1e-4)


def test_at_the_coercive_bias_a_place_nucleates_at_one_per_second():
    generator = rng(1)
    switched = [
        bool(advance(SpotState(), (3.0, 1.0), BULK, QUIET, generator).dots) for _ in range(2000)
    ]
    # 1 - 1/e = 0.632, standard deviation of the mean of 2000 trials 0.011.
    assert np.mean(switched) == pytest.approx(1 - math.exp(-1), abs=0.04)


def test_the_waiting_time_follows_merz():
    generator, drive, seconds = rng(2), 3.2, 0.2
    rate = math.exp(QUIET.log_attempts * (1 - 3.0 / drive))
    switched = [
        bool(advance(SpotState(), (drive, seconds), BULK, QUIET, generator).dots)
        for _ in range(2000)
    ]
    assert np.mean(switched) == pytest.approx(1 - math.exp(-rate * seconds), abs=0.04)


@given(st.floats(-1.5, 1.5), BIASES, st.integers(0, 99))
def test_imprint_shifts_everything_by_exactly_the_imprint(imprint, biases, seed):
    shifted, plain = SpotState(), SpotState()
    one, other = rng(seed), rng(seed)
    # Multiples of 1/64 V: the shift is then exact in floating point.
    imprint = round(imprint * 64) / 64
    for bias in (round(b * 64) / 64 for b in biases):
        plain = advance(plain, (bias, 0.01), BULK, QUIET, one)
        site = replace(BULK, imprint=imprint)
        shifted = advance(shifted, (bias + imprint, 0.01), site, QUIET, other)
    assert shifted.dots == plain.dots


def test_nucleation_is_easier_at_a_wall():
    at_wall = [nucleation_bias(replace(BULK, nearest_wall=5e-9), s) for s in range(40)]
    bulk = [nucleation_bias(BULK, s) for s in range(40)]
    ease = QUIET.wall_ease * math.exp(-5e-9 / QUIET.wall_reach)
    assert max(at_wall) < min(bulk)
    assert np.mean(at_wall) / np.mean(bulk) == pytest.approx(1 - ease, abs=0.03)


def test_beyond_a_few_reaches_a_wall_is_not_felt():
    far = [nucleation_bias(replace(BULK, nearest_wall=3e-7), s) for s in range(20)]
    bulk = [nucleation_bias(BULK, s) for s in range(20)]
    assert np.mean(far) == pytest.approx(np.mean(bulk), abs=0.05)


def test_under_reversed_bias_a_dot_switches_back_from_inside():
    written = advance(SpotState(), (9.0, 0.1), BULK, QUIET, rng())
    back = advance(written, (-4.5, 0.002), BULK, QUIET, rng())
    assert [sign for _, sign in back.dots] == [-1, 1]
    assert back.dots[0][0] > back.dots[1][0] + 2 * QUIET.wall_width


def test_walls_that_meet_annihilate_and_the_native_state_is_back():
    written = advance(SpotState(), (5.0, 0.01), BULK, QUIET, rng())
    back = advance(written, (-9.0, 1.0), BULK, QUIET, rng())
    assert written.dots
    assert back.dots == ()
    assert back.seeded


def test_a_dot_written_once_is_easier_to_write_again():
    first = advance(SpotState(), (5.0, 0.01), BULK, QUIET, rng())
    home = advance(first, (-9.0, 1.0), BULK, QUIET, rng())
    bias = 3.0 * (1 - QUIET.seed_ease)  # 1 per second where seeded, 1 per minute where not

    def share(start: SpotState) -> float:
        generator = rng(8)
        return float(
            np.mean(
                [len(advance(start, (bias, 1.0), BULK, QUIET, generator).dots) for _ in range(300)]
            )
        )

    assert share(home) == pytest.approx(1 - math.exp(-1), abs=0.1)
    assert share(SpotState()) < 0.1


@pytest.mark.parametrize("bias", [2.0, -2.0], ids=["pulled in", "pushed away"])
def test_a_pulse_moves_a_wall_and_most_of_the_way_stays(bias):
    site = replace(BULK, nearest_wall=20e-9, movable_wall=20e-9)
    pulsed = advance(SpotState(), (bias, 1.0), site, QUIET, rng(4))
    later = advance(pulsed, (0.0, 100 * QUIET.wall_recovery_time), site, QUIET, rng(4))
    expected = moved(20e-9, -math.copysign(8e-9 * 2 / 3, bias), 1000.0) - 20e-9
    assert pulsed.shift == pytest.approx(expected, rel=1e-9)
    assert later.shift == pytest.approx(0.7 * expected, rel=1e-6)
    assert math.copysign(1, pulsed.shift) == -math.copysign(1, bias)


def test_a_wall_that_sweeps_the_tip_switches_it_without_nucleation():
    site = replace(BULK, nearest_wall=5e-9, movable_wall=5e-9)
    state = advance(SpotState(), (2.5, 10.0), site, QUIET, rng())
    assert state.dots == ()
    assert sign_under_tip(state, site) == -1


def test_charge_is_injected_and_decays_with_its_time_constants():
    settings = replace(QUIET, injection=0.1)
    state = advance(SpotState(), (-2.0, settings.injection_time), BULK, settings, rng())
    assert state.charge == pytest.approx(-0.2 * (1 - math.exp(-1)))
    later = advance(state, (0.0, 2 * settings.charge_life), BULK, settings, rng())
    assert later.charge == pytest.approx(state.charge * math.exp(-2))


def test_trapped_charge_opposes_the_bias():
    settings = replace(QUIET, charge_coupling=1.0)
    charged = SpotState(charge=1.5)
    assert advance(charged, (2.9, 60.0), BULK, settings, rng()).dots == ()
    assert advance(SpotState(), (2.9, 60.0), BULK, settings, rng()).dots


@pytest.mark.parametrize("stretch", [0.5, 0.6, 0.8, 1.0])
def test_ions_relax_as_a_stretched_exponential(stretch):
    settings = SwitchingSettings(ionic_stretch=stretch)
    times, weights = ionic_times(settings)
    t = np.logspace(-3, 1, 41)
    relaxed = np.exp(-t[:, None] / np.array(times)) @ np.array(weights)
    assert np.abs(relaxed - np.exp(-((t / settings.ionic_time) ** stretch))).max() < 2e-3
    assert math.fsum(weights) == pytest.approx(1.0)


def test_ions_move_faster_at_a_boundary():
    film = replace(BULK, ferroelectric=False)
    settings = SwitchingSettings(ionic_stretch=1.0)
    bulk = advance(SpotState(), (1.0, 0.1), film, settings, rng())
    boundary = advance(
        SpotState(), (1.0, 0.1), replace(film, nearest_boundary=0.0), settings, rng()
    )
    assert bulk.ions[0] == pytest.approx(1 - math.exp(-0.1 / 0.3))
    assert boundary.ions[0] == pytest.approx(1 - math.exp(-0.1 / 0.15))


@given(BIASES, st.integers(0, 99), st.floats(0.0, 60e-9), st.sampled_from([-1, 1]))
def test_rings_stay_nested_and_alternate_whatever_the_waveform(biases, seed, wall, sign):
    generator, state = rng(seed), SpotState()
    site = replace(BULK, sign=sign, nearest_wall=wall, movable_wall=wall)
    for bias in biases:
        state = advance(state, (bias, 0.02), site, SwitchingSettings(), generator)
        radii, signs = [r for r, _ in state.dots], [s for _, s in state.dots]
        assert all(r > 0 for r in radii)
        assert radii == sorted(radii, reverse=True)
        assert all(a == -b for a, b in pairwise(signs))


def test_a_dot_grows_only_from_the_moment_of_its_nucleation():
    drive, seconds = 3.4, 0.5
    state = advance(SpotState(), (drive, seconds), BULK, QUIET, rng(11))
    rate = math.exp(QUIET.log_attempts * (1 - 3.0 / drive))
    wait = rng(11).exponential() / rate
    assert 0 < wait < seconds
    grown = math.log10(1 + (seconds - wait) / QUIET.growth_time)
    assert state.dots[0][0] == pytest.approx(QUIET.growth * drive / 3.0 * grown)


def test_the_outer_wall_of_a_dot_goes_back_slower_than_it_came():
    written = advance(SpotState(), (4.0, 0.1), BULK, QUIET, rng())
    back = advance(written, (-2.0, 1.0), BULK, QUIET, rng())
    way = QUIET.growth * 2.0 / 3.0
    expected = moved(written.dots[0][0], -way, 0.05 * 1.0 / QUIET.growth_time)
    assert back.dots == ((pytest.approx(expected), -1),)
