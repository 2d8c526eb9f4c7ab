"""A frame or path under way, as the guard sees it: how far it is, and whether it may go on."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.base import AppliedStroke, Microscope
from ai_afm.types import Limits, PathRequest, ScanLine, ScanRequest, Stroke


def lines_of(inner: Microscope, request: ScanRequest | PathRequest) -> Iterator[ScanLine]:
    """Return the lines of a frame or path from an instrument."""
    if isinstance(request, PathRequest):
        return inner.path(request)
    return inner.scan(request)


def wrong_bias(applied: AppliedStroke, stroke: Stroke) -> str | None:
    """Say so when the bias at the tip was not that of the stroke, else `None`.

    Sources differ from what they are told by their calibration: 2 % and 20 mV are let pass.
    """
    if abs(applied.bias - stroke.bias) <= 0.02 * abs(stroke.bias) + 0.02:
        return None
    return (
        f"stroke {applied.index + 1} had {applied.bias:.3g} V at the tip where {stroke.bias:.3g} V"
        " were asked"
    )


def begun(request: ScanRequest | PathRequest, line: ScanLine | None) -> int:
    """Return how many rows or sweeps may have begun when a line (`None`: none yet) arrives.

    The one after the line that has arrived counts too.
    """
    if isinstance(request, PathRequest):
        total, downward = len(request.sweeps), True
    else:
        total, downward = request.shape[0], request.slow_direction == "down"
    if line is None:
        return min(1, total)
    return min(total, (line.index if downward else total - 1 - line.index) + 2)


def too_much_current(current: NDArray[np.float32] | None, limits: Limits) -> str | None:
    """Say so when a current (A, NaN where it was not read) passes the limit, else `None`."""
    if current is None:
        return None
    largest = float(np.nanmax(np.abs(current), initial=0.0))
    if largest <= limits.max_current:
        return None
    return (
        f"the current through the tip was {largest:.3e} A, more than the"
        f" {limits.max_current:.3e} A allowed"
    )
