"""A short exercise at connection: what the instrument's motions really take."""

import math
from collections.abc import Iterable

from ai_afm.errors import InstrumentError
from ai_afm.image.time_calibration import Timed
from ai_afm.microscope.base import Capabilities, Microscope
from ai_afm.microscope.under_way import lines_of
from ai_afm.types import PathRequest, Point, ScanRegion, ScanRequest, Sweep

LINES, PIXELS = 20, 8


def exercise(
    capabilities: Capabilities, center: Point, reach: float, speed: float
) -> tuple[ScanRequest | PathRequest, ...]:
    """Return a few tiny frames and paths whose durations tell the times of an instrument apart.

    Fast short lines show the turn-around, single lines at growing distances the latency of a
    command, settling and travel; paths, where the instrument takes them, separate these from each
    other, and show the change of speed. They are scanned with the instrument's own drive.

    Parameters
    ----------
    capabilities
        Of the instrument.
    center
        Where the tip is, m.
    reach
        How far from there it may go, m; the nearer to the scanner's range, the more exact.
    speed
        Tip speed in contact that may be used, m/s.
    """
    x, y = center
    rate = min(capabilities.fastest_line_rate(PIXELS), 100.0)
    width = 0.45 * speed / rate
    places = [center, (x + reach / 2, y), (x - reach / 2, y), center]
    near = ScanRegion(center, (width, width))
    frames = [
        ScanRequest(near, (LINES, PIXELS), rate, reason="turn-around"),
        ScanRequest(near, (2 * LINES, PIXELS), rate, reason="turn-around"),
        *(
            ScanRequest(ScanRegion(p, (width, width)), (1, PIXELS), rate, reason="moves")
            for p in places
        ),
    ]
    if not capabilities.paths:
        return tuple(frames)
    return (*frames, *_paths(capabilities, center, reach, speed))


def _paths(
    capabilities: Capabilities, center: Point, reach: float, speed: float
) -> list[PathRequest]:
    x, y = center
    length = max(0.02, PIXELS * capabilities.pixel_time) * speed

    def sweep(dx: float, dy: float, factor: float = 1.0) -> Sweep:
        start = (x + dx, y + dy)
        return Sweep(start, (start[0] + length, start[1]), factor * speed, PIXELS)

    far = (sweep(0, 0), sweep(reach / 2, 0), sweep(-reach / 2, 0), sweep(0, 0))
    near = tuple(sweep(0, 0) for _ in range(LINES))
    paths = [
        PathRequest(far, reason="moves within a path"),
        PathRequest(far, travel_speed=0.5 * capabilities.travel_speed, reason="slow moves"),
        PathRequest(near, reason="turn-around"),
    ]
    if capabilities.variable_speed:
        mixed = tuple(sweep(0, 0, 1.0 if k % 2 else 0.5) for k in range(LINES))
        paths.append(PathRequest(mixed, reason="changes of speed"))
    return paths


def timed(
    microscope: Microscope, requests: Iterable[ScanRequest | PathRequest]
) -> tuple[Timed, ...]:
    """Carry requests out one after the other, and return how long each really took.

    Raises
    ------
    InstrumentError
        What the instrument raises, and when position or clock cannot be read.
    """
    found = []
    for request in requests:
        accepted = microscope.accept(request)
        before = microscope.state()
        for _ in lines_of(microscope, accepted):
            pass
        seconds = microscope.state().time - before.time
        if before.position is None or not math.isfinite(seconds):
            raise InstrumentError("position or clock cannot be read; check the connection")
        found.append(Timed(accepted, before.position, seconds))
    return tuple(found)
