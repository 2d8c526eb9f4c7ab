"""The buttons that write what a run leaves on paper, and open it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from qtpy.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from ai_afm_gui.context import Context
from ai_afm_gui.nights.documents import Document, is_new, writing, written_words
from ai_afm_gui.teach.answers import failed_words
from ai_afm_gui.teach.command import Command, Launcher
from ai_afm_gui.teach.outcome import Outcome


class DocumentsBar(QWidget):
    """Report, paper and export of one run.

    Parameters
    ----------
    context
        Told what was written, and what went wrong.
    launch
        How a verb becomes a process.
    show_file
        Opens a file or folder.
    """

    def __init__(
        self, context: Context, launch: Launcher, show_file: Callable[[Path], None]
    ) -> None:
        super().__init__()
        self._context, self._show_file = context, show_file
        self._writer = Command(launch, low=True)
        self._run: Path | None = None
        self.report = QPushButton(self.tr("Report"))
        self.report.clicked.connect(partial(self._pressed, Document.REPORT))
        self.paper = QPushButton(self.tr("Paper"))
        self.export = QPushButton(self.tr("Export"))
        self._offer(
            self.paper,
            {
                self.tr("Methods as text"): Document.METHODS,
                self.tr("Sites as CSV"): Document.SITES,
            },
        )
        self._offer(
            self.export,
            {
                self.tr("Scans for Gwyddion (.gwy)"): Document.GWY,
                self.tr("Channels for Gwyddion (.gsf)"): Document.GSF,
                self.tr("Scans for numpy (.npz)"): Document.NPZ,
            },
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.report, self.paper, self.export):
            row.addWidget(button)
        self._enable()

    def show_run(self, run: Path | None) -> None:
        """Write documents of another run from now on."""
        self._run = run
        self._enable()

    def write(self, document: Document) -> None:
        """Write a document and open it; one that is new already is only opened."""
        if self._run is None or self._writer.busy:
            return
        plan = writing(self._run, document)
        if is_new(self._run, document):
            self._show_file(plan.opened)
            return
        self._context.said.emit(self.tr("It is being written ..."))
        self._writer.start(plan.arguments, partial(self._written, document, plan.opened))
        self._enable()

    def shut(self) -> None:
        """End the process."""
        self._writer.shut()

    def _written(self, document: Document, opened: Path, end: Outcome) -> None:
        self._enable()
        if end.done and opened.exists():
            self._context.said.emit(written_words(document, opened))
            self._show_file(opened)
        elif not end.interrupted:
            self._context.failed.emit(failed_words(document.value, end))

    def _enable(self) -> None:
        for button in (self.report, self.paper, self.export):
            button.setEnabled(self._run is not None and not self._writer.busy)

    def _offer(self, button: QPushButton, documents: Mapping[str, Document]) -> None:
        menu = QMenu(button)
        for name, document in documents.items():
            action = menu.addAction(name)
            assert action is not None
            action.triggered.connect(partial(self._pressed, document))
        button.setMenu(menu)

    def _pressed(self, document: Document, _checked: bool = False) -> None:
        self.write(document)
