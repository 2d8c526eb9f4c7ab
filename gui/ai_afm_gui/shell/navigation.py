"""The bar at the left: one button with icon and word for each page."""

from collections.abc import Sequence

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout

from ai_afm_gui.look.icons import icon
from ai_afm_gui.look.tones import Colours

WIDTH = 88
"""Pixels."""
ICON = 28


class Navigation(QFrame):
    """Says which page is wanted.

    Parameters
    ----------
    names
        Of the pages, from top to bottom; each has an icon of its name.
    """

    wanted = Signal(str)

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.setObjectName("navigation")
        self.setFixedWidth(WIDTH)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(4)
        for number, name in enumerate(names, start=1):
            button = QToolButton()
            button.setCheckable(True)
            button.setText(self.word(name))
            button.setToolTip(
                self.tr("{page} (Ctrl+{number})").format(page=self.word(name), number=number)
            )
            button.setIconSize(QSize(ICON, ICON))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked, name=name: self.wanted.emit(name))
            self._group.addButton(button)
            self._buttons[name] = button
            column.addWidget(button)
        column.addStretch(1)

    def mark(self, name: str) -> None:
        """Mark a page as the one that is shown."""
        self._buttons[name].setChecked(True)

    def recolour(self, tones: Colours) -> None:
        """Draw the icons in the colours of a theme."""
        for name, button in self._buttons.items():
            button.setIcon(icon(name, tones))

    def word(self, name: str) -> str:
        """Return the word of a page."""
        words = {
            "live": self.tr("Live"),
            "review": self.tr("Review"),
            "teach": self.tr("Teach"),
            "nights": self.tr("Nights"),
        }
        return words[name]
