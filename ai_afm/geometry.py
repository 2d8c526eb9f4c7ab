"""Region <-> pixel <-> sample: the only place that turns pixels into metres.

Sample frame: x right, y up, origin at the centre of the scanner's range, m; angles
counter-clockwise, rad. Arrays are [line, pixel]: row 0 at the top (largest y of an unrotated
region), column 0 at the left. Pixel (0, 0) is centred half a pixel inside the corner, so a region's
edge is the outer edge of its pixels.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ai_afm.types import PathRequest, Point, ProbeRequest, ScanRegion, ScanRequest, Sweep

FloatArray = NDArray[np.float64]


def to_sample(region: ScanRegion, u: ArrayLike, v: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Turn region coordinates into sample coordinates.

    Parameters
    ----------
    region
        The rectangle that carries the axes u (fast, to the right) and v (slow, up), origin at its
        centre.
    u, v
        Any shape, m.

    Returns
    -------
    x, y
        Same shape, m.
    """
    u, v = np.asarray(u, float), np.asarray(v, float)
    c, s = math.cos(region.angle), math.sin(region.angle)
    return region.center[0] + c * u - s * v, region.center[1] + s * u + c * v


def to_region(region: ScanRegion, x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Turn sample coordinates into region coordinates (u, v), m; the inverse of `to_sample`."""
    dx, dy = np.asarray(x, float) - region.center[0], np.asarray(y, float) - region.center[1]
    c, s = math.cos(region.angle), math.sin(region.angle)
    return c * dx + s * dy, -s * dx + c * dy


def pixel_to_sample(
    region: ScanRegion, shape: tuple[int, int], row: ArrayLike, column: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the sample position of (fractional) pixels.

    Parameters
    ----------
    region, shape
        The frame: where it lies and (lines, pixels).
    row, column
        Any shape; 0 is the centre of the first pixel.

    Returns
    -------
    x, y
        Same shape, m.

    Examples
    --------
    >>> x, y = pixel_to_sample(ScanRegion((0.0, 0.0), (4.0, 2.0)), (2, 4), 0, 0)
    >>> float(x), float(y)
    (-1.5, 0.5)
    """
    lines, pixels = shape
    u = ((np.asarray(column, float) + 0.5) / pixels - 0.5) * region.size[0]
    v = (0.5 - (np.asarray(row, float) + 0.5) / lines) * region.size[1]
    return to_sample(region, u, v)


def sample_to_pixel(
    region: ScanRegion, shape: tuple[int, int], x: ArrayLike, y: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the fractional (row, column) of sample positions; the inverse of `pixel_to_sample`."""
    lines, pixels = shape
    u, v = to_region(region, x, y)
    column = (u / region.size[0] + 0.5) * pixels - 0.5
    row = (0.5 - v / region.size[1]) * lines - 0.5
    return row, column


def pixel_grid(region: ScanRegion, shape: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Return the sample positions (x, y), each (lines, pixels) in m, of all pixel centres."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return pixel_to_sample(region, shape, rows, columns)


def line_ends(region: ScanRegion, shape: tuple[int, int], row: int) -> tuple[Point, Point]:
    """Return the sample positions, m, of the first and the last pixel centre of a row."""
    x, y = pixel_to_sample(region, shape, np.array([row, row]), np.array([0, shape[1] - 1]))
    return (float(x[0]), float(y[0])), (float(x[1]), float(y[1]))


def row_sweep(
    region: ScanRegion, shape: tuple[int, int], row: int, columns: tuple[int, int], speed: float
) -> Sweep:
    """Return the sweep over pixels of a row of a frame.

    Parameters
    ----------
    region, shape
        The frame: where it lies and (lines, pixels).
    row
        Number of the row, 0 at the top.
    columns
        (first, last) column, both included; first > last goes to the left.
    speed
        Of the tip, m/s.
    """
    first, last = columns
    back = 0.5 if first <= last else -0.5
    x, y = pixel_to_sample(region, shape, [row, row], [first - back, last + back])
    start, end = (float(x[0]), float(y[0])), (float(x[1]), float(y[1]))
    return Sweep(start, end, speed, abs(last - first) + 1)


def sweep_points(sweep: Sweep) -> tuple[FloatArray, FloatArray]:
    """Return where the samples of a sweep are read: x, y, each (pixels,) m."""
    share = (np.arange(sweep.pixels) + 0.5) / sweep.pixels
    (x0, y0), (x1, y1) = sweep.start, sweep.end
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)


def sample_ends(sweep: Sweep) -> tuple[Point, Point]:
    """Return the positions, m, of the first and the last sample of a sweep."""
    inset = 0.5 / sweep.pixels
    (x0, y0), (x1, y1) = sweep.start, sweep.end
    dx, dy = inset * (x1 - x0), inset * (y1 - y0)
    return (x0 + dx, y0 + dy), (x1 - dx, y1 - dy)


def first_point(request: ScanRequest | PathRequest | ProbeRequest) -> Point:
    """Return where a request begins, m: at the first pixel of its first row, or sweep, or there."""
    if isinstance(request, ProbeRequest):
        return request.position
    if isinstance(request, PathRequest):
        return request.sweeps[0].start
    row = request.shape[0] - 1 if request.slow_direction == "up" else 0
    return line_ends(request.region, request.shape, row)[0]


def last_point(request: ScanRequest | PathRequest | ProbeRequest) -> Point:
    """Return where the tip is after a request, m.

    After the last retrace it is back at the beginning of the last row or sweep; after a path that
    was recorded once, at its end.
    """
    if isinstance(request, ProbeRequest):
        return request.position
    if isinstance(request, PathRequest):
        sweep = request.sweeps[-1]
        return sweep.start if request.both_ways else sweep.end
    row = 0 if request.slow_direction == "up" else request.shape[0] - 1
    return line_ends(request.region, request.shape, row)[0]


def corners(region: ScanRegion) -> FloatArray:
    """Return the corners, (4, 2) in m, counter-clockwise from the lower left."""
    u = np.array([-0.5, 0.5, 0.5, -0.5]) * region.size[0]
    v = np.array([-0.5, -0.5, 0.5, 0.5]) * region.size[1]
    return np.stack(to_sample(region, u, v), axis=1)


def is_inside(
    region: ScanRegion, x: ArrayLike, y: ArrayLike, margin: float = 0.0
) -> NDArray[np.bool_]:
    """Tell which points lie in the region, at least `margin` (m) inside its edge."""
    u, v = to_region(region, x, y)
    return (np.abs(u) <= region.size[0] / 2 - margin) & (np.abs(v) <= region.size[1] / 2 - margin)


def contains(outer: ScanRegion, inner: ScanRegion) -> bool:
    """Tell whether all four corners of `inner` lie in `outer`, edge included."""
    x, y = corners(inner).T
    return bool(is_inside(outer, x, y).all())


def bounding_region(points: FloatArray, margin: float = 0.0) -> ScanRegion:
    """Return the smallest unrotated region around points (n, 2), m, with a margin (m)."""
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    center, size = (low + high) / 2, high - low
    return ScanRegion((float(center[0]), float(center[1])), (float(size[0]), float(size[1])))


def overlap_area(a: ScanRegion, b: ScanRegion) -> float:
    """Return the area, m^2, that two regions share (by Sutherland-Hodgman clipping)."""
    polygon = corners(a)
    clip = corners(b)
    for start, end in zip(clip, np.roll(clip, -1, axis=0), strict=True):
        if not len(polygon):
            return 0.0
        polygon = _clip_half_plane(polygon, start, end)
    if len(polygon) < 3:
        return 0.0
    x, y = polygon.T - polygon[:1].T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def _clip_half_plane(polygon: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    edge = end - start
    side = edge[0] * (polygon[:, 1] - start[1]) - edge[1] * (polygon[:, 0] - start[0])
    kept = []
    for i, point in enumerate(polygon):
        j = (i + 1) % len(polygon)
        if side[i] >= 0:
            kept.append(point)
        if side[i] * side[j] < 0:
            kept.append(point + (polygon[j] - point) * side[i] / (side[i] - side[j]))
    return np.array(kept).reshape(-1, 2)


def shifted(region: ScanRegion, offset: Point) -> ScanRegion:
    """Return the region moved by (dx, dy), m."""
    x, y = region.center
    return ScanRegion((x + offset[0], y + offset[1]), region.size, region.angle)
