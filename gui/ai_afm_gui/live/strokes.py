"""What is painted over an image: lines by class, hatching, scale bar, colour bar, cut and tip."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QLineF, QPointF, QRectF, Qt
from qtpy.QtGui import QBrush, QColor, QFontMetricsF, QImage, QPainter, QPen

from ai_afm.types import ClassCode
from ai_afm_gui.client.units import metres
from ai_afm_gui.live.channels import Scale
from ai_afm_gui.live.overlay import Line, Points
from ai_afm_gui.live.picture import Pixels
from ai_afm_gui.live.viewport import Pair, Viewport, scale_bar
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.look.tones import Colours

EDGE = QColor(8, 10, 14, 215)
"""Under every line on an image, so that it stands out from bright and dark grounds alike."""
WIDTH, EDGE_WIDTH = 1.0, 3.0
INKS = 2
"""How often a line is drawn over itself: its smooth rims count more, which a wider one overdoes."""
DASHES = {ClassCode.GRAIN_BOUNDARY: (3, 2), ClassCode.TOPOGRAPHY_EDGE: (1, 2)}
"""Classes whose lines are broken, a second sign beside the colour: steps of a dash and of a gap."""
STEP = 3.0
"""Pixels of such a step."""
SUBPIXEL, EXACT = 4, 0.25
"""Bits of a pixel to which lines are drawn, and pixels by which they may be off."""
KEPT = 4
"""Layers that are kept: one for each view of a frame, should they differ in size."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A row that is marked across the image: where (frame coordinate w, nm), and a word."""

    w: float
    word: str
    colour: QColor
    dashed: bool


def image_of(pixels: Pixels) -> QImage:
    """Return an image that shares memory with the pixels; they must outlive it."""
    lines, width = pixels.shape
    memory: Any = pixels.data  # both bindings take any buffer, whatever their stubs say
    return QImage(memory, width, lines, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)


def line_layer(lines: Iterable[Line], port: Viewport, ratio: float) -> Pixels:
    """Return walls and boundaries as pixels to be laid over a view.

    They are as wide on the screen at any magnification. (Qt takes a hundred times as long to stroke
    them, and has to each time that a person moves the view.)

    Parameters
    ----------
    lines
        In frame coordinates.
    port
        Which part of the frame is shown, in logical pixels.
    ratio
        Pixels of the screen for a logical one.
    """
    width, height = (max(round(s * ratio), 1) for s in port.screen)
    layer = np.zeros((height, width, 4), np.uint8)
    drawn: dict[ClassCode, list[Points]] = {}
    for line in lines:
        drawn.setdefault(line.code, []).append(simplified(_on_screen(line, port, ratio)))
    for pieces in drawn.values():
        _stroke(layer, pieces, EDGE, round(EDGE_WIDTH * ratio))
    for code, pieces in drawn.items():
        dashed = pieces
        if code in DASHES:
            dashed = [dash for piece in pieces for dash in dashes(piece, DASHES[code], ratio)]
        for _ in range(INKS):
            _stroke(layer, dashed, QColor(LINES[code]), max(round(WIDTH * ratio), 1))
    return np.asarray(layer.view(np.uint32)[..., 0])


def _on_screen(line: Line, port: Viewport, ratio: float) -> Points:
    middle = np.array(port.screen) / 2
    return np.asarray(((line.points - port.center) * port.scale + middle) * ratio)


def _stroke(layer: NDArray[np.uint8], pieces: list[Points], colour: QColor, width: int) -> None:
    """Draw polylines into premultiplied pixels (blue, green, red, alpha)."""
    alpha = colour.alphaF()
    parts = (colour.blue(), colour.green(), colour.red())
    ink = (*(alpha * part for part in parts), 255 * alpha)
    fixed = [np.rint(piece * 2**SUBPIXEL).astype(np.int32) for piece in pieces]
    cv2.polylines(layer, fixed, False, ink, width, cv2.LINE_AA, SUBPIXEL)


