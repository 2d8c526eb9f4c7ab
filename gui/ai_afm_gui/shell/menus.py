"""The menu bar: what can be opened, shown and stopped, with its keys."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QCoreApplication, Qt
from qtpy.QtGui import QAction, QActionGroup, QKeySequence
from qtpy.QtWidgets import QMenu, QMenuBar, QMessageBox

from ai_afm import __version__
from ai_afm_gui.look.language import in_language
from ai_afm_gui.shell.log import log_file
from ai_afm_gui.shell.options import LANGUAGES

if TYPE_CHECKING:
    from ai_afm_gui.page import Page
    from ai_afm_gui.window import Window

NAMES = {"en": "English", "zh_TW": "繁體中文"}
"""Each language in itself."""


class Menus:
    """Fills the menu bar of a window.

    Parameters
    ----------
    window
        Whose menu bar it is.
    """

    def __init__(self, window: "Window") -> None:
        self._window = window
        bar = window.menu_bar
        self._file(_menu(bar, self.tr("&File")))
        self._run(_menu(bar, self.tr("&Run")))
        self._view(_menu(bar, self.tr("&View")))
        self._page = _menu(bar, self.tr("&Page"))
        self._help(_menu(bar, self.tr("&Help")))
        self.of_page(None)

    def tr(self, text: str) -> str:
        """Return a text in the language of the window."""
        return QCoreApplication.translate("Menus", text)

    def of_page(self, page: "Page | None") -> None:
        """Show the actions of a page: those that it has by `addAction`."""
        actions = page.actions() if page is not None else []
        self._page.clear()
        self._page.addActions(actions)
        entry = self._page.menuAction()
        if entry is not None:
            entry.setVisible(bool(actions))

    def _file(self, menu: QMenu) -> None:
        window = self._window
        self._add(menu, self.tr("Open the demo"), window.demo.start)
        self._add(menu, self.tr("New run..."), window.new_run, "Ctrl+N").setVisible(
            window.has_wizard
        )
        self._add(menu, self.tr("Open a run..."), window.open_run, "Ctrl+O")
        self._recent = QMenu(self.tr("Recent runs"), menu)
        menu.addMenu(self._recent)
        self._recent.aboutToShow.connect(self._list_recent)
        self._add(menu, self.tr("Open a lab..."), window.open_lab)
        menu.addSeparator()
        self._add(menu, self.tr("Quit"), window.close, "Ctrl+Q")

    def _run(self, menu: QMenu) -> None:
        window = self._window
        self._add(menu, self.tr("Open the stop bar"), window.brake.open_bar)
        menu.addSeparator()
        self._add(menu, self.tr("STOP + WITHDRAW"), window.brake.withdraw, "Ctrl+.")

    def _view(self, menu: QMenu) -> None:
        window = self._window
        for number, name in enumerate(window.page_names, start=1):
            word = window.navigation.word(name)
            self._add(menu, word, partial(window.show_page, name), f"Ctrl+{number}")
        menu.addSeparator()
        self._dark = self._add(menu, self.tr("Dark theme"), self._flip_theme, "Ctrl+T")
        self._dark.setCheckable(True)
        self._dark.setChecked(window.context.dark)
        languages = QMenu(self.tr("Language"), menu)
        menu.addMenu(languages)
        group = QActionGroup(languages)
        for code in LANGUAGES:
            action = self._add(languages, NAMES[code], partial(self._choose_language, code))
            action.setCheckable(True)
            action.setChecked(code == (window.memory.language or LANGUAGES[0]))
            group.addAction(action)
        menu.addSeparator()
        self._full = self._add(menu, self.tr("Full screen"), self._flip_full, "F11")
        self._full.setCheckable(True)

    def _help(self, menu: QMenu) -> None:
        self._add(menu, self.tr("Where is the log?"), self._tell_log)
        self._add(menu, self.tr("About ai-afm"), self._about)

    def _tell_log(self) -> None:
        text = self.tr("What the window did, and what went wrong, is written to\n{file}")
        QMessageBox.information(self._window, self.tr("Log"), text.format(file=log_file()))

    def _about(self) -> None:
        text = self.tr(
            "ai-afm {version}: the brain that an atomic force microscope lacks.\n\n"
            "The window is free software under the GNU General Public License, version 3 or "
            "later; all else is under the BSD 3-Clause License."
        )
        QMessageBox.about(self._window, self.tr("About ai-afm"), text.format(version=__version__))

    def _choose_language(self, code: str) -> None:
        self._window.memory.language = code
        said = self.tr("The window speaks {language} from its next start.")
        # who chooses a language may not read the one that the window speaks now
        own = in_language(code, "Menus", "The window speaks {language} from its next start.")
        words = [text.format(language=NAMES[code]) for text in dict.fromkeys((own, said))]
        QMessageBox.information(self._window, self.tr("Language"), "\n\n".join(words))

    def _flip_theme(self) -> None:
        self._window.use_dark(self._dark.isChecked())

    def _flip_full(self) -> None:
        state = self._window.windowState()
        full = Qt.WindowState.WindowFullScreen
        checked = self._full.isChecked()
        self._window.setWindowState(state | full if checked else state & ~full)

    def _list_recent(self) -> None:
        self._recent.clear()
        for run in self._window.memory.runs:
            self._add(self._recent, run.name, partial(self._attach, run)).setToolTip(str(run))
        self._recent.setToolTipsVisible(True)

    def _attach(self, run: Path) -> None:
        self._window.context.attach(run)

    def _add(
        self, menu: QMenu, text: str, do: Callable[[], object], keys: str | None = None
    ) -> QAction:
        action = QAction(text, menu)
        action.triggered.connect(lambda *_: do())
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        menu.addAction(action)
        return action


def _menu(bar: QMenuBar, title: str) -> QMenu:
    menu = QMenu(title, bar)
    bar.addMenu(menu)
    return menu
