"""What single clicks do to lines: bridge, cut, fill, rename, delete. Label and place to stroke."""

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.graph import MCP_Geometric

from ai_afm.flywheel.records import Label
from ai_afm.flywheel.strokes import Stroke, Tool, draw_line, runs_of
from ai_afm.types import ClassCode, FloatImage
from ai_afm_gui.review.box import Box
from ai_afm_gui.review.centrelines import LINES, Centrelines, Segment
from ai_afm_gui.review.wire import course

LINE_WIDTH = 3
"""Width, px, of lines that tools draw: that of the bands which models draw."""
GAP = 48.0
"""Widest gap that one click bridges, px."""
_AROUND = 16
"""Pixels around the two ends of a gap in which a bridge may run."""
_RIM = 3.0
"""Pixels beside a traced line in which the rim of the line below it lies."""
_AROUND_TRACE = 40
"""Pixels around a trace in which the nearest line matters: lines are at most 64 wide."""
_NEAR = 10.0
"""Pixels between where a drag begins or ends and the line that is meant."""

Point = tuple[float, float]


def straight(a: Point, b: Point, code: int, width: int = LINE_WIDTH) -> Stroke:
    """Return a straight line."""
    return Stroke(Tool.BRUSH, code, width, (_rounded(a), _rounded(b)))


def cut(label: Label, start: Point, end: Point) -> Stroke | None:
    """Return what cuts lines along a drag, or the line below a click; `None` when none is there."""
    if np.hypot(end[0] - start[0], end[1] - start[1]) >= 2:
        return straight(start, end, int(ClassCode.BACKGROUND), LINE_WIDTH)
    row, column = round(start[0]), round(start[1])
    reach = LINE_WIDTH
    around = label[
        max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1
    ]
    if not np.isin(around, [int(c) for c in LINES]).any():
        return None
    return Stroke(Tool.BRUSH, int(ClassCode.BACKGROUND), 2 * LINE_WIDTH + 1, (_rounded(start),))


def bridge(
    lines: Centrelines, ridge: FloatImage, start: Point, end: Point, code: int
) -> Stroke | None:
    """Return what joins two lines along the cheapest path.

    Parameters
    ----------
    lines
        What is drawn.
    ridge
        (lines, pixels) float32: where the model sees the middle of a line, 0 to 1.
    start, end
        Of a drag from one line to the other; a click, both the same, means the gap that it is in.
    code
        Class of the bridge where the two lines have different ones.
    """
    if np.hypot(end[0] - start[0], end[1] - start[1]) < 4:
        ends = _ends_beside(lines, start)
    else:
        ends = [found for p in (start, end) if (found := _line_at(lines, p)) is not None]
    if len(ends) != 2:
        return None
    (one, a), (other, b) = ends
    if np.hypot(*(a - b)) < 1:
        return None
    path = _cheapest(ridge, a, b)
    code = one.code if one.code == other.code else code
    return Stroke(Tool.BRUSH, code, LINE_WIDTH, course(path, ridge))


def _ends_beside(lines: Centrelines, point: Point) -> list[tuple[Segment, NDArray[np.float64]]]:
    """Return the two free ends between which a click lies best, none where there are no two."""
    near = [(s, p) for s, p in lines.ends() if np.hypot(*(p - point)) <= GAP]
    best, least = [], GAP
    for n, (s, p) in enumerate(near):
        for t, q in near[n + 1 :]:
            apart = float(np.hypot(*(p - q)))
            if (s is t and s.points.shape[0] < GAP) or apart > GAP or apart < 1:
                continue
            # the way over the click, and the gap itself: it should be small and be clicked into
            way = float(np.hypot(*(p - point)) + np.hypot(*(q - point)))
            if 1.5 * way - 0.5 * apart < least:
                best, least = [(s, p), (t, q)], 1.5 * way - 0.5 * apart
    return best


