"""What the colours on the images mean, and what is laid over them: a word beside each sign."""

import numpy as np
from qtpy.QtCore import QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QPainter, QPixmap
from qtpy.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from ai_afm.types import ClassCode
from ai_afm_gui.live.overlay import Line, word_of
from ai_afm_gui.live.strokes import image_of, line_layer
from ai_afm_gui.live.viewport import Viewport
from ai_afm_gui.look.tones import Colours

SIGN = QSize(26, 12)


class Legend(QWidget):
    """Switches for lines, uncertainty and the cut; then a sign and a word for each class shown."""

    switched = Signal()
    """Something else is to be laid over the images."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = self._switch(self.tr("Lines"), True)
        self.veil = self._switch(self.tr("Uncertainty"), False)
        self.cut = self._switch(self.tr("Cut"), False)
        self.lines.setToolTip(self.tr("Walls and boundaries as the model sees them"))
        self.veil.setToolTip(self.tr("The denser the colour, the less sure the model is"))
        self.cut.setToolTip(self.tr("Values along a straight cut, with the lines that it crosses"))
        signs = QWidget()
        signs.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._classes = QGridLayout(signs)
        self._classes.setContentsMargins(0, 0, 0, 0)
        self._classes.setHorizontalSpacing(14)
        self._classes.setVerticalSpacing(0)
        self._shown: tuple[object, ...] | None = None
        self._columns = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for switch in (self.lines, self.veil, self.cut):
            row.addWidget(switch)
        row.addSpacing(10)
        row.addWidget(signs, 1)

    def show_classes(self, codes: frozenset[ClassCode], complete: bool, tones: Colours) -> None:
        """Explain these classes, and (where the frame is not complete) what is not scanned."""
        key = (codes, complete, tones, self.veil.isChecked())
        if key == self._shown:
            return
        self._shown = key
        while (item := self._classes.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        signs = [(line_sign(code), word_of(code)) for code in sorted(codes)]
        if self.veil.isChecked():
            signs.append((_block(QColor(tones.bad)), self.tr("not sure")))
        if not complete:
            signs.append((_hatched(tones), self.tr("not scanned")))
        for place, (sign, word) in enumerate(signs):
            self._classes.addWidget(_explained(sign, word), place % 2, place // 2)
        self._classes.setColumnStretch(self._columns, 0)
        self._columns = (len(signs) + 1) // 2
        self._classes.setColumnStretch(self._columns, 1)

    def _switch(self, text: str, checked: bool) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setChecked(checked)
        button.toggled.connect(self.switched)
        return button


def _explained(sign: QPixmap, word: str) -> QWidget:
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(5)
    picture, text = QLabel(), QLabel(word)
    picture.setPixmap(sign)
    row.addWidget(picture)
    row.addWidget(text, 1)
    return both


def line_sign(code: ClassCode) -> QPixmap:
    """Return how lines of a class look, as a small picture."""
    sign = _blank()
    painter = QPainter(sign)
    width, height = float(SIGN.width()), float(SIGN.height())
    port = Viewport((width, height), (width, height))
    way = np.array([[4 - width / 2, 0.0], [width / 2 - 4, 0.0]])
    pixels = line_layer([Line(code, way)], port, 1.0)
    painter.drawImage(QPointF(0, 0), image_of(pixels))
    painter.end()
    return sign


def _blank() -> QPixmap:
    sign = QPixmap(SIGN)
    sign.fill(Qt.GlobalColor.transparent)
    return sign


def _block(colour: QColor) -> QPixmap:
    sign = _blank()
    painter = QPainter(sign)
    painter.fillRect(QRectF(5, 0, 16, SIGN.height()), colour)
    painter.end()
    return sign


def _hatched(tones: Colours) -> QPixmap:
    sign = _blank()
    painter = QPainter(sign)
    area = QRectF(3, 0, 20, SIGN.height() - 1)
    painter.fillRect(area, QColor(tones.panel))
    painter.fillRect(area, Qt.BrushStyle.BDiagPattern)
    painter.setPen(QColor(tones.line))
    painter.drawRect(area)
    painter.end()
    return sign
