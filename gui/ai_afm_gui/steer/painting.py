"""How outlines are painted on a map: pens and hatching in pixels of the screen, at any zoom."""

from dataclasses import dataclass

import pyqtgraph as pg
from qtpy.QtCore import QLineF, QPointF, QRectF, Qt
from qtpy.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF, QTransform
from qtpy.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ai_afm_gui.look.palette import Colours
from ai_afm_gui.steer.canvas_model import Kind, Outline, Shape

UM = 1e6
"""The scene is in micrometres: numbers near one, which Qt compares well."""
_PATTERN = Qt.BrushStyle
FAINT = 165
"""Opacity of hatching, of 255: what lies below stays legible."""
SMALL = 26.0
"""Pixels of an outline below which nothing is written in it."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind of outline is painted."""

    colour: str
    width: float
    line: Qt.PenStyle
    pattern: Qt.BrushStyle

    def pen(self) -> QPen:
        """Return its pen, as wide on the screen at any zoom."""
        return QPen(QColor(self.colour), self.width, self.line)

    def brush(self) -> QBrush:
        """Return its brush; no pattern leaves the inside free."""
        colour = QColor(self.colour)
        colour.setAlpha(FAINT)
        return QBrush(colour, self.pattern)


def style_of(kind: Kind, colours: Colours) -> Style:
    """Return how a kind is painted in a theme; no two kinds differ by colour alone."""
    c, solid, none = colours, Qt.PenStyle.SolidLine, _PATTERN.NoBrush
    return {
        Kind.RANGE: Style(c.quiet, 2.0, solid, none),
        Kind.ALLOWED: Style(c.quiet, 1.5, Qt.PenStyle.DashLine, none),
        Kind.IMAGE: Style(c.quiet, 1.5, Qt.PenStyle.DotLine, none),
        Kind.BIAS: Style(c.warn, 1.5, Qt.PenStyle.DashDotLine, _PATTERN.Dense7Pattern),
        Kind.SACRIFICIAL: Style(c.accent, 1.5, solid, _PATTERN.HorPattern),
        Kind.FORBIDDEN: Style(c.bad, 2.0, solid, _PATTERN.DiagCrossPattern),
        Kind.DONE: Style(c.quiet, 1.0, solid, none),
        Kind.NOW: Style(c.good, 2.5, solid, none),
        Kind.NEXT: Style(c.accent, 1.5, Qt.PenStyle.DashLine, none),
        Kind.WISH: Style(c.accent, 2.5, solid, none),
        Kind.REFUSED: Style(c.bad, 2.0, Qt.PenStyle.DashLine, none),
        Kind.PROBE: Style(c.text, 1.5, solid, none),
    }[kind]


class Outlines(pg.GraphicsObject):
    """Outlines of a map.

    Parameters
    ----------
    colours
        Of the theme.
    """

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self._shapes: tuple[Shape, ...] = ()
        self._polygons: tuple[tuple[Shape, QPolygonF], ...] = ()
        self._plain = QPainterPath()
        self._bounds = QRectF()

    def show_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Paint other outlines."""
        if shapes is self._shapes:
            return
        self._shapes = shapes
        self.prepareGeometryChange()
        self._polygons = tuple((shape, polygon(shape.outline)) for shape in shapes)
        bounds, self._plain = QRectF(), QPainterPath()
        for shape, outline in self._polygons:
            bounds = bounds.united(outline.boundingRect())
            if shape.kind is Kind.DONE:
                self._plain.addPolygon(outline)
        self._bounds = bounds
        self.update()

    def use(self, colours: Colours) -> None:
        """Paint in the colours of another theme."""
        self._colours = colours
        self.update()

    def detail_at(self, x: float, y: float) -> str:
        """Return what is to be said of the topmost outline at a point, m."""
        point = QPointF(x * UM, y * UM)
        for shape, outline in reversed(self._polygons):
            if shape.detail and outline.containsPoint(point, Qt.FillRule.OddEvenFill):
                return shape.detail
        return ""

    def boundingRect(self) -> QRectF:
        """Return the rectangle around all of them."""
        return self._bounds

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        """Paint them in pixels of the screen; the many that are over as one path."""
        place = painter.worldTransform()
        if not self._plain.isEmpty():
            pen = style_of(Kind.DONE, self._colours).pen()
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(self._plain)
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for shape, outline in self._polygons:
            if shape.kind is not Kind.DONE:
                self._paint_one(painter, shape, place.map(outline))
        painter.restore()

    def _paint_one(self, painter: QPainter, shape: Shape, outline: QPolygonF) -> None:
        style = style_of(shape.kind, self._colours)
        bounds = outline.boundingRect()
        if shape.kind in _EDGED:
            painter.setPen(QPen(QColor(self._colours.window), style.width + 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolygon(outline)
        painter.setPen(style.pen())
        painter.setBrush(style.brush())
        painter.drawPolygon(outline)
        if shape.label and max(bounds.width(), bounds.height()) > SMALL:
            below = shape.kind in _BELOW
            width = painter.fontMetrics().horizontalAdvance(shape.label)
            corner = bounds.bottomRight() - QPointF(width + 8, 20) if below else bounds.topLeft()
            write(painter, corner + QPointF(4, 3), shape.label, self._colours)


_EDGED = (Kind.NOW, Kind.WISH, Kind.NEXT, Kind.REFUSED)
"""Painted with an edge of the ground's colour, so that they stand out on thumbnails."""
_BELOW = (Kind.BIAS, Kind.SACRIFICIAL)
"""Labelled at the lower edge: frames are at the upper one."""


def polygon(outline: Outline) -> QPolygonF:
    """Return an outline, m, as a polygon of the scene."""
    return QPolygonF([QPointF(x * UM, y * UM) for x, y in outline.tolist()])


def write(painter: QPainter, at: QPointF, text: str, colours: Colours) -> QRectF:
    """Write a few words on a ground of their own, so that they can be read on any picture."""
    font = QFont(painter.font())
    font.setPixelSize(11)
    painter.setFont(font)
    size = painter.fontMetrics().size(0, text)
    box = QRectF(at.x(), at.y(), size.width() + 6, size.height() + 2)
    ground = QColor(colours.window)
    ground.setAlpha(205)
    painter.fillRect(box, ground)
    painter.setPen(QColor(colours.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box


def draw_bar(painter: QPainter, at: QPointF, pixels: float, text: str, colours: Colours) -> None:
    """Draw a scale bar with its length, its left end at a point."""
    for colour, width in ((colours.window, 5.0), (colours.text, 2.0)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawLine(QLineF(at, at + QPointF(pixels, 0)))
        for end in (at, at + QPointF(pixels, 0)):
            painter.drawLine(QLineF(end + QPointF(0, -4), end + QPointF(0, 4)))
    write(painter, at + QPointF(0, -22), text, colours)


def draw_arrow(painter: QPainter, at: QPointF, arrow: Outline, colours: Colours) -> None:
    """Draw an arrow given in pixels, y up, its tail at a point."""
    points = [at + QPointF(x, -y) for x, y in arrow.tolist()]
    for colour, width in ((colours.window, 5.0), (colours.text, 2.0)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawPolyline(QPolygonF(points))
