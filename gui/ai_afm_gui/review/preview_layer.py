"""Lines painted over all others: what is picked, and what has begun and is no stroke yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QPointF, QRectF
from qtpy.QtGui import QColor, QPainter, QPen

from ai_afm_gui.review.camera import Camera
from ai_afm_gui.review.centrelines import Segment
from ai_afm_gui.review.hand import Preview
from ai_afm_gui.review.layers import paint_layer
from ai_afm_gui.review.line_layer import (
    EDGE,
    EDGE_WIDTH,
    WIDTH,
    dashed,
    on_screen,
    placed,
    stroke,
)

_HALO = ((QColor(255, 255, 255), 9.0), (QColor(0, 0, 0), 6.0), (QColor(255, 255, 255), 2.0))


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """A line: points of the crop, colour, width on the screen, dashed or not."""

    points: NDArray[np.float64]
    colour: QColor
    width: float
    dashed: bool = False


class PreviewLayer:
    """Paints gestures over a crop.

    With a trace under way the pointer moves a hundred times for each click, and a hundred lines may
    be picked meanwhile: what stays the same is drawn once and kept.
    """

    def __init__(self) -> None:
        self._picked, self._fixed, self._ahead = _Kept(), _Kept(), _Kept()

    def paint_picked(
        self, painter: QPainter, segments: Iterable[Segment], camera: Camera, ratio: float
    ) -> None:
        """Paint a halo around lines that are picked."""
        points = [s.points for s in segments]
        courses = [_Course(p, colour, width) for colour, width in _HALO for p in points]
        self._picked.paint(painter, courses, camera, ratio)

    def paint_preview(
        self, painter: QPainter, preview: Preview, colour: QColor, camera: Camera, ratio: float
    ) -> None:
        """Paint a trace under way with its anchors, a cut or bridge that is dragged, a lasso."""
        self._fixed.paint(painter, _edged(preview.fixed, colour), camera, ratio)
        ahead = _edged(preview.ahead, colour, dashed=not preview.sure)
        ring = _edged(preview.ring, QColor("#ffffff"), dashed=True)
        self._ahead.paint(painter, [*ahead, *ring], camera, ratio)
        for anchor in preview.anchors:
            x, y = camera.screen(anchor)
            painter.setPen(QPen(EDGE, 1.5))
            painter.setBrush(QColor("#ffffff"))
            painter.drawRect(QRectF(x - 4, y - 4, 8, 8))


class _Kept:
    """Lines drawn into a layer, which is kept for as long as they and the view are the same."""

    def __init__(self) -> None:
        self._key: object = None
        self._courses: Sequence[_Course] = ()
        self._layer: tuple[NDArray[np.uint8], QPointF] | None = None

    def paint(
        self, painter: QPainter, courses: Sequence[_Course], camera: Camera, ratio: float
    ) -> None:
        """Paint them one over the other."""
        courses = [c for c in courses if len(c.points) > 1]
        view = painter.viewport().width(), painter.viewport().height()
        lines = [(id(c.points), c.colour.rgba(), c.width, c.dashed) for c in courses]
        key = camera, ratio, view, lines
        if key != self._key:
            # the points are held, so that no other ones can have their `id`
            self._key, self._courses = key, courses
            self._layer = _drawn(courses, camera, ratio, view)
        if self._layer is not None:
            paint_layer(painter, *self._layer, ratio)


def _drawn(
    courses: Sequence[_Course], camera: Camera, ratio: float, view: tuple[int, int]
) -> tuple[NDArray[np.uint8], QPointF] | None:
    """Return a layer no larger than the lines, and where it lies; `None` where none is in view."""
    if not courses:
        return None
    every = np.concatenate([placed(c.points, camera) for c in courses])
    low, high = (np.clip(n, 0, view) for n in (every.min(axis=0) - 8, every.max(axis=0) + 8))
    corner, size = np.floor(low), np.ceil(high) - np.floor(low)
    if (size < 1).any():
        return None
    layer = np.zeros((round(size[1] * ratio), round(size[0] * ratio), 4), np.uint8)
    moved = camera.moved(-float(corner[0]), -float(corner[1]))
    for course in courses:
        pieces = on_screen([course.points], moved, ratio)
        pieces = dashed(pieces, (8.0, 6.0), ratio) if course.dashed else pieces
        stroke(layer, pieces, course.colour, course.width * ratio)
    return layer, QPointF(*corner.tolist())


def _edged(
    points: NDArray[np.float64] | None, colour: QColor, *, dashed: bool = False
) -> list[_Course]:
    """Return a line on its dark edge; nothing where there is none."""
    if points is None:
        return []
    return [_Course(points, EDGE, EDGE_WIDTH + 1), _Course(points, colour, WIDTH + 1, dashed)]
