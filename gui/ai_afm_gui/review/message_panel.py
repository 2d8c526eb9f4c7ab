"""What the page shows where there is no crop: why, and what to do."""

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class MessagePanel(QWidget):
    """A heading, some sentences, and buttons for what can be done."""

    wanted = Signal(str)
    """Name of what was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self._heading, self._text = QLabel(), QLabel()
        self._heading.setObjectName("heading")
        self._text.setObjectName("quiet")
        for label in (self._heading, self._text):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setMaximumWidth(720)
        self._row = QHBoxLayout()
        self._row.setSpacing(10)
        self._shown: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(self._heading)
        column.addSpacing(10)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._text, 8)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addSpacing(18)
        column.addLayout(self._row)
        column.addStretch(3)

    @property
    def heading(self) -> str:
        """What is said in large letters."""
        return self._heading.text()

    def say(self, heading: str, text: str, buttons: Sequence[tuple[str, str]]) -> None:
        """Say something.

        Parameters
        ----------
        heading, text
            What, and more about it.
        buttons
            Name and word of each; the first one is the one that is meant.
        """
        if self._shown == (heading, text, tuple(buttons)):
            return
        self._shown = heading, text, tuple(buttons)
        self._heading.setText(heading)
        self._text.setText(text)
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._row.addStretch(1)
        for n, (name, word) in enumerate(buttons):
            button = QPushButton(word)
            button.setMinimumHeight(36)
            if n == 0:
                button.setObjectName("primary")
            button.clicked.connect(lambda _=False, w=name: self.wanted.emit(w))
            self._row.addWidget(button)
        self._row.addStretch(1)
