"""The picture of a view: image, lines, marks and a colour bar, painted on one widget."""

import math
from dataclasses import dataclass, replace

import numpy as np
from qtpy.QtCore import QPointF, QRectF, Qt, Signal
from qtpy.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from qtpy.QtWidgets import QSizePolicy, QWidget

from ai_afm_gui.live import strokes
from ai_afm_gui.live.channels import Scale
from ai_afm_gui.live.overlay import Line
from ai_afm_gui.live.picture import Picture, Pixels
from ai_afm_gui.live.strokes import LineLayers, Mark
from ai_afm_gui.live.viewport import Pair, Viewport
from ai_afm_gui.look.tones import DARK, Colours

BAR = 80
"""Pixels at the right that the colour bar takes."""
ALIKE = 4
"""Sizes are rounded to so many pixels: views beside one another then share their lines."""
NEAR = 14.0
"""Pixels within which a handle is taken."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What lies over the image.

    Parameters
    ----------
    lines
        Walls and boundaries; a new tuple is painted, the same one is not painted again.
    veil
        (lines, pixels) pixels laid over the image, `None` for none.
    marks
        Rows that are marked.
    cut
        Ends of a cut, nm, `None` without one.
    crossed
        Where the cut crosses lines, nm.
    """

    lines: tuple[Line, ...] = ()
    veil: Pixels | None = None
    marks: tuple[Mark, ...] = ()
    cut: tuple[Pair, Pair] | None = None
    crossed: tuple[Pair, ...] = ()


