"""Before and after: what the active model, the candidate and the person draw on the same crops."""

import math
from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ai_afm.flywheel.gate.picture_file import StoredPicture
from ai_afm.report.palette import WALL_NAMES
from ai_afm.types import ClassCode
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.look.tones import DARK, Colours
from ai_afm_gui.teach.thumbnail import Thumbnail

SIDE = 150


class GalleryPanel(QWidget):
    """Shows the crops that a gate has kept, from the largest gain to the largest loss."""

    def __init__(self) -> None:
        super().__init__()
        self._words, self._legend = QLabel(), QLabel()
        self._words.setWordWrap(True)
        self._legend.setWordWrap(True)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.addWidget(self._words)
        column.addWidget(self._legend)
        column.addWidget(self._area, 1)
        self.crops = 0

    @property
    def words(self) -> str:
        """What is said above the crops."""
        return self._words.text()

    def show_pictures(self, pictures: Sequence[StoredPicture], words: str, tones: Colours) -> None:
        """Show crops below a sentence; without crops the sentence says why."""
        self.crops = len(pictures)
        self._words.setText(words)
        self._legend.setVisible(bool(pictures))
        self._legend.setText(" &nbsp; ".join(_named(code, name) for code, name in WALL_NAMES.items()
                                             if code in LINES))  # fmt: skip
        ground = QWidget()
        grid = QGridLayout(ground)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        for k, picture in enumerate(pictures):
            self._add(grid, k, picture, tones)
        grid.setColumnStretch(4, 1)
        grid.setRowStretch(2 * len(pictures), 1)
        self._area.setWidget(ground)

    def _add(self, grid: QGridLayout, k: int, one: StoredPicture, tones: Colours) -> None:
        channel = next(iter(one.channels.values()))
        hands = (
            (self.tr("recorded"), None, math.nan),
            (self.tr("before"), one.before, one.f1_before),
            (self.tr("after"), one.after, one.f1_after),
            (self.tr("person"), one.person, math.nan),
        )
        for column, (name, codes, score) in enumerate(hands):
            label = QLabel(name if math.isnan(score) else f"{name}, F1 {score:.2f}")
            label.setObjectName("quiet")
            picture = Thumbnail(SIDE)
            picture.show_picture(channel, codes, tones)
            grid.addWidget(label, 2 * k, column)
            grid.addWidget(picture, 2 * k + 1, column, Qt.AlignmentFlag.AlignTop)


def _named(code: ClassCode, name: str) -> str:
    """Return a class of lines with its colour, on the dark edge that lines have on images."""
    sign = f'<span style="background:{DARK.window};color:{LINES[code]}">&nbsp;&#9632;&nbsp;</span>'
    return sign + "&nbsp;" + name.replace(" ", "&nbsp;")
