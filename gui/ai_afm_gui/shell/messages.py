"""Where the window says what went wrong; a sentence stays until it has been read."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from ai_afm_gui.look.icons import pixmap
from ai_afm_gui.look.tones import Colours

MOST = 100
"""Sentences that wait; a fault that repeats must not fill the memory."""
LONGEST = 400
"""Characters that are shown of one; the log has them all."""


class Failures(QFrame):
    """Shows the oldest unread failure, and how many wait behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("failure")
        self._waiting: list[tuple[str, int]] = []
        self._mark, self._text, self._more = QLabel(), QLabel(), QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more.setObjectName("quiet")
        self._read = QPushButton(self.tr("Read"))
        self._read.setToolTip(self.tr("Take this message away"))
        self._read.clicked.connect(self.read)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(self._read)
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        """All sentences that nobody has read yet."""
        return tuple(text for text, _ in self._waiting)

    def add(self, text: str) -> None:
        """Show a failure, or count it when the same one waits already."""
        for place, (known, count) in enumerate(self._waiting):
            if known == text:
                self._waiting[place] = (known, count + 1)
                break
        else:
            if len(self._waiting) < MOST:
                self._waiting.append((text, 1))
        self._show()

    def read(self) -> None:
        """Take away the one that is shown, and show the next."""
        self._waiting = self._waiting[1:]
        self._show()

    def recolour(self, tones: Colours) -> None:
        """Draw the sign in the colours of a theme."""
        self._mark.setPixmap(pixmap("warn", tones.bad, 22, self.devicePixelRatioF()))

    def _show(self) -> None:
        self.setVisible(bool(self._waiting))
        if not self._waiting:
            return
        text, count = self._waiting[0]
        shown = text if len(text) <= LONGEST else text[:LONGEST] + "..."
        if count > 1:
            shown += " " + self.tr("({count} times)").format(count=count)
        self._text.setText(shown)
        behind = len(self._waiting) - 1
        self._more.setText(self.tr("{count} more").format(count=behind) if behind else "")
