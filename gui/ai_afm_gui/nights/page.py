"""The page "Nights": runs of the past, looked at again and judged."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from qtpy.QtCore import Qt, QUrl
from qtpy.QtGui import QDesktopServices, QKeySequence, QShortcut
from qtpy.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ai_afm.errors import StoreError
from ai_afm_gui.context import Context
from ai_afm_gui.look.tones import Colours, colours
from ai_afm_gui.nights import asking
from ai_afm_gui.nights.book import Book
from ai_afm_gui.nights.decisions_table import DecisionsTable
from ai_afm_gui.nights.documents_bar import DocumentsBar
from ai_afm_gui.nights.figures import Figure, figures_of, widest
from ai_afm_gui.nights.latest import Latest
from ai_afm_gui.nights.listing import Signature, signature
from ai_afm_gui.nights.morning import Morning, Trio, read_morning
from ai_afm_gui.nights.morning_panel import MorningPanel
from ai_afm_gui.nights.reading import Read, read_run
from ai_afm_gui.nights.run_pictures import RunPictures
from ai_afm_gui.nights.run_table import RunTable
from ai_afm_gui.nights.shelf import Shelf
from ai_afm_gui.nights.tables import FiguresTable
from ai_afm_gui.nights.travel_panel import STEPS, TravelPanel
from ai_afm_gui.nights.verdicts import Says, Verdicts
from ai_afm_gui.nights.what_if_panel import WhatIfPanel
from ai_afm_gui.page import Page
from ai_afm_gui.teach.command import Launcher, ai_afm

BOOK_EVERY = 1.0
"""s between two looks at the run that is shown."""
_OPENED = "nights/opened"
_MOST_OPENED = 20


def open_file(file: Path) -> None:
    """Open a file or folder with the program that the desktop has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))


