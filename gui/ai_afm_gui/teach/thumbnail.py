"""A small picture of a channel with lines on it as vectors; for galleries, not for looking closely.

Images to be looked at closely have a colour bar: `ai_afm_gui.live`.
"""

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from qtpy.QtWidgets import QSizePolicy, QWidget

from ai_afm.types import ClassCode
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.teach.lines import Pieces, pieces_of

_RANGE = (1.0, 99.0)
"""Percentiles that are black and white."""
_EDGE, _LINE = 3.4, 1.8
"""Widths of a line with its dark edge and without, px of the screen."""


class Thumbnail(QWidget):
    """A grey picture with lines; what was not scanned stays the colour of the ground.

    Parameters
    ----------
    side
        Longest edge, px.
    """

    def __init__(self, side: int) -> None:
        super().__init__()
        self._side = side
        self._image: QImage | None = None
        self._paths: dict[ClassCode, QPainterPath] = {}
        self._ground = QColor(0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_picture(
        self,
        channel: NDArray[np.floating[Any]],
        codes: NDArray[np.uint8] | None,
        tones: Colours,
    ) -> None:
        """Show a channel (lines, pixels), and lines of class codes where there are some."""
        self._image = grey_image(channel)
        found = {} if codes is None else pieces_of(codes)
        self._paths = {code: _path(pieces) for code, pieces in found.items()}
        self._ground = QColor(tones.field)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return its size: the longest edge is `side`."""
        if self._image is None:
            return QSize(self._side, self._side)
        size = self._image.size()
        return size.scaled(self._side, self._side, Qt.AspectRatioMode.KeepAspectRatio)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._ground)
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(self.rect()), self._image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_lines(painter, self.width() / self._image.width())
        painter.end()

    def _draw_lines(self, painter: QPainter, scale: float) -> None:
        painter.scale(scale, scale)
        for width, edge in ((_EDGE, True), (_LINE, False)):
            for code, path in self._paths.items():
                pen = QPen(QColor(0, 0, 0, 190) if edge else QColor(LINES[code]), width)
                pen.setCosmetic(True)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.strokePath(path, pen)


def _path(pieces: Pieces) -> QPainterPath:
    # one call for all of them: a call for each costs a thousand times more
    ends = pieces.reshape(-1, 2)
    path: QPainterPath = pg.arrayToQPath(ends[:, 0], ends[:, 1], connect="pairs")
    return path


def grey_image(channel: NDArray[np.floating[Any]]) -> QImage:
    """Return a channel as a picture; what is not a number is left clear."""
    known = np.isfinite(channel)
    pixels = np.zeros((*channel.shape, 4), np.uint8)
    if known.any():
        low, high = np.percentile(channel[known].astype(np.float64), _RANGE)
        scaled = (np.nan_to_num(channel.astype(np.float64)) - low) / max(high - low, 1e-30)
        pixels[..., :3] = (255 * scaled.clip(0, 1)).astype(np.uint8)[..., None]
    pixels[..., 3] = np.where(known, 255, 0)
    height, width = channel.shape
    content = np.ascontiguousarray(pixels).tobytes()
    return QImage(content, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
