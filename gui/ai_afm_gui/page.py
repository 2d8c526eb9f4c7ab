"""What every page of the window is: a widget that is told of runs, time, and its end."""

from pathlib import Path

from qtpy.QtWidgets import QWidget

from ai_afm_gui.context import Context


class Page(QWidget):
    """A page of the window; subclasses fill it.

    Parameters
    ----------
    context
        What all pages share.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def attach(self, run: Path | None) -> None:
        """Show another run, live or old; `None` for none. Called before the first `tick`, too."""

    def tick(self) -> None:
        """Pull the newest state and draw it; called at most 30 times a second, only while shown."""

    def shut(self) -> None:
        """End timers, threads and processes that this page has started; the window closes."""
