"""The window: navigation, header, pages, messages; it shows a run and owns none."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from qtpy.QtCore import QByteArray, Qt, QTimer
from qtpy.QtGui import QCloseEvent, QShowEvent
from qtpy.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMenuBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ai_afm_gui.context import Context
from ai_afm_gui.look.theme import use_theme
from ai_afm_gui.look.tones import Colours, colours
from ai_afm_gui.page import Page
from ai_afm_gui.shell.brake import Brake
from ai_afm_gui.shell.companion import Companion
from ai_afm_gui.shell.demo_keeper import DemoKeeper
from ai_afm_gui.shell.glance import Glance, Life, glance
from ai_afm_gui.shell.header import Header
from ai_afm_gui.shell.lab_search import LabSearch
from ai_afm_gui.shell.memory import Memory
from ai_afm_gui.shell.menus import Menus
from ai_afm_gui.shell.messages import Failures
from ai_afm_gui.shell.navigation import Navigation
from ai_afm_gui.shell.pages import PlaceOfPage, installed_pages
from ai_afm_gui.shell.polled import Polled
from ai_afm_gui.shell.stop_keys import EscTwice
from ai_afm_gui.shell.welcome import Welcome

SMALLEST = (1280, 800)
TICK_MS = 33
GLANCE_EVERY = 1.0
"""s between two looks at the run's life, for the header and the stop bar."""
WIZARD = "ai_afm_gui.steer.wizard"


