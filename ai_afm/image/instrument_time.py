"""What a request costs in instrument time: one model for the twin, the planner and the report."""

import math
from dataclasses import dataclass

from ai_afm.types import Point, ProbeRequest, ScanRegion, ScanRequest

TURNING = 0.05
"""Share of a line's time that each of its two turn-arounds takes, as long as the scanner can."""

FORCE_CURVE_SECONDS = 1.0
"""Approach and retract of a force curve at the usual 1 Hz ramp, s."""


@dataclass(frozen=True, slots=True)
class InstrumentTimes:
    """Times of an instrument; the defaults are those of one that takes paths.

    Parameters
    ----------
    turn_around_min
        Shortest turn-around of the fast axis, s.
    command_latency
        From a command to the motion, s.
    settle
        After any move, s.
    settle_per_range
        Further settling after a move across the whole range, s.
    travel_speed
        Between regions, m/s.
    travel_range
        Size of the scanner's range, m.
    """

    turn_around_min: float = 0.005
    command_latency: float = 0.05
    settle: float = 0.02
    settle_per_range: float = 0.05
    travel_speed: float = 2e-5
    travel_range: float = 2e-5


def line_seconds(line_rate: float, times: InstrumentTimes) -> float:
    """Return the time of one line (trace, retrace and both turn-arounds), s.

    It is 1 / `line_rate` (Hz) unless the scanner cannot turn within 5 % of that.
    """
    nominal = 1 / line_rate
    turn = max(times.turn_around_min, TURNING * nominal)
    return nominal * (1 - 2 * TURNING) + 2 * turn


def scan_seconds(request: ScanRequest, times: InstrumentTimes) -> float:
    """Return the time of a frame without the move to it, s."""
    return request.shape[0] * line_seconds(request.line_rate, times)


def move_seconds(distance: float, times: InstrumentTimes) -> float:
    """Return the time of a move over `distance` (m) between regions, settling included, s."""
    share = min(1.0, distance / times.travel_range)
    settling = times.settle + times.settle_per_range * share
    return distance / times.travel_speed + settling + times.command_latency


def probe_seconds(request: ProbeRequest, times: InstrumentTimes) -> float:
    """Return the time of a point measurement without the move to it, s."""
    if request.waveform is None:
        return FORCE_CURVE_SECONDS + times.command_latency
    return request.waveform.duration + times.command_latency


def request_seconds(
    request: ScanRequest | ProbeRequest, start: Point | None, times: InstrumentTimes
) -> float:
    """Return the time of a request with the move from `start` (m; `None`: without a move), s."""
    if isinstance(request, ScanRequest):
        target, seconds = request.region.center, scan_seconds(request, times)
    else:
        target, seconds = request.position, probe_seconds(request, times)
    if start is None:
        return seconds
    return seconds + move_seconds(math.dist(start, target), times)


def raster_shape(region: ScanRegion, pixel_size: float) -> tuple[int, int]:
    """Return the (lines, pixels) of a full raster of a region at a pixel size (m)."""
    width, height = region.size
    return max(1, round(height / pixel_size)), max(1, round(width / pixel_size))


def raster_line_rate(region: ScanRegion, size: float, line_rate: float) -> float:
    """Return the line rate (Hz) of a raster with the tip speed of `size` (m) at `line_rate`.

    The z loop limits the tip's speed, so a longer line takes longer.
    At equal pixel size this is the same time per pixel, too.
    """
    return line_rate * size / region.size[0]


def raster_seconds(
    region: ScanRegion, pixel_size: float, line_rate: float, times: InstrumentTimes
) -> float:
    """Return the time of a full raster of a region, s.

    Parameters
    ----------
    region
        What is covered.
    pixel_size
        Distance of pixels and lines, m.
    line_rate
        Of lines across the whole region, Hz; see `raster_line_rate`.
    times
        Of the instrument.
    """
    return raster_shape(region, pixel_size)[0] * line_seconds(line_rate, times)
