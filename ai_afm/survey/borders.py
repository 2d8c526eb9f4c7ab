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
_SMOOTHED = 1.0
"""What is bent bends its neighbours when courses are smoothed, px."""
_COURSE = 10.0
"""Length of the piece behind them that says where the line was going, px."""


_HEAD = 64
"""Points of a course that are looked at first: most are longer than what counts here."""
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
    column = np.arange(pixels, dtype=np.float32)
    columns = np.minimum(column, column[::-1])
    distance: NDArray[np.float32] = np.minimum.outer(rows.astype(np.float32), columns)
    return distance


def scanned_blocks(valid: Mask) -> NDArray[np.int64]:
    """Return the first and the last row of the scanned block around each row, (lines, 2).

    A row that was not scanned is a block of its own.
    """
    blocks = np.cumsum(np.diff(valid, prepend=~valid[:1]) | ~valid)
    sides = [np.searchsorted(blocks, blocks, "left"), np.searchsorted(blocks, blocks, "right") - 1]
    return np.stack(sides, axis=1)


def outer_box(rows: NDArray[np.int64], pixels: int) -> Box:
    """Return the outer edge of a block of rows: (row, column) low and high, px."""
    first, last = rows.tolist()
    return np.array([first - 0.5, -0.5]), np.array([last + 0.5, pixels - 0.5])


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
    along = _arc(points[:_HEAD])
    if along[-1] < _SHALLOW + _COURSE and len(points) > _HEAD:
        along = _arc(points)
    head = near[: len(along)]
    bent = float(along[int(np.argmin(head))]) if not head.all() else np.inf
    if _BENT < bent <= _SHALLOW:
        bent += _SMOOTHED
        led = _continued(points, along, bent, box, 1.5 * bent)
        if led is not None:
            return led
    led = _continued(points, along, _BENT, box, 2 * _BENT + _REST)
    return points if led is None else led


def _continued(
    points: Points, along: NDArray[np.float64], bent: float, box: Box, reach: float
) -> Points | None:
    """Return a course without its first `bent` px, led to the box in `reach` px at most.

    `along` are the ways along the course to its first points.
    """
    low, high = box
    if along[-1] < bent + 0.5 * _COURSE:
        bent = 0.0
    start = int(np.argmax(along >= bent))
    way = _beyond(points[start : len(along)], along[start:] - along[start], reach)
    outside = (way < low) | (way > high)
    leaves = outside[:, 0] | outside[:, 1]
    if leaves[0] or not leaves.any():
        return None
    first = int(np.argmax(leaves))
    before, after = way[first - 1], way[first]
    step = after - before
    limit = np.where(after > high, high, low)
    share = np.where(outside[first], (limit - before) / np.where(step == 0, 1, step), 1.0)
    end = (before + share.min() * step)[None]
    return np.concatenate([end, way[first - 1 : 0 : -1], points[start:]])


def _arc(points: Points) -> NDArray[np.float64]:
    steps = points[1:] - points[:-1]
    return np.concatenate([[0.0], np.hypot(steps[:, 0], steps[:, 1]).cumsum()])


def _beyond(course: Points, along: NDArray[np.float64], reach: float) -> Points:
    """Return the continuation of a course beyond its first point, half a pixel a step.

    A parabola through the course: a straight continuation of a wall that is curved over ten pixels
    misses the edge by pixels. Short pieces are continued straight.
    """
    used = int(np.searchsorted(along, _COURSE, "right"))
    degree = 2 if used >= _ENOUGH else 1
    if used < degree + 1:
        return course[:1]
    # through the first point exactly
    way: Points = course[0] + _powers(-np.arange(0.0, reach + 0.5, 0.5), degree) @ _rates(
        _powers(along[:used], degree), course[:used] - course[0]
    )
    return way


def _rates(powers: NDArray[np.float64], away: Points) -> Points:
    """Return the least-squares coefficients of powers (n, degree): few, so by normal equations."""
    return np.asarray(np.linalg.solve(powers.T @ powers, powers.T @ away), np.float64)


def _powers(s: NDArray[np.float64], degree: int) -> NDArray[np.float64]:
    powers = np.empty((len(s), degree))
    powers[:, -1] = s
    powers[:, 0] = s**degree
    return powers
