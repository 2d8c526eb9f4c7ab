"""A short exercise tells what an instrument's motions really take."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ai_afm.errors import BadInput
from ai_afm.geometry import first_point
from ai_afm.image.instrument_time import STOCK_TIMES, InstrumentTimes, move_seconds
from ai_afm.image.time_calibration import FITTED, Timed, calibrated, deviation
from ai_afm.microscope.base import Capabilities
from ai_afm.microscope.exercise import exercise, timed
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.microscope.simulated.afm import SimulatedAfm, open_simulated
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.microscope.simulated.settings import DeviceSettings
from ai_afm.testing.fake import wide_limits
from ai_afm.types import Consent, ScanRegion, ScanRequest

CENTER, REACH, SPEED = (0.0, 0.0), 8e-6, 2e-6


def twin(times: InstrumentTimes, *, paths: bool) -> SimulatedAfm:
    sample = open_simulated({"world": "film", "extent_nm": 1000.0}, InstantClock()).sample
    return SimulatedAfm(sample, DeviceSettings(times=times, paths=paths), InstantClock())


def declaring(microscope: SimulatedAfm, times: InstrumentTimes) -> Capabilities:
    return replace(microscope.capabilities, **{n: getattr(times, n) for n in FITTED})


def unlike(times: InstrumentTimes, seed: int) -> InstrumentTimes:
    """Return times of which each is up to twice as long or short."""
    factors = np.exp(np.random.default_rng(seed).uniform(-0.7, 0.7, len(FITTED))).tolist()
    changed = {n: getattr(times, n) * f for n, f in zip(FITTED, factors, strict=True)}
    return replace(times, **changed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_exercise_finds_the_times_of_an_instrument_with_paths(seed):
    declared, true = InstrumentTimes(), unlike(InstrumentTimes(), seed)
    microscope = twin(true, paths=True)
    can = declaring(microscope, declared)
    measured = timed(microscope, exercise(can, CENTER, REACH, SPEED))
    found = calibrated(can.times, measured)
    for name in FITTED:
        assert getattr(found, name) == pytest.approx(getattr(true, name), rel=0.1), name
    assert deviation(found, measured) < 0.01 < deviation(can.times, measured)


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_a_stock_instrument_shows_its_turn_around_and_what_a_move_takes(seed):
    declared, true = STOCK_TIMES, unlike(STOCK_TIMES, seed)
    microscope = twin(true, paths=False)
    can = declaring(microscope, declared)
    measured = timed(microscope, exercise(can, CENTER, REACH, SPEED))
    found = calibrated(can.times, measured)
    assert found.turn_around_min == pytest.approx(true.turn_around_min, rel=0.1)
    for distance in (0.0, 1e-6, 9e-6):
        expected = move_seconds(distance, true)
        assert move_seconds(distance, found) == pytest.approx(expected, rel=0.02)


def test_the_exercise_is_short_and_stays_within_reach_and_speed():
    clock = InstantClock()
    inner = open_simulated({"world": "film", "extent_nm": 20_000.0}, clock)
    region = ScanRegion((0.0, 0.0), (1.01 * REACH, 0.5e-6))
    limits = replace(wide_limits(region), max_tip_speed=SPEED * (1 + 1e-9))
    guard = GuardedMicroscope(inner, limits, Consent(), clock)
    measured = timed(guard, exercise(guard.capabilities, CENTER, REACH, SPEED))
    assert sum(m.seconds for m in measured) < 12.0
    assert len(measured) == 10
    assert deviation(guard.capabilities.times, measured) < 0.02


def test_what_was_not_measured_stays_as_declared():
    frame = ScanRequest(ScanRegion((0.0, 0.0), (1e-6, 1e-6)), (10, 20), 1.0)
    declared = InstrumentTimes(speed_change=0.0)
    found = calibrated(declared, [Timed(frame, first_point(frame), 10.3)])
    assert found.turn_around_min == pytest.approx(declared.turn_around_min, rel=1e-3)
    assert found.speed_change == 0.0
    assert move_seconds(0.0, found) == pytest.approx(0.3, rel=0.01)


@pytest.mark.parametrize("seconds", [[], [0.0], [math.nan], [math.inf]])
def test_without_a_sound_measurement_there_is_no_calibration(seconds):
    frame = ScanRequest(ScanRegion((0.0, 0.0), (1e-6, 1e-6)), (10, 20), 1.0)
    with pytest.raises(BadInput, match="above 0 s"):
        calibrated(InstrumentTimes(), [Timed(frame, (0.0, 0.0), s) for s in seconds])
