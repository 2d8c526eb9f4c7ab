"""What another policy would have done: asked of `ai-afm replay`, decision by decision."""

from pathlib import Path

from qtpy.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ai_afm_gui.look.tones import Colours
from ai_afm_gui.nights.tables import comparison_items, plain_table, quieten
from ai_afm_gui.nights.what_if import PRESETS, comparison, is_wish
from ai_afm_gui.teach.answers import failed_words
from ai_afm_gui.teach.command import Command, Launcher
from ai_afm_gui.teach.outcome import Outcome


class WhatIfPanel(QWidget):
    """Asks one question at a time about a run.

    Parameters
    ----------
    launch
        How a verb becomes a process.
    tones
        Colours of the theme.
    """

    def __init__(self, launch: Launcher, tones: Colours) -> None:
        super().__init__()
        self._command = Command(launch, low=True)
        self._tones = tones
        self._run: Path | None = None
        self.wish = QComboBox()
        self.wish.setEditable(True)
        self.wish.addItems(PRESETS)
        self.wish.setMinimumWidth(240)
        self.wish.editTextChanged.connect(lambda _text: self._enable())
        self.ask = QPushButton(self.tr("Ask"))
        self.ask.clicked.connect(self.start)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self._command.interrupt)
        self.words = QLabel(
            self.tr("Any key of the run's configuration as KEY=VALUE, or another controller.")
        )
        self.words.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        heads = [self.tr("Row"), self.tr("It did"), self.tr("It would have"), self.tr("Difference")]
        self.table = plain_table(heads, 2)
        self._lay_out()
        self._enable()

    def recolour(self, tones: Colours) -> None:
        """Take over the colours of a theme."""
        self._tones = tones
        quieten(self.table, tones)

    def show_run(self, run: Path | None) -> None:
        """Ask about another run from now on; a question about the run before is dropped."""
        if run == self._run:
            return
        self._run = run
        self._command.shut()
        self.table.clear()
        self._enable()

    def start(self) -> None:
        """Ask what is written in the field."""
        wish = self.wish.currentText().strip()
        if self._run is None or not is_wish(wish):
            return
        self.words.setText(self.tr("Each decision is taken again ..."))
        self.table.clear()
        given = ["replay", str(self._run), "--what-if", wish, "--json"]
        self._command.start(given, self._told)
        self._enable()

    def shut(self) -> None:
        """End the process."""
        self._command.shut()

    def _told(self, end: Outcome) -> None:
        if end.done:
            found = comparison(end.result)
            self.words.setText(found.words)
            self.table.addTopLevelItems(comparison_items(found))
            quieten(self.table, self._tones)
        elif end.interrupted:
            self.words.setText(self.tr("The question was dropped."))
        else:
            self.words.setText(failed_words("replay", end))
        self._enable()

    def _enable(self) -> None:
        busy = self._command.busy
        wish = is_wish(self.wish.currentText())
        self.ask.setEnabled(self._run is not None and wish and not busy)
        self.cancel.setVisible(busy)
        self._bar.setVisible(busy)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("What if")))
        row.addWidget(self.wish)
        row.addWidget(self.ask)
        row.addWidget(self.cancel)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.addLayout(row)
        column.addWidget(self.words)
        column.addWidget(self._bar)
        column.addWidget(self.table, 1)
