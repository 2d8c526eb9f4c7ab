"""A microscope to be checked against the contract, and how its promises are checked."""

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ai_afm.errors import AfmError
from ai_afm.geometry import row_sweep
from ai_afm.microscope.base import Feedback, Microscope, TipState
from ai_afm.microscope.safe_order import is_zero, lifts_first
from ai_afm.types import (
    Direction,
    Drive,
    PathRequest,
    ScanLine,
    ScanRegion,
    ScanRequest,
    SlowDirection,
    Stroke,
    Waveform,
    WriteRequest,
)


class ContractBroken(AssertionError):
    """The microscope does not keep what its protocol promises."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A microscope to be checked.

    Parameters
    ----------
    microscope
        Fresh, without a guard.
    shape
        (lines, pixels) of the frames; never square.
    waveform
        Bias of the probes, as harmless as the sample needs it.
    """

    microscope: Microscope
    shape: tuple[int, int] = (6, 17)
    waveform: Waveform = field(default_factory=lambda: Waveform(1.0, steps=8, cycles=1, drive=0.5))

    def request(self, angle: float = 0.3) -> ScanRequest:
        """Return a frame in the middle of the scanner's range, off centre and turned."""
        scanner = self.microscope.capabilities.scanner_range
        edge = min(scanner.size)
        (x, y), size = scanner.center, (edge * 0.4, edge * 0.25)
        region = ScanRegion((x + edge * 0.05, y - edge * 0.03), size, scanner.angle + angle)
        return ScanRequest(region, self.shape, line_rate=1.0)

    def path(self) -> PathRequest:
        """Return sweeps of the frame: two neighbours, one far away, and one of another length."""
        frame = self.request()
        lines, pixels = self.shape
        rows = ((0, pixels // 2), (1, pixels // 2), (lines - 1, pixels // 2), (lines - 1, 2))
        sweeps = [
            row_sweep(frame.region, frame.shape, row, (0, last), frame.tip_speed)
            for row, last in rows
        ]
        return PathRequest(tuple(sweeps))

    def write(self) -> WriteRequest:
        """Return a dot and two ways of other biases in the frame, as harmless as the waveform."""
        frame = self.request()
        volts = min(0.5, self.microscope.capabilities.max_bias)
        rows = [row_sweep(frame.region, frame.shape, r, (0, 1), frame.tip_speed) for r in (0, 2)]
        (first, second), dot = rows, rows[0].start
        strokes = (
            Stroke(dot, dot, volts, 0.2),
            Stroke(first.start, first.end, -volts, math.dist(first.start, first.end) / 1e-6),
            Stroke(second.start, second.end, volts / 2, math.dist(second.start, second.end) / 1e-6),
        )
        return WriteRequest(frame.region, strokes, rest=0.5)


def scanned(
    subject: Subject, request: ScanRequest | None = None
) -> tuple[ScanRequest, list[ScanLine]]:
    """Scan a frame, and return the request as accepted and all its lines."""
    accepted = subject.microscope.accept(request or subject.request())
    return accepted, list(subject.microscope.scan(accepted))


def check_order(subject: Subject, direction: SlowDirection) -> None:
    """Check that a frame brings trace and retrace of each row in order."""
    request, lines = scanned(subject, replace(subject.request(), slow_direction=direction))
    rows: Iterator[int] | range = range(request.shape[0])
    if direction is SlowDirection.UP:
        rows = reversed(range(request.shape[0]))
    expected = [(row, d) for row in rows for d in (Direction.TRACE, Direction.RETRACE)]
    got = [(line.index, line.direction) for line in lines]
    demand(got == expected, f"a scan {direction} brings trace and retrace of each row in order")


def with_drive(subject: Subject) -> ScanRequest:
    """Return the frame with a small drive, and with a DC bias where one can be applied."""
    can = subject.microscope.capabilities
    volts = min(0.5, can.max_bias)
    dc_bias = volts if can.probes or can.writes else 0.0
    return replace(subject.request(), drive=Drive(volts, dc_bias=dc_bias))


def check_zero_after_stop(subject: Subject) -> None:
    """Check that `stop` leaves no bias, unless stopping lifts the tip."""
    if lifts_first(subject.microscope.capabilities.feedback):
        return
    subject.microscope.stop()
    check_zero(subject)


def check_zero(subject: Subject) -> None:
    """Check that bias and drive read zero, unless the feedback needs them."""
    state = subject.microscope.state()
    current = subject.microscope.capabilities.feedback is Feedback.CURRENT
    if current and state.tip is TipState.ENGAGED:
        return
    demand(is_zero(state), f"bias reads {state.bias} V and drive {state.drive} V, not zero")


def refuses(action: Callable[[], object]) -> bool:
    """Tell whether an action is refused by one of our errors."""
    with suppress(AfmError):
        action()
        return False
    return True


def demand(kept: bool, promise: str) -> None:
    """Raise `ContractBroken` with the promise unless it is kept."""
    if not kept:
        raise ContractBroken(promise)
