"""The strip above the pages: menus, the run that is shown, what it does, whether it is live."""

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenuBar, QSizePolicy

from ai_afm_gui.look.lamp import Lamp, Level
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.shell.glance import Glance, Life

LEVELS = {
    Life.STARTING: Level.UNKNOWN,
    Life.LIVE: Level.GOOD,
    Life.SILENT: Level.BAD,
    Life.ENDED: Level.UNKNOWN,
    Life.MISSING: Level.BAD,
}
SAID_MS = 8000
"""How long a sentence stands in the strip."""


class Header(QFrame):
    """Menus and name at the left, lamp at the right, and what is said between them.

    Parameters
    ----------
    menus
        The menu bar; one strip for all leaves the height to the pages.
    """

    def __init__(self, menus: QMenuBar) -> None:
        super().__init__()
        self.setObjectName("header")
        self._title, self._middle = QLabel(), QLabel()
        self._title.setObjectName("title")
        self._middle.setTextFormat(Qt.TextFormat.PlainText)
        self._middle.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # a long name must not make the window wider
        self._middle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._texts = ("", "", "")
        self.lamp = Lamp(16)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.timeout.connect(self._forget)
        menus.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 5, 16, 5)
        row.setSpacing(16)
        row.addWidget(menus)
        row.addWidget(self._title)
        row.addWidget(self._middle, 1)
        row.addWidget(self.lamp)

    @property
    def middle(self) -> str:
        """What stands between name and lamp."""
        return self._texts[2] or self._texts[1]

    def say(self, text: str) -> None:
        """Show a sentence for a while."""
        self._texts = (*self._texts[:2], text)
        self._quiet.start(SAID_MS)
        self._fit()

    def show_glance(self, glance: Glance | None, tones: Colours) -> None:
        """Show a run at a glance; `None` for no run."""
        if glance is None:
            self._texts = (self.tr("No run is open"), "", self._texts[2])
            self.lamp.show_level(Level.UNKNOWN, self.tr("no run"), tones)
        else:
            about = [text for text in (glance.sample, self._activity(glance.doing)) if text]
            self._texts = (glance.name, "   ".join(about), self._texts[2])
            self.lamp.show_level(LEVELS[glance.life], self._word(glance), tones, glance.trouble)
        self._fit()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Shorten the texts to the new width."""
        super().resizeEvent(a0)
        self._fit()

    def _forget(self) -> None:
        self._texts = (*self._texts[:2], "")
        self._fit()

    def _fit(self) -> None:
        name, _, said = self._texts
        room = max(120, self.width() // 4)
        elided = self._title.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        self._title.setText(elided)
        self._title.setToolTip(name)
        middle, room = self.middle, max(60, self._middle.width())
        self._middle.setText(
            self._middle.fontMetrics().elidedText(middle, Qt.TextElideMode.ElideRight, room)
        )
        self._middle.setToolTip(middle)
        self._middle.setEnabled(bool(said))  # what is not said just now is quiet

    def _word(self, glance: Glance) -> str:
        words = {
            Life.STARTING: self.tr("starting"),
            Life.LIVE: self.tr("live"),
            Life.SILENT: self.tr("no answer"),
            Life.ENDED: self.tr("ended"),
            Life.MISSING: self.tr("no such run"),
        }
        if glance.life is Life.LIVE and glance.doing.get("state") == "paused":
            return self.tr("live, paused")
        return words[glance.life]

    def _activity(self, doing: Mapping[str, Any]) -> str:
        scan = doing.get("scan")
        if not isinstance(scan, dict):
            return ""
        return self.tr("scan {number}: {rows} of {lines} lines").format(
            number=scan.get("number"), rows=scan.get("rows"), lines=scan.get("lines")
        )
