"""What the canvas paints: the image, lines by class, pixels just drawn, what has begun."""

import math
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
from ai_afm_gui.review.centrelines import Centrelines
from ai_afm_gui.review.line_layer import (
    EDGE,
    EDGE_WIDTH,
    line_layer,
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
        paint_layer(painter, line_layer(segments, moved, size, ratio), area.topLeft(), ratio)


def paint_layer(painter: QPainter, layer: NDArray[np.uint8], at: QPointF, ratio: float) -> None:
    """Paint (lines, pixels, BGRA), premultiplied, of which `ratio` pixels are a logical one."""
    lines, pixels = layer.shape[:2]
    memory: Any = layer.data
    form = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(memory, pixels, lines, 4 * pixels, form)
    image.setDevicePixelRatio(ratio)
    painter.drawImage(at, image)


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
