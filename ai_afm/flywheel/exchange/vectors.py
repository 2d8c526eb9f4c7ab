"""Labels as lines and areas, in pixels of their window, and back: within one pixel both ways."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.flywheel.records import Label
from ai_afm.flywheel.strokes import draw_line
from ai_afm.survey.skeleton import thin, trace
from ai_afm.types import ClassCode

Points = NDArray[np.float64]
MAX_VERTICES = 200_000
"""Most points of all shapes of a label."""
MAX_SHAPES = 20_000
"""Most lines and areas of a label."""
MAX_WORK = 10_000_000_000
"""Most pixels that are looked at to draw all areas of a label."""
REACH = 100_000.0
"""Largest pixel coordinate: beyond that a shape is not of this window."""
_SHIFT = 4
_LINES = (
    ClassCode.WALL,
    ClassCode.WALL_180,
    ClassCode.WALL_FERROELASTIC,
    ClassCode.GRAIN_BOUNDARY,
    ClassCode.TOPOGRAPHY_EDGE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of a class.

    Parameters
    ----------
    code
        Class.
    points
        (n, 2) float64, (row, column) in the window, px; 0 is the centre of the first pixel.
    width
        px.
    """

    code: int
    points: Points
    width: int = 3


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """An area of a class: its outline, then the outlines of its holes, each as `Line.points`."""

    code: int
    rings: tuple[Points, ...]


def lines_of(label: Label) -> list[Line]:
    """Return the middle lines of all walls, boundaries and edges of a label, with their widths.

    A patch that is too small for a line is a line of one point.
    """
    found = []
    for code in _LINES:
        mask = label == code
        if mask.any():
            found += _lines_of_class(mask, int(code))
    return found


def _lines_of_class(mask: NDArray[np.bool_], code: int) -> list[Line]:
    skeleton = thin(mask)
    # what the frame cuts goes on beyond it, so its width there is that of the rest
    padded = np.pad(mask, 16, mode="reflect" if min(mask.shape) > 16 else "edge")
    depth = cv2.distanceTransform(padded.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    depth = depth[16:-16, 16:-16]
    chains = trace(skeleton)
    lines = []
    drawn = np.zeros(mask.shape, bool)
    for start, end, closed in zip(chains.starts, chains.starts[1:], chains.closed, strict=False):
        pixels = chains.pixels[start:end]
        drawn[pixels[:, 0], pixels[:, 1]] = True
        width = max(round(float(2 * np.median(depth[pixels[:, 0], pixels[:, 1]]) - 1)), 1)
        course = pixels.astype(float)
        lines.append(Line(code, np.vstack([course, course[:1]]) if closed else course, width))
    # pixels that are no chain: lonely ones, and patches that thinning has eaten
    _, pieces, _, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    reached = np.unique(pieces[drawn])
    for piece in np.setdiff1d(np.unique(pieces[mask]), reached):
        own = pieces == piece
        width = max(round(float(2 * depth[own].max() - 1)), 1)
        lines.append(Line(code, centres[piece][None, ::-1].copy(), width))
    return lines


def areas_of(label: Label, code: int) -> list[Area]:
    """Return the areas of a class, outlines through the centres of their outermost pixels."""
    mask = (label == code).astype(np.uint8)
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return []
    rings = [np.asarray(o, float).reshape(-1, 2)[:, ::-1] for o in outlines]
    parents = tree[0][:, 3]
    return [
        Area(code, (ring, *(rings[k] for k in np.flatnonzero(parents == n))))
        for n, ring in enumerate(rings)
        if parents[n] < 0
    ]


def drawn_label(shape: tuple[int, int], shapes: Sequence[Line | Area]) -> Label:
    """Draw lines and areas; where they cross, the later one is seen. The rest is background.

    Raises
    ------
    BadInput
        When a class is unknown, a coordinate is not finite or far outside, or there are too many.
    """
    _check(shapes)
    check_work(sum(isinstance(s, Area) for s in shapes), shape)
    label: Label = np.zeros(shape, np.uint8)
    for shape_ in shapes:
        if isinstance(shape_, Line):
            draw_line(label, shape_.points, shape_.width, shape_.code)
        else:
            _draw_area(label, shape_)
    return label


def _draw_area(label: Label, area: Area) -> None:
    inside = np.zeros(label.shape, np.uint8)
    cv2.fillPoly(inside, [_fixed(area.rings[0])], 1, cv2.LINE_8, _SHIFT)
    for hole in area.rings[1:]:
        # the outline of a hole runs through the pixels around it, which belong to the area
        ring = _fixed(hole)
        missing = np.zeros(label.shape, np.uint8)
        cv2.fillPoly(missing, [ring], 1, cv2.LINE_8, _SHIFT)
        cv2.polylines(missing, [ring], True, 0, 1, cv2.LINE_8, _SHIFT)
        inside[missing > 0] = 0
    label[inside > 0] = area.code


def _fixed(points: Points) -> NDArray[np.int32]:
    """Return (row, column) as x, y in sixteenths of a pixel, as they are drawn."""
    return np.rint(points[:, ::-1] * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)


def _check(shapes: Sequence[Line | Area]) -> None:
    if len(shapes) > MAX_SHAPES:
        raise BadInput(f"{len(shapes)} lines and areas; at most {MAX_SHAPES} are read")
    total = 0
    for shape in shapes:
        if shape.code not in list(ClassCode):
            raise BadInput(f"the unknown class {shape.code}")
        rings = (shape.points,) if isinstance(shape, Line) else shape.rings
        if isinstance(shape, Line) and not 1 <= shape.width <= 64:
            raise BadInput(f"a line is 1 to 64 px wide, not {shape.width}")
        for ring in rings:
            if ring.ndim != 2 or ring.shape[1] != 2 or not len(ring):
                raise BadInput("a line or outline is a list of points of two numbers")
            if not np.isfinite(ring).all() or np.abs(ring).max() > REACH:
                raise BadInput("a coordinate is not finite, or far outside the window")
            total += len(ring)
    if total > MAX_VERTICES:
        raise BadInput(f"{total} points; at most {MAX_VERTICES} are read")


def check_work(areas: int, shape: tuple[int, int]) -> None:
    """Refuse so many areas of a large label that drawing them would take minutes."""
    if areas * shape[0] * shape[1] > MAX_WORK:
        raise BadInput(f"{areas} areas are too many for a label of {shape[0]} x {shape[1]} px")


def as_points(stored: object, most: int = MAX_VERTICES) -> Points:
    """Return a JSON list of pairs of numbers as an array, (n, 2) float64.

    Raises
    ------
    BadInput
        When it is anything else, not finite, or longer than `most`.
    """
    if not isinstance(stored, list) or not 1 <= len(stored) <= most:
        raise BadInput(f"a list of 1 to {most} points is needed")
    for pair in stored:
        sound = isinstance(pair, list) and len(pair) in (2, 3)
        if not sound or any(type(number) not in (int, float) for number in pair[:2]):
            raise BadInput("a point is two numbers")
    try:
        points = np.array([pair[:2] for pair in stored], float)
    except (OverflowError, ValueError) as exc:
        raise BadInput("a coordinate is too large") from exc
    if not np.isfinite(points).all():
        raise BadInput("a coordinate is not finite")
    return points
