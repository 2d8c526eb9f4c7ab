"""Lines that leave the frame: led to its very edge, so that a coarse frame loses no length.

The outermost pixels are centred half a pixel inside the frame. A line drawn from centre to centre
is short by one pixel of N, and a density by as much: 1.6 % for 64 pixels, nothing for 1024.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]
Box = tuple[Points, Points]

_BENT = 3.0
"""Thinning and smoothing bend the last pixels at an edge: they are drawn anew, px."""
_SHALLOW = 16.0
"""A line that meets the edge at a small angle is bent over up to this length, px."""
_COURSE = 10.0
"""Length of the piece behind them that says where the line was going, px."""


_ENOUGH = 6
"""Points that tell a curve from its noise."""
_REST = 2.0
"""A line that would have to be continued for longer runs along the edge, not across it, px."""


def edge_distance(shape: tuple[int, int], valid: Mask) -> NDArray[np.float32]:
    """Return the distance of pixel centres to the nearest pixel at the edge of what was scanned.

    Parameters
    ----------
    shape
        (lines, pixels).
    valid
        (lines,) bool, rows that were scanned.

    Returns
    -------
    (lines, pixels) float32
        px; 0 in the outermost pixels and in rows that were not scanned.
    """
    lines, pixels = shape
    inner = ndimage.binary_erosion(valid, border_value=0)
    rows = ndimage.distance_transform_edt(inner) if inner.any() else np.zeros(lines)
    column = np.arange(pixels)
    columns = np.minimum(column, column[::-1])
    return np.asarray(np.minimum.outer(rows, columns), np.float32)


def scanned_box(row: int, shape: tuple[int, int], valid: Mask) -> Box:
    """Return the outer edge of the scanned block around a row: (row, column) low and high, px."""
    blocks, _ = ndimage.label(valid)
    rows = np.flatnonzero(blocks == blocks[row]) if valid[row] else np.array([row])
    low = np.array([rows[0] - 0.5, -0.5])
    return low, np.array([rows[-1] + 0.5, shape[1] - 0.5])


def led_out(points: Points, near: Mask, box: Box) -> Points:
    """Let a course that begins near the edge of the frame begin on it.

    What lies near the edge is left out and the course continued from where it came. A line that
    runs along the edge keeps it.

    Parameters
    ----------
    points
        (n, 2) float64, (row, column), px; its first point is near the edge.
    near
        (n,) bool: closer to the edge than half the thickness of the line.
    box
        Outer edge of what was scanned.

    Returns
    -------
    (m, 2) float64
        The same course where it does not lead out of the box.
    """
    along = _arc(points)
    bent = float(along[int(np.argmin(near))]) if not near.all() else np.inf
    if _BENT < bent <= _SHALLOW:
        led = _continued(points, bent, box, 1.5 * bent)
        if led is not None:
            return led
    led = _continued(points, _BENT, box, 2 * _BENT + _REST)
    return points if led is None else led


def _continued(points: Points, bent: float, box: Box, reach: float) -> Points | None:
    """Return a course without its first `bent` px, led to the box in `reach` px at most."""
    low, high = box
    along = _arc(points)
    if along[-1] < bent + 0.5 * _COURSE:
        bent = 0.0
    kept = points[int(np.argmax(along >= bent)) :]
    way = _beyond(kept, reach)
    outside = (way < low) | (way > high)
    if outside[0].any() or not outside.any():
        return None
    first = int(np.argmax(outside.any(axis=1)))
    before, after = way[first - 1], way[first]
    step = after - before
    limit = np.where(after > high, high, low)
    share = np.where(outside[first], (limit - before) / np.where(step == 0, 1, step), 1.0)
    return np.vstack([before + share.min() * step, way[first - 1 : 0 : -1], kept])


def _arc(points: Points) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])


def _beyond(course: Points, reach: float) -> Points:
    """Return the continuation of a course beyond its first point, half a pixel a step.

    A parabola through the course: a straight continuation of a wall that is curved over ten pixels
    misses the edge by pixels. Short pieces are continued straight.
    """
    along = _arc(course)
    used = along <= _COURSE
    degree = 2 if used.sum() >= _ENOUGH else 1
    if used.sum() < degree + 1:
        return course[:1]
    s = -np.arange(0.0, reach + 0.5, 0.5)
    powers = np.vander(along[used], degree + 1)[:, :-1]
    # through the first point exactly
    rates = np.linalg.lstsq(powers, course[used] - course[0], rcond=None)[0]
    way: Points = course[0] + np.vander(s, degree + 1)[:, :-1] @ rates
    return way
