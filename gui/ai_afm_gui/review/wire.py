"""Live-wire: the cheapest path along what a model takes for lines, from an anchor to the pointer.

E. N. Mortensen, W. A. Barrett, Intelligent scissors, SIGGRAPH 1995, doi:10.1145/218380.218442; here
the cost of a pixel is what speaks against the middle of a line there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates

from ai_afm.types import FloatImage

Points = NDArray[np.float64]
SNAP = 4.0
"""An anchor is put onto the middle of a line within so many pixels."""
SURE = 0.25
"""A line that counts for snapping is at least so probable."""
FARTHEST = 256
"""Pixels, up and down, left and right, around an anchor in which paths are looked for."""
_WIDTH = 1.0
"""Standard deviation of the smoothing that turns a band into a ridge, px."""
_FLOOR = 0.02
"""Cost of a pixel in the very middle of a sure line, as a share of one where there is nothing."""
_ALONG, _ACROSS = 2.0, 2.0
"""A path is smoothed over so many pixels, and moved by at most so many to the crest of a ridge."""
_TOLERANCE = 0.25
"""Pixels by which a point that is left out may lie beside the course."""


@dataclass(frozen=True, slots=True)
class _Map:
    """The way to an anchor from everywhere in a part of the crop: its tool, and where it lies."""

    tool: Any
    corner: tuple[int, int]
    size: tuple[int, ...]
    anchor: tuple[float, float]


class LiveWire:
    """Paths over one crop.

    `build` takes tens of milliseconds, so a thread does it; the map before it serves until then.

    Parameters
    ----------
    line
        (lines, pixels) float32: probability of any line; NaN where nothing was measured.

    Examples
    --------
    >>> line = np.zeros((20, 40), np.float32)
    >>> line[9:12] = 0.9
    >>> wire = LiveWire(line)
    >>> wire.build((10.0, 2.0))
    >>> path = wire.path((10.0, 37.0))
    >>> path[0].tolist(), path[-1].tolist(), float(np.ptp(path[:, 0]))
    ([10.0, 2.0], [10.0, 37.0], 0.0)
    """

    def __init__(self, line: FloatImage) -> None:
        self.ridge = ridge_of(line)
        self.shape = (line.shape[0], line.shape[1])
        # squared: what is half sure is hardly better than nothing, so paths keep to the middle
        self._cost = np.clip(1 - np.square(self.ridge), _FLOOR, 1).astype(np.float32)
        self._map: _Map | None = None

    @property
    def built(self) -> tuple[float, float] | None:
        """The anchor whose map was built last, (row, column); `None` where none was."""
        map_ = self._map
        return None if map_ is None else map_.anchor

    def snapped(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return the middle of the line next to (row, column), or the pixel itself without one."""
        inside = self.pixel(point)
        row, column = (round(n) for n in inside)
        reach = int(SNAP)
        top, left = max(row - reach, 0), max(column - reach, 0)
        around = self.ridge[top : row + reach + 1, left : column + reach + 1]
        away = np.hypot(*(np.mgrid[: around.shape[0], : around.shape[1]]
                          - np.array([row - top, column - left])[:, None, None]))  # fmt: skip
        # nearer beats surer: a hand that is one pixel off means the line that it is on
        worth = np.where(away <= SNAP, around - 0.06 * away, -np.inf)
        best = np.unravel_index(int(worth.argmax()), around.shape)
        if around[best] < SURE:
            return inside
        return float(top + best[0]), float(left + best[1])

    def pixel(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return the pixel of the crop nearest to (row, column)."""
        row, column = (
            float(min(max(round(n), 0), m - 1)) for n, m in zip(point, self.shape, strict=True)
        )
        return row, column

    def build(self, anchor: tuple[float, float]) -> None:
        """Find the cheapest way from everywhere around an anchor, (row, column), to it.

        Threads may do so at once: each map is a tool of its own, which is not changed again.
        """
        row, column = (int(n) for n in self.pixel(anchor))
        top, left = max(row - FARTHEST, 0), max(column - FARTHEST, 0)
        cost = self._cost[top : row + FARTHEST + 1, left : column + FARTHEST + 1]
        # not weighted, but asked for
        edges, direction = np.ones(cost.shape, np.uint8), np.zeros((*cost.shape, 2), np.float32)
        direction[..., 0] = 1
        tool = cv2.segmentation.IntelligentScissorsMB()
        tool.setWeights(0.0, 0.0, 1.0)
        tool.applyImageFeatures(edges, direction, np.ascontiguousarray(cost))
        tool.buildMap((column - left, row - top))
        self._map = _Map(tool, (top, left), cost.shape, (float(row), float(column)))

    def path(self, target: tuple[float, float]) -> Points:
        """Return the cheapest path from the anchor to (row, column), (n, 2) float64.

        What lies farther than `FARTHEST` from the anchor is reached by a straight line at the end.

        Raises
        ------
        RuntimeError
            When no map was built: there is no anchor.
        """
        map_ = self._map
        if map_ is None:
            raise RuntimeError("a path needs an anchor")
        end = self.pixel(target)
        if end == map_.anchor:
            return np.array([map_.anchor])
        row, column = (
            min(max(int(n) - c, 0), m - 1)
            for n, c, m in zip(end, map_.corner, map_.size, strict=True)
        )
        found = np.asarray(map_.tool.getContour((column, row))).reshape(-1, 2)
        path = found[:, ::-1].astype(np.float64) + map_.corner
        return path if tuple(path[-1]) == end else np.vstack([path, end])


def ridge_of(line: FloatImage) -> FloatImage:
    """Return how near each pixel is to the middle of a line, 0 to 1, (lines, pixels) float32."""
    known = np.nan_to_num(np.asarray(line, np.float32))
    smooth = cv2.GaussianBlur(known, (0, 0), _WIDTH)
    # a sure band of three pixels has this height in its middle
    height = cv2.GaussianBlur(_band(), (0, 0), _WIDTH)[8, 8]
    return np.asarray(np.clip(smooth / height, 0, 1), np.float32)


def _band() -> FloatImage:
    band = np.zeros((17, 17), np.float32)
    band[7:10] = 1
    return band


def course(path: Points, ridge: FloatImage) -> tuple[tuple[float, float], ...]:
    """Return a path of pixels as the points of a stroke: on the ridge, with few points.

    Parameters
    ----------
    path
        (n, 2) float64, (row, column), pixel by pixel.
    ridge
        (lines, pixels) float32, as of `ridge_of`; its crest is what the line is moved to.

    Examples
    --------
    >>> ridge = np.zeros((9, 20), np.float32)
    >>> ridge[4] = 1
    >>> course(np.stack([np.full(20, 4.0), np.arange(20.0)], axis=1), ridge)
    ((4.0, 0.0), (4.0, 19.0))
    """
    fine = _on_crest(path, ridge) if len(path) >= 5 else path
    few = cv2.approxPolyDP(fine.astype(np.float32)[:, None], _TOLERANCE, False)[:, 0]
    return tuple((round(float(r), 2), round(float(c), 2)) for r, c in few)


def _on_crest(path: Points, ridge: FloatImage) -> Points:
    """Return a path without its staircase, each point on the crest of the ridge beside it."""
    smooth = gaussian_filter1d(path, _ALONG, axis=0, mode="nearest")
    along = np.gradient(smooth, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    off = np.arange(-_ACROSS, _ACROSS + 0.01, 0.25)
    places = smooth[:, None] + off[None, :, None] * across[:, None]
    height = map_coordinates(ridge, np.moveaxis(places, -1, 0), order=1, mode="nearest")
    top = height.max(axis=1)
    weight = np.clip(height - top[:, None] / 2, 0, None) * np.exp(-np.square(off) / 4.5)
    shift = (weight * off).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-6)
    # where no line is, its neighbours tell where to go on
    known = gaussian_filter1d(top, _ALONG, mode="nearest")
    shift = gaussian_filter1d(shift * top, _ALONG, mode="nearest") / np.maximum(known, 1e-6)
    moved = smooth + shift[:, None] * across
    moved[0], moved[-1] = path[0], path[-1]
    return np.asarray(moved, np.float64)


def joined(paths: Sequence[Points]) -> Points:
    """Return paths that follow each other as one, without their shared points twice."""
    return np.vstack([paths[0], *(path[1:] for path in paths[1:])])
