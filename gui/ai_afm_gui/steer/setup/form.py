"""A page of the wizard: headings, editors, and other widgets, one below the other."""

from collections.abc import Iterable

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ai_afm_gui.steer.setup.editors import Editor


class Form(QScrollArea):
    """A page that scrolls where there is no room for all of it."""

    changed = Signal(str, object)
    """Key and new value."""

    def __init__(self) -> None:
        super().__init__()
        self.editors: list[Editor] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._layout = QVBoxLayout(inside)
        self._layout.setContentsMargins(4, 4, 12, 4)
        self._layout.setSpacing(9)
        self._layout.addStretch(1)
        self.setWidget(inside)

    def heading(self, text: str) -> QLabel:
        """Add a heading."""
        label = QLabel(text)
        label.setStyleSheet("font-size: 16px; font-weight: 600;")
        label.setWordWrap(True)
        self.put(label)
        return label

    def note(self, text: str) -> QLabel:
        """Add a quiet sentence."""
        label = QLabel(text)
        label.setObjectName("quiet")
        label.setWordWrap(True)
        self.put(label)
        return label

    def add(self, editors: Iterable[Editor]) -> None:
        """Add editors of keys."""
        for editor in editors:
            editor.changed.connect(self.changed)
            self.editors.append(editor)
            self.put(editor)

    def put(self, widget: QWidget) -> None:
        """Add a widget."""
        self._layout.insertWidget(self._layout.count() - 1, widget)
