"""What a request costs in instrument time: one model for the twin, the planner and the report."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import first_point
from ai_afm.types import PathRequest, Point, ProbeRequest, ScanRegion, ScanRequest

TURNING = 0.05
"""Share of a line's time that each of its two turn-arounds takes, as long as the scanner can."""

TURNING_OF_PASS = TURNING / (0.5 - TURNING)
"""The same turn-around as a share of the time of the pass before it."""

FORCE_CURVE_SECONDS = 1.0
"""Approach and retract of a force curve at the usual 1 Hz ramp, s."""

STRAIGHT_ON = 1e-9
"""A sweep goes straight on where 1 - cos of its change of direction is below this."""

FloatArray = NDArray[np.float64]


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
    recovery
        After any move: from the tip's being in place to a z loop (and resonance tracking) that
        follows, s.
    speed_change
        Between two sweeps of different speed, s.
    """

    turn_around_min: float = 0.005
    command_latency: float = 0.05
    settle: float = 0.02
    settle_per_range: float = 0.05
    travel_speed: float = 2e-5
    travel_range: float = 2e-5
    recovery: float = 0.005
    speed_change: float = 0.003


STOCK_TIMES = InstrumentTimes(
    turn_around_min=0.02, command_latency=1.0, settle=0.05, travel_speed=1e-5
)
"""Times of an instrument that takes rectangles only, through its maker's program."""


@dataclass(frozen=True, slots=True)
class PathSchedule:
    """When the tip is where on a path; arrays (n,) for n sweeps.

    Parameters
    ----------
    passes
        Time of one pass of each sweep, s.
    turns
        Turn-around between trace and retrace, s (0 where a sweep is recorded once).
    links
        From the end of the sweep's last pass to the start of the next sweep, s; for the last one
        its turn-around.
    rests
        What of `links` is left after the turn-around, s: the way itself, a change of speed.
    hops
        Distance of that way, m; 0 for the last one.
    moved
        Whether that way is a move at travel speed with settling, and not a step at the sweep's own
        speed that rides in the turn-around.
    """

    passes: FloatArray
    turns: FloatArray
    links: FloatArray
    rests: FloatArray
    hops: FloatArray
    moved: NDArray[np.bool_]

    @property
    def seconds(self) -> float:
        """Time of the whole path without the move to it, s."""
        return float(self.durations.sum())

    @property
    def ways(self) -> int:
        """How often each sweep is passed."""
        return 2 if self.turns.any() else 1

    @property
    def waits(self) -> FloatArray:
        """Time of each pass with its turn-around, then of the rest of the way to the next sweep.

        (n, 3) s for sweeps recorded there and back, (n, 2) for those recorded once.
        """
        last = [self.passes + self.links - self.rests, self.rests]
        return np.stack([self.passes + self.turns, *last] if self.ways == 2 else last, axis=1)

    @property
    def durations(self) -> FloatArray:
        """Time of each sweep with its way to the next one, (n,) s."""
        return np.asarray(self.ways * self.passes + self.turns + self.links)


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
    """Return the time of a commanded move over `distance` (m), settled and recovered, s."""
    share = min(1.0, distance / times.travel_range)
    settling = times.settle + times.settle_per_range * share + times.recovery
    return distance / times.travel_speed + settling + times.command_latency


def path_schedule(request: PathRequest, times: InstrumentTimes) -> PathSchedule:
    """Return when the tip is where on a path.

    A pass of L m takes L / speed. Each turn-around takes a ninth of the pass before it (as in a
    frame: 5 % of the time of a line) or the instrument's shortest. The way to the next sweep is
    taken at the slower speed of the two, which costs nothing as long as it fits into the
    turn-around, or as a move at travel speed that has to settle: whichever is faster. No command
    is needed in between. A sweep recorded once that goes straight on costs no turn-around.

    Parameters
    ----------
    request
        At least one sweep; speeds above 0.
    times
        Of the instrument.
    """
    ends = sweep_ends(request)
    starts, stops = ends[:, 0], ends[:, 1]
    speed = np.array([s.speed for s in request.sweeps], float)
    ways = stops - starts
    length = np.hypot(ways[:, 0], ways[:, 1])
    passes = length / speed
    turns = np.maximum(times.turn_around_min, TURNING_OF_PASS * passes)
    links, hops = turns.copy(), np.zeros(len(passes))
    moved = np.zeros(len(passes), np.bool_)
    left = starts if request.both_ways else stops
    away = starts[1:] - left[:-1]
    hops[:-1] = distance = np.hypot(away[:, 0], away[:, 1])
    step = np.maximum(turns[:-1], distance / np.minimum(speed[:-1], speed[1:]))
    move = turns[:-1] + _travel_seconds(distance, request.travel_speed, times)
    moved[:-1] = move < step
    links[:-1] = np.minimum(move, step)
    ends_in_turn = turns.copy()
    if not request.both_ways:
        dot = (ways[:-1] * ways[1:]).sum(axis=1)
        ahead = dot >= (1 - STRAIGHT_ON) * length[:-1] * length[1:]
        ahead &= distance <= STRAIGHT_ON * length[:-1]
        links[:-1][ahead] = ends_in_turn[:-1][ahead] = 0.0
    links[:-1] += times.speed_change * (speed[1:] != speed[:-1])
    rests = links - np.minimum(links, ends_in_turn)
    return PathSchedule(passes, turns * request.both_ways, links, rests, hops, moved)


def sweep_ends(request: PathRequest) -> FloatArray:
    """Return start and end of each sweep, (n, 2, 2) m: [sweep, start or end, x or y]."""
    return np.array([(s.start, s.end) for s in request.sweeps], float).reshape(-1, 2, 2)


def path_seconds(request: PathRequest, times: InstrumentTimes) -> float:
    """Return the time of a path without the move to it, s; see `path_schedule`."""
    return path_schedule(request, times).seconds if request.sweeps else 0.0


def _travel_seconds(
    distance: FloatArray, travel_speed: float | None, times: InstrumentTimes
) -> FloatArray:
    """Return the time of moves within a path, which need no command, s."""
    speed = times.travel_speed if travel_speed is None else travel_speed
    share = np.minimum(1.0, distance / times.travel_range)
    settling = times.settle + times.settle_per_range * share + times.recovery
    return np.asarray(distance / speed + settling)


def probe_seconds(request: ProbeRequest, times: InstrumentTimes) -> float:
    """Return the time of a point measurement without the move to it, s."""
    if request.waveform is None:
        return FORCE_CURVE_SECONDS + times.command_latency
    return request.waveform.duration + times.command_latency


def request_seconds(
    request: ScanRequest | PathRequest | ProbeRequest, start: Point | None, times: InstrumentTimes
) -> float:
    """Return the time of a request with the move from `start` (m; `None`: without a move), s."""
    if isinstance(request, ScanRequest):
        seconds = scan_seconds(request, times)
    elif isinstance(request, PathRequest):
        seconds = path_seconds(request, times)
    else:
        seconds = probe_seconds(request, times)
    if start is None:
        return seconds
    return seconds + move_seconds(math.dist(start, first_point(request)), times)


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
