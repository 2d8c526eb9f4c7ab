"""Patterns that can be written: box, stripes, dot array, dose ladder, as strokes of the tip."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ai_afm.errors import BadInput
from ai_afm.geometry import to_region, to_sample
from ai_afm.types import Point, ScanRegion, Stroke


def box(region: ScanRegion, bias: float, spacing: float, speed: float) -> tuple[Stroke, ...]:
    """Return lines that fill a region, there and back in turn, from its top.

    Parameters
    ----------
    region
        What is to be written.
    bias
        Of the tip, V.
    spacing
        Between two lines at most, m: less than the width that a line writes.
    speed
        Of the tip, m/s.

    Examples
    --------
    >>> len(box(ScanRegion((0.0, 0.0), (2e-7, 1e-7)), 6.0, spacing=2e-8, speed=1e-6))
    5
    """
    height = region.size[1]
    lines = max(1, math.ceil(height / spacing - 1e-9))
    v = (0.5 - (np.arange(lines) + 0.5) / lines) * height
    return _lines(region, v.tolist(), bias, speed)


def stripes(
    region: ScanRegion, bias: float, lines: tuple[float, float], speed: float
) -> tuple[Stroke, ...]:
    """Return stripes along the fast axis of a region: half of each period is written.

    Parameters
    ----------
    region, bias, speed
        As for `box`.
    lines
        (period of the stripes, largest distance of the lines in them), m.
    """
    period, spacing = lines
    height = region.size[1]
    count = max(1, math.floor(height / period + 1e-9))
    inside = max(1, math.ceil(period / 2 / spacing - 1e-9))
    v = [
        height / 2 - (stripe + 0.5 * (line + 0.5) / inside) * period
        for stripe in range(count)
        for line in range(inside)
    ]
    return _lines(region, v, bias, speed)


def dots(region: ScanRegion, pulse: tuple[float, float], pitch: float) -> tuple[Stroke, ...]:
    """Return a grid of equal dots, as many as fit into a region, in its middle.

    Parameters
    ----------
    region
        Where.
    pulse
        (bias in V, seconds) of each dot.
    pitch
        Distance of neighbours, m.
    """
    columns, rows = (max(1, math.floor(side / pitch + 1e-9)) for side in region.size)
    grid = _grid(region.center, region.angle, (rows, columns), pitch)
    return tuple(Stroke(place, place, *pulse) for row in grid for place in row)


def dose_ladder(
    center: Point, angle: float, doses: tuple[Sequence[float], Sequence[float]], pitch: float
) -> tuple[Stroke, ...]:
    """Return one dot for each bias (a column) and time (a row), the smallest doses first.

    Parameters
    ----------
    center, angle
        Middle of the dots, m, and direction of their rows, rad.
    doses
        (biases in V, times in s).
    pitch
        Distance of neighbours, m.

    Examples
    --------
    >>> rungs = dose_ladder((0.0, 0.0), 0.0, ([2.0, -4.0], [0.1]), pitch=1e-7)
    >>> [(round(1e9 * s.start[0]), s.bias, s.seconds) for s in rungs]
    [(-50, 2.0, 0.1), (50, -4.0, 0.1)]
    """
    biases, times = doses
    grid = _grid(center, angle, (len(times), len(biases)), pitch)
    found = [
        Stroke(place, place, bias, seconds)
        for row, seconds in zip(grid, times, strict=True)
        for place, bias in zip(row, biases, strict=True)
    ]
    return tuple(sorted(found, key=lambda dot: (dot.seconds, abs(dot.bias))))


def covering(strokes: Sequence[Stroke], angle: float, margin: float) -> ScanRegion:
    """Return the region, turned by `angle` (rad), that holds strokes and a margin (m) around them.

    Raises
    ------
    BadInput
        When there are no strokes.
    """
    if not strokes:
        raise BadInput("no strokes cover nothing")
    turned = ScanRegion((0.0, 0.0), (1.0, 1.0), angle)
    x, y = np.array([end for s in strokes for end in (s.start, s.end)], float).T
    u, v = to_region(turned, x, y)
    middle = to_sample(turned, (u.min() + u.max()) / 2, (v.min() + v.max()) / 2)
    size = float(np.ptp(u)) + 2 * margin, float(np.ptp(v)) + 2 * margin
    # A single dot without a margin still has a place.
    size = max(size[0], 1e-9), max(size[1], 1e-9)
    return ScanRegion((float(middle[0]), float(middle[1])), size, angle)


def _lines(region: ScanRegion, v: Sequence[float], bias: float, speed: float) -> tuple[Stroke, ...]:
    half, strokes = region.size[0] / 2, []
    for number, height in enumerate(v):
        x, y = to_sample(region, np.array([-half, half]), np.array([height, height]))
        ends = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
        start, end = ends if number % 2 == 0 else reversed(ends)
        strokes.append(Stroke(start, end, bias, region.size[0] / speed))
    return tuple(strokes)


def _grid(
    center: Point, angle: float, shape: tuple[int, int], pitch: float
) -> Iterator[list[Point]]:
    """Yield the places of a grid row by row, the top row first."""
    rows, columns = shape
    turned = ScanRegion(center, (1.0, 1.0), angle)
    u = (np.arange(columns) - (columns - 1) / 2) * pitch
    for row in range(rows):
        v = ((rows - 1) / 2 - row) * pitch
        x, y = to_sample(turned, u, np.full(columns, v))
        yield [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
