"""What every adapter must do: checks that a third party runs on its own microscope.

Examples
--------
In the test file of an adapter::

    @pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
    def test_my_microscope_keeps_the_contract(check):
        check(Subject(open_my_microscope()))

Each check gets a fresh, unguarded microscope; it moves, so real instruments run it on a sample that
may be scanned. A check that fails raises `ContractBroken` with what was promised.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from ai_afm.errors import AfmError
from ai_afm.geometry import line_ends
from ai_afm.microscope.base import TipState
from ai_afm.testing.path_contract import (
    a_path_brings_its_sweeps_in_order,
    a_path_broken_off_leaves_no_bias,
    a_path_takes_the_time_of_the_cost_model,
)
from ai_afm.testing.subject import (
    ContractBroken,
    Subject,
    check_order,
    check_zero,
    check_zero_after_stop,
    demand,
    refuses,
    scanned,
    with_drive,
)
from ai_afm.testing.write_contract import (
    a_wait_takes_its_time,
    a_write_brings_its_strokes_in_order,
    a_write_broken_off_leaves_no_bias,
)
from ai_afm.types import LineFlag, ProbeKind, ProbeRequest, SlowDirection

__all__ = ["CONTRACT", "Check", "ContractBroken", "Subject"]

GENEROUS = 1e-7
"""Compliance of a sweep that is to reach its full amplitude, A."""


def accept_is_idempotent_and_moves_nothing(subject: Subject) -> None:
    """Check that what was accepted is accepted as it is, and that the tip stays."""
    before = subject.microscope.state()
    accepted = subject.microscope.accept(subject.request())
    demand(subject.microscope.accept(accepted) == accepted, "accept(accept(r)) == accept(r)")
    after = subject.microscope.state()
    demand(after.position == before.position, "accept moves nothing")
    demand(after.tip == before.tip, "accept neither lifts nor lowers the tip")


def requests_outside_the_scanner_are_refused(subject: Subject) -> None:
    """Check that a frame beyond the scanner is refused, or left to the guard as it is."""
    request = subject.request()
    width = subject.microscope.capabilities.scanner_range.size[0]
    away = replace(request.region, center=(request.region.center[0] + width, 0.0))
    try:
        accepted = subject.microscope.accept(replace(request, region=away))
    except AfmError:
        return
    # An adapter may leave places to the guard, but it may not move them.
    demand(accepted.region == away, "a region is never shifted or cut to fit")


def lines_arrive_in_order_down(subject: Subject) -> None:
    """Check that a down scan brings rows 0, 1, 2 ... with trace before retrace."""
    check_order(subject, SlowDirection.DOWN)


def lines_arrive_in_order_up(subject: Subject) -> None:
    """Check that an up scan brings the same rows from the last to the first."""
    check_order(subject, SlowDirection.UP)


def lines_lie_where_they_were_asked(subject: Subject) -> None:
    """Check that start and end are those of the row, in image order, in both directions."""
    request, lines = scanned(subject)
    pixel = max(request.pixel_size)
    for line in lines:
        ends = np.array(line_ends(request.region, request.shape, line.index))
        away = np.abs(np.array([line.start, line.end]) - ends).max()
        demand(away < pixel, f"row {line.index} {line.direction} lies {away:.1e} m off its place")


def a_turned_frame_is_turned(subject: Subject) -> None:
    """Check that with the frame turned by a quarter the lines run along y."""
    _, lines = scanned(subject, subject.request(angle=np.pi / 2))
    for line in lines:
        dx, dy = (b - a for a, b in zip(line.start, line.end, strict=True))
        demand(dy > 100 * abs(dx), f"row {line.index} runs by ({dx:.1e}, {dy:.1e}) m, not along y")


def channels_are_as_declared(subject: Subject) -> None:
    """Check that the channels asked for come, all if none is named, float32, all pixels."""
    declared = [c.name for c in subject.microscope.capabilities.channels]
    request, lines = scanned(subject)
    for line in lines:
        came = sorted(line.channels)
        demand(came == sorted(declared), f"channels {came} came, {declared} are declared")
        for name, values in line.channels.items():
            demand(values.dtype == np.float32, f"{name} is {values.dtype}, not float32")
            demand(values.shape[0] == request.shape[1], f"{name} has shape {values.shape}")
    _, lines = scanned(subject, replace(subject.request(), channels=(declared[0],)))
    demand(all(set(line.channels) == {declared[0]} for line in lines), "only what was asked for")


def missing_readings_are_flagged(subject: Subject) -> None:
    """Check that a line with a value that is not finite says so."""
    for line in scanned(subject)[1]:
        finite = all(np.isfinite(values).all() for values in line.channels.values())
        demand(finite or line.flags != LineFlag.GOOD, f"row {line.index} has gaps but is good")


def time_runs_forward(subject: Subject) -> None:
    """Check that lines carry the instrument's clock, and a frame takes at least its lines' time."""
    begin = subject.microscope.state().time
    request, lines = scanned(subject)
    times = [begin, *(line.time for line in lines)]
    demand(bool((np.diff(times) >= 0).all()), "time stamps never run backwards")
    least = 0.8 * request.shape[0] / request.line_rate
    demand(times[-1] - begin >= least, f"{times[-1] - begin:.3g} s for a frame of {least:.3g} s")


def a_finished_scan_leaves_no_bias(subject: Subject) -> None:
    """Check that after the `stop` that follows a frame bias and drive read zero."""
    scanned(subject, with_drive(subject))
    check_zero_after_stop(subject)


def closing_the_iterator_leaves_no_bias(subject: Subject) -> None:
    """Check that a scan that is broken off leaves no bias, and that the next is complete."""
    lines = subject.microscope.scan(subject.microscope.accept(with_drive(subject)))
    next(lines)
    close = getattr(lines, "close", None)
    demand(close is not None, "the iterator of a scan can be closed")
    if close is not None:
        close()
    scanning = subject.microscope.state().scanning
    demand(not scanning, "the scan has ended when its iterator is closed")
    check_zero_after_stop(subject)
    check_order(subject, SlowDirection.DOWN)


def a_probe_leaves_no_bias(subject: Subject) -> None:
    """Check that a probe leaves no bias, or is refused where there are none."""
    microscope = subject.microscope
    center = microscope.capabilities.scanner_range.center
    request = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, center, subject.waveform)
    if not microscope.capabilities.probes:
        demand(refuses(lambda: microscope.probe(request)), "a probe it cannot do is refused")
        return
    spectrum = microscope.probe(microscope.accept(request))
    check_zero(subject)
    samples = len(spectrum.time)
    arrays: Sequence[np.ndarray] = (
        spectrum.bias, spectrum.response, spectrum.on_field, spectrum.cycle, spectrum.write_bias,
    )  # fmt: skip
    demand(samples > 0 and all(len(a) == samples for a in arrays), "all samples are kept")
    largest = float(np.abs(spectrum.bias).max())
    demand(largest <= subject.waveform.amplitude + 1e-3, f"the probe applied {largest:.3g} V")


def a_current_sweep_ends_at_its_limit(subject: Subject) -> None:
    """Check that a sweep keeps what is within its compliance, no more, and leaves no bias.

    The limit of the second sweep is half of the largest current of the first one.
    """
    microscope = subject.microscope
    can = microscope.capabilities
    if not (can.probes and can.current_limit):
        return
    wave = replace(subject.waveform, drive=0.0, off_time=0.0, compliance=GENEROUS)
    request = ProbeRequest(ProbeKind.CURRENT_VOLTAGE, can.scanner_range.center, wave)
    first = microscope.probe(microscope.accept(request))
    demand("current" in first.extra, "a current-voltage curve has a channel current")
    limit = float(np.abs(first.extra["current"]).max()) / 2
    demand(limit > 0, "the sweep to its full amplitude draws some current")
    limited = replace(request, waveform=replace(wave, compliance=limit))
    second = microscope.probe(microscope.accept(limited))
    check_zero(subject)
    largest = float(np.abs(second.extra["current"]).max(initial=0.0))
    demand(largest <= limit, f"{largest:.3e} A were read beyond the limit of {limit:.3e} A")
    demand(0 < len(second.time) < len(first.time), "the sweep ends at its limit and keeps the rest")
    demand("current" in second.stopped, f"it says why it ended, not {second.stopped!r}")


def withdraw_is_latched(subject: Subject) -> None:
    """Check that after `withdraw` nothing scans until `clear`."""
    microscope = subject.microscope
    request = microscope.accept(subject.request())
    microscope.withdraw()
    demand(microscope.state().tip is TipState.WITHDRAWN, "the tip reads as withdrawn")
    check_zero(subject)
    demand(refuses(lambda: next(microscope.scan(request))), "a withdrawn tip scans nothing")
    microscope.park()
    demand(microscope.state().tip is TipState.WITHDRAWN, "parking does not lower a withdrawn tip")
    microscope.clear()
    check_order(subject, SlowDirection.DOWN)


def park_can_be_left_again(subject: Subject) -> None:
    """Check that after `park` there is no bias, and that the next scan runs."""
    subject.microscope.park()
    demand(subject.microscope.state().tip is TipState.PARKED, "the tip reads as parked")
    check_zero(subject)
    check_order(subject, SlowDirection.DOWN)


Check: TypeAlias = Callable[[Subject], None]
CONTRACT: tuple[Check, ...] = (
    accept_is_idempotent_and_moves_nothing,
    requests_outside_the_scanner_are_refused,
    lines_arrive_in_order_down,
    lines_arrive_in_order_up,
    lines_lie_where_they_were_asked,
    a_turned_frame_is_turned,
    channels_are_as_declared,
    missing_readings_are_flagged,
    time_runs_forward,
    a_finished_scan_leaves_no_bias,
    closing_the_iterator_leaves_no_bias,
    a_path_brings_its_sweeps_in_order,
    a_path_takes_the_time_of_the_cost_model,
    a_path_broken_off_leaves_no_bias,
    a_probe_leaves_no_bias,
    a_current_sweep_ends_at_its_limit,
    a_write_brings_its_strokes_in_order,
    a_write_broken_off_leaves_no_bias,
    a_wait_takes_its_time,
    withdraw_is_latched,
    park_can_be_left_again,
)
"""All checks, in an order that moves as little as possible first."""
