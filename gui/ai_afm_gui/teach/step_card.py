"""A card for one step of the story: what, how much, and a button."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from ai_afm_gui.look.tones import Colours
from ai_afm_gui.teach.story import Step

LONG = 10
"""Characters from which a figure is a name, and is written smaller."""


class StepCard(QFrame):
    """Shows a `Step`; `wanted` is emitted when its button is pressed."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._title, self._figure, self._words, self._more = (QLabel() for _ in range(4))
        self.button = QPushButton()
        self._title.setObjectName("quiet")
        self._more.setObjectName("quiet")
        for label in (self._figure, self._words, self._more):
            label.setWordWrap(True)
        self.button.clicked.connect(self.wanted.emit)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(4)
        for widget in (self._title, self._figure, self._words, self._more):
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(self.button)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._shown: tuple[Step, Colours] | None = None

    def show_step(self, step: Step, tones: Colours) -> None:
        """Show a step; nothing is touched when it is the same as before."""
        if self._shown == (step, tones):
            return
        self._shown = step, tones
        self._title.setText(step.title)
        size = 16 if len(step.figure) > LONG else 26
        # a name may be broken where a word ends, and a version has none
        self._figure.setText(step.figure.replace("@", "@\u200b").replace("+", "\u200b+"))
        self._figure.setStyleSheet(f"font-size: {size}px; font-weight: 600;")
        self._words.setText(step.words)
        self._more.setText(step.more)
        self._more.setVisible(bool(step.more))
        self.button.setVisible(bool(step.action))
        self.button.setText(step.action)
        self.button.setEnabled(not step.why_not)
        self.button.setToolTip(step.why_not)