class Window(QMainWindow):
    """The main window.

    Parameters
    ----------
    context
        What the pages share.
    places
        Pages, from top to bottom.
    companion
        Opens a stop bar beside a live run; `None` for none.
    demo
        Starts the demo.
    clock
        s, monotonic.
    """

    def __init__(
        self,
        context: Context,
        places: tuple[PlaceOfPage, ...] | None = None,
        companion: Companion | None = None,
        demo: DemoKeeper | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.context = context
        self.memory = Memory(context.settings)
        self._places = {p.name: p for p in (installed_pages() if places is None else places)}
        self.brake = Brake(context, companion, clock)
        self.demo = demo or DemoKeeper(context, None)
        self._pages: dict[str, Page] = {}
        self._shown: str | None = None
        self._glance: Glance | None = None
        self._threads = ThreadPoolExecutor(1, "window")
        self.labs = LabSearch(context, self._threads)
        self._look = Polled(self._threads, self._look_at_run, GLANCE_EVERY, clock)
        self.menu_bar = QMenuBar()
        self.header, self.failures = Header(self.menu_bar), Failures()
        self.navigation = Navigation(tuple(self._places))
        self.welcome = Welcome(with_wizard=self.has_wizard)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._lay_out()
        self.menus = Menus(self)
        self._connect()
        self._restore()
        self.recolour()
        self._esc = EscTwice(self._esc_applies, self.brake.withdraw, clock)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    @property
    def page_names(self) -> tuple[str, ...]:
        """Names of the pages, from top to bottom."""
        return tuple(self._places)

    @property
    def shown(self) -> str | None:
        """Name of the page that is shown; `None` while the welcome is."""
        return self._shown

    @property
    def tones(self) -> Colours:
        """Colours of the theme."""
        return colours(dark=self.context.dark)

    @property
    def glance(self) -> Glance | None:
        """The run at the last glance."""
        return self._glance

    def page(self, name: str) -> Page:
        """Return a page; it is made when it is asked for first.

        Raises
        ------
        KeyError
            When there is no such page.
        """
        if name not in self._pages:
            made = self._places[name].open(self.context)
            made.attach(self.context.run)
            self._stack.addWidget(made)
            self._pages[name] = made
        return self._pages[name]

    def show_page(self, name: str) -> None:
        """Show a page; one that cannot be made says why, and the window goes on."""
        if name not in self._places:
            self.context.failed.emit(self.tr("There is no page {name}.").format(name=name))
            return
        page = self.page(name)
        self._shown = name
        self.memory.page = name
        self.navigation.mark(name)
        self._stack.setCurrentWidget(page)
        self.menus.of_page(page)
        page.setFocus()

    def show_welcome(self) -> None:
        """Show how to begin."""
        self._shown = None
        self._stack.setCurrentWidget(self.welcome)
        self.welcome.demo.setFocus()

    def use_dark(self, dark: bool) -> None:
        """Change the theme, at once."""
        self.context.dark = dark
        self.memory.dark = dark
        app = QApplication.instance()
        if isinstance(app, QApplication):
            use_theme(app, dark=dark)
        self.recolour()

    def recolour(self) -> None:
        """Draw what is no text in the colours of the theme."""
        tones = self.tones
        self.navigation.recolour(tones)
        self.failures.recolour(tones)
        self.welcome.recolour(tones)
        self.header.show_glance(self._glance, tones)

    @property
    def has_wizard(self) -> bool:
        """Whether a new run can be set up here."""
        return find_spec(WIZARD) is not None

    def new_run(self) -> QWidget:
        """Open the wizard that sets up a new run."""
        wizard: QWidget = import_module(WIZARD).RunWizard(self.context)
        wizard.setParent(self, Qt.WindowType.Dialog)
        wizard.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        wizard.show()
        return wizard

    def open_run(self) -> None:
        """Ask which run is to be shown."""
        start = str(self.context.run.parent if self.context.run else self.memory.folder)
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder of a run"), start)
        if chosen:
            self.context.attach(Path(chosen))

    def open_lab(self) -> None:
        """Ask which lab is to be used."""
        start = str(self.context.lab or self.memory.folder)
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder of a lab"), start)
        if chosen:
            self.context.use_lab(Path(chosen))

    def showEvent(self, a0: QShowEvent | None) -> None:
        """Watch the keys of the window, now that the system has one."""
        super().showEvent(a0)
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self._esc)

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Remember the layout and end what the pages have started; the run goes on."""
        if not self.demo.may_close(self):
            if a0 is not None:
                a0.ignore()
            return
        self.shut()
        super().closeEvent(a0)

    def shut(self) -> None:
        """End all that the window has started, but the demo, without a question."""
        if not self._timer.isActive():
            return
        self._timer.stop()
        self._leave_bars()
        self.memory.geometry = bytes(self.saveGeometry().data())
        for page in self._pages.values():
            page.shut()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _leave_bars(self) -> None:
        # the bar of a live run stays: it is there for when the window is not
        if self._glance is not None and self._glance.life is Life.ENDED and self.context.run:
            self.brake.leave(self.context.run)
        if self.demo.run is not None and self.demo.run.is_over:
            self.brake.leave(self.demo.run.folder)

    def _lay_out(self) -> None:
        self.setMinimumSize(*SMALLEST)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._stack, 1)
        right.addWidget(self.failures)
        ground = QWidget()
        ground.setObjectName("ground")
        row = QHBoxLayout(ground)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addLayout(right, 1)
        self.setMenuWidget(self.header)
        self.setCentralWidget(ground)

    def _connect(self) -> None:
        self.navigation.wanted.connect(self.show_page)
        self.context.page_wanted.connect(self.show_page)
        self.context.run_changed.connect(self._run_changed)
        self.context.failed.connect(self.failures.add)
        self.context.said.connect(self.header.say)
        self.welcome.open_wanted.connect(self.open_run)
        self.welcome.new_wanted.connect(self.new_run)
        self.welcome.demo_wanted.connect(self.demo.start)
        self.demo.waiting.connect(self.welcome.busy)

    def _restore(self) -> None:
        self.setWindowTitle("ai-afm")
        if not self.restoreGeometry(QByteArray(self.memory.geometry)):
            self.resize(*SMALLEST)

    def begin(self) -> None:
        """Show the page of the last time where there is a run, else the welcome."""
        last = self.memory.page
        if self.context.run is None or not self._places:
            self.show_welcome()
        else:
            self.show_page(last if last in self._places else next(iter(self._places)))

    def _esc_applies(self) -> bool:
        # in a dialogue Esc means the dialogue
        return self._shown == "live" and QApplication.activeWindow() is self

    def _run_changed(self, run: Path | None) -> None:
        for page in self._pages.values():
            page.attach(run)
        self._glance = None
        self.header.show_glance(None, self.tones)
        self.setWindowTitle(f"{run.name} - ai-afm" if run else "ai-afm")
        if run is not None:
            self.memory.add_run(run)
            if self._shown is None and self._places:
                self.show_page(next(iter(self._places)))

    def _look_at_run(self) -> tuple[Path, Glance] | None:
        run = self.context.run
        return None if run is None else (run, glance(run))

    def _tick(self) -> None:
        self.labs.tick()
        self.demo.tick()
        self.brake.tick()
        seen = self._look.poll()
        if seen is not None and seen[0] == self.context.run:
            self._glance = seen[1]
            self.header.show_glance(self._glance, self.tones)
            if self._glance.life in (Life.LIVE, Life.SILENT):
                self.brake.accompany(seen[0])
        page = self._pages.get(self._shown) if self._shown else None
        if page is not None:
            page.tick()
