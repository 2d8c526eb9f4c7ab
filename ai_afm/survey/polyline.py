"""Polylines: moved onto the ridge of a probability image, smoothed without shrinking."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Points = NDArray[np.float64]

REACH = 4.0
"""How far from the skeleton the ridge is looked for, px."""


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
    if len(points) < 4:
        return points
    once = _gauss(points, sigma, closed)
    return 2 * once - _gauss(once, sigma, closed)


def _gauss(points: Points, sigma: float, closed: bool) -> Points:
    if closed:
        wrapped: Points = ndimage.gaussian_filter1d(points, sigma, axis=0, mode="wrap")
        return wrapped
    n = min(len(points) - 1, int(4 * sigma + 1))
    # point reflection at the ends: a straight line stays what it is, and its ends stay where they
    # are
    head = 2 * points[0] - points[n:0:-1]
    tail = 2 * points[-1] - points[-2 : -n - 2 : -1]
    long = np.concatenate([head, points, tail])
    filtered: Points = ndimage.gaussian_filter1d(long, sigma, axis=0, mode="nearest")
    return filtered[n : n + len(points)]


def tangents(points: Points, closed: bool) -> Points:
    """Return the unit tangent, (n, 2), at every point."""
    if closed:
        along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    else:
        along = np.gradient(points, axis=0)
    norm = np.hypot(along[:, 0], along[:, 1])[:, None]
    unit: Points = np.divide(along, norm, out=np.zeros_like(along), where=norm > 0)
    return unit


def onto_ridge(points: Points, image: NDArray[np.float64], closed: bool) -> Points:
    """Move points across their line to the centre of mass of the ridge they lie on.

    Parameters
    ----------
    points
        (n, 2) float64, (row, column).
    image
        (lines, pixels) float64 without NaN, e.g. a probability.
    closed
        Whether the last point joins the first.
    """
    normal = tangents(smooth(points, 2.0, closed), closed)[:, ::-1] * (-1.0, 1.0)
    t = np.arange(-REACH, REACH + 0.25, 0.5)
    where = points[:, None, :] + t[None, :, None] * normal[:, None, :]
    profile = ndimage.map_coordinates(image, where.transpose(2, 0, 1), order=1, mode="nearest")
    middle = len(t) // 2
    # only what hangs together with the middle: a neighbouring wall must not pull
    right = np.minimum.accumulate(profile[:, middle:], axis=1)
    left = np.minimum.accumulate(profile[:, middle::-1], axis=1)[:, ::-1]
    hull = np.concatenate([left[:, :-1], right], axis=1)
    weight = np.clip(hull - 0.5 * profile[:, middle : middle + 1], 0, None)
    total = weight.sum(axis=1)
    shift = np.divide((weight * t).sum(axis=1), total, out=np.zeros(len(points)), where=total > 0)
    moved: Points = points + shift[:, None] * normal
    return moved


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
