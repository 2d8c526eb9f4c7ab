"""The middle lines of a label, kept while it is drawn on: what is shown, picked and measured."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.records import Label
from ai_afm.survey.skeleton import pieces, thin, trace
from ai_afm.types import ClassCode
from ai_afm_gui.review.box import Box

LINES = (
    ClassCode.WALL,
    ClassCode.WALL_180,
    ClassCode.WALL_FERROELASTIC,
    ClassCode.GRAIN_BOUNDARY,
    ClassCode.TOPOGRAPHY_EDGE,
)
_BORDER = 8
"""Pixels that thinning mirrors at the edges of a mask."""
_AFFECTED = 8
"""Pixels around a change in which middle lines may move."""
REACH = _AFFECTED + 6
"""Pixels around a change in which smooth lines may move."""
_MARGIN = 24
"""Pixels around a change that are thinned again."""

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A line between two ends or junctions.

    Parameters
    ----------
    code
        Class.
    points
        (n, 2) float64, (row, column), smooth; the first is repeated at the end of a closed one.
    pixels
        (n, 2) int64, where it lies on the skeleton.
    piece
        Number of the connected lines of its class that it is part of.
    free
        Whether its first and its last point are ends, no junctions.
    bounds
        Top, left, bottom and right of its pixels.
    """

    code: int
    points: Points
    pixels: NDArray[np.int64]
    piece: int
    free: tuple[bool, bool]
    bounds: tuple[int, int, int, int]

    def length(self, pitch: tuple[float, float]) -> float:
        """Return its length, m, given the distances of lines and of pixels, m."""
        steps = np.diff(self.points, axis=0) * pitch
        return float(np.hypot(*steps.T).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Centrelines:
    """The middle lines of a label; made by `Centrelines.of`, and of another one by `updated`.

    Parameters
    ----------
    skeleton
        (lines, pixels) uint8: the class on lines of one pixel, else 0.
    of_class
        The lines of each class.

    Examples
    --------
    >>> label = np.zeros((20, 30), np.uint8)
    >>> label[9:12] = 2
    >>> [line] = Centrelines.of(label).segments
    >>> line.code, line.points[0].tolist(), round(line.length((1e-9, 1e-9)) / 1e-9)
    (2, [10.0, 0.0], 29)
    """

    skeleton: Label
    of_class: Mapping[int, tuple[Segment, ...]]

    @classmethod
    def of(cls, label: Label) -> "Centrelines":
        """Return the middle lines of a label, (lines, pixels) uint8, lines of any width."""
        nothing = cls(np.zeros(label.shape, np.uint8), {})
        return nothing.updated(label, Box.whole((label.shape[0], label.shape[1])))

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All lines, by class."""
        return tuple(s for code in LINES for s in self.of_class.get(int(code), ()))

    def updated(self, label: Label, box: Box) -> "Centrelines":
        """Return the middle lines of a label that differs in a box only."""
        shape = (label.shape[0], label.shape[1])
        inner, outer = box.grown(_AFFECTED, shape), box.grown(_MARGIN, shape)
        old = self.skeleton[inner.slices]
        down, right = inner.top - outer.top, inner.left - outer.left
        new = _thinned(label[outer.slices])
        new = new[down : down + inner.shape[0], right : right + inner.shape[1]]
        moved = old != new
        touched = {int(c) for c in np.union1d(old[moved], new[moved])} - {0}
        skeleton = self.skeleton.copy()
        skeleton[inner.slices] = new
        fresh = {code: tuple(_segments(skeleton == code, code)) for code in touched}
        return Centrelines(skeleton, {**self.of_class, **fresh})

    def within(self, box: tuple[float, float, float, float]) -> list[Segment]:
        """Return the lines whose bounds meet a box: top, left, bottom, right."""
        top, left, bottom, right = box
        return [
            s
            for s in self.segments
            if s.bounds[0] <= bottom
            and s.bounds[2] >= top
            and s.bounds[1] <= right
            and s.bounds[3] >= left
        ]

    def nearest(self, point: tuple[float, float], reach: float) -> Segment | None:
        """Return the line nearest to (row, column), `None` when none is within `reach` px."""
        best, least = None, reach
        row, column = point
        around = row - reach - 1, column - reach - 1, row + reach + 1, column + reach + 1
        for segment in self.within(around):
            away = float(np.hypot(*(segment.points - point).T).min())
            if away <= least:
                best, least = segment, away
        return best

    def piece_of(self, segment: Segment) -> list[Segment]:
        """Return all lines of the same class that hang together with one."""
        return [s for s in self.of_class[segment.code] if s.piece == segment.piece]

    def shorter(self, length: float, pitch: tuple[float, float]) -> list[Segment]:
        """Return what hangs together and is shorter, all branches together, than `length` m."""
        found: list[Segment] = []
        for segments in self.of_class.values():
            total: dict[int, float] = {}
            for s in segments:
                total[s.piece] = total.get(s.piece, 0.0) + s.length(pitch)
            found += [s for s in segments if total[s.piece] < length]
        return found

    def ends(self) -> list[tuple[Segment, Points]]:
        """Return the free ends of all lines: the line, and its (row, column) there."""
        return [
            (s, s.points[k])
            for s in self.segments
            for k, free in zip((0, -1), s.free, strict=True)
            if free
        ]

    def pixels_of(self, label: Label, segments: Iterable[Segment]) -> Mask:
        """Return the pixels of a label that belong to lines: those nearest to their middle."""
        chosen = np.zeros(label.shape, bool)
        by_class: dict[int, list[Segment]] = {}
        for segment in segments:
            by_class.setdefault(segment.code, []).append(segment)
        for code, own in by_class.items():
            middle = np.zeros(label.shape, bool)
            for segment in own:
                middle[tuple(segment.pixels.T)] = True
            chosen |= (label == code) & _nearer(middle, (self.skeleton == code) & ~middle)
        return chosen


def _nearer(own: Mask, others: Mask) -> Mask:
    """Return where a mask is nearer than another one."""
    if not others.any():
        return np.ones(own.shape, bool)
    near, far = (
        cv2.distanceTransform((~m).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        for m in (own, others)
    )
    return np.asarray(near <= far)


def _thinned(label: Label) -> Label:
    """Return a label with 1-px lines of each class."""
    result = np.zeros(label.shape, np.uint8)
    reach = max(_BORDER + 1 - min(label.shape), 0)
    inner = tuple(slice(reach, reach + n) for n in label.shape)
    for code in LINES:
        mask = label == code
        if mask.any():
            padded = np.pad(mask, reach, mode="edge") if reach else mask
            result[thin(padded, _BORDER)[inner] & mask] = code
    return result


def _segments(mask: Mask, code: int) -> Iterator[Segment]:
    chains = trace(mask)
    if len(chains):
        piece = pieces(chains)[0].tolist()
        closed, free = chains.closed.tolist(), (chains.degree == 1).tolist()
        starts = chains.starts.tolist()
        middle = _without_staircase(chains.pixels.astype(float))
        low = np.minimum.reduceat(chains.pixels, chains.starts[:-1]).tolist()
        high = np.maximum.reduceat(chains.pixels, chains.starts[:-1]).tolist()
        for n, (start, end) in enumerate(pairwise(starts)):
            pixels = chains.pixels[start:end]
            ends = (False, False) if closed[n] else (free[n][0], free[n][1])
            points = _smooth(pixels, middle[start:end], closed[n])
            bounds = low[n][0], low[n][1], high[n][0], high[n][1]
            yield Segment(code, points, pixels, piece[n], ends, bounds)
    # pixels without a neighbour are no chain; what somebody has dotted is a line to be seen as well
    for n, pixel in enumerate(_lonely(mask), len(chains) + 1):
        row, column = pixel[0].tolist()
        twice = np.repeat(pixel.astype(float), 2, axis=0)
        yield Segment(code, twice, pixel, n, (True, True), (row, column, row, column))


def _without_staircase(points: Points) -> Points:
    """Return the weighted means of five points in a row; the first and last two as they are."""
    result = points.copy()
    if len(points) >= 5:
        weights = np.array([1, 2, 3, 2, 1]) / 9
        for column in (0, 1):
            result[2:-2, column] = np.convolve(points[:, column], weights, "valid")
    return result


def _smooth(pixels: NDArray[np.int64], middle: Points, closed: bool) -> Points:
    """Return the course of one line; `middle` is smooth but for two points at each of its ends."""
    if closed:
        around = np.vstack([pixels[-2:], pixels, pixels[:2]]).astype(float)
        inner = _without_staircase(around)[2:-2]
        return np.vstack([inner, inner[:1]])
    if len(pixels) < 5:
        return pixels.astype(float)
    points = middle.copy()
    points[0], points[-1] = pixels[0], pixels[-1]
    points[1], points[-2] = pixels[:3].mean(axis=0), pixels[-3:].mean(axis=0)
    return points


def _lonely(mask: Mask) -> NDArray[np.int64]:
    """Return the pixels without a neighbour, (n, 1, 2) int64."""
    count = cv2.filter2D(
        mask.astype(np.uint8), cv2.CV_8U, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT
    )
    return np.argwhere(mask & (count == 1))[:, None]
