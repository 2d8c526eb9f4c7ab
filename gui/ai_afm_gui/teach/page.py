"""The page "Teach": corrections become a model, and everybody sees whether it is a better one."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ai_afm_gui.context import Context
from ai_afm_gui.look.tones import Colours, colours
from ai_afm_gui.page import Page
from ai_afm_gui.teach import answers
from ai_afm_gui.teach.command import Command, Launcher, ai_afm
from ai_afm_gui.teach.course import CourseReader, Pace, is_under_way, newest_round
from ai_afm_gui.teach.curve_panel import CurvePanel
from ai_afm_gui.teach.gallery_panel import GalleryPanel
from ai_afm_gui.teach.lab_books import Books, Stamp, is_lab, read_books, stamp
from ai_afm_gui.teach.models_panel import ModelsPanel
from ai_afm_gui.teach.outcome import Outcome
from ai_afm_gui.teach.pictures import Pictures, read_gallery
from ai_afm_gui.teach.records_table import DatasetsTable, HistoryTable
from ai_afm_gui.teach.step_card import StepCard
from ai_afm_gui.teach.story import Doing, candidate_of, steps
from ai_afm_gui.teach.verdict import verdict_of
from ai_afm_gui.teach.verdict_panel import VerdictPanel

LOOK_EVERY = 0.5
"""s between two looks at the records and the curve."""


class TeachPage(Page):
    """Tells the loop's story for one lab, and does its steps as processes of their own.

    Parameters
    ----------
    context
        What all pages share.
    launch
        How a verb becomes a process; a test gives its own.
    clock
        s, monotonic.
    """

    def __init__(
        self,
        context: Context,
        launch: Launcher = ai_afm,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(context)
        self._clock = clock
        self.cards = [StepCard() for _ in range(5)]
        self.curve, self.verdict = CurvePanel(), VerdictPanel()
        self.gallery, self.models = GalleryPanel(), ModelsPanel()
        self.sets, self.history = DatasetsTable(), HistoryTable()
        self.tabs = QTabWidget()
        self._nothing = QLabel()
        self._work, self._change = Command(launch, low=True), Command(launch)
        self._verb = ""
        self._threads = ThreadPoolExecutor(1, "teach")
        self._reading: Future[Books] | None = None
        self._drawing: Future[Pictures] | None = None
        self._stamp: Stamp | None = None
        self._reader: CourseReader | None = None
        self._pace = Pace()
        self._elsewhere = False
        self._due = float("-inf")
        self._tones: Colours | None = None
        self.books: Books | None = None
        self._model = ""
        self._lay_out()
        self._connect()

    @property
    def busy(self) -> str:
        """Verb that is under way, empty for none."""
        return self._verb if self._work.busy else ""

    def tick(self) -> None:
        """Look whether records or curve have changed, and draw what has."""
        tones = colours(dark=self.context.dark)
        if tones != self._tones:
            self._tones = tones
            self.curve.recolour(tones)
            self._show_books()
        self._take()
        if self._clock() >= self._due:
            self._due = self._clock() + LOOK_EVERY
            self._look()
            self._show_steps()

    def shut(self) -> None:
        """End the processes; a training keeps its checkpoint."""
        self._work.shut()
        self._change.shut()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def freeze(self) -> None:
        """Freeze a training set of all that may be learned from."""
        if self.books is not None:
            name = answers.next_name(self.books, datetime.now(UTC).date())
            self._begin("dataset", ["dataset", "freeze", name], answers.frozen_words)

    def teach(self) -> None:
        """Train a candidate, or go on with the round that was interrupted."""
        given = ["train", *self._who()]
        given += ["--while-scanning"] if self.curve.while_scanning.isChecked() else []
        given += ["--resume"] if self._doing().is_resumable else []
        self.tabs.setCurrentWidget(self.curve)
        self._begin("train", given, answers.trained_words)

    def judge(self) -> None:
        """Let the gate judge the candidate."""
        model = None if self.books is None else candidate_of(self.books)
        if model is not None:
            self.tabs.setCurrentWidget(self.verdict)
            self._begin("gate", ["gate", model.model], answers.judged_words)

    def cancel(self) -> None:
        """End what is under way."""
        self._work.interrupt()

    def promote(self, model: str, reason: str) -> None:
        """Bring a model one step further."""
        given = ["models", "promote", model, "--reason", reason, *self._who()]
        given += ["--live"] if self.models.live.isChecked() else []
        self._alter(given, answers.promoted_words)

    def roll_back(self, reason: str) -> None:
        """Use the model again that was active before."""
        given = ["models", "rollback", "--reason", reason, *self._who()]
        self._alter(given, answers.rolled_back_words)

    def use_lab(self, lab: Path | None) -> None:
        """Show another lab."""
        self._stamp, self._reader, self.books, self._model = None, None, None, ""
        self._reading, self._pace, self._due = None, Pace(), float("-inf")
        found = lab is not None and is_lab(lab)
        self._pages.setCurrentIndex(1 if found else 0)
        self._nothing.setText(
            self.tr("No lab is open.")
            if lab is None
            else self.tr("{lab} is no lab yet: the first correction makes it one.").format(lab=lab)
        )

    def _begin(self, verb: str, given: list[str], words: Callable[[Outcome], str]) -> None:
        """Start a verb that takes long."""
        if self.context.lab is None or self._work.busy:
            return
        self._verb = verb
        self._work.start([*given, *self._lab()], lambda end: self._ended(verb, end, words))
        self._show_steps()

    def _alter(self, given: list[str], words: Callable[[Outcome], str]) -> None:
        """Start a verb that changes the state of a model."""
        if self.context.lab is None or self._change.busy:
            return
        self.models.show_busy(True)
        self.models.say(self.tr("..."))
        self._change.start([*given, *self._lab()], lambda end: self._altered(end, words))

    def _ended(self, verb: str, end: Outcome, words: Callable[[Outcome], str]) -> None:
        self._verb, self._due = "", float("-inf")
        judged = verb == "gate" and end.refused
        stopped = verb == "train" and end.interrupted
        if end.done or judged or stopped:
            self.context.said.emit(words(end))
        elif end.interrupted:
            self.context.said.emit(self.tr("It was interrupted."))
        else:
            self.context.failed.emit(answers.failed_words(verb, end))
        if verb in ("train", "gate") and "model" in end.result:
            self._model = str(end.result["model"])
        self._stamp = None

    def _altered(self, end: Outcome, words: Callable[[Outcome], str]) -> None:
        self._due, self._stamp = float("-inf"), None
        self.models.show_busy(False)
        self.models.say(words(end) if end.done else answers.failed_words("models", end))
        if end.done:
            self.models.reason.setCurrentIndex(-1)
            self.models.reason.setEditText("")

    def _who(self) -> list[str]:
        return ["--annotator", self.context.annotator] if self.context.annotator else []

    def _lab(self) -> list[str]:
        return ["--lab", str(self.context.lab), "--json"]

    def _look(self) -> None:
        """Ask for the books when they have changed, and follow the round that is under way."""
        lab = self.context.lab
        if lab is None or not is_lab(lab):
            return
        self._pages.setCurrentIndex(1)
        now = stamp(lab)
        if now != self._stamp and self._reading is None:
            self._stamp = now
            self._reading = self._threads.submit(read_books, lab)
        planned = newest_round(lab)
        if planned is None:
            self._reader, self._elsewhere = None, False
            return
        if self._reader is None or self._reader.folder != planned.folder:
            self._reader, self._pace = CourseReader(planned.folder), Pace()
        course = self._reader.look()
        self._elsewhere = self.busy != "train" and is_under_way(planned)
        if self.busy == "train" or self._elsewhere:
            self._pace.see(self._clock(), course)
        else:
            self._pace = Pace()

    def _take(self) -> None:
        """Take over what a thread has read."""
        if self._reading is not None and self._reading.done():
            self.books, self._reading = self._reading.result(), None
            self._show_books()
            self._show_steps()
        if self._drawing is not None and self._drawing.done():
            found, self._drawing = self._drawing.result(), None
            if self._tones is not None:
                self.gallery.show_pictures(found.pictures, found.words, self._tones)

    def _show_books(self) -> None:
        books, tones = self.books, self._tones
        if books is None or tones is None:
            return
        if books.fault:
            self.context.failed.emit(books.fault)
            return
        if books.model(self._model) is None:
            newest = candidate_of(books)
            self._model = books.active if newest is None else newest.model
        self.models.show_books(books, tones, self._model)
        self.sets.show_books(books)
        self.history.show_books(books)
        self._show_model(self._model)

    def _show_model(self, model: str) -> None:
        """Show the verdict on a model, and the crops that the gate has kept."""
        self._model = model
        if self.books is None or self._tones is None:
            return
        report = self.books.report(model)
        self.verdict.show_verdict(None if report is None else verdict_of(report), self._tones)
        self._drawing = self._threads.submit(read_gallery, self.books.lab, report)

    def _doing(self) -> Doing:
        lab, reader = self.context.lab, self._reader
        planned = None if lab is None or reader is None else newest_round(lab)
        if planned is None or reader is None:
            return Doing(self.busy, self._work.said)
        course = reader.course
        left = self._pace.left(course, planned.steps)
        return Doing(self.busy, self._work.said, planned, course, left, self._elsewhere)

    def _show_steps(self) -> None:
        if self.books is None or self._tones is None or self.books.fault:
            return
        doing = self._doing()
        for card, step in zip(self.cards, steps(self.books, doing), strict=True):
            card.show_step(step, self._tones)
        self.curve.show_doing(doing)

    def _connect(self) -> None:
        actions = (self._review, self.freeze, self.teach, self.judge)
        for card, action in zip(self.cards, actions, strict=False):
            card.wanted.connect(action)
        self.curve.cancelled.connect(self.cancel)
        self.models.chosen.connect(self._show_model)
        self.models.promote_wanted.connect(self.promote)
        self.models.rollback_wanted.connect(self.roll_back)
        self.context.lab_changed.connect(self.use_lab)
        self.use_lab(self.context.lab)

    def _review(self) -> None:
        self.context.page_wanted.emit("review")

    def _lay_out(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(10)
        for card in self.cards:
            cards.addWidget(card, 1)
        self.tabs.addTab(self.curve, self.tr("Training"))
        self.tabs.addTab(self.verdict, self.tr("Verdict"))
        self.tabs.addTab(self.gallery, self.tr("Before and after"))
        self.tabs.addTab(self.sets, self.tr("Sets"))
        self.tabs.addTab(self.history, self.tr("History"))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.tabs)
        split.addWidget(self.models)
        split.setChildrenCollapsible(False)
        split.setSizes([730, 450])
        split.setStretchFactor(0, 1)
        story = QWidget()
        column = QVBoxLayout(story)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(12)
        column.addLayout(cards)
        column.addWidget(split, 1)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setObjectName("quiet")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._nothing)
        self._pages.addWidget(story)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)
