"""The map of the piezo range as a widget: pan, zoom, scale bar, and a rectangle to be drawn."""

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from qtpy.QtGui import QHelpEvent, QKeyEvent, QPainter, QTransform
from qtpy.QtWidgets import QToolTip

from ai_afm.geometry import corners
from ai_afm.types import ScanRegion
from ai_afm_gui.client.units import metres
from ai_afm_gui.look.palette import Colours
from ai_afm_gui.steer.canvas_model import Kind, Outline, Picture, Shape, arrow
from ai_afm_gui.steer.editor import RegionEditor
from ai_afm_gui.steer.hand import Hand
from ai_afm_gui.steer.painting import UM, Outlines, draw_arrow, draw_bar, style_of, write
from ai_afm_gui.steer.texts import nice_length
from ai_afm_gui.steer.thumbnails import Thumbnail

GRIP = 10.0
"""Pixels around a handle that take hold of it."""
ROOM = 0.06
"""Around the range, as a share of it."""
STILL = 1e-12
"""Drift below this, m/s, is no direction."""


class _View(pg.ViewBox):
    """Pans and zooms, unless the hand holds the rectangle."""

    def __init__(self, canvas: "MapCanvas") -> None:
        super().__init__(lockAspect=True, enableMenu=False)
        self._canvas = canvas

    def mouseDragEvent(self, ev: Any) -> None:
        """Drag the rectangle where it is held, else the map."""
        if ev.button() == Qt.MouseButton.LeftButton and self._canvas.hand_takes(
            ev.isStart(),
            ev.isFinish(),
            self.mapToView(ev.buttonDownPos()),
            self.mapToView(ev.pos()),
            bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier),
        ):
            ev.accept()
            return
        super().mouseDragEvent(ev)


