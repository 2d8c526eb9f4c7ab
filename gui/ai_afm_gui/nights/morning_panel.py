"""The Sunday-morning page: each probe as image before, what was measured, image after."""

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ai_afm_gui.live.canvas import Shown
from ai_afm_gui.live.view import ChannelView
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.nights.loop_plot import LoopPlot
from ai_afm_gui.nights.morning import Morning, Picture, Trio, facts_of
from ai_afm_gui.nights.spot import Spot
from ai_afm_gui.nights.verdicts import Says

PHASE = 2
"""Place of the phase among the first choices of a view: it shows what a probe has switched."""


class MorningPanel(QWidget):
    """Shows probes one by one; verdicts are given by key or button.

    Parameters
    ----------
    tones
        Colours of the theme.
    """

    looked = Signal(object)
    """The `Trio` that is to be read."""
    said = Signal(int, object)
    """Number of the probe, and what is `Says` about it."""
    asked = Signal(object)
    """The `Morning` whose place is to be corrected."""

    def __init__(self, tones: Colours) -> None:
        super().__init__()
        self.probes = QListWidget()
        self.probes.setFixedWidth(210)
        self.probes.currentRowChanged.connect(self._look)
        self.before, self.after = ChannelView(tones, PHASE), ChannelView(tones, PHASE)
        self._spots = [Spot(view.canvas) for view in (self.before, self.after)]
        self.plot = LoopPlot()
        self._heads = [QLabel() for _ in range(3)]
        self._facts, self._note = QLabel(), QLabel()
        self._facts.setTextFormat(Qt.TextFormat.RichText)
        self._facts.setWordWrap(True)
        self._note.setObjectName("quiet")
        self._note.setWordWrap(True)
        self.accept = QPushButton(self.tr("Accept (A)"))
        self.reject = QPushButton(self.tr("Reject (J)"))
        self.back = QPushButton(self.tr("Take back"))
        self.ask = QPushButton(self.tr("Correct this place"))
        self.ask.setToolTip(self.tr("Put the crop around this place into the review queue"))
        self.accept.clicked.connect(lambda: self.give(Says.ACCEPT))
        self.reject.clicked.connect(lambda: self.give(Says.REJECT))
        self.back.clicked.connect(lambda: self._say(Says.OPEN))
        self.ask.clicked.connect(self._ask)
        self.trios: tuple[Trio, ...] = ()
        self.seen: Morning | None = None
        self._tones = tones
        self._lay_out()
        self._enable()

    @property
    def trio(self) -> Trio | None:
        """The probe that is looked at."""
        row = self.probes.currentRow()
        return self.trios[row] if 0 <= row < len(self.trios) else None

    @property
    def facts(self) -> str:
        """What the probe says, as rich text."""
        return self._facts.text()

    def recolour(self, tones: Colours) -> None:
        """Take over the colours of a theme."""
        self._tones = tones
        self.before.recolour(tones)
        self.after.recolour(tones)
        self.plot.recolour(tones)
        self._show_facts()

    def tick(self) -> None:
        """Keep the rings where the probes were."""
        for spot in self._spots:
            spot.follow()

    def show_trios(self, trios: Sequence[Trio], said: dict[int, Says]) -> None:
        """Show the probes of a run, and what was said about them."""
        row = self.probes.currentRow()
        same = [t.probe.number for t in trios] == [t.probe.number for t in self.trios]
        self.trios = tuple(trios)
        self.probes.blockSignals(True)
        if not same:
            self.probes.clear()
            for trio in trios:
                self.probes.addItem(QListWidgetItem(trio.name))
        for number, trio in enumerate(trios):
            self._mark(number, trio, said.get(trio.probe.number, Says.OPEN))
        self.probes.blockSignals(False)
        if same and row >= 0:
            self.probes.setCurrentRow(row)
        elif trios:
            self.probes.setCurrentRow(0)
            self._look(0)
        else:
            self.show_probe(None)

    def show_probe(self, seen: Morning | None) -> None:
        """Show a probe that was read; `None` for none."""
        self.seen = seen
        pictures = (None, None) if seen is None else (seen.before, seen.after)
        for view, spot, picture in zip((self.before, self.after), self._spots, pictures,
                                       strict=True):  # fmt: skip
            view.show_frame(None if picture is None else picture.frame)
            view.show_over(Shown() if picture is None else Shown(lines=picture.lines))
            spot.put(None if picture is None else picture.spot)
        self.plot.show_probe(seen)
        self._heads[0].setText(self._head(self.tr("before"), pictures[0]))
        self._heads[1].setText("" if seen is None else seen.trio.name)
        self._heads[2].setText(self._head(self.tr("after"), pictures[1]))
        self._show_facts()
        nothing = "" if self.trios else self.tr("No probe was made in this run.")
        self._note.setText(nothing if seen is None else " ".join(seen.problems))
        self._enable()

    def give(self, verdict: Says) -> None:
        """Say something about the probe that is looked at, and go on to the next one."""
        if self.trio is None:
            return
        self._say(verdict)
        if self.probes.currentRow() < len(self.trios) - 1:
            self.probes.setCurrentRow(self.probes.currentRow() + 1)

    def note(self, words: str) -> None:
        """Show what came of something."""
        self._note.setText(words)

    def _show_facts(self) -> None:
        facts = () if self.seen is None else facts_of(self.seen)
        quiet = self._tones.quiet
        self._facts.setText(
            "&nbsp;&nbsp; ".join(
                f'<span style="color:{quiet}">{name}</span>&nbsp;{value}' for name, value in facts
            )
        )

    def _say(self, verdict: Says) -> None:
        trio = self.trio
        if trio is not None:
            self.said.emit(trio.probe.number, verdict)

    def _ask(self) -> None:
        if self.seen is not None:
            self.asked.emit(self.seen)

    def _look(self, row: int) -> None:
        if 0 <= row < len(self.trios):
            self.looked.emit(self.trios[row])
        self._enable()

    def _mark(self, row: int, trio: Trio, verdict: Says) -> None:
        item = self.probes.item(row)
        if item is None:
            return
        words = {
            Says.ACCEPT: self.tr("accepted"),
            Says.REJECT: self.tr("rejected"),
            Says.OPEN: "" if trio.probe.finished else self.tr("broke off"),
        }[verdict]
        tones = self._tones
        colour = {Says.ACCEPT: tones.good, Says.REJECT: tones.bad, Says.OPEN: tones.text}[verdict]
        item.setText(f"{trio.name}   {words}" if words else trio.name)
        item.setForeground(QColor(colour))
        item.setToolTip(trio.probe.request.reason)

    def _head(self, when: str, picture: Picture | None) -> str:
        if picture is None:
            return self.tr("{when}: no image shows this place").format(when=when)
        return self.tr("{when}: scan {n}").format(when=when, n=picture.shot.number)

    def _enable(self) -> None:
        there = self.trio is not None
        for button in (self.accept, self.reject, self.back):
            button.setEnabled(there)
        seen = self.seen
        shown = seen is not None and (seen.after is not None or seen.before is not None)
        self.ask.setEnabled(there and shown)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        shown: tuple[QWidget, ...] = (self.before, self.plot, self.after)
        for column, (head, widget) in enumerate(zip(self._heads, shown, strict=True)):
            head.setObjectName("quiet")
            grid.addWidget(head, 0, column)
            grid.addWidget(widget, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        buttons = QHBoxLayout()
        for button in (self.accept, self.reject, self.back):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.ask)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addLayout(grid, 1)
        right.addWidget(self._facts)
        right.addWidget(self._note)
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 10, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.probes)
        row.addLayout(right, 1)
