"""Esc twice: on the Live page it means the same as STOP + WITHDRAW, elsewhere nothing."""

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent

WITHIN = 0.6
"""s between the two."""


class EscTwice(QObject):
    """Watches the keys of a window, as the system sends them; takes none away.

    It filters the events of a `QWindow`: in all widgets of the window a key comes there first, and
    once, and what filters the events of the whole program would slow down each repaint.

    Parameters
    ----------
    applies
        Whether Esc twice has its meaning now.
    act
        What it does.
    clock
        s, monotonic.
    """

    def __init__(
        self, applies: Callable[[], bool], act: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        super().__init__()
        self._applies, self._act, self._clock = applies, act, clock
        self._first = float("-inf")

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Count presses of Esc."""
        if isinstance(a1, QKeyEvent) and a1.type() == QEvent.Type.KeyPress:
            self._pressed(a1)
        return False

    def _pressed(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or event.isAutoRepeat() or not self._applies():
            self._first = float("-inf")
            return
        now = self._clock()
        if now - self._first <= WITHIN:
            self._first = float("-inf")
            self._act()
        else:
            self._first = now