class NightsPage(Page):
    """Lists runs and shows one of them: probes, figures, decisions, its past, and what if.

    Parameters
    ----------
    context
        What all pages share.
    launch
        How a verb becomes a process; a test gives its own.
    clock
        s, monotonic.
    show_file
        Opens a document that was written.
    """

    def __init__(
        self,
        context: Context,
        launch: Launcher = ai_afm,
        clock: Callable[[], float] = time.monotonic,
        show_file: Callable[[Path], None] = open_file,
    ) -> None:
        super().__init__(context)
        tones = colours(dark=context.dark)
        self._clock = clock
        self._tones: Colours = tones
        self.runs = RunTable()
        self.morning, self.travel = MorningPanel(tones), TravelPanel(tones)
        self.figures, self.decisions = FiguresTable(), DecisionsTable()
        self.what_if = WhatIfPanel(launch, tones)
        self.tabs = QTabWidget()
        self._title = QLabel()
        self.documents = DocumentsBar(context, launch, show_file)
        self.shelf, self.pictures = Shelf(clock), RunPictures()
        self._books: Latest[Read] = Latest("book")
        self._probes: Latest[Morning] = Latest("probes")
        self._numbers: Latest[tuple[tuple[Figure, ...], str]] = Latest("figures")
        self._asks: Latest[tuple[bool, str]] = Latest("queue")
        self._book_due = float("-inf")
        self._signature: Signature | None = None
        self.folder: Path | None = None
        self.book: Book | None = None
        self._trios: tuple[Trio, ...] = ()
        self.verdicts: Verdicts | None = None
        self._lay_out()
        self._connect()
        self._recolour()
        self._show_title()

    def attach(self, run: Path | None) -> None:
        """Put a run into the list and show it."""
        if run is not None:
            self.open_run(run)

    def open_run(self, folder: Path) -> None:
        """Put the folder of a run into the list, and show it."""
        folder = folder.absolute()
        opened = [str(folder), *(p for p in self._opened() if p != str(folder))]
        self.context.settings.setValue(_OPENED, opened[:_MOST_OPENED])
        self.shelf.hurry()
        self.show_run(folder)

    def show_run(self, folder: Path) -> None:
        """Show another run."""
        if folder == self.folder:
            return
        self.folder, self.book, self.verdicts, self._trios = folder, None, None, ()
        self._signature, self._book_due = None, float("-inf")
        self.runs.choose(folder)
        self.morning.show_trios((), {})
        self.travel.show_book(None)
        self.decisions.show_book(None, self._tones)
        self.figures.show_figures((), "")
        self.what_if.show_run(folder)
        self.documents.show_run(folder)
        self._show_title()

    def tick(self) -> None:
        """Take over what threads have read, and ask for what is new."""
        if colours(dark=self.context.dark) != self._tones:
            self._tones = colours(dark=self.context.dark)
            self._recolour()
        now = self._clock()
        if self.shelf.tick(self.context.lab, map(Path, self._opened())):
            self._show_lines()
        if now >= self._book_due and self.folder is not None and self._books.idle:
            self._book_due = now + BOOK_EVERY
            if signature(self.folder) != self._signature:
                self._books.ask(partial(read_run, self.folder, self.book))
        self._take()
        made = self.pictures.tick(self.runs.in_sight())
        if made is not None:
            self.runs.show_picture(*made)
        self.morning.tick()
        self.travel.tick()

    def shut(self) -> None:
        """End threads and processes."""
        self.documents.shut()
        self.what_if.shut()
        self.travel.shut()
        books = (self._books, self._probes, self._numbers, self._asks)
        for reader in (self.shelf, self.pictures, *books):
            reader.close()

    def say(self, probe: int, verdict: Says) -> None:
        """Write down what the person says about a probe; it is shown when it is on the disk."""
        if self.verdicts is None:
            return
        try:
            self.verdicts.say(probe, verdict, self.context.annotator)
        except StoreError as exc:
            self.context.failed.emit(str(exc))
            return
        self._show_probes()

    def ask_about(self, seen: Morning) -> None:
        """Put the place of a probe into the review queue of the lab."""
        lab, picture = self.context.lab, seen.after or seen.before
        if lab is None:
            self.morning.note(self.tr("Open a lab first: the review queue is in a lab."))
            return
        if picture is None or self.folder is None:
            return
        reason = self.tr("asked for at probe {name}").format(name=seen.trio.name)
        job = partial(asking.ask_about, lab, self.folder, picture.shot.number, picture.spot, reason)
        self.morning.note(self.tr("..."))
        self._asks.ask(job)

    def travel_to(self, moment: float) -> None:
        """Show the moment of a decision."""
        book = self.book
        if book is None or book.began is None or book.last is None:
            return
        share = (moment - book.began) / max(book.last - book.began, 1e-9)
        self.tabs.setCurrentWidget(self.travel)
        self.travel.slider.setValue(min(int(share * STEPS) + 1, STEPS))

    def _take(self) -> None:
        """Take over what threads have brought."""
        read = self._books.take()
        if read is not None and read.folder == self.folder:
            self._take_book(read)
        seen = self._probes.take()
        if seen is not None and seen.trio == self.morning.trio:
            self.morning.show_probe(seen)
        numbers = self._numbers.take()
        if numbers is not None:
            self.figures.show_figures(*numbers)
        asked = self._asks.take()
        if asked is not None:
            self.morning.note(asked[1])

    def _show_lines(self) -> None:
        self.runs.show_lines(self.shelf.lines, self._tones)
        if self.folder is None and self.shelf.lines:
            self.show_run(self.shelf.lines[0].folder)
        elif self.folder is not None and self.runs.folder != self.folder:
            self.runs.choose(self.folder)
        self._show_title()

    def _take_book(self, read: Read) -> None:
        self._signature = read.signature
        if read.book is None:
            self._title.setText(read.fault)
            return
        before, self.book, self._trios = self.book, read.book, read.probes
        if self.verdicts is None:
            try:
                self.verdicts = Verdicts(read.folder)
            except StoreError as exc:
                self.context.failed.emit(str(exc))
        self._show_probes()
        self.travel.show_book(self.book)
        self.decisions.show_book(self.book, self._tones)
        wide = widest(self.book)
        if before is None or wide != widest(before):
            self._numbers.ask(partial(figures_of, read.folder, wide))
        self._show_title()

    def _show_probes(self) -> None:
        if self.book is None:
            return
        said = {} if self.verdicts is None else self.verdicts.said
        found = {number: one.verdict for number, one in said.items()}
        self.morning.show_trios(self._trios, found)

    def _look_at(self, trio: Trio) -> None:
        if self.folder is not None:
            self._probes.ask(partial(read_morning, self.folder, trio))

    def _show_title(self) -> None:
        line = self.shelf.line(self.folder)
        there = self.folder is not None
        name = "" if self.folder is None else self.folder.name
        book = self.book
        if not there:
            name = self.tr("No run is in this lab yet; open the folder of one.")
        elif line is not None and line.fault:
            name = f"{name}: {line.fault}"
        elif book is not None and book.message:
            name = f"{name}: {book.message}"
        self._title.setText(name)
        self.everywhere.setEnabled(there and self.folder != self.context.run)

    def _opened(self) -> list[str]:
        kept = self.context.settings.value(_OPENED, [])
        return [kept] if isinstance(kept, str) else list(kept or [])

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder of a run"))
        if chosen:
            self.open_run(Path(chosen))

    def _show_everywhere(self) -> None:
        self.context.attach(self.folder)
        self._show_title()

    def _recolour(self) -> None:
        for part in (self.morning, self.travel, self.what_if):
            part.recolour(self._tones)
        self.runs.show_lines(self.shelf.lines, self._tones)
        self.decisions.show_book(None, self._tones)
        self.decisions.show_book(self.book, self._tones)
        self._show_probes()

    def _connect(self) -> None:
        self.runs.chosen.connect(self.show_run)
        self.morning.looked.connect(self._look_at)
        self.morning.said.connect(self.say)
        self.morning.asked.connect(self.ask_about)
        self.decisions.wanted.connect(self.travel_to)
        self.context.lab_changed.connect(self._use_lab)
        self.context.run_changed.connect(lambda _run: self._show_title())
        for key, verdict in (("A", Says.ACCEPT), ("J", Says.REJECT)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._give, verdict))

    def _give(self, verdict: Says) -> None:
        """Take a verdict by key, while the probes are looked at."""
        if self.tabs.currentWidget() is self.morning:
            self.morning.give(verdict)

    def _use_lab(self, _lab: Path | None) -> None:
        self.shelf.hurry()

    def _lay_out(self) -> None:
        open_run = QPushButton(self.tr("Open a run..."))
        open_run.clicked.connect(self._choose_folder)
        self.everywhere = QPushButton(self.tr("Show on all pages"))
        self.everywhere.clicked.connect(self._show_everywhere)
        self._title.setObjectName("title")
        buttons = QHBoxLayout()
        buttons.addWidget(self._title, 1)
        for button in (open_run, self.everywhere, self.documents):
            buttons.addWidget(button)
        for name, panel in (
            (self.tr("Probes"), self.morning),
            (self.tr("Figures"), self.figures),
            (self.tr("Decisions"), self.decisions),
            (self.tr("Time travel"), self.travel),
            (self.tr("What if"), self.what_if),
        ):
            self.tabs.addTab(panel, name)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(buttons)
        column.addWidget(self.tabs, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.runs)
        split.addWidget(below)
        split.setChildrenCollapsible(False)
        split.setSizes([210, 490])
        split.setStretchFactor(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 14, 14, 14)
        whole.addWidget(split)
