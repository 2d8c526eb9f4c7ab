"""What an adapter must do with a write, where it takes any."""

import math
from dataclasses import replace

from ai_afm.microscope.base import Feedback
from ai_afm.microscope.write_rules import write_seconds
from ai_afm.testing.subject import (
    Subject,
    check_order,
    check_zero,
    check_zero_after_stop,
    demand,
    refuses,
)
from ai_afm.types import SlowDirection, WriteRequest


def a_write_brings_its_strokes_in_order(subject: Subject) -> None:
    """Check that each stroke is applied as asked, in order, and no bias is left; or refused."""
    request, before = subject.write(), subject.microscope.state()
    if _refused(subject):
        return
    applied = list(subject.microscope.write(subject.microscope.accept(request)))
    check_zero(subject)
    demand([a.index for a in applied] == [0, 1, 2], "a write brings its strokes in order")
    for stroke, done in zip(request.strokes, applied, strict=True):
        off = abs(done.bias - stroke.bias)
        demand(off <= 0.02, f"stroke {done.index} had {done.bias:.3g} V, not {stroke.bias:.3g} V")
        close = math.isclose(done.seconds, stroke.seconds, rel_tol=0.1)
        demand(close, f"stroke {done.index} took {done.seconds:.3g} s, not {stroke.seconds:.3g} s")
    times = [before.time, *(a.time for a in applied), subject.microscope.state().time]
    demand(times == sorted(times), "time stamps never run backwards")
    least = sum(s.seconds for s in request.strokes) + request.rest
    demand(times[-1] - times[0] >= 0.9 * least, f"the write and its rest took less than {least} s")
    declared = write_seconds(request, subject.microscope.capabilities.times)
    demand(
        times[-1] - times[0] <= 1.5 * declared + 1.0,
        f"the write took {times[-1] - times[0]:.3g} s, declared are {declared:.3g} s",
    )


def a_write_broken_off_leaves_no_bias(subject: Subject) -> None:
    """Check that a write that is broken off leaves no bias, and that a frame can follow."""
    if _refused(subject):
        return
    strokes = subject.microscope.write(subject.microscope.accept(subject.write()))
    next(strokes)
    close = getattr(strokes, "close", None)
    demand(close is not None, "the iterator of a write can be closed")
    if close is not None:
        close()
    demand(not subject.microscope.state().scanning, "the write has ended when it is closed")
    check_zero_after_stop(subject)
    check_order(subject, SlowDirection.DOWN)


def a_wait_takes_its_time(subject: Subject) -> None:
    """Check that a write without strokes lets its rest pass and moves nothing; or is refused."""
    if _refused(subject):
        return
    microscope, before = subject.microscope, subject.microscope.state()
    wait = WriteRequest(subject.write().region, (), rest=2.0)
    demand(not list(microscope.write(microscope.accept(wait))), "a wait has no strokes")
    after = microscope.state()
    demand(after.position == before.position, "a wait moves nothing")
    demand(after.time - before.time >= 1.8, f"a wait of 2 s took {after.time - before.time:.3g} s")


def _refused(subject: Subject) -> bool:
    """Tell whether the microscope does not write; check that it then says so."""
    microscope = subject.microscope
    can = microscope.capabilities
    if can.writes and can.feedback is not Feedback.CURRENT:
        return False
    if not can.writes:
        demand(
            refuses(lambda: list(microscope.write(replace(subject.write(), rest=1.0)))),
            "a write it cannot do is refused",
        )
    return True
