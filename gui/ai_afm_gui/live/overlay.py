"""Walls and boundaries of a frame as lines in frame coordinates, and what a cut crosses. No Qt."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.types import ClassCode, FloatImage, ScanRegion, WallNetwork
from ai_afm_gui.live.viewport import Pair
from ai_afm_gui.words import translate

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A wall or boundary: its class, and (n, 2) points in frame coordinates, nm."""

    code: ClassCode
    points: Points


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a cut meets a line: distance from the cut's beginning, m, and the class."""

    at: float
    code: ClassCode


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """The values along a straight cut.

    Parameters
    ----------
    distance
        (n,) m from its beginning.
    values
        (n,) in the channel's unit, NaN where nothing was scanned.
    crossings
        With lines, in order.
    """

    distance: Points
    values: FloatImage
    crossings: tuple[Crossing, ...]

    @property
    def length(self) -> float:
        """Of the cut, m."""
        return float(self.distance[-1]) if len(self.distance) else 0.0

    @property
    def gaps(self) -> tuple[float, ...]:
        """Distances between neighbouring crossings, m."""
        places = [c.at for c in self.crossings]
        return tuple(b - a for a, b in pairwise(places))


def word_of(code: ClassCode) -> str:
    """Return what a class of lines is called."""
    words = {
        ClassCode.WALL: translate("Lines", "wall"),
        ClassCode.WALL_180: translate("Lines", "180 deg wall"),
        ClassCode.WALL_FERROELASTIC: translate("Lines", "ferroelastic"),
        ClassCode.GRAIN_BOUNDARY: translate("Lines", "grain boundary"),
        ClassCode.TOPOGRAPHY_EDGE: translate("Lines", "topography edge"),
    }
    return words[code]


def lines_of(network: WallNetwork, region: ScanRegion) -> tuple[Line, ...]:
    """Return the walls and boundaries of a network in the coordinates of a frame."""
    found = []
    for wall in network.walls:
        points = np.vstack([wall.points, wall.points[:1]]) if wall.closed else wall.points
        u, v = geometry.to_region(region, points[:, 0], points[:, 1])
        found.append(Line(ClassCode(wall.code), np.stack([u, -v], axis=1) * 1e9))
    return tuple(found)


def cut(image: FloatImage, frame: Pair, ends: tuple[Pair, Pair], lines: tuple[Line, ...]) -> Cut:
    """Return an image's values along a straight cut, and the lines that it crosses.

    Parameters
    ----------
    image
        (lines, pixels), NaN where nothing was scanned.
    frame
        (width, height) of the frame, nm.
    ends
        Beginning and end in frame coordinates, nm.
    lines
        That may be crossed.
    """
    (u0, w0), (u1, w1) = ends
    length = math.hypot(u1 - u0, w1 - w0)
    rows, pixels = image.shape
    size = min(frame[0] / pixels, frame[1] / rows)
    count = min(max(round(2 * length / size), 2), 4096)
    share = np.linspace(0.0, 1.0, count)
    column = (u0 + (u1 - u0) * share + frame[0] / 2) / frame[0] * pixels - 0.5
    row = (w0 + (w1 - w0) * share + frame[1] / 2) / frame[1] * rows - 0.5
    values = _between(image, row, column)
    return Cut(share * length * 1e-9, values, crossings(ends, lines))


def _between(image: FloatImage, row: Points, column: Points) -> FloatImage:
    """Return values between pixels, bilinear; NaN outside and beside what was not scanned."""
    lines, pixels = image.shape
    inside = (row >= -0.5) & (row <= lines - 0.5) & (column >= -0.5) & (column <= pixels - 0.5)
    row, column = np.clip(row, 0, lines - 1), np.clip(column, 0, pixels - 1)
    top, left = row.astype(int), column.astype(int)
    below, right = np.minimum(top + 1, lines - 1), np.minimum(left + 1, pixels - 1)
    down, along = row - top, column - left
    upper = _mixed(image[top, left], image[top, right], along)
    lower = _mixed(image[below, left], image[below, right], along)
    return np.asarray(np.where(inside, _mixed(upper, lower, down), np.nan), np.float32)


def _mixed(a: FloatImage, b: FloatImage, share: Points) -> FloatImage:
    """Return a + (b - a) x share; where the share is 0, b does not count, so it may be NaN."""
    return np.asarray(np.where(share > 0, a + (b - a) * share, a), np.float32)


def crossings(ends: tuple[Pair, Pair], lines: tuple[Line, ...]) -> tuple[Crossing, ...]:
    """Return where a straight cut meets lines, in order from its beginning."""
    p, q = np.array(ends[0]), np.array(ends[1])
    way = q - p
    length = float(np.hypot(*way))
    if length == 0:
        return ()
    found = []
    for line in lines:
        if len(line.points) < 2:
            continue
        away = line.points - p
        beside = way[0] * away[:, 1] - way[1] * away[:, 0]
        # a point on the cut counts as beyond it, so that it is crossed once there
        beyond = beside >= 0
        hit = np.flatnonzero(beyond[:-1] != beyond[1:])
        share = beside[hit] / (beside[hit] - beside[hit + 1])
        met = away[hit] + share[:, np.newaxis] * (away[hit + 1] - away[hit])
        along = met @ way / length
        inside = (along >= 0) & (along <= length)
        found += [Crossing(float(t) * 1e-9, line.code) for t in along[inside]]
    return tuple(sorted(found, key=lambda c: c.at))
