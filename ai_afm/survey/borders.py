"""Lines that leave the frame: led to its very edge, so that a coarse frame loses no length.

The outermost pixels are centred half a pixel inside the frame. A line drawn from centre to centre
is short by one pixel of N, and a density by as much: 1.6 % for 64 pixels, nothing for 1024.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

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
"""Points of a course that are looked at: even half a pixel apart they are longer than all that."""
_STEP = 0.5
"""How far apart the points of a continuation are, px."""
_ENOUGH = 6
"""Points that tell a curve from its noise."""
_REST = 2.0
"""A line that would have to be continued for longer runs along the edge, not across it, px."""


def edge_distances(pixels: int, valid: Mask) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the distances of rows and of columns to the nearest at the edge of what was scanned.

    That of a pixel is the smaller one of its row's and its column's.

    Parameters
    ----------
    pixels
        Columns.
    valid
        (lines,) bool, rows that were scanned.

    Returns
    -------
    (lines,) float32, (pixels,) float32
        px; 0 for the outermost ones and for rows that were not scanned.
    """
    first, last = scanned_blocks(valid).T
    row, column = np.arange(len(valid)), np.arange(pixels, dtype=np.float32)
    rows: NDArray[np.float32] = np.minimum(row - first, last - row).astype(np.float32)
    return rows, np.minimum(column, column[::-1])


def scanned_blocks(valid: Mask) -> NDArray[np.int64]:
    """Return the first and the last row of the scanned block around each row, (lines, 2).

    A row that was not scanned is a block of its own.
    """
    blocks = np.cumsum(np.diff(valid, prepend=~valid[:1]) | ~valid)
    sides = [np.searchsorted(blocks, blocks, "left"), np.searchsorted(blocks, blocks, "right") - 1]
    return np.stack(sides, axis=1)


def outer_boxes(rows: NDArray[np.int64], pixels: int) -> Box:
    """Return the outer edges of blocks of rows (n, 2): (row, column) low and high, (n, 2), px."""
    low, high = np.full((2, len(rows), 2), -0.5)
    low[:, 0] += rows[:, 0]
    high[:, 0] += rows[:, 1] + 1
    high[:, 1] += pixels
    return low, high


def led_out(courses: list[Points], is_edge: Callable[[Points], Mask], boxes: Box) -> list[Points]:
    """Let courses that begin near the edge of the frame begin on it.

    What lies near the edge is left out and the course continued from where it came. A line that
    runs along the edge keeps it.

    Parameters
    ----------
    courses
        (points, 2) float64 each, (row, column), px; the first point of each is near the edge.
    is_edge
        Tells which positions (n, 2) are closer to the edge than half the thickness of the line.
    boxes
        Outer edges of what was scanned around each course.

    Returns
    -------
    list
        The courses; one that does not lead out of its box as it was.
    """
    if not courses:
        return []
    window, every = np.arange(_HEAD), np.arange(len(courses))
    heads = np.stack([course.take(window, axis=0, mode="clip") for course in courses])
    steps = np.diff(heads, axis=1, prepend=heads[:, :1])
    along = np.hypot(steps[..., 0], steps[..., 1]).cumsum(axis=1)
    near = is_edge(heads.reshape(-1, 2)).reshape(along.shape)
    bent, reach = _tries(along, near)
    along[window >= np.array([*map(len, courses)])[:, None]] = np.inf
    start = (along >= bent[..., None]).argmax(axis=-1)
    way = _beyond(heads, along, start, reach)
    low, high = boxes
    first = ((way < low[:, None]) | (way > high[:, None])).any(axis=-1).argmax(axis=-1)
    # the second try counts where the first does not lead out
    best = np.where(first[0] > 0, 0, 1), every
    start, first, way = start[best], first[best], way[best]
    way[every, first] = _crossing(way[every, first - 1], way[every, first], boxes)
    return [
        np.concatenate([new[last:0:-1], course[begin:]]) if last else course
        for course, new, last, begin in zip(
            courses, way, first.tolist(), start.tolist(), strict=True
        )
    ]


def _crossing(before: Points, after: Points, boxes: Box) -> Points:
    """Return where ways from inside boxes to outside cross their edges, (n, 2)."""
    step = after - before
    ways = np.clip(after, *boxes) - before
    share = np.divide(ways, step, out=np.ones_like(step), where=step != 0)
    crossing: Points = before + share.min(axis=1, keepdims=True) * step
    return crossing


def _tries(along: Points, near: Mask) -> tuple[Points, Points]:
    """Return how much of each course is left out, and how far it may be continued, (2, n) px.

    Two tries: without what lies near the edge, and with no more left out than is always bent.
    `along` (n, points) are the ways along the courses to their first points.
    """
    away = along[np.arange(len(along)), near.argmin(axis=1)]
    shallow = (away > _BENT) & (away <= _SHALLOW)
    bent = np.stack([np.where(shallow, away + _SMOOTHED, _BENT), np.full(len(away), _BENT)])
    reach = np.where(bent > _BENT, 1.5 * bent, 2 * _BENT + _REST)
    return np.where(along[:, -1] < bent + 0.5 * _COURSE, 0.0, bent), reach


def _beyond(heads: Points, along: Points, start: NDArray[np.int64], reach: Points) -> Points:
    """Return the continuations of courses beyond their points `start`, NaN beyond their `reach`.

    A parabola through the course: a straight continuation of a wall that is curved over ten pixels
    misses the edge by pixels. Short pieces are continued straight.
    """
    every = np.arange(len(heads))
    s = along - along[every, start][..., None]
    piece = (s >= 0) & (s <= _COURSE)
    s[~piece] = 0
    curved = piece.sum(axis=-1, keepdims=True) >= _ENOUGH
    # through the first point exactly
    origin = heads[every, start][..., None, :]
    powers = np.stack([s * s * curved, s], axis=-2)
    # few coefficients, so by normal equations; what nothing tells stays zero
    normal = powers @ powers.swapaxes(-1, -2)
    normal[..., [0, 1], [0, 1]] += normal[..., [0, 1], [0, 1]] == 0
    rates = np.linalg.solve(normal, powers @ (heads - origin))
    out = np.arange(0.0, reach.max() + _STEP, _STEP)
    way = origin + np.stack([out**2, -out], axis=1) @ rates
    way[out >= reach[..., None] + _STEP] = np.nan
    return np.asarray(way, np.float64)