class Canvas(QWidget):
    """Shows a `Picture`; the wheel magnifies, dragging moves, a double click shows all.

    Parameters
    ----------
    tones
        Colours of the theme.
    layers
        Shared with other views of the same frame; `None` for a view that stands alone.

    Attributes
    ----------
    words
        Shown where there is no picture.
    picked
        Whether it has a frame around it.
    measured
        Whether lengths on it mean something: not so in a path, whose sweeps are rows.
    """

    moved = Signal(object)
    """The viewport, after a person has moved it."""
    pointed = Signal(object)
    """Frame coordinates under the mouse, nm; `None` outside."""
    cut_moved = Signal(object)
    """Ends of the cut, nm, while a person drags it."""
    pressed = Signal()
    """A person has pressed the mouse here."""

    def __init__(self, tones: Colours, layers: LineLayers | None = None) -> None:
        super().__init__()
        self.tones = tones
        self.words: str = ""
        self.picked = False
        self.measured = True
        self._picture: Picture | None = None
        self._scale = Scale(1.0, "")
        self._bar = QImage()
        self._shown = Shown()
        self._port = Viewport((1.0, 1.0), (1.0, 1.0))
        self._layers = layers or LineLayers()
        self._layer: Pixels | None = None
        self._grip: str | None = None
        self._last = QPointF()
        self.setMinimumSize(160, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def viewport(self) -> Viewport:
        """Which part of the frame is shown."""
        return self._port

    def show_picture(self, picture: Picture | None, scale: Scale, table: Pixels) -> None:
        """Show another picture (or none); the part that is shown stays where the frame is as large.

        Parameters
        ----------
        picture
            What is shown.
        scale
            How its numbers are written.
        table
            (256,) its colours.
        """
        self._picture, self._scale = picture, scale
        self._strip = np.ascontiguousarray(table[::-1, np.newaxis])
        self._bar = strokes.image_of(self._strip)
        if picture is not None:
            width, height = (s * 1e9 for s in picture.frame.region.size)
            if not _same_size((width, height), self._port.frame):
                self._port = replace(self._port, frame=(width, height)).fitted()
        self.update()

    def show_over(self, shown: Shown) -> None:
        """Show something else over the image."""
        if shown is not self._shown:
            self._shown = shown
            self.update()

    def show_scale(self, scale: Scale) -> None:
        """Write numbers otherwise."""
        self._scale = scale

    def look_at(self, port: Viewport) -> None:
        """Show the same part as another view does."""
        if (port.center, port.zoom) != (self._port.center, self._port.zoom):
            self._port = replace(self._port, center=port.center, zoom=port.zoom)
            self.update()

    def fit(self) -> None:
        """Show the whole frame."""
        self._port = self._port.fitted()
        self.moved.emit(self._port)
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Paint everything; lines come from a layer that is kept until they or the view change."""
        painter = QPainter(self)
        try:  # a painter that is left open takes the whole program with it
            self._paint(painter)
        finally:
            painter.end()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Keep the same part of the frame in sight."""
        width, height = self.width() - BAR, self.height()
        self._port = self._port.resized(width - width % ALIKE, height - height % ALIKE)

    def wheelEvent(self, a0: QWheelEvent | None) -> None:
        """Magnify about the mouse."""
        if a0 is None or self._picture is None:
            return
        at = a0.position()
        self._go(self._port.zoomed(1.0015 ** a0.angleDelta().y(), at.x(), at.y()))
        a0.accept()

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:
        """Take a handle of the cut, the cut, or the image."""
        if a0 is None:
            return
        self.pressed.emit()
        if a0.button() == Qt.MouseButton.LeftButton:
            self._grip, self._last = self._grip_at(a0.position()), a0.position()

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:
        """Drag what was taken, and tell where the mouse is."""
        if a0 is None or self._picture is None:
            return
        at, before, self._last = a0.position(), self._last, a0.position()
        self.pointed.emit(self._port.to_frame(at.x(), at.y()))
        if self._grip == "image":
            self._go(self._port.panned(at.x() - before.x(), at.y() - before.y()))
        elif self._grip is not None and self._shown.cut is not None:
            self.cut_moved.emit(self._dragged(self._shown.cut, before, at))
        elif self._shown.cut is not None:
            near = self._grip_at(at) != "image"
            shape = Qt.CursorShape.SizeAllCursor if near else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:
        """Let go."""
        self._grip = None

    def mouseDoubleClickEvent(self, a0: QMouseEvent | None) -> None:
        """Show the whole frame."""
        self.fit()

    def leaveEvent(self, a0: object) -> None:
        """Tell that the mouse is elsewhere."""
        self.pointed.emit(None)

    def _go(self, port: Viewport) -> None:
        self._port = port
        self.moved.emit(port)
        self.update()

    def _grip_at(self, at: QPointF) -> str:
        """Return what lies under the mouse: an end of the cut, the cut, or the image."""
        if self._shown.cut is None:
            return "image"
        a, b = (QPointF(*self._port.to_screen(*end)) for end in self._shown.cut)
        for name, end in (("A", a), ("B", b)):
            if math.hypot(at.x() - end.x(), at.y() - end.y()) <= NEAR:
                return name
        return "cut" if _distance(at, a, b) <= NEAR / 2 else "image"

    def _dragged(self, ends: tuple[Pair, Pair], before: QPointF, at: QPointF) -> tuple[Pair, Pair]:
        (u0, w0), (u1, w1) = (self._port.to_frame(p.x(), p.y()) for p in (before, at))
        du, dw = u1 - u0, w1 - w0
        (ua, wa), (ub, wb) = ends
        if self._grip in ("A", "cut"):
            ua, wa = ua + du, wa + dw
        if self._grip in ("B", "cut"):
            ub, wb = ub + du, wb + dw
        return (ua, wa), (ub, wb)

    def _paint(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(self.tones.window))
        if self._picture is None:
            self._paint_words(painter)
        else:
            self._paint_frame(painter, self._picture)
        if self.picked:
            painter.setPen(QPen(QColor(self.tones.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_words(self, painter: QPainter) -> None:
        strokes.paint_hatching(painter, QRectF(self.rect()), self.tones)
        painter.setPen(QColor(self.tones.quiet))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.words)

    def _paint_frame(self, painter: QPainter, picture: Picture) -> None:
        port = self._port
        width, height = port.frame
        x0, y0 = port.to_screen(-width / 2, -height / 2)
        area = QRectF(x0, y0, width * port.scale, height * port.scale)
        painter.setClipRect(QRectF(0, 0, *port.screen))
        if not picture.complete:
            first, end = (row / len(picture.pixels) * area.height() for row in picture.blank)
            blank = QRectF(area.left(), area.top() + first, area.width(), end - first)
            strokes.paint_hatching(painter, blank, self.tones)
        smaller = area.width() < picture.pixels.shape[1]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
        painter.drawImage(area, strokes.image_of(picture.pixels))
        if self._shown.veil is not None:
            painter.drawImage(area, strokes.image_of(self._shown.veil))
        painter.drawImage(QPointF(0, 0), self._lines())
        for mark in self._shown.marks:
            strokes.paint_mark(painter, mark, port)
        if self._shown.cut is not None:
            strokes.paint_cut(painter, self._shown.cut, port, self._shown.crossed, DARK.accent)
        if self.measured:
            strokes.paint_scale_bar(painter, port)
        painter.setClipping(False)
        bar = QRectF(self.width() - BAR + 8, 2, BAR - 10, self.height() - 6)
        how = self._scale, self.tones.text
        strokes.paint_colour_bar(painter, bar, self._bar, picture.limits, how)

    def _lines(self) -> QImage:
        """Return the layer with the lines."""
        ratio = self.devicePixelRatioF()
        self._layer = self._layers.layer(self._shown.lines, self._port, ratio)
        image = strokes.image_of(self._layer)
        image.setDevicePixelRatio(ratio)
        return image


def _same_size(a: Pair, b: Pair) -> bool:
    return all(math.isclose(x, y, rel_tol=1e-6) for x, y in zip(a, b, strict=True))


def _distance(p: QPointF, a: QPointF, b: QPointF) -> float:
    """Return the distance of a point from a stretch, pixels."""
    way = b - a
    length = way.x() ** 2 + way.y() ** 2
    share = 0.0 if length == 0 else QPointF.dotProduct(p - a, way) / length
    nearest = a + way * min(max(share, 0.0), 1.0)
    return math.hypot(p.x() - nearest.x(), p.y() - nearest.y())
