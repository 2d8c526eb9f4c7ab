"""What all pages of the window share: the run, the lab, the person, the look."""

from pathlib import Path

from qtpy.QtCore import QObject, QSettings, Signal

ORGANISATION, PROGRAM = "ai-afm", "ai-afm"


class Context(QObject):
    """Shared by all pages; a page changes the run or the lab here, and all others are told.

    Parameters
    ----------
    settings
        Where layout and last choices are kept; a test gives a file of its own.
    annotator
        Who corrects.
    dark
        Whether the palette is the dark one.
    """

    run_changed = Signal(object)
    """The run that is shown, a folder or None."""
    lab_changed = Signal(object)
    """The lab, a folder or None."""
    page_wanted = Signal(str)
    """Name of a page to be shown, such as "review"."""
    said = Signal(str)
    """A sentence for the status bar."""
    failed = Signal(str)
    """A sentence about what went wrong, shown until it is read."""

    def __init__(
        self, settings: QSettings | None = None, annotator: str = "", *, dark: bool = True
    ) -> None:
        super().__init__()
        self.settings = settings or QSettings(ORGANISATION, PROGRAM)
        self.annotator, self.dark = annotator, dark
        self.run: Path | None = None
        self.lab: Path | None = None

    def attach(self, run: Path | None) -> None:
        """Show another run on all pages."""
        self.run = run
        self.run_changed.emit(run)

    def use_lab(self, lab: Path | None) -> None:
        """Use another lab folder on all pages."""
        self.lab = lab
        self.lab_changed.emit(lab)
