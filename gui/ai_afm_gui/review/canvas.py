"""The sheet that a person draws on: image, lines, tools under the pointer, zoom and pan."""

from dataclasses import dataclass, field

from qtpy.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from qtpy.QtWidgets import QWidget

from ai_afm.flywheel.records import Label, Window
from ai_afm.types import ClassCode
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.review import layers
from ai_afm_gui.review.box import Box
from ai_afm_gui.review.camera import Camera, fitted
from ai_afm_gui.review.centrelines import Centrelines
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.hand import Hand
from ai_afm_gui.review.hint_layer import paint_hints
from ai_afm_gui.review.preview_layer import PreviewLayer

ZOOM = 1.2
"""Of one notch of the wheel."""
NOTCH = 120
PICK_SCREEN = 9.0
"""Screen pixels beside a line in which a click still means it."""
_ROUND = (Hand.BRUSH, Hand.ERASER)


@dataclass(slots=True)
class Sight:
    """What the canvases of a page share, so that they show the same place in the same way."""

    camera: Camera = field(default_factory=Camera)
    overlay: bool = True
    peek: bool = False
    panning: bool = False
    opacity: float = 1.0
    fits: bool = True
    """Whether the whole crop is shown, and goes on to be when the window changes its size."""

    @property
    def shown(self) -> float:
        """Opacity of the lines as they are now."""
        return self.opacity if self.overlay and not self.peek else 0.0


