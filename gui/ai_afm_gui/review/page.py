"""The page Review: the queue crop by crop, corrected by hand, nothing ever lost."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QAction, QHideEvent, QKeyEvent, QKeySequence, QShortcut
from qtpy.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout

from ai_afm.flywheel.lab import MARKER
from ai_afm_gui.context import Context
from ai_afm_gui.look.tones import colours
from ai_afm_gui.page import Page
from ai_afm_gui.review import words
from ai_afm_gui.review.bench_view import BenchView
from ai_afm_gui.review.desk import Verdict
from ai_afm_gui.review.disagreement import disagreements, next_of
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.exchange_menu import ExchangeMenu
from ai_afm_gui.review.key_sheet import KeySheet
from ai_afm_gui.review.keys import CLASS_ACTIONS, Action, bindings
from ai_afm_gui.review.message_panel import MessagePanel
from ai_afm_gui.review.reasons import why_nothing
from ai_afm_gui.review.sitting import Clocks, Sitting, State, Threads
from ai_afm_gui.review.tool_column import ACTIONS
from ai_afm_gui.teach.command import Command
from ai_afm_gui.teach.outcome import Outcome

_BY_ACTION = {action: hand for hand, action in ACTIONS.items()}
_VERDICTS = {
    Action.SKIP: Verdict.SKIP,
    Action.UNSURE: Verdict.UNSURE,
    Action.REJECT: Verdict.REJECT,
}


class ReviewPage(Page):
    """The page Review."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.sitting: Sitting | None = None
        self._visited: list[tuple[float, float]] = []
        self._shown: object = None
        self._run: Path | None = None
        self._disk = ThreadPoolExecutor(1, "review-disk")
        self._minds = ThreadPoolExecutor(2, "review-mind")
        self.command = Command(low=True)
        self.exchange = ExchangeMenu(self, context, self.command)
        self.bench, self.message = BenchView(self.do), MessagePanel()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.message)
        self._stack.addWidget(self.bench)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._bind()
        self._connect()
        self.bench.use_tones(colours(dark=context.dark))
        self.use_lab(context.lab)

    def _connect(self) -> None:
        self.context.lab_changed.connect(self.use_lab)
        self.bench.tools.chosen.connect(lambda hand: self.do(ACTIONS[hand]))
        self.bench.tools.resized.connect(
            lambda n: self.do(Action.LARGER if n > 0 else Action.SMALLER)
        )
        self.bench.panel.class_chosen.connect(self._choose_class)
        self.bench.panel.shorter_wanted.connect(self._pick_shorter)
        self.bench.canvas.worked.connect(self._worked)
        self.bench.retry.clicked.connect(self._try_again)
        self.message.wanted.connect(self._wanted)

    def _bind(self) -> None:
        """Bind the keys of the table; those that are held come as events."""
        for binding in bindings():
            if binding.held or binding.action is Action.ACCEPT:
                continue
            for key in binding.keys:
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.setAutoRepeat(binding.action in (Action.UNDO, Action.REDO))
                shortcut.activated.connect(lambda a=binding.action: self.do(a))
        for action in self.exchange.actions():
            self.addAction(action)
        sheet = QAction(self.tr("Keys..."), self)
        sheet.triggered.connect(lambda *_: self.do(Action.SHEET))
        self.addAction(sheet)

    def use_lab(self, lab: Path | None) -> None:
        """Sit down at another lab, or at none."""
        if self.sitting is not None and self.sitting.lab == lab:
            return
        self._end_sitting()
        if lab is not None:
            threads = Threads(self._disk, self._minds)
            clocks = Clocks(time.monotonic, lambda: datetime.now().astimezone())
            self.sitting = Sitting(lab, self.context.annotator, threads, clocks)
        self._show_state()

    def attach(self, run: Path | None) -> None:
        """Know which run the queue may be filled from, and the lab that it lies in."""
        self._run = run
        if run is not None and self.context.lab is None:
            found = [folder for folder in run.parents if (folder / MARKER).is_file()]
            if found:
                self.context.use_lab(found[0])
        self._show_state()

    def tick(self) -> None:
        """Take over what threads have done, and paint what is new."""
        sitting = self.sitting
        if sitting is None:
            return
        if sitting.poll():
            self._show_state()
        self.bench.canvas.follow()
        if sitting.crop is not None and sitting.journal is not None:
            journal, drawing = sitting.journal, sitting.crop.drawing
            self.bench.show_saved(journal.pending, journal.saved, journal.error or sitting.message)
            self.bench.undo.setEnabled(drawing.editor.undos > 0 or drawing.trace is not None)
            self.bench.redo.setEnabled(drawing.editor.redos > 0)

    def shut(self) -> None:
        """Write what waits for the disk, end threads and processes."""
        self.context.lab_changed.disconnect(self.use_lab)
        self.command.shut()
        self._end_sitting()
        self._disk.shutdown()
        self._minds.shutdown()

    def changeEvent(self, a0: QEvent | None) -> None:
        """Follow the theme."""
        if a0 is not None and a0.type() == QEvent.Type.PaletteChange and hasattr(self, "bench"):
            self.bench.use_tones(colours(dark=self.context.dark))
        super().changeEvent(a0)

    def hideEvent(self, a0: QHideEvent | None) -> None:
        """Let go of keys that are held: their release goes to another page."""
        self._peek(False)
        self.bench.sight.panning = False
        super().hideEvent(a0)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Show the image alone while Z is held, move it while the space bar is."""
        if a0 is None or a0.isAutoRepeat():
            return
        if a0.key() == Qt.Key.Key_Z and not a0.modifiers():
            self._peek(True)
        elif a0.key() == Qt.Key.Key_Space:
            self.bench.sight.panning = True
            self.bench.canvas.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            super().keyPressEvent(a0)

    def keyReleaseEvent(self, a0: QKeyEvent | None) -> None:
        """End what a held key did; a space bar that moved nothing accepts."""
        if a0 is None or a0.isAutoRepeat():
            return
        if a0.key() == Qt.Key.Key_Z:
            self._peek(False)
        elif a0.key() == Qt.Key.Key_Space and self.bench.sight.panning:
            self.bench.sight.panning = False
            self.bench.canvas.unsetCursor()
            if not self.bench.canvas.took_space:
                self.do(Action.ACCEPT)
        else:
            super().keyReleaseEvent(a0)

    def _peek(self, on: bool) -> None:
        if self.bench.sight.peek != on:
            self.bench.sight.peek = on
            self.bench.canvas.refresh()
            self.bench.beside.refresh()

    def do(self, action: Action) -> None:
        """Do what a key is bound to, or a button."""
        if action is Action.SHEET:
            KeySheet(self).show()
            return
        drawing = self._drawing()
        if drawing is None or self.sitting is None:
            return
        self.sitting.watch.touch()
        if action in _BY_ACTION:
            drawing.choose(_BY_ACTION[action])
        elif action in CLASS_ACTIONS:
            drawing.choose_class(CLASS_ACTIONS[action])
        elif action is Action.ACCEPT:
            self.sitting.accept()
        elif action in _VERDICTS:
            self.sitting.say(_VERDICTS[action])
        else:
            self._others(drawing)[action]()
        self._show_state()

    def _others(self, drawing: Drawing) -> dict[Action, Callable[[], Any]]:
        return {
            Action.UNDO: drawing.undo,
            Action.REDO: drawing.redo,
            Action.FINISH: drawing.confirm,
            Action.PICK_ALL: lambda: self._say_picked(drawing.pick_all()),
            Action.PICK_ALIKE: lambda: self._say_picked(drawing.pick_alike()),
            Action.HINTS: self._flip_hints,
            Action.DELETE: drawing.delete,
            Action.ESCAPE: self._escape,
            Action.SMALLER: lambda: drawing.resize(-1),
            Action.LARGER: lambda: drawing.resize(1),
            Action.OVERLAY: self._flip_overlay,
            Action.CHANNEL: lambda: self.bench.show_channel(self.bench.channel + 1),
            Action.COMPARE: self.bench.next_version,
            Action.FIT: self.bench.canvas.fit,
            Action.DISAGREEMENT: self._next_disagreement,
        }

    def _drawing(self) -> Drawing | None:
        """Return what may be drawn on just now."""
        sitting = self.sitting
        if sitting is None or sitting.state is not State.WORKING or sitting.crop is None:
            return None
        return sitting.crop.drawing

    def _escape(self) -> None:
        drawing = self._drawing()
        if drawing is not None and not drawing.escape():
            self.bench.canvas.place = None
            self.bench.canvas.update()
        self.bench.say("")

    def _flip_overlay(self) -> None:
        self.bench.sight.overlay = not self.bench.sight.overlay
        self.bench.canvas.refresh()
        self.bench.beside.refresh()

    def _choose_class(self, code: int) -> None:
        drawing = self._drawing()
        if drawing is not None:
            drawing.choose_class(code)
            self._worked()

    def _pick_shorter(self, length: float) -> None:
        drawing, crop = self._drawing(), self.bench.crop
        if drawing is not None and crop is not None:
            self._say_picked(drawing.pick_shorter(length, crop.pitch))
            self._worked()
            self.bench.canvas.setFocus()

    def _say_picked(self, count: int) -> None:
        text = self.tr("{count} lines are picked: a class key renames, Delete removes them.")
        self.bench.say(text.format(count=count))

    def _flip_hints(self) -> None:
        drawing = self._drawing()
        if drawing is not None:
            drawing.show_hints(not drawing.picking.shows_hints)
            self.bench.canvas.refresh()

    def _next_disagreement(self) -> None:
        """Go to the place where label and models differ most, of those not looked at yet."""
        drawing, crop = self._drawing(), self.bench.crop
        if drawing is None or crop is None:
            return
        other = self.bench.other_version()
        who, label = ("", None) if other is None else (other.who, other.label)
        place = next_of(disagreements(drawing.editor.label, crop.line, label), self._visited)
        if place is None:
            self._visited.clear()
            self.bench.look_at(None, self.tr("No other disagreement; D begins anew."))
        else:
            self._visited.append(place.point)
            self.bench.look_at(place.point, words.why(place, who))

    def _worked(self) -> None:
        if self.sitting is not None:
            self.sitting.watch.touch()
        self.bench.show_tool()

    def _try_again(self) -> None:
        if self.sitting is not None:
            self.sitting.again()

    def _show_state(self) -> None:
        """Show the crop, or why there is none."""
        sitting = self.sitting
        crop = None if sitting is None else sitting.crop
        if sitting is None or crop is None:
            self.message.say(*why_nothing(sitting, has_run=self._run is not None))
            self._stack.setCurrentWidget(self.message)
            return
        if self._shown is not crop:
            self._shown = crop
            self._visited.clear()
            if self.bench.crop is not None:
                # whoever chose a tool wants it for the next crop, too
                crop.drawing.tool = self.bench.crop.drawing.tool
                crop.drawing.sizes = self.bench.crop.drawing.sizes
                crop.drawing.show_hints(self.bench.crop.drawing.picking.shows_hints)
            self._stack.setCurrentWidget(self.bench)
            self.bench.show_crop(crop)
            self._greet(crop.restored)
        self.bench.canvas.locked = sitting.state is not State.WORKING
        self.bench.accept.setEnabled(sitting.state is State.WORKING)
        self.bench.show_day("" if sitting.progress is None else words.day(sitting.progress))
        self.bench.show_tool()
        self._stack.setCurrentWidget(self.bench)

    def _greet(self, restored: int) -> None:
        if restored:
            text = self.tr("Gone on with: {count} strokes of an earlier sitting are here.")
            self.bench.say(text.format(count=restored))
        if self.isVisible():
            self.bench.canvas.setFocus()

    def _wanted(self, name: str) -> None:
        if name == "again" and self.sitting is not None:
            self.sitting.again()
        elif name == "lab":
            chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder of a lab"))
            if chosen:
                self.context.use_lab(Path(chosen))
        elif name == "fill":
            self._fill()
        self._show_state()

    def _fill(self) -> None:
        """Fill the queue from the run that is shown; it becomes part of a lab where it is none."""
        if self._run is None or self.command.busy:
            return
        lab = self.context.lab or self._run.parent / "lab"
        lab.mkdir(parents=True, exist_ok=True)
        self.context.said.emit(self.tr("Looking for crops that are worth a person's time."))
        arguments = ["queue", "fill", str(self._run), "--lab", str(lab), "--json"]
        self.command.start(arguments, lambda outcome: self._filled(lab, outcome))

    def _filled(self, lab: Path, outcome: Outcome) -> None:
        if outcome.code != 0:
            self.context.failed.emit(outcome.message)
            return
        count = int(outcome.result.get("items", 0))
        self.context.said.emit(self.tr("{count} crops are in the queue.").format(count=count))
        if self.context.lab != lab:
            self.context.use_lab(lab)
        elif self.sitting is not None:
            self.sitting.again()

    def _end_sitting(self) -> None:
        sitting, self.sitting, self._shown = self.sitting, None, None
        self.bench.crop = None
        self.bench.canvas.show_crop(None, None)
        if sitting is not None:
            sitting.shut()
