"""Polylines of the truth: contours of a level set, cuts by a predicate, polygons. In metres."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.measure import find_contours

from ai_afm.microscope.simulated.fields import Float64
from ai_afm.types import ScanRegion

Predicate = Callable[[Float64, Float64], NDArray[np.bool_]]
"""Tells which points (x, y), each (n,) m, are kept."""

BISECTIONS = 26
"""Halvings of a segment when it is cut: 26 take a micrometre to 15 femtometres."""


@dataclass(frozen=True, slots=True)
class Line:
    """A polyline (n, 2) m; `closed` where the last point joins the first."""

    points: Float64
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle, m: lower left and upper right corner, each (2,)."""

    low: Float64
    high: Float64


def contours(
    value: Callable[[Float64, Float64], Float64], box: Box, step: float, level: float = 0.0
) -> list[Line]:
    """Return the lines value(x, y) = level in a box, from samples `step` m apart."""
    nodes = [
        np.linspace(lo, hi, max(3, int(np.ceil((hi - lo) / step)) + 1))
        for lo, hi in zip(box.low, box.high, strict=True)
    ]
    x, y = np.meshgrid(nodes[0], nodes[1])
    image = value(x.ravel(), y.ravel()).reshape(x.shape)
    lines = []
    for found in find_contours(image, level):  # type: ignore[no-untyped-call]
        closed = bool(len(found) > 2 and np.array_equal(found[0], found[-1]))
        rows, columns = (found[:-1] if closed else found).T
        points = np.stack(
            [
                np.interp(columns, np.arange(len(nodes[0])), nodes[0]),
                np.interp(rows, np.arange(len(nodes[1])), nodes[1]),
            ],
            axis=1,
        )
        lines.append(Line(points, closed))
    return lines


def cut(lines: Sequence[Line], keep: Predicate) -> tuple[list[Line], Float64]:
    """Keep the parts of lines where a predicate holds.

    Returns
    -------
    lines
        The parts; a closed line that is kept as a whole stays closed.
    cuts
        (n, 2) m, where lines were cut, found by bisection between two vertices.
    """
    if not lines:
        return [], np.empty((0, 2))
    kept = _each(lines, keep)
    pieces: list[list[Float64]] = []
    whole: list[Line] = []
    inner: list[Float64] = []
    outer: list[Float64] = []
    for line, holds in zip(lines, kept, strict=True):
        if holds.all():
            whole.append(line)
            continue
        points, inside = line.points, holds
        if line.closed:  # start outside, so that no part runs over the seam
            first = int(np.argmin(inside))
            points = np.roll(points, -first, axis=0)
            points = np.vstack([points, points[:1]])
            inside = np.append(np.roll(inside, -first), False)
        change = np.diff(inside.astype(np.int8))
        starts, ends = np.flatnonzero(change == 1) + 1, np.flatnonzero(change == -1)
        begun, left = bool(inside[0]), bool(inside[-1])
        for a in starts:
            inner.append(points[a])
            outer.append(points[a - 1])
        for b in ends:
            inner.append(points[b])
            outer.append(points[b + 1])
        firsts = np.append([0] if begun else [], starts).astype(int)
        lasts = np.append(ends, [len(points) - 1] if left else []).astype(int)
        pieces.append([points, firsts, lasts, np.array([begun, left])])
    cuts = _bisect(np.array(inner).reshape(-1, 2), np.array(outer).reshape(-1, 2), keep)
    return whole + _joined(pieces, cuts), cuts


def _each(lines: Sequence[Line], keep: Predicate) -> list[NDArray[np.bool_]]:
    every = np.concatenate([line.points for line in lines])
    inside = keep(every[:, 0], every[:, 1])
    return np.split(inside, np.cumsum([len(line.points) for line in lines])[:-1])


def _bisect(inner: Float64, outer: Float64, keep: Predicate) -> Float64:
    if not len(inner):
        return inner
    for _ in range(BISECTIONS):
        middle = (inner + outer) / 2
        inside = keep(middle[:, 0], middle[:, 1])[:, None]
        inner, outer = np.where(inside, middle, inner), np.where(inside, outer, middle)
    return inner


def _joined(pieces: Iterable[list[Float64]], cuts: Float64) -> list[Line]:
    """Put the cut points, in the order in which `cut` asked, at the ends of the kept runs."""
    lines, used = [], 0
    for points, firsts, lasts, (begun, left) in pieces:
        n_starts, n_ends = len(firsts) - int(begun), len(lasts) - int(left)
        at_start = cuts[used : used + n_starts]
        at_end = cuts[used + n_starts : used + n_starts + n_ends]
        used += n_starts + n_ends
        for k, (a, b) in enumerate(zip(firsts, lasts, strict=True)):
            parts = [points[int(a) : int(b) + 1]]
            if not (begun and k == 0):
                parts.insert(0, at_start[k - int(begun)][None])
            if not (left and k == len(lasts) - 1):
                parts.append(at_end[k][None])
            whole = np.concatenate(parts)
            if len(whole) > 1:
                lines.append(Line(whole))
    return lines


def densified(points: Float64, spacing: float, closed: bool = False) -> Float64:
    """Return a polyline with points inserted so that none are further apart than `spacing` m."""
    path = np.vstack([points, points[:1]]) if closed else points
    parts = []
    for a, b in itertools.pairwise(path):
        n = max(1, int(np.ceil(np.hypot(*(b - a)) / spacing)))
        parts.append(a + (b - a) * (np.arange(n) / n)[:, None])
    return np.concatenate(parts if closed else [*parts, path[-1:]])


def clipped_polygon(outline: Float64, region: ScanRegion) -> Float64:
    """Return the part of a polygon (n, 2) m in a region (Sutherland-Hodgman); may be empty."""
    c, s = np.cos(region.angle), np.sin(region.angle)
    axes = np.array([[c, s], [-s, c]])
    polygon: Float64 = (outline - np.array(region.center)) @ axes.T
    for axis in (0, 1):
        for sign in (1.0, -1.0):
            polygon = _half_plane(polygon, axis, sign, region.size[axis] / 2)
    return np.asarray(polygon @ axes + np.array(region.center))


def _half_plane(polygon: Float64, axis: int, sign: float, limit: float) -> Float64:
    if not len(polygon):
        return polygon
    after = np.roll(polygon, -1, axis=0)
    room, room_after = limit - sign * polygon[:, axis], limit - sign * after[:, axis]
    crosses = (room >= 0) != (room_after >= 0)
    share = np.where(crosses, room / np.where(crosses, room - room_after, 1.0), 0.0)
    crossing = polygon + (after - polygon) * share[:, None]
    both = np.stack([polygon, crossing], axis=1).reshape(-1, 2)
    keep = np.stack([room >= 0, crosses], axis=1).ravel()
    clipped: Float64 = both[keep]
    return clipped


def polygon_area(outline: Float64) -> float:
    """Return the area, m^2, of a simple polygon (n, 2)."""
    if len(outline) < 3:
        return 0.0
    x, y = (outline - outline[:1]).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