def _line_at(lines: Centrelines, point: Point) -> tuple[Segment, NDArray[np.float64]] | None:
    """Return the free end next to a point, else the nearest place of a line."""
    ends = [(float(np.hypot(*(p - point))), n) for n, (_, p) in enumerate(lines.ends())]
    if ends and min(ends)[0] <= _NEAR:
        return lines.ends()[min(ends)[1]]
    segment = lines.nearest(point, _NEAR)
    if segment is None:
        return None
    away = np.hypot(*(segment.points - point).T)
    return segment, segment.points[int(away.argmin())]


def _cheapest(
    ridge: FloatImage, a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    low = np.maximum(np.minimum(a, b).astype(int) - _AROUND, 0)
    high = np.minimum(np.maximum(a, b).astype(int) + _AROUND + 1, ridge.shape)
    cost = np.clip(1 - np.square(ridge[low[0] : high[0], low[1] : high[1]]), 0.02, 1)
    ends = [tuple(int(n) for n in np.clip(np.rint(p) - low, 0, high - low - 1)) for p in (a, b)]
    # takes steps to all eight neighbours, a diagonal one being longer
    finder = MCP_Geometric(cost)
    finder.find_costs([ends[0]], [ends[1]])
    path: NDArray[np.float64] = np.array(finder.traceback(ends[1]), np.float64) + low
    return path


def fill(label: Label, point: Point, code: int) -> Stroke | None:
    """Return what gives the area around a pixel, up to the lines around it, a class.

    An area that has the class already becomes background: the second click takes the first back.
    """
    row, column = round(point[0]), round(point[1])
    if not (0 <= row < label.shape[0] and 0 <= column < label.shape[1]):
        return None
    own = (label == label[row, column]).astype(np.uint8)
    _, areas = cv2.connectedComponents(own, connectivity=4)
    area = areas == areas[row, column]
    new = int(ClassCode.BACKGROUND) if label[row, column] == code else code
    if new == label[row, column]:
        return None
    return Stroke(Tool.PIXELS, new, runs=runs_of(area))


def along(label: Label, lines: Centrelines, traced: Stroke) -> Stroke:
    """Return a traced line that takes over, to its rim, the line of another class below it.

    Lines are often wider than what is traced. Slivers of the old class would stay on both sides;
    lines that are only crossed keep theirs.

    Parameters
    ----------
    label
        (lines, pixels) uint8.
    lines
        The middle lines of it.
    traced
        A line drawn with the brush.
    """
    points = np.array(traced.points, float)
    box = Box.around(points, traced.width + _AROUND_TRACE, (label.shape[0], label.shape[1]))
    whole = np.zeros(label.shape, np.uint8)
    draw_line(whole, points, traced.width, 1)
    if box is None:
        return traced
    drawn, old = whole[box.slices], lines.skeleton[box.slices]
    others = np.isin(label[box.slices], [int(c) for c in LINES if c != traced.code]) & (drawn == 0)
    skeleton = (old > 0) & (old != traced.code)
    if not (others.any() and skeleton.any()):
        return traced
    away = cv2.distanceTransform(1 - np.minimum(drawn, 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    _, nearest = cv2.distanceTransformWithLabels(
        (~skeleton).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    below = np.zeros(int(nearest.max()) + 1, bool)
    below[nearest[skeleton]] = (drawn > 0)[skeleton]
    taken = others & (away <= _RIM) & below[nearest]
    if not taken.any():
        return traced
    drawn[taken] = 1
    return Stroke(Tool.PIXELS, traced.code, runs=runs_of(whole > 0))


def in_lasso(lines: Centrelines, ring: NDArray[np.float64]) -> list[Segment]:
    """Return the lines of which more than half lies within a ring of (row, column) points."""
    outline = ring.astype(np.float32)[:, None]
    return [
        s
        for s in lines.segments
        if np.mean([cv2.pointPolygonTest(outline, (float(r), float(c)), False) >= 0
                    for r, c in s.points[::3]]) > 0.5
    ]  # fmt: skip


def _rounded(point: Point) -> Point:
    return round(float(point[0]), 2), round(float(point[1]), 2)
