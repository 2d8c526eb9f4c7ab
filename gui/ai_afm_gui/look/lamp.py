"""A status lamp: a shape and a colour, and the word beside them that says the same."""

from enum import StrEnum

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QWidget

from ai_afm_gui.look.icons import pixmap
from ai_afm_gui.look.tones import Colours


class Level(StrEnum):
    """How a lamp shines; each level has a shape of its own."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


class Lamp(QWidget):
    """A shape with a word.

    Parameters
    ----------
    size
        Edge of the shape, pixels.
    """

    def __init__(self, size: int = 14) -> None:
        super().__init__()
        self._size = size
        self._shown: tuple[Level, str, str] | None = None
        self._shape, self._word = QLabel(), QLabel()
        self._word.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._shape)
        row.addWidget(self._word)

    @property
    def word(self) -> str:
        """The word that is shown."""
        return self._word.text()

    def show_level(self, level: Level, word: str, tones: Colours, more: str = "") -> None:
        """Show a level.

        Parameters
        ----------
        level, word
            Shape and colour, and what they mean here.
        tones
            Of the theme.
        more
            A sentence, for who rests on the lamp.
        """
        colour = tones.quiet if level is Level.UNKNOWN else str(getattr(tones, level.value))
        if self._shown == (level, word, colour):
            return
        self._shown = (level, word, colour)
        ratio = self.devicePixelRatioF()
        self._shape.setPixmap(pixmap(level.value, colour, self._size, ratio))
        self._word.setText(word)
        self.setToolTip(more)
        self.setAccessibleName(word)
