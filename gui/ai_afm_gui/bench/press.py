"""`python -m ai_afm_gui.bench.press RUN COUNT EVERY_S`: the stop bar, and a hand that presses."""

import sys
import time
from pathlib import Path

from qtpy.QtCore import QEvent, QPointF, Qt, QTimer
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

from ai_afm_gui.stop_bar.bar import StopBar

FIRST = 1.0
"""s before the first press."""


class Hand:
    """Presses STOP + WITHDRAW with the mouse, and says when.

    Parameters
    ----------
    bar
        What is pressed.
    count
        How often.
    """

    def __init__(self, bar: StopBar, count: int) -> None:
        self._bar, self._left = bar, count

    def press(self) -> None:
        """Press once more, or leave."""
        if self._left == 0:
            self._bar.close()
            QApplication.quit()
            return
        self._left -= 1
        sys.stdout.write(f"{time.monotonic()}\n")
        sys.stdout.flush()
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            QApplication.sendEvent(self._bar.withdraw, self._event(kind))

    def _event(self, kind: QEvent.Type) -> QMouseEvent:
        button = self._bar.withdraw
        at, left = QPointF(button.rect().center()), Qt.MouseButton.LeftButton
        held = left if kind == QEvent.Type.MouseButtonPress else Qt.MouseButton.NoButton
        place, none = button.mapToGlobal(at), Qt.KeyboardModifier.NoModifier
        return QMouseEvent(kind, at, place, left, held, none)


def main(run: Path, count: int, every: float) -> int:
    """Press `count` times, each `every` seconds; return the exit code."""
    app = QApplication(sys.argv[:1])
    bar = StopBar(run)
    bar.show()
    hand = Hand(bar, count)
    timer = QTimer()
    timer.timeout.connect(hand.press)
    QTimer.singleShot(round(FIRST * 1e3), lambda: timer.start(round(every * 1e3)))
    return int(app.exec())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
