"""Lines are judged, never changed."""

import numpy as np
import pytest

from ai_afm.acquire.stream import checked
from ai_afm.types import Direction, LineFlag, ScanLine

RNG = np.random.default_rng(3)


def line(values):
    values = np.asarray(values, np.float32)
    return ScanLine(4, Direction.TRACE, (0.0, 0.0), (1.0, 0.0), {"height": values}, 1.0)


def clipped(run):
    values = RNG.normal(size=200)
    values[50 : 50 + run] = values.max() + 1
    return values


@pytest.mark.parametrize("run", [32, 33, 47, 48, 100])
def test_a_run_at_the_rail_is_saturated_wherever_it_begins(run):
    for start in range(40):
        values = RNG.normal(size=200).clip(-2, 2) * 0.4
        values[start : start + run] = 1.5
        assert checked(line(values), None).flags & LineFlag.SATURATED


@pytest.mark.parametrize("run", [1, 8, 31])
def test_a_short_run_at_the_rail_is_not(run):
    assert not checked(line(clipped(run)), None).flags & LineFlag.SATURATED


def test_nan_is_flagged_and_stays_nan():
    values = RNG.normal(size=64)
    values[7] = np.nan
    seen = checked(line(values), None)
    assert seen.flags & LineFlag.NON_FINITE
    assert np.isnan(seen.channels["height"][7])


def test_a_repeated_line_is_frozen():
    values = RNG.normal(size=64)
    assert checked(line(values), line(values)).flags & LineFlag.FROZEN
    assert checked(line(values), line(values + 1e-3)).flags == LineFlag.GOOD
