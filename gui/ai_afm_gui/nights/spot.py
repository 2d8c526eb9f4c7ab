"""A ring on an image where a probe was, at the same place of the frame at any magnification."""

from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QWidget

from ai_afm_gui.live.canvas import Canvas

SIZE = 22


class Spot(QWidget):
    """A ring above a canvas; `follow` moves it to where its place is shown now.

    Parameters
    ----------
    canvas
        On which it lies.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._place: tuple[float, float] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(SIZE, SIZE)
        self.hide()

    def put(self, place: tuple[float, float] | None) -> None:
        """Put it to a place of the frame, nm; `None` takes it away."""
        self._place = place
        self.follow()

    def follow(self) -> None:
        """Move to where the place is shown now."""
        if self._place is None:
            self.hide()
            return
        x, y = self._canvas.viewport.to_screen(*self._place)
        self.move(round(x - SIZE / 2), round(y - SIZE / 2))
        self.show()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """Draw a white ring with a dark edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(4, 4, SIZE - 8, SIZE - 8)
        for colour, width in ((QColor(0, 0, 0, 200), 5.0), (QColor(255, 255, 255), 2.2)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(ring)
        painter.end()
