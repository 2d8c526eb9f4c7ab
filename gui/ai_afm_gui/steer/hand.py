"""The rectangle under a person's hand, painted with its handles."""

import pyqtgraph as pg
from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QPainter, QPen, QTransform
from qtpy.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ai_afm.geometry import to_sample
from ai_afm.types import ScanRegion
from ai_afm_gui.look.palette import Colours
from ai_afm_gui.steer.canvas_model import outline
from ai_afm_gui.steer.editor import turning_handle
from ai_afm_gui.steer.painting import UM, polygon

HANDLE = 4.5
"""Half the width of a handle, pixels."""


class Hand(pg.GraphicsObject):
    """The edited rectangle: its outline, squares at the corners, a round handle that turns it."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours, self._legal = colours, True
        self._region: ScanRegion | None = None
        self._bounds = QRectF()

    def show_region(self, region: ScanRegion | None, *, legal: bool) -> None:
        """Paint another rectangle; what is refused is dashed, and in the colour of danger."""
        if region == self._region and legal == self._legal:
            return
        self.prepareGeometryChange()
        self._region, self._legal = region, legal
        self._bounds = QRectF()
        if region is not None:
            grip = QPointF(*(c * UM for c in turning_handle(region)))
            around = polygon(outline(region))
            around.append(grip)
            self._bounds = around.boundingRect()
        self.update()

    def use(self, colours: Colours) -> None:
        """Paint in the colours of another theme."""
        self._colours = colours
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the rectangle around it, with room for the handles."""
        width, height = self.pixelSize() if self.scene() is not None else (0.0, 0.0)
        across, up = 2 * HANDLE * (width or 0.0), 2 * HANDLE * (height or 0.0)
        return self._bounds.adjusted(-across, -up, across, up)

    def viewTransformChanged(self) -> None:
        """Follow the zoom: handles keep their size on the screen."""
        self.prepareGeometryChange()

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        """Paint it in pixels of the screen."""
        region = self._region
        if region is None:
            return
        place = painter.worldTransform()
        corners = place.map(polygon(outline(region)))
        edge = to_sample(region, region.size[0] / 2, 0.0)
        middle = place.map(QPointF(*(float(c) * UM for c in edge)))
        grip = place.map(QPointF(*(c * UM for c in turning_handle(region))))
        colour = QColor(self._colours.accent if self._legal else self._colours.bad)
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = QColor(colour)
        inside.setAlpha(40)
        style = Qt.PenStyle.SolidLine if self._legal else Qt.PenStyle.DashLine
        for pen in (QPen(QColor(self._colours.window), 5.0), QPen(colour, 2.5, style)):
            painter.setPen(pen)
            painter.setBrush(inside)
            painter.drawPolygon(corners)
            painter.drawLine(middle, grip)
        painter.setPen(QPen(QColor(self._colours.window), 1.0))
        painter.setBrush(colour)
        for i in range(4):
            at = corners.at(i)
            painter.drawRect(QRectF(at.x() - HANDLE, at.y() - HANDLE, 2 * HANDLE, 2 * HANDLE))
        painter.drawEllipse(grip, HANDLE + 1, HANDLE + 1)
        painter.restore()
