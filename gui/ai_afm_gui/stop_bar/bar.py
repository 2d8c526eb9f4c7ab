"""The stop bar's widget: three buttons, a lamp, and what the run has answered."""

import time
from collections.abc import Callable
from pathlib import Path

from qtpy.QtCore import QSize, Qt, QTimer
from qtpy.QtGui import QCloseEvent, QFontMetrics, QKeySequence, QResizeEvent, QShortcut
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ai_afm_gui.look.icons import plain_icon
from ai_afm_gui.look.lamp import Lamp, Level
from ai_afm_gui.look.tones import colours
from ai_afm_gui.stop_bar.commander import Commander
from ai_afm_gui.stop_bar.presenter import BarPresenter, BarView, command
from ai_afm_gui.stop_bar.watcher import Watcher

TICK_MS = 50
SIZE = (380, 236)
"""Pixels."""


class StopBar(QWidget):
    """Always on top; *STOP + WITHDRAW* can be pressed whatever has happened.

    Parameters
    ----------
    run
        Folder of the run.
    dark
        Whether the theme is the dark one.
    clock
        s, monotonic.
    """

    def __init__(
        self, run: Path, *, dark: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self.setObjectName("ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Stop: {run}").format(run=run.name))
        self._tones = colours(dark=dark)
        self.commander, self._watcher = Commander(run, clock), Watcher(run)
        self.presenter = BarPresenter(run.name, clock)
        self._title, self._message, self.lamp = QLabel(), QLabel(), Lamp(16)
        self.pause = self._button("pause", self._tones.text)
        self.stop = self._button("stop", self._tones.text)
        self.withdraw = self._button("withdraw", "#ffffff")
        self.withdraw.setObjectName("withdraw")
        self._lay_out()
        self._shown: BarView | None = None
        # no button has the focus at first: Space pressed by mistake must not withdraw
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocus()
        QShortcut(QKeySequence("Ctrl+."), self).activated.connect(lambda: self._send("withdraw"))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self._timer.start(TICK_MS)
        self.tick()

    def tick(self) -> None:
        """Take what the threads have found, and show it."""
        while (told := self.commander.answer()) is not None:
            self.presenter.heard(told)
        self.presenter.saw(self._watcher.newest)
        self._show(self.presenter.view())
        # the word of the lamp leaves more room, or less
        self._name()

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Look no more; the run goes on."""
        self._timer.stop()
        self._watcher.close()
        super().closeEvent(a0)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Shorten the name of the run to the new width."""
        super().resizeEvent(a0)
        self._name()

    def _button(self, do: str, colour: str) -> QPushButton:
        button = QPushButton(f" {command(do)}")
        button.setIcon(plain_icon(do, colour))
        button.setIconSize(QSize(20, 20))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # what counts is the press, not the release
        button.pressed.connect(lambda: self._send(do))
        return button

    def _send(self, do: str) -> None:
        self.commander.press(do)
        self.presenter.pressed(do)
        self._show(self.presenter.view())

    def _lay_out(self) -> None:
        self.setMinimumSize(*SIZE)
        self.resize(*SIZE)
        self._title.setObjectName("title")
        self._title.setStyleSheet("font-weight: 600;")
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setMinimumHeight(3 * QFontMetrics(self.font()).lineSpacing() + 4)
        self._message.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self.lamp)
        small = QHBoxLayout()
        small.setSpacing(10)
        small.addWidget(self.pause)
        small.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 10)
        column.setSpacing(10)
        column.addLayout(top)
        column.addLayout(small, 2)
        column.addWidget(self.withdraw, 3)
        column.addWidget(self._message)

    def _show(self, view: BarView) -> None:
        if view == self._shown:
            return
        self._shown = view
        self._name()
        self.lamp.show_level(Level(view.level), view.word, self._tones)
        self._message.setText(view.message)
        colour = self._tones.bad if view.urgent else self._tones.text
        weight = "600" if view.urgent else "400"
        self._message.setStyleSheet(f"color: {colour}; font-weight: {weight};")
        for button in (self.pause, self.stop):
            button.setEnabled(view.steers)

    def _name(self) -> None:
        if self._shown is None:
            return
        room = max(40, self._title.width())
        text = self._title.fontMetrics().elidedText(
            self._shown.title, Qt.TextElideMode.ElideMiddle, room
        )
        self._title.setText(text)
        self._title.setToolTip(self._shown.title)
