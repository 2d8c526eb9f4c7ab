"""Polylines: moved onto the ridge of a probability image, smoothed without shrinking."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Points = NDArray[np.float64]

REACH = 4.0
"""How far from the skeleton the ridge is looked for, px."""

_STEP = 0.5
"""How far apart looks across a ridge are, px."""

_ROW = 16384
"""Positions that are interpolated in one row."""

_SHORTEST = 4
"""A line of fewer points has no course to be smoothed or simplified."""

_FLANK = 0.4
"""A point that has to move further than this did not lie near the top of its ridge, px."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Polylines, all of them one behind the other: what is done to all of them is done at once.

    Parameters
    ----------
    points
        (n, 2) float64, (row, column), px; of one line after the other.
    starts
        (lines + 1,) int, where each begins; the last one is n.
    closed
        (lines,) bool: the last point joins the first.
    """

    points: Points
    starts: NDArray[np.int64]
    closed: NDArray[np.bool_]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many points they have, (lines,) int."""
        return np.diff(self.starts)


def smooth(points: Points, sigma: float, closed: bool) -> Points:
    """Smooth a polyline along its course; ends stay, and circles keep their radius to fourth order.

    A Gaussian G shrinks a circle of radius R by exp(-sigma^2 / 2 R^2). Applying 2 G - G^2 instead
    ("twicing") cancels the first term of that shrinkage.

    Parameters
    ----------
    points
        (n, 2) float64, about one pixel apart.
    sigma
        In points.
    closed
        Whether the last point joins the first.
    """
    return smooth_all(_one(points, closed), sigma).points


def smooth_all(lines: Lines, sigma: float) -> Lines:
    """Smooth many polylines as `smooth` does, in one go."""
    reach = int(4 * sigma + 0.5)
    gauss = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    gauss /= gauss.sum()
    # a line that is continued by its point reflection stays so when it is smoothed: both passes of
    # the Gaussian are one pass of this
    kernel = -np.convolve(gauss, gauss)
    kernel[reach:-reach] += 2 * gauss
    smoothed = _filtered(lines, kernel)
    short = np.repeat(lines.sizes < _SHORTEST, lines.sizes)
    smoothed[short] = lines.points[short]
    return Lines(smoothed, lines.starts, lines.closed)


def _one(points: Points, closed: bool) -> Lines:
    return Lines(points, np.array([0, len(points)]), np.array([closed]))


def _filtered(lines: Lines, kernel: NDArray[np.float64]) -> Points:
    """Filter lines one behind the other, each with enough of its continuation on both sides.

    That is the other end of a ring, or a point reflection: a straight line stays what it is, and
    its end where it is. `kernel` is symmetric, of odd length.
    """
    reach = len(kernel) // 2
    points, first, last = lines.points, lines.starts[:-1, None], lines.starts[1:, None] - 1
    size, ring = lines.sizes[:, None], lines.closed[:, None]
    out = np.arange(1, reach + 1)
    mirrored = np.minimum(out, size - 1)
    before = points.take(np.where(ring, last - (out - 1) % size, first + mirrored), axis=0)
    after = points.take(np.where(ring, first + (out - 1) % size, last - mirrored), axis=0)
    before = np.where(ring[..., None], before, 2 * points[first] - before)
    after = np.where(ring[..., None], after, 2 * points[last] - after)
    # every line begins 2 x reach later for each one before it, and once for itself
    shift = reach * (2 * np.arange(len(size)) + 1)[:, None]
    place = np.arange(len(points)) + np.repeat(shift[:, 0], lines.sizes)
    long = np.empty((len(points) + 2 * reach * len(size), 2))
    long[place] = points
    long[first + shift - out] = before
    long[last + shift + out] = after
    return ndimage.correlate1d(long, kernel, axis=0).take(place, axis=0)


def tangents(points: Points, closed: bool) -> Points:
    """Return the unit tangent, (n, 2), at every point."""
    return _tangents(_one(points, closed))


def _tangents(lines: Lines) -> Points:
    index = np.arange(len(lines.points))
    before, after = index - 1, index + 1
    first, last = lines.starts[:-1], lines.starts[1:] - 1
    before[first] = np.where(lines.closed, last, first)
    after[last] = np.where(lines.closed, first, last)
    along = lines.points[after] - lines.points[before]
    norm = np.hypot(along[:, 0], along[:, 1])[:, None]
    unit: Points = np.divide(along, norm, out=np.zeros_like(along), where=norm > 0)
    return unit


