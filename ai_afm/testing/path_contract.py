"""What an adapter must do with a path, where it takes any."""

import math
from dataclasses import replace

import numpy as np

from ai_afm.geometry import sample_ends
from ai_afm.image.instrument_time import path_seconds, request_seconds
from ai_afm.testing.subject import (
    Subject,
    check_order,
    check_zero_after_stop,
    demand,
    refuses,
    with_drive,
)
from ai_afm.types import Direction, SlowDirection


def a_path_brings_its_sweeps_in_order(subject: Subject) -> None:
    """Check that each sweep comes there and back, or once, at its place; or that it is refused."""
    microscope = subject.microscope
    if not microscope.capabilities.paths:
        demand(
            refuses(lambda: list(microscope.path(subject.path()))),
            "a path it cannot do is refused",
        )
        return
    for both_ways in (True, False):
        path = microscope.accept(replace(subject.path(), both_ways=both_ways))
        lines = list(microscope.path(path))
        ways = (Direction.TRACE, Direction.RETRACE) if both_ways else (Direction.TRACE,)
        expected = [(i, d) for i in range(len(path.sweeps)) for d in ways]
        got = [(line.index, line.direction) for line in lines]
        demand(got == expected, "a path brings the passes of each sweep in order")
        for line in lines:
            sweep = path.sweeps[line.index]
            away = np.abs(np.array([line.start, line.end]) - np.array(sample_ends(sweep))).max()
            step = math.dist(sweep.start, sweep.end) / sweep.pixels
            demand(away < step / 2, f"sweep {line.index} lies {away:.1e} m off its place")
            shapes = {values.shape[0] for values in line.channels.values()}
            demand(shapes == {sweep.pixels}, f"sweep {line.index} has {shapes} samples")


def a_path_takes_the_time_of_the_cost_model(subject: Subject) -> None:
    """Check that the clock agrees with the declared times within a tenth."""
    microscope = subject.microscope
    if not microscope.capabilities.paths:
        return
    path, before = microscope.accept(subject.path()), microscope.state()
    for _ in microscope.path(path):
        pass
    took = microscope.state().time - before.time
    expected = path_seconds(path, microscope.capabilities.times)
    demand(took >= 0.9 * expected, f"the path took {took:.3g} s, its sweeps need {expected:.3g} s")
    if before.position is not None:
        expected = request_seconds(path, before.position, microscope.capabilities.times)
    demand(took <= 1.1 * expected, f"the path took {took:.3g} s, declared are {expected:.3g} s")


def a_path_broken_off_leaves_no_bias(subject: Subject) -> None:
    """Check that a path that is broken off leaves no bias, and that a frame can follow."""
    microscope = subject.microscope
    if not microscope.capabilities.paths:
        return
    drive = with_drive(subject).drive
    lines = microscope.path(microscope.accept(replace(subject.path(), drive=drive)))
    next(lines)
    close = getattr(lines, "close", None)
    demand(close is not None, "the iterator of a path can be closed")
    if close is not None:
        close()
    demand(not microscope.state().scanning, "the path has ended when its iterator is closed")
    check_zero_after_stop(subject)
    check_order(subject, SlowDirection.DOWN)