def dashes(points: Points, pattern: tuple[int, int], ratio: float) -> list[Points]:
    """Return the dashes of a polyline, pixels; `pattern` is how long a dash and a gap are."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(int(along[-1] / (STEP * ratio)), 1)
    places = np.linspace(0.0, along[-1], count + 1)
    even = np.stack([np.interp(places, along, points[:, axis]) for axis in (0, 1)], axis=1)
    dash, gap = pattern
    return [even[first : first + dash + 1] for first in range(0, count, dash + gap)]


def simplified(points: Points) -> Points:
    """Return a polyline on the screen with as few points as it takes to be right to `EXACT`."""
    if len(points) < 3:
        return points
    kept = cv2.approxPolyDP(points.astype(np.float32)[:, np.newaxis], EXACT, False)
    return np.asarray(kept[:, 0], np.float64)


class LineLayers:
    """The layers that were drawn last: views of the same frame and size share theirs."""

    def __init__(self) -> None:
        self._kept: list[tuple[tuple[Line, ...], Viewport, float, Pixels]] = []

    def layer(self, lines: tuple[Line, ...], port: Viewport, ratio: float) -> Pixels:
        """Return `line_layer`, drawn at most once."""
        for known, *how, pixels in self._kept:
            if known is lines and how == [port, ratio]:
                return pixels
        pixels = line_layer(lines, port, ratio)
        self._kept = [(lines, port, ratio, pixels), *self._kept[: KEPT - 1]]
        return pixels


def paint_hatching(painter: QPainter, area: QRectF, tones: Colours) -> None:
    """Paint the ground of what was not scanned."""
    painter.fillRect(area, QColor(tones.panel))
    painter.fillRect(area, QBrush(QColor(tones.line), Qt.BrushStyle.BDiagPattern))


def paint_mark(painter: QPainter, mark: Mark, port: Viewport) -> None:
    """Paint a row across the frame, with a word at its right end."""
    half = port.frame[0] / 2
    x0, y = port.to_screen(-half, mark.w)
    x1, _ = port.to_screen(half, mark.w)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for colour, width in ((EDGE, 3.0), (mark.colour, 1.0 if mark.dashed else 2.0)):
        style = Qt.PenStyle.DashLine if mark.dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, width, style))
        painter.drawLine(QLineF(x0, y, x1, y))
    metrics = QFontMetricsF(painter.font())
    wide = metrics.horizontalAdvance(mark.word)
    x = max(x0, 0.0) + 4 if mark.dashed else min(x1, port.screen[0]) - wide - 6
    above = y - 3 > metrics.height() + 2
    base = y - 4 if above else y + metrics.ascent() + 3
    paint_text(painter, QPointF(x, base), mark.word, mark.colour)


def paint_text(painter: QPainter, at: QPointF, text: str, colour: QColor) -> None:
    """Paint a word that can be read on any ground: on a dark plate."""
    metrics = QFontMetricsF(painter.font())
    plate = metrics.boundingRect(text).translated(at).adjusted(-3, -1, 3, 1)
    painter.fillRect(plate, EDGE)
    painter.setPen(colour)
    painter.drawText(at, text)


def paint_scale_bar(painter: QPainter, port: Viewport) -> None:
    """Paint how long a stretch of the image is, at its lower left."""
    length, width = scale_bar(port.scale, min(port.screen[0] / 3, 140.0))
    metrics = QFontMetricsF(painter.font())
    left, bottom = 10.0, port.screen[1] - 10.0
    text = metres(length * 1e-9)
    wide = max(width, metrics.horizontalAdvance(text))
    plate = QRectF(left - 5, bottom - metrics.height() - 9, wide + 10, metrics.height() + 15)
    painter.fillRect(plate, EDGE)
    white = QColor("#f5f6f8")
    painter.fillRect(QRectF(left, bottom - 3, width, 4), white)
    painter.setPen(white)
    painter.drawText(QPointF(left, bottom - 7), text)


def paint_colour_bar(
    painter: QPainter,
    area: QRectF,
    bar: QImage,
    limits: tuple[float, float] | None,
    how: tuple[Scale, str],
) -> None:
    """Paint the colours of a range with its ends, its middle and the unit.

    Parameters
    ----------
    painter, area
        Where.
    bar
        The colour map, one pixel wide, the largest value at the top.
    limits
        Values at its ends, `None` where there are none.
    how
        How numbers are written, and the colour of the text.
    """
    scale, colour = how
    metrics = QFontMetricsF(painter.font())
    painter.setPen(QColor(colour))
    painter.drawText(QPointF(area.left(), area.top() + metrics.ascent()), scale.unit)
    strip = QRectF(area.left(), area.top() + metrics.height() + 5, 13, 0)
    strip.setBottom(area.bottom() - 2)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(strip, bar)
    if limits is None:
        return
    low, high = limits
    decimals = decimals_for((high - low) * scale.factor)
    for share in _ticks(strip.height()):
        value = low + (high - low) * share
        y = strip.bottom() - share * strip.height()
        painter.drawLine(QLineF(strip.right(), y, strip.right() + 3, y))
        base = min(
            max(y + metrics.ascent() / 2 - 1, strip.top() + metrics.ascent() - 2), strip.bottom()
        )
        text = f"{round(value * scale.factor, decimals) + 0.0:.{decimals}f}"  # no -0
        painter.drawText(QPointF(strip.right() + 6, base), text)


def decimals_for(span: float) -> int:
    """Return with how many decimals numbers are written that differ by a hundredth of a range.

    Examples
    --------
    >>> decimals_for(3.8), decimals_for(0.9), decimals_for(360.0)
    (1, 2, 0)
    """
    return max(0, 1 - math.floor(math.log10(span))) if span > 0 else 1


def _ticks(height: float) -> Sequence[float]:
    return (0.0, 0.25, 0.5, 0.75, 1.0) if height > 150 else (0.0, 0.5, 1.0)


def paint_cut(
    painter: QPainter, ends: tuple[Pair, Pair], port: Viewport, places: Sequence[Pair], colour: str
) -> None:
    """Paint a cut with its two handles (A is filled), and marks where it crosses lines."""
    (x0, y0), (x1, y1) = (port.to_screen(*end) for end in ends)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(EDGE, 4.0), QPen(QColor(colour), 1.8)):
        painter.setPen(pen)
        painter.drawLine(QLineF(x0, y0, x1, y1))
    for u, w in places:
        painter.setPen(QPen(EDGE, 1.0))
        painter.setBrush(QColor("#f5f6f8"))
        painter.drawEllipse(QPointF(*port.to_screen(u, w)), 3.2, 3.2)
    for (x, y), word in (((x0, y0), "A"), ((x1, y1), "B")):
        painter.setPen(QPen(EDGE, 1.5))
        painter.setBrush(QColor(colour))
        painter.drawEllipse(QPointF(x, y), 6.0, 6.0)
        paint_text(painter, QPointF(x + 9, y + 4), word, QColor("#f5f6f8"))