class Canvas(QWidget):
    """Shows a crop in its frame; with a drawing, it is drawn on.

    Parameters
    ----------
    sight
        Shared by the canvases of a page.
    """

    looked = Signal()
    """The camera, or the opacity, has changed."""
    pointed = Signal(object)
    """(row, column) under the pointer, or None."""
    worked = Signal()
    """The person has done something to the drawing."""

    def __init__(self, sight: Sight) -> None:
        super().__init__()
        self.sight = sight
        self.drawing: Drawing | None = None
        self.locked = False
        self.place: tuple[float, float] | None = None
        self.title = ""
        self._window: Window | None = None
        self._image: QImage | None = None
        self._others: tuple[Label, Centrelines] | None = None
        self._tones: Colours | None = None
        self._ground: QPixmap | None = None
        self._gestures = PreviewLayer()
        self._pan: QPointF | None = None
        self._panned = False
        self._at: QPointF | None = None
        self._seen = (-1, -1, -1)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(240, 240))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_crop(self, window: Window | None, drawing: Drawing | None) -> None:
        """Show another crop, or none; the image comes by `show_image`."""
        self._window, self.drawing, self._others = window, drawing, None
        self.place, self._image, self._pan = None, None, None
        self._seen = (-1, -1, -1)
        self.refresh()

    def show_image(self, image: QImage) -> None:
        """Show another channel of the whole frame."""
        self._image = image
        self.refresh()

    def show_others(self, label: Label, lines: Centrelines) -> None:
        """Show what somebody else has drawn; nothing can be drawn here."""
        self._others = label, lines
        self.refresh()

    def use_tones(self, tones: Colours) -> None:
        """Take the colours of a theme for what is around the image."""
        self._tones = tones
        self.refresh()

    def fit(self) -> None:
        """Show the whole crop."""
        if self._window is not None:
            size = float(self.width()), float(self.height())
            self.sight.camera, self.sight.fits = fitted(self._window.shape, size), True
            self.looked.emit()

    def refresh(self) -> None:
        """Paint everything anew."""
        self._ground = None
        self.update()

    def follow(self) -> None:
        """Paint what has changed in the drawing since the last call; cheap."""
        if self.drawing is None:
            return
        seen = self.drawing.version
        box = self.drawing.lining.take_moved()
        if box is not None:
            self._mend_ground(box)
        if seen != self._seen:
            self._seen = seen
            self.update()

    @property
    def took_space(self) -> bool:
        """Whether the image was moved while the space bar was held; asking forgets it."""
        moved, self._panned = self._panned, False
        return moved

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Paint the ground, which is kept, and over it what changes at each event."""
        if self._ground is None:
            self._ground = self._painted_ground()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        if self._window is not None and self._image is not None:
            self._paint_above(painter)
        if self.title:
            layers.paint_plate(painter, QRectF(self.rect()), self.title)
        painter.end()

    def _painted_ground(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        ground = QPixmap(self.size() * ratio)
        ground.setDevicePixelRatio(ratio)
        self._paint_ground(ground, QRectF(self.rect()))
        return ground

    def _paint_ground(self, ground: QPixmap, area: QRectF) -> None:
        """Paint image and lines within an area."""
        painter = QPainter(ground)
        painter.setClipRect(area)
        painter.fillRect(area, QColor(self._tones.window if self._tones else "#000000"))
        if self._window is not None and self._image is not None:
            camera = self.sight.camera
            layers.paint_image(painter, self._image, camera, self._window)
            layers.paint_surroundings(painter, camera, self._window, self._image)
            opacity = self.sight.shown
            label, lines = self._content() if opacity > 0 else (None, None)
            painter.setOpacity(opacity)
            if label is not None:
                layers.paint_areas(painter, label, camera)
            if lines is not None:
                ratio = self.devicePixelRatioF()
                layers.paint_lines(painter, lines, camera, area, ratio)
            if self.drawing is not None and opacity > 0:
                hints = self.drawing.picking.shown_hints()
                paint_hints(painter, hints, camera, area, self.devicePixelRatioF())
        painter.end()

    def _mend_ground(self, box: Box) -> None:
        """Paint the ground anew where lines may have changed."""
        if self._ground is not None:
            scale = self.sight.camera.scale
            x, y = self.sight.camera.screen((box.top - 0.5, box.left - 0.5))
            lines, pixels = box.shape
            area = QRectF(x, y, pixels * scale, lines * scale).adjusted(-8, -8, 8, 8)
            self._paint_ground(self._ground, QRectF(area.toAlignedRect() & self.rect()))

    def _content(self) -> tuple[Label | None, Centrelines | None]:
        if self.drawing is not None:
            return self.drawing.lining.lined, self.drawing.lines
        return (None, None) if self._others is None else self._others

    def _paint_above(self, painter: QPainter) -> None:
        camera, drawing, ratio = self.sight.camera, self.drawing, self.devicePixelRatioF()
        if drawing is not None and self.sight.shown > 0:
            box = drawing.lining.behind
            if box is not None:
                layers.paint_fresh(painter, drawing.editor.label, drawing.lining.lined, box, camera)
            self._gestures.paint_picked(painter, drawing.picked, camera, ratio)
        if self.place is not None:
            at = QPointF(*camera.screen(self.place))
            layers.paint_place(painter, at, QColor(self._tones.warn if self._tones else "#ffffff"))
        if drawing is None or self.locked:
            return
        code = drawing.code if drawing.tool is not Hand.CUT else ClassCode.BACKGROUND
        colour = QColor(LINES.get(ClassCode(code), "#ffffff"))
        self._gestures.paint_preview(painter, drawing.preview(), colour, camera, ratio)
        if drawing.tool in _ROUND and self._at is not None and self._pan is None:
            layers.paint_brush(painter, self._at, max(drawing.size / 2 * camera.scale, 2.0))

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:
        """Begin to draw, or to move the image."""
        if a0 is None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        middle = a0.button() == Qt.MouseButton.MiddleButton
        if middle or (self.sight.panning and a0.button() == Qt.MouseButton.LeftButton):
            self._pan = a0.position()
            self._panned = self.sight.panning
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif a0.button() == Qt.MouseButton.LeftButton and self._may_draw():
            assert self.drawing is not None
            self.place = None
            self.drawing.press(self._point(a0), shift=_shift(a0))
            self._tell()

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:
        """Draw on, move the image, or let what has begun follow the pointer."""
        if a0 is None:
            return
        self._at = a0.position()
        if self._pan is not None:
            step = a0.position() - self._pan
            self._pan = a0.position()
            self.sight.camera = self.sight.camera.moved(step.x(), step.y())
            self.sight.fits = False
            self.looked.emit()
            return
        point = self._point(a0)
        self.pointed.emit(point)
        if self._may_draw():
            assert self.drawing is not None
            self.drawing.move(point, shift=_shift(a0))
            if self.drawing.busy:
                self.worked.emit()
        self.update()

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:
        """End a stroke."""
        if a0 is None:
            return
        if self._pan is not None:
            self._pan = None
            self.unsetCursor()
        elif a0.button() == Qt.MouseButton.LeftButton and self._may_draw():
            assert self.drawing is not None
            reach = PICK_SCREEN / self.sight.camera.scale
            self.drawing.release(self._point(a0), shift=_shift(a0), reach=reach)
            self._tell()

    def mouseDoubleClickEvent(self, a0: QMouseEvent | None) -> None:
        """Finish a trace; with a brush, a second click like any other."""
        if a0 is None or not self._may_draw() or a0.button() != Qt.MouseButton.LeftButton:
            return
        assert self.drawing is not None
        if self.drawing.tool in (Hand.WIRE, Hand.SELECT):
            self.drawing.double(self._point(a0))
            self._tell()
        else:
            self.mousePressEvent(a0)

    def wheelEvent(self, a0: QWheelEvent | None) -> None:
        """Zoom; with Shift, change the opacity of the lines."""
        if a0 is None or self._window is None:
            return
        # with Shift some systems turn the wheel sideways
        steps = (a0.angleDelta().y() or a0.angleDelta().x()) / NOTCH
        if a0.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sight.opacity = min(max(self.sight.opacity + 0.1 * steps, 0.1), 1.0)
        else:
            at = a0.position()
            self.sight.camera = self.sight.camera.zoomed(ZOOM**steps, at.x(), at.y())
            self.sight.fits = False
        self.looked.emit()
        a0.accept()

    def leaveEvent(self, a0: QEvent | None) -> None:
        """Forget the pointer."""
        self._at = None
        self.pointed.emit(None)
        self.update()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Keep the whole crop in view, or else the middle of the view where it is."""
        if self.drawing is not None and self.sight.fits:
            self.fit()
        elif a0 is not None and a0.oldSize().isValid() and self.drawing is not None:
            step = a0.size() - a0.oldSize()
            self.sight.camera = self.sight.camera.moved(step.width() / 2, step.height() / 2)
            self.looked.emit()
        self.refresh()

    def _may_draw(self) -> bool:
        return self.drawing is not None and not self.locked and not self.sight.panning

    def _point(self, event: QMouseEvent) -> tuple[float, float]:
        return self.sight.camera.point(event.position().x(), event.position().y())

    def _tell(self) -> None:
        self.worked.emit()
        self.follow()


def _shift(event: QMouseEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
