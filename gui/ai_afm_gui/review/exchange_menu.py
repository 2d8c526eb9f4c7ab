"""Labels out and in: entries of the menu that ask for a place and run `ai-afm corrections`."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qtpy.QtGui import QAction
from qtpy.QtWidgets import QFileDialog, QMenu, QWidget

from ai_afm.flywheel.exchange.export import Format
from ai_afm_gui.context import Context
from ai_afm_gui.teach.command import Command
from ai_afm_gui.teach.outcome import Outcome


class ExchangeMenu:
    """Exports and imports.

    Parameters
    ----------
    page
        Shows the entries and the dialogs.
    context
        Whose lab it is, and who is told.
    command
        Runs the verbs.
    """

    def __init__(self, page: QWidget, context: Context, command: Command) -> None:
        self._page, self._context, self._command = page, context, command

    def actions(self) -> list[QAction]:
        """Return the entries."""
        page = self._page
        corrected = QMenu(page.tr("Export corrections"), page)
        waiting = QMenu(page.tr("Export what waits in the queue"), page)
        for one in Format:
            for menu, queue in ((corrected, False), (waiting, True)):
                action = QAction(format_word(one, page), menu)
                action.triggered.connect(lambda *_, f=one, q=queue: self._ask(f, q))
                menu.addAction(action)
        files = QAction(page.tr("Import corrections..."), page)
        files.triggered.connect(lambda *_: self._ask_files())
        folder = QAction(page.tr("Import a folder of corrections..."), page)
        folder.triggered.connect(lambda *_: self._ask_folder())
        entries = [m.menuAction() for m in (corrected, waiting)]
        return [e for e in entries if e is not None] + [files, folder]

    def export(self, out: Path, file_format: Format, *, queue: bool = False) -> None:
        """Write what people stand by, or what waits in the queue, into a folder."""
        arguments = ["corrections", "export", str(out), "--format", file_format.value]
        told = partial(self._exported, out)
        self._run([*arguments, *(["--queue"] if queue else [])], told)

    def take_in(self, paths: Sequence[Path]) -> None:
        """Take labels in that another program has drawn."""
        self._run(["corrections", "import", *map(str, paths)], self._imported)

    def _run(self, arguments: Sequence[str], told: Callable[[Outcome], None]) -> None:
        lab = self._context.lab
        if lab is None:
            self._context.failed.emit(self._page.tr("There is no lab yet; choose one first."))
        elif self._command.busy:
            self._context.said.emit(self._page.tr("The last export is still being written."))
        else:
            self._command.start([*arguments, "--lab", str(lab), "--json"], told)

    def _ask(self, file_format: Format, queue: bool) -> None:
        title = self._page.tr("Folder for the files")
        chosen = QFileDialog.getExistingDirectory(self._page, title)
        if chosen:
            self.export(Path(chosen), file_format, queue=queue)

    def _ask_files(self) -> None:
        kinds = self._page.tr("Corrections (*.json *.geojson *.png *.tif *.tiff *.zip)")
        title = self._page.tr("Files of corrections")
        chosen, _ = QFileDialog.getOpenFileNames(self._page, title, "", kinds)
        if chosen:
            self.take_in([Path(name) for name in chosen])

    def _ask_folder(self) -> None:
        title = self._page.tr("Folder of corrections")
        chosen = QFileDialog.getExistingDirectory(self._page, title)
        if chosen:
            self.take_in([Path(chosen)])

    def _exported(self, out: Path, outcome: Outcome) -> None:
        if outcome.code == 0:
            count = len(outcome.result.get("files", ()))
            text = self._page.tr("{count} files are in {folder}.")
            self._context.said.emit(text.format(count=count, folder=out))
        else:
            self._context.failed.emit(outcome.message)

    def _imported(self, outcome: Outcome) -> None:
        if outcome.code == 0:
            count = int(outcome.result.get("imported", 0))
            self._context.said.emit(
                self._page.tr("{count} corrections are in.").format(count=count)
            )
        else:
            self._context.failed.emit(outcome.message)


def format_word(one: Format, page: QWidget) -> str:
    """Return what a format is called, with what it keeps."""
    return {
        Format.PNG: page.tr("PNG: every pixel"),
        Format.TIFF: page.tr("TIFF: every pixel, for napari"),
        Format.GEOJSON: page.tr("GeoJSON: lines in metres"),
        Format.COCO: page.tr("COCO: one file"),
    }[one]