def onto_ridges(lines: Lines, image: NDArray[np.float32]) -> Lines:
    """Move points across their lines to the centre of mass of the ridge they lie on.

    Parameters
    ----------
    lines
        The lines, (row, column), px.
    image
        (lines, pixels) float32 without NaN, e.g. a probability.
    """
    if not len(lines.points):
        return lines
    normal = _tangents(smooth_all(lines, 2.0))[:, ::-1] * (-1.0, 1.0)
    points = lines.points
    shift = _to_middle(points, normal, image)
    # from the flank of a ridge one look does not see its other side
    far = np.abs(shift) > _FLANK
    if far.any():
        shift[far] += _to_middle((points + shift[:, None] * normal)[far], normal[far], image)
    return Lines(points + shift[:, None] * normal, lines.starts, lines.closed)


def _to_middle(points: Points, normal: Points, image: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the way along the normal to the centre of mass of the ridge around each point, px."""
    reach = round(REACH / _STEP)
    out = (_STEP * np.arange(1, reach + 1, dtype=np.float32))[:, None]
    ways = np.concatenate([-out[::-1], np.zeros((1, 1), np.float32), out])
    rows, columns = (
        here + ways * across
        for here, across in zip(
            points.T.astype(np.float32), normal.T.astype(np.float32), strict=True
        )
    )
    seen = _between_pixels(image, rows, columns)
    top = seen[reach]
    total, moment = 0.5 * top, np.zeros_like(top)
    for side, looks in ((1, seen[reach:]), (-1, seen[reach::-1])):
        # only what hangs together with the middle: a neighbouring wall must not pull
        least = looks.copy()
        for nearer, look in pairwise(least):
            np.minimum(nearer, look, out=look)
        weight = np.maximum(least[1:] - 0.5 * top, 0)
        total += weight.sum(axis=0)
        moment += side * (out * weight).sum(axis=0)
    shift = np.divide(moment, total, out=np.zeros_like(top), where=total > 0)
    return np.asarray(shift, np.float64)


def _between_pixels(
    image: NDArray[np.float32], rows: NDArray[np.float32], columns: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Interpolate linearly at positions, each (looks, n), mirrored outside the image.

    OpenCV rounds positions to 1/32 px, and takes at most 32767 of them in a row.
    """
    seen = np.empty(rows.shape, np.float32)
    for first in range(0, rows.shape[1], _ROW):
        part = np.s_[:, first : first + _ROW]
        x, y = np.ascontiguousarray(columns[part]), np.ascontiguousarray(rows[part])
        seen[part] = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return seen


def simplify(lines: Lines, tolerance: float) -> list[Points]:
    """Drop points that change lines by less than `tolerance` (Douglas-Peucker); ends stay exact.

    The points that stay are rounded to single precision: 2e-4 px in a line of 4096 px.
    """
    single = lines.points.astype(np.float32)[:, None]
    simplified = []
    bounds, closed_ones = pairwise(lines.starts.tolist()), lines.closed.tolist()
    for (first, end), closed in zip(bounds, closed_ones, strict=True):
        kept = lines.points[first:end]
        if len(kept) >= _SHORTEST:
            chosen = cv2.approxPolyDP(single[first:end], tolerance, closed)[:, 0].astype(float)
            if not closed:
                chosen[0], chosen[-1] = kept[0], kept[-1]
            if not closed or len(chosen) >= _SHORTEST:
                kept = chosen
        simplified.append(kept)
    return simplified


def length(points: Points, closed: bool = False) -> float:
    """Return the length of a polyline in the units of its points."""
    ring = np.vstack([points, points[:1]]) if closed else points
    return float(np.hypot(*np.diff(ring, axis=0).T).sum())


def resample(points: Points, step: float, closed: bool = False) -> Points:
    """Return points `step` apart (or a little less) along a polyline, both ends included."""
    ring = np.vstack([points, points[:1]]) if closed else points
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(ring, axis=0).T))])
    if along[-1] == 0:
        return ring[:1]
    s = np.linspace(0, along[-1], max(2, int(np.ceil(along[-1] / step)) + 1))
    return np.stack([np.interp(s, along, ring[:, 0]), np.interp(s, along, ring[:, 1])], axis=1)
