"""What the canvas paints: the image, lines by class, pixels just drawn, what has begun."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from ai_afm.flywheel.records import Label, Window
from ai_afm.types import ClassCode
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.review.box import Box
from ai_afm_gui.review.camera import Camera
from ai_afm_gui.review.centrelines import Centrelines, Segment
from ai_afm_gui.review.hand import Preview
from ai_afm_gui.review.line_layer import (
    EDGE,
    EDGE_WIDTH,
    WIDTH,
    dashed,
    line_layer,
    on_screen,
    placed,
    stroke,
)
from ai_afm_gui.review.shades import BLANK

GREY = [QColor(n, n, n).rgba() for n in range(255)]
NOT_TOLD = QColor(150, 110, 190, 110)
"""Where a label says that nobody can tell."""
RUBBED_OUT = QColor(20, 24, 30, 150)


def grey_image(levels: NDArray[np.uint8], blank: QColor) -> QImage:
    """Return levels 0 to 254 as an image; `BLANK` gets a colour of its own."""
    lines, pixels = levels.shape
    memory: Any = np.ascontiguousarray(levels).tobytes()
    image = QImage(memory, pixels, lines, pixels, QImage.Format.Format_Indexed8)
    image.setColorTable([*GREY, blank.rgba()])
    assert BLANK == len(GREY)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def paint_image(painter: QPainter, image: QImage, camera: Camera, window: Window) -> None:
    """Paint a whole frame so that its window lies where the camera has the crop."""
    s = camera.scale
    x, y = camera.x - window.left * s, camera.y - window.top * s
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, s < 3)
    painter.drawImage(QRectF(x, y, image.width() * s, image.height() * s), image)


def paint_surroundings(painter: QPainter, camera: Camera, window: Window, image: QImage) -> None:
    """Darken what of the frame is no part of the crop, and paint the crop's edge."""
    s = camera.scale
    crop = QRectF(camera.x, camera.y, window.pixels * s, window.lines * s)
    frame = QRectF(
        camera.x - window.left * s,
        camera.y - window.top * s,
        image.width() * s,
        image.height() * s,
    )
    outside, inside = QPainterPath(), QPainterPath()
    outside.addRect(frame)
    inside.addRect(crop)
    painter.fillPath(outside.subtracted(inside), QColor(8, 10, 14, 150))
    painter.setPen(QPen(QColor(255, 255, 255, 120), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(crop)


def paint_lines(
    painter: QPainter, lines: Centrelines, camera: Camera, area: QRectF, ratio: float
) -> None:
    """Paint lines by class over a part of a view; see `line_layer`."""
    (top, left), (bottom, right) = (
        camera.point(x, y) for x, y in ((area.left(), area.top()), (area.right(), area.bottom()))
    )
    margin = EDGE_WIDTH / camera.scale + 2
    segments = lines.within((top - margin, left - margin, bottom + margin, right + margin))
    if segments:
        moved = camera.moved(-area.left(), -area.top())
        size = math.ceil(area.width()), math.ceil(area.height())
        _paint_layer(painter, line_layer(segments, moved, size, ratio), area.topLeft(), ratio)


def _paint_layer(painter: QPainter, layer: NDArray[np.uint8], at: QPointF, ratio: float) -> None:
    lines, pixels = layer.shape[:2]
    memory: Any = layer.data
    form = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(memory, pixels, lines, 4 * pixels, form)
    image.setDevicePixelRatio(ratio)
    painter.drawImage(at, image)


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """A line to be painted above all others: points of the crop, colour, width, dashed or not."""

    points: NDArray[np.float64]
    colour: QColor
    width: float
    dashed: bool = False


def _paint_courses(
    painter: QPainter, courses: Sequence[_Course], camera: Camera, ratio: float
) -> None:
    """Paint lines one over the other, in a layer no larger than they are."""
    view = painter.viewport()
    pieces = [placed(c.points, camera) for c in courses if len(c.points) > 1]
    if not pieces:
        return
    every = np.concatenate(pieces)
    low = np.clip(every.min(axis=0) - 8, 0, (view.width(), view.height()))
    high = np.clip(every.max(axis=0) + 8, 0, (view.width(), view.height()))
    corner, size = np.floor(low), np.ceil(high) - np.floor(low)
    if (size < 1).any():
        return
    layer = np.zeros((round(size[1] * ratio), round(size[0] * ratio), 4), np.uint8)
    moved = camera.moved(-float(corner[0]), -float(corner[1]))
    for course in courses:
        if len(course.points) > 1:
            pieces = on_screen([course.points], moved, ratio)
            pieces = dashed(pieces, (8.0, 6.0), ratio) if course.dashed else pieces
            stroke(layer, pieces, course.colour, course.width * ratio)
    _paint_layer(painter, layer, QPointF(*corner.tolist()), ratio)


def paint_picked(
    painter: QPainter, segments: Iterable[Segment], camera: Camera, ratio: float
) -> None:
    """Paint a halo around lines that are picked."""
    points = [s.points for s in segments]
    white, black = QColor(255, 255, 255), QColor(0, 0, 0)
    courses = [
        _Course(p, colour, width)
        for colour, width in ((white, 9.0), (black, 6.0), (white, 2.0))
        for p in points
    ]
    _paint_courses(painter, courses, camera, ratio)


def paint_areas(painter: QPainter, label: Label, camera: Camera) -> None:
    """Hatch where a label says that nobody can tell."""
    mask = label == ClassCode.IGNORE
    if mask.any():
        shades = np.zeros((*mask.shape, 4), np.uint8)
        stripes = (np.add.outer(np.arange(mask.shape[0]), np.arange(mask.shape[1])) // 2) % 3 == 0
        shades[mask] = _premultiplied(NOT_TOLD, 0.5)
        shades[mask & stripes] = _premultiplied(NOT_TOLD, 1.0)
        _paint_pixels(painter, shades, Box.whole((mask.shape[0], mask.shape[1])), camera)


def paint_fresh(painter: QPainter, label: Label, lined: Label, box: Box, camera: Camera) -> None:
    """Paint the pixels that have changed since lines were made of a label."""
    now, before = label[box.slices], lined[box.slices]
    changed = now != before
    shades = np.zeros((*now.shape, 4), np.uint8)
    for code in np.unique(now[changed]):
        shades[changed & (now == code)] = _premultiplied(_colour(int(code)), 1.0)
    _paint_pixels(painter, shades, box, camera)


def paint_preview(
    painter: QPainter, preview: Preview, colour: QColor, camera: Camera, ratio: float
) -> None:
    """Paint a trace under way with its anchors, a cut or bridge that is dragged, a lasso."""
    known = [
        (points, shade, dashed)
        for points, shade, dashed in (
            (preview.fixed, colour, False),
            (preview.ahead, colour, not preview.sure),
            (preview.ring, QColor("#ffffff"), True),
        )
        if points is not None
    ]
    courses = [_Course(points, EDGE, EDGE_WIDTH + 1) for points, _, _ in known]
    courses += [_Course(points, shade, WIDTH + 1, dashed) for points, shade, dashed in known]
    _paint_courses(painter, courses, camera, ratio)
    for anchor in preview.anchors:
        x, y = camera.screen(anchor)
        painter.setPen(QPen(EDGE, 1.5))
        painter.setBrush(QColor("#ffffff"))
        painter.drawRect(QRectF(x - 4, y - 4, 8, 8))


def paint_brush(painter: QPainter, at: QPointF, radius: float) -> None:
    """Paint the outline of a brush."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shade, width in ((EDGE, 3.0), (QColor("#ffffff"), 1.3)):
        painter.setPen(QPen(shade, width))
        painter.drawEllipse(at, radius, radius)


def paint_place(painter: QPainter, at: QPointF, colour: QColor) -> None:
    """Paint a ring with four ticks around a place that is to be looked at."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shade, width in ((EDGE, 5.0), (colour, 2.4)):
        painter.setPen(pen(shade, width))
        painter.drawEllipse(at, 26, 26)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start = QPointF(at.x() + 26 * dx, at.y() + 26 * dy)
            painter.drawLine(start, QPointF(at.x() + 36 * dx, at.y() + 36 * dy))


def paint_plate(painter: QPainter, area: QRectF, text: str) -> None:
    """Paint words on a dark plate at the upper left of an area."""
    metrics = painter.fontMetrics()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()) - 24)
    plate = QRectF(
        area.left() + 8,
        area.top() + 8,
        metrics.horizontalAdvance(text) + 14,
        metrics.height() + 8,
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(EDGE)
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(QColor("#f5f6f8"))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def pen(colour: QColor, width: float) -> QPen:
    """Return a pen with round caps and joins; its width is of the screen."""
    made = QPen(colour, width)
    made.setCapStyle(Qt.PenCapStyle.RoundCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made


def _colour(code: int) -> QColor:
    if code == ClassCode.BACKGROUND:
        return RUBBED_OUT
    if code == ClassCode.IGNORE:
        return NOT_TOLD
    colour = QColor(LINES[ClassCode(code)])
    colour.setAlpha(190)
    return colour


def _premultiplied(colour: QColor, share: float) -> list[int]:
    alpha = colour.alphaF() * share
    return [round(n * alpha) for n in (colour.blue(), colour.green(), colour.red())] + [
        round(255 * alpha)
    ]


def _paint_pixels(painter: QPainter, shades: NDArray[np.uint8], box: Box, camera: Camera) -> None:
    """Paint (lines, pixels, BGRA) over the pixels of a box."""
    memory: Any = shades.tobytes()
    lines, pixels = box.shape
    form = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(memory, pixels, lines, 4 * pixels, form)
    s = camera.scale
    area = QRectF(camera.x + box.left * s, camera.y + box.top * s, pixels * s, lines * s)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, s < 1)
    painter.drawImage(area, image)
