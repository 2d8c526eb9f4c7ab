"""Where the crop lies: the whole frame, small, with the crop and its neighbours in the queue."""

from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QSizePolicy, QWidget

from ai_afm.flywheel.records import Window
from ai_afm_gui.review.line_layer import EDGE


class FrameView(QWidget):
    """A frame with its crop marked."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._window: Window | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return how large it would like to be."""
        return QSize(232, 150)

    def show_frame(self, image: QImage | None, window: Window | None) -> None:
        """Show a frame, or none."""
        self._image, self._window = image, window
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Paint the frame as large as it fits."""
        painter = QPainter(self)
        if self._image is not None and self._window is not None:
            width, height = self._image.width(), self._image.height()
            scale = min(self.width() / width, self.height() / height)
            left = (self.width() - width * scale) / 2
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left, 0, width * scale, height * scale), self._image)
            w = self._window
            crop = QRectF(
                left + w.left * scale, w.top * scale, w.pixels * scale, w.lines * scale
            ).adjusted(1, 1, -1, -1)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, thick in ((EDGE, 4.0), (QColor("#f0b440"), 1.8)):
                painter.setPen(QPen(colour, thick))
                painter.drawRect(crop)
        painter.end()
