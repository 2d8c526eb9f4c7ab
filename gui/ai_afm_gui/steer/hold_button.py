"""A button that has to be held: nobody does that by accident."""

from qtpy.QtCore import QRectF, QTimer, Signal
from qtpy.QtGui import QColor, QPainter, QPaintEvent
from qtpy.QtWidgets import QPushButton

HOLD_MS = 1200
STEP_MS = 30


class HoldButton(QPushButton):
    """Emits `held` when it was pressed long enough, with the mouse or the space bar.

    Parameters
    ----------
    text
        What it does.
    milliseconds
        How long it has to be held.
    """

    held = Signal()

    def __init__(self, text: str, milliseconds: int = HOLD_MS) -> None:
        super().__init__(text)
        self._need, self._done = milliseconds, 0
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._step)
        self.pressed.connect(self._timer.start)
        self.released.connect(self._let_go)

    def _step(self) -> None:
        self._done += STEP_MS
        if self._done >= self._need:
            self._let_go()
            self.setDown(False)
            self.held.emit()
        self.update()

    def _let_go(self) -> None:
        self._timer.stop()
        self._done = 0
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the button with how far it is held."""
        super().paintEvent(event)
        if not self._done:
            return
        painter = QPainter(self)
        colour = QColor(self.palette().highlight().color())
        colour.setAlpha(110)
        width = self.width() * min(1.0, self._done / self._need)
        painter.fillRect(QRectF(1, 1, width - 2, self.height() - 2), colour)
        painter.end()
