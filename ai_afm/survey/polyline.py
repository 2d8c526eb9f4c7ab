"""Polylines: moved onto the ridge of a probability image, smoothed without shrinking."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Points = NDArray[np.float64]

REACH = 4.0
"""How far from the skeleton the ridge is looked for, px."""

_SHORTEST = 4
"""A line of fewer points has no course to be smoothed."""

_FLANK = 0.4
"""A point that has to move further than this did not lie near the top of its ridge, px."""


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
    return smooth_all([points], sigma, [closed])[0]


def smooth_all(lines: list[Points], sigma: float, closed: list[bool]) -> list[Points]:
    """Smooth many polylines as `smooth` does, in one go."""
    once = _gauss(lines, sigma, closed)
    twice = _gauss(once, sigma, closed)
    return [
        line if len(line) < _SHORTEST else 2 * g - gg
        for line, g, gg in zip(lines, once, twice, strict=True)
    ]


def _gauss(lines: list[Points], sigma: float, closed: list[bool]) -> list[Points]:
    """Filter lines one behind the other, each with enough of its continuation on both sides."""
    reach = int(4 * sigma + 1)
    every = []
    for line, ring in zip(lines, closed, strict=True):
        every += [_before(line, reach, ring), line, _before(line[::-1], reach, ring)[::-1]]
    long = ndimage.gaussian_filter1d(np.concatenate(every), sigma, axis=0, mode="nearest")
    starts = np.cumsum([0, *(len(part) for part in every)])[1::3]
    return [long[start : start + len(line)] for start, line in zip(starts, lines, strict=True)]


def _before(points: Points, reach: int, closed: bool) -> Points:
    """Return `reach` points that come before the first one.

    Those of the ring, or a point reflection: a straight line stays what it is, and its end where it
    is.
    """
    if closed:
        return points[np.arange(-reach, 0) % len(points)]
    index = np.minimum(np.arange(reach, 0, -1), len(points) - 1)
    mirrored: Points = 2 * points[0] - points[index]
    return mirrored


def tangents(points: Points, closed: bool) -> Points:
    """Return the unit tangent, (n, 2), at every point."""
    if closed:
        along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    else:
        along = np.gradient(points, axis=0)
    norm = np.hypot(along[:, 0], along[:, 1])[:, None]
    unit: Points = np.divide(along, norm, out=np.zeros_like(along), where=norm > 0)
    return unit


def onto_ridges(
    lines: list[Points], image: NDArray[np.float32], closed: list[bool]
) -> list[Points]:
    """Move points across their lines to the centre of mass of the ridge they lie on.

    Parameters
    ----------
    lines
        (n, 2) float64 each, (row, column).
    image
        (lines, pixels) float32 without NaN, e.g. a probability.
    closed
        Whether the last point of each joins the first.
    """
    if not lines:
        return []
    courses = smooth_all(lines, 2.0, closed)
    along = [tangents(course, ring) for course, ring in zip(courses, closed, strict=True)]
    normal = np.concatenate(along)[:, ::-1] * (-1.0, 1.0)
    points = np.concatenate(lines)
    shift = _to_middle(points, normal, image)
    # from the flank of a ridge one look does not see its other side
    far = np.abs(shift) > _FLANK
    if far.any():
        shift[far] += _to_middle((points + shift[:, None] * normal)[far], normal[far], image)
    moved = points + shift[:, None] * normal
    return np.split(moved, np.cumsum([len(line) for line in lines])[:-1])


def _to_middle(points: Points, normal: Points, image: NDArray[np.float32]) -> Points:
    """Return the way along the normal to the centre of mass of the ridge around each point, px."""
    t = np.arange(-REACH, REACH + 0.25, 0.5)
    where = points[:, None, :] + t[None, :, None] * normal[:, None, :]
    profile = ndimage.map_coordinates(image, where.transpose(2, 0, 1), order=1, mode="mirror")
    middle = len(t) // 2
    # only what hangs together with the middle: a neighbouring wall must not pull
    right = np.minimum.accumulate(profile[:, middle:], axis=1)
    left = np.minimum.accumulate(profile[:, middle::-1], axis=1)[:, ::-1]
    hull = np.concatenate([left[:, :-1], right], axis=1)
    weight = np.clip(hull - 0.5 * profile[:, middle : middle + 1], 0, None)
    total = weight.sum(axis=1)
    shift: Points = np.zeros(len(points))
    np.divide((weight * t).sum(axis=1), total, out=shift, where=total > 0)
    return shift


def simplify(points: Points, tolerance: float, closed: bool) -> Points:
    """Drop points that change the line by less than `tolerance` (Douglas-Peucker); ends stay exact.

    The points that stay are rounded to single precision: 2e-4 px in a line of 4096 px.
    """
    if len(points) < 4:
        return points
    chosen = cv2.approxPolyDP(points.astype(np.float32)[:, None], tolerance, closed)[:, 0]
    kept: Points = np.array(chosen, np.float64)
    if closed:
        return points if len(kept) < 4 else kept
    kept[0], kept[-1] = points[0], points[-1]
    return kept


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