class MapCanvas(pg.GraphicsView):
    """Shows a `Picture`, and a rectangle that can be drawn, moved, resized and turned.

    Parameters
    ----------
    colours
        Of the theme.
    """

    edited = Signal(object)
    """The rectangle under the hand, a `ScanRegion` or None."""

    def __init__(self, colours: Colours) -> None:
        super().__init__(background=colours.window)
        self._colours = colours
        self.editor = RegionEditor()
        self.picture = Picture()
        self._images: dict[int, pg.ImageItem] = {}
        self._shown: tuple[Thumbnail, ...] = ()
        self.view = _View(self)
        self.setCentralItem(self.view)
        self._ground, self._done, self._coming = (Outlines(colours) for _ in range(3))
        self._hand = Hand(colours)
        self._probes = pg.ScatterPlotItem(symbol="x", size=9)
        self._tip = pg.PlotCurveItem()
        parts = (self._ground, self._done, self._coming, self._probes, self._tip, self._hand)
        for depth, item in enumerate(parts):
            item.setZValue(10 * depth)
            self.view.addItem(item, ignoreBounds=True)
        self._follows, self._around = True, QRectF()
        self.view.sigRangeChangedManually.connect(self._by_hand)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 160)
        # words and scale bar lie outside the outlines that they belong to
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self._paint_marks()

    def use(self, colours: Colours) -> None:
        """Paint in the colours of another theme."""
        self._colours = colours
        self.setBackground(colours.window)
        for item in (self._ground, self._done, self._coming, self._hand):
            item.use(colours)
        self._paint_marks()

    def show_picture(self, picture: Picture) -> None:
        """Show another picture; what did not change is not drawn again."""
        last, self.picture = self.picture, picture
        self._ground.show_shapes(picture.ground)
        self._done.show_shapes(picture.done)
        self._coming.show_shapes(picture.coming)
        if not _same(picture.probes, last.probes):
            probes = np.empty((0, 2)) if picture.probes is None else picture.probes
            self._probes.setData(pos=probes * UM)
        if picture.tip_line != last.tip_line:
            ends = np.array(picture.tip_line or np.empty((0, 2)), float) * UM
            self._tip.setData(*ends.T)
        if picture.drift != last.drift:
            self.viewport().update()
        moved = picture.done is not last.done or picture.coming is not last.coming
        if self._follows and moved:
            self.follow()

    def show_images(self, images: tuple[Thumbnail, ...]) -> None:
        """Show small pictures of finished scans below the outlines."""
        if images is self._shown:
            return
        self._shown = images
        wanted = {image.number: image for image in images}
        for number in self._images.keys() - wanted.keys():
            self.view.removeItem(self._images.pop(number))
        for number in wanted.keys() - self._images.keys():
            self._images[number] = item = _image_item(wanted[number])
            self.view.addItem(item, ignoreBounds=True)

    def show_hand(self, region: ScanRegion | None, *, legal: bool = True) -> None:
        """Show a rectangle under the hand; what is refused looks so."""
        if region != self.editor.region:
            self.editor.set(region)
        self._hand.show_region(self.editor.region, legal=legal)

    def draw_next(self, drawing: bool = True) -> None:
        """Have the next drag draw a new rectangle."""
        self.editor.drawing = drawing
        shape = Qt.CursorShape.CrossCursor if drawing else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def fit(self, region: ScanRegion | None = None) -> None:
        """Show all of a region, the whole ground without one, and stay there."""
        self._follows = False
        points = [corners(region)] if region is not None else []
        self._fit(points or [shape.outline for shape in self.picture.ground])

    def fit_shapes(self, shapes: list[Shape]) -> None:
        """Show all of some outlines, and stay there."""
        self._follows = False
        self._fit([shape.outline for shape in shapes])

    def follow(self) -> None:
        """Show all that was and will be scanned, until a person looks elsewhere."""
        self._follows = True
        shapes = (*self.picture.done, *self.picture.coming) or self.picture.ground
        self._fit([shape.outline for shape in shapes])

    def _fit(self, points: list[Outline]) -> None:
        if not points:
            return
        low = np.min([p.min(axis=0) for p in points], axis=0) * UM
        high = np.max([p.max(axis=0) for p in points], axis=0) * UM
        around = QRectF(*low, *(high - low))
        if around != self._around:
            self._around = around
            self.view.setRange(around, padding=ROOM)

    def _by_hand(self) -> None:
        self._follows, self._around = False, QRectF()

    def hand_takes(
        self, begins: bool, ends: bool, pressed: QPointF, at: QPointF, even: bool
    ) -> bool:
        """Give a drag to the rectangle; tell whether it was taken.

        Parameters
        ----------
        begins, ends
            Whether it is the first, the last of its events.
        pressed, at
            Where it began and where it is, in the scene, µm.
        even
            Whether the Shift key is held.
        """
        editor = self.editor
        if begins and not editor.press(_metres(pressed), self._grip()):
            return False
        if editor.held is None:
            return False
        editor.drag(_metres(at), even=even)
        if ends:
            editor.release()
            self.draw_next(editor.drawing)
        self._hand.show_region(editor.region, legal=True)
        self.edited.emit(editor.region)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and Delete take the rectangle away."""
        keys = (Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        if event.key() in keys and (self.editor.region is not None or self.editor.drawing):
            self.editor.set(None)
            self.draw_next(False)
            self.edited.emit(None)
            event.accept()
            return
        super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell what lies under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            x, y = _metres(self.view.mapSceneToView(self.mapToScene(event.pos())))
            text = self._coming.detail_at(x, y) or self._done.detail_at(x, y)
            QToolTip.showText(event.globalPos(), text or self._ground.detail_at(x, y), self)
            return True
        return bool(super().viewportEvent(event))

    def drawForeground(self, painter: QPainter, _rect: QRectF) -> None:
        """Draw scale bar and drift over the map, in pixels."""
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.viewport().width(), self.viewport().height()
        pixel = self._pixel()
        if pixel is not None:
            length = nice_length(0.3 * width * pixel)
            at = QPointF(12, height - 12)
            draw_bar(painter, at, length / pixel, metres(length), self._colours)
        if self.picture.drift is not None:
            self._draw_drift(painter, width)
        painter.restore()

    def _draw_drift(self, painter: QPainter, width: int) -> None:
        drift = self.picture.drift or (0.0, 0.0)
        speed = math.hypot(*drift)
        words = self.tr("drift {speed:.2g} nm/min").format(speed=speed * 60e9)
        size = painter.fontMetrics().horizontalAdvance(words)
        write(painter, QPointF(width - size - 12, 6), words, self._colours)
        if speed > STILL:
            middle = arrow(drift, 26.0)
            at = QPointF(width - 30, 48) - QPointF(middle[1, 0] / 2, -middle[1, 1] / 2)
            draw_arrow(painter, at, middle, self._colours)

    def _paint_marks(self) -> None:
        probe = style_of(Kind.PROBE, self._colours)
        self._probes.setPen(pg.mkPen(probe.colour, width=probe.width))
        self._tip.setPen(pg.mkPen(style_of(Kind.NOW, self._colours).colour, width=3))
        self.viewport().update()

    def _pixel(self) -> float | None:
        """Return the size of a pixel of the screen, m."""
        width = self.view.viewPixelSize()[0]
        return float(width) / UM if width else None

    def _grip(self) -> float:
        return GRIP * (self._pixel() or 0.0)


def _image_item(image: Thumbnail) -> pg.ImageItem:
    item = pg.ImageItem(image.values, axisOrder="row-major", levels=(image.low, image.high))
    item.setLookupTable(pg.colormap.get("cividis").getLookupTable(nPts=256))
    # row 0 is at the top, the largest v of the region
    region, (rows, columns) = image.region, image.values.shape
    width, height = (s * UM for s in region.size)
    place = QTransform()
    place.translate(region.center[0] * UM, region.center[1] * UM)
    place.rotateRadians(region.angle)
    place.translate(-width / 2, height / 2)
    place.scale(width / columns, -height / rows)
    item.setTransform(place)
    item.setZValue(-10)
    return item


def _metres(point: QPointF) -> tuple[float, float]:
    return point.x() / UM, point.y() / UM


def _same(a: NDArray[np.float64] | None, b: NDArray[np.float64] | None) -> bool:
    return a is b or (a is not None and b is not None and np.array_equal(a, b))
