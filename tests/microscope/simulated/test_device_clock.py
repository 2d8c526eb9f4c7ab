import time

import pytest

from ai_afm.microscope.simulated.clock import (
    AcceleratedClock,
    InstantClock,
    RealClock,
    ShiftedClock,
)


def test_an_instant_clock_jumps():
    clock = InstantClock(5.0)
    clock.sleep(3600.0)
    assert clock.now() == 3605.0


@pytest.mark.parametrize("clock", [InstantClock(), RealClock(), AcceleratedClock(10.0)])
def test_time_cannot_be_slept_backwards(clock):
    with pytest.raises(ValueError, match="sleep"):
        clock.sleep(-1.0)


def test_an_accelerated_clock_takes_a_fraction_of_the_time():
    clock, begin = AcceleratedClock(1000.0, start=7.0), time.monotonic()
    clock.sleep(20.0)
    assert time.monotonic() - begin >= 0.019
    assert clock.now() >= 27.0


def test_many_short_sleeps_keep_pace():
    clock = AcceleratedClock(1000.0)
    for _ in range(50):
        clock.sleep(0.5)
    assert clock.now() >= 25.0


def test_a_clock_that_does_not_run_is_refused():
    with pytest.raises(ValueError, match="times as fast"):
        AcceleratedClock(0.0)


def test_a_shifted_clock_is_ahead_and_passes_time_on():
    inner = InstantClock(1.0)
    clock = ShiftedClock(inner, 100.0)
    clock.sleep(2.0)
    assert (clock.now(), inner.now()) == (103.0, 3.0)
