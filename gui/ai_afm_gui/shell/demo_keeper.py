"""Starts the demo, shows it when its folder is there, and asks at the end whether it goes on."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QMessageBox, QWidget

from ai_afm.errors import AfmError
from ai_afm_gui.context import Context
from ai_afm_gui.shell.demo import DemoRun, demo_lab
from ai_afm_gui.steer.ownership import note_started


class DemoKeeper(QObject):
    """Keeps the demo's process, as long as the window is open.

    Parameters
    ----------
    context
        Shows the run of the demo.
    data
        A user's folder for the lab of the demo; `None` for a temporary one.
    now
        Names the run.
    """

    waiting = Signal(bool)
    """Whether the demo is being started."""

    def __init__(
        self, context: Context, data: Path | None, now: Callable[[], datetime] = datetime.now
    ) -> None:
        super().__init__()
        self._context, self._data, self._now = context, data, now
        self.run: DemoRun | None = None
        self._shown = False

    def start(self) -> None:
        """Start a live twin; one that goes on is shown again instead."""
        if self.run is not None and self.run.goes_on:
            if self._shown:
                self._context.attach(self.run.folder)
            return
        try:
            self.run = DemoRun(demo_lab(self._data), self._now())
        except (AfmError, OSError) as exc:
            text = self.tr("The demo could not be started: {reason}")
            self._context.failed.emit(text.format(reason=exc))
            return
        self._shown = False
        self.waiting.emit(True)

    def adopt(self, run: DemoRun) -> None:
        """Keep a demo that was started before the window was there."""
        self.run, self._shown = run, False
        self.waiting.emit(True)

    def tick(self) -> None:
        """Show the run as soon as its folder is there."""
        if self.run is None or self._shown:
            return
        if self.run.is_ready:
            self._shown = True
            self.waiting.emit(False)
            self._context.use_lab(self.run.lab)
            note_started(self._context.settings, self.run.folder)
            self._context.attach(self.run.folder)
        elif not self.run.goes_on:
            self._shown = True
            self.waiting.emit(False)
            text = self.tr("The demo has ended before it began: {reason}")
            self._context.failed.emit(text.format(reason=self.run.last_words))

    def may_close(self, parent: QWidget) -> bool:
        """Ask what becomes of a live demo; false when the window is to stay open."""
        if self.run is None or not self.run.goes_on:
            return True
        box = QMessageBox(parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("The demo goes on"))
        box.setText(self.tr("The demo is a process of its own and still scans."))
        box.setInformativeText(self.tr("What shall become of it when the window closes?"))
        end = box.addButton(self.tr("End the demo"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("Let it run"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("Keep the window"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(end)
        box.exec()
        chosen = box.clickedButton()
        box.deleteLater()
        if chosen is stay:
            return False
        if chosen is end:
            self.run.ask_to_end()
        return True
