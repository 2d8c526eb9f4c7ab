"""What is shown while there is no run: one click opens the demo."""

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ai_afm_gui.look.icons import icon, plain_icon
from ai_afm_gui.look.tones import Colours


class Welcome(QWidget):
    """Three ways to begin."""

    demo_wanted = Signal()
    open_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, *, with_wizard: bool) -> None:
        super().__init__()
        heading = QLabel(self.tr("Watch, steer, correct, teach"))
        heading.setObjectName("heading")
        self._text = QLabel(
            self.tr(
                "The demo is a microscope that drives itself on a simulated sample. It needs no "
                "instrument, and nothing in it can be broken."
            )
        )
        self._text.setObjectName("quiet")
        self._text.setWordWrap(True)
        self._text.setMaximumWidth(620)
        self.demo = QPushButton()
        self.demo.setObjectName("primary")
        self.demo.setDefault(True)
        self.demo.clicked.connect(self.demo_wanted)
        self._open = QPushButton(" " + self.tr("Open a run..."))
        self._open.clicked.connect(self.open_wanted)
        self._new = QPushButton(" " + self.tr("New run..."))
        self._new.clicked.connect(self.new_wanted)
        self._new.setVisible(with_wizard)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        for button in (self.demo, self._open, self._new):
            button.setMinimumHeight(44)
            button.setIconSize(QSize(18, 18))
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addStretch(2)
        column.addWidget(heading)
        column.addWidget(self._text)
        column.addSpacing(8)
        column.addLayout(buttons)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addLayout(column, 2)
        row.addStretch(1)
        self.busy(False)
        self._text.setAlignment(Qt.AlignmentFlag.AlignLeft)

    def busy(self, waiting: bool) -> None:
        """Show that the demo is being started."""
        self.demo.setEnabled(not waiting)
        text = self.tr("The demo starts...") if waiting else self.tr("Open the demo")
        self.demo.setText(" " + text)

    def recolour(self, tones: Colours) -> None:
        """Draw the icons in the colours of a theme."""
        self.demo.setIcon(plain_icon("start", tones.on_accent))
        self._open.setIcon(icon("open", tones))
        self._new.setIcon(icon("live", tones))
