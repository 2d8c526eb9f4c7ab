"""The steering panel: what the run is doing, and a person's hand on it."""

from datetime import datetime

from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ai_afm.types import Authority
from ai_afm_gui.client import Answer, Level, RunState
from ai_afm_gui.context import Context
from ai_afm_gui.look.palette import Colours, colours
from ai_afm_gui.steer.control import control_of
from ai_afm_gui.steer.limits_dialog import LimitsDialog
from ai_afm_gui.steer.panel_model import Console, console, more
from ai_afm_gui.steer.panel_parts import MoreAuthority, Proposal, TakeControl
from ai_afm_gui.steer.words import authority_meaning, authority_word, phase_word


class SteerPanel(QWidget):
    """Pause, stop, withdraw, approve, and how far the run may go by itself.

    Parameters
    ----------
    context
        What the pages share.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._control = context, control_of(context)
        self._state: RunState | None = None
        self._console: Console | None = None
        self._asked_about: int | None = None
        self._phase, self._about, self._answer = QLabel(), QLabel(), QLabel()
        self._about.setObjectName("quiet")
        self._answer.setObjectName("quiet")
        for label in (self._about, self._answer):
            label.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._phase)
        layout.addWidget(self._about)
        self.control_box, self.proposal, self.more = TakeControl(), Proposal(), MoreAuthority()
        self.control_box.taken.connect(self._control.take)
        self.proposal.decided.connect(self._decide)
        self.more.confirmed.connect(self._confirm)
        self.more.cancelled.connect(self._forget)
        layout.addWidget(self.control_box)
        layout.addWidget(self.proposal)
        layout.addLayout(self._made_buttons())
        layout.addLayout(self._made_authority())
        layout.addWidget(self._answer)
        self._control.answered.connect(self._heard)
        self._control.changed.connect(self._refresh)
        context.run_changed.connect(self._other_run)
        self._other_run()

    def _made_buttons(self) -> QGridLayout:
        self._pause = QPushButton(self.tr("Pause after line"))
        self._pause.clicked.connect(self._pause_or_resume)
        self._stop = QPushButton(self.tr("Stop, stay"))
        self._stop.setToolTip(self.tr("End the run after the line under way; the tip is parked"))
        self._stop.clicked.connect(lambda: self._control.ask("stop"))
        self._withdraw = QPushButton(self.tr("STOP + WITHDRAW"))
        self._withdraw.setObjectName("withdraw")
        self._withdraw.setToolTip(
            self.tr("At once: bias and drive off, tip away from the sample (Ctrl+.)")
        )
        self._withdraw.clicked.connect(self._withdraw_now)
        self._limits = QPushButton(self.tr("Limits..."))
        self._limits.clicked.connect(self._open_limits)
        grid = QGridLayout()
        grid.setSpacing(6)
        grid.addWidget(self._pause, 0, 0)
        grid.addWidget(self._stop, 0, 1)
        grid.addWidget(self._withdraw, 1, 0, 1, 2)
        return grid

    def _made_authority(self) -> QVBoxLayout:
        self._authority = QComboBox()
        for each in Authority:
            self._authority.addItem(authority_word(each), each)
            index, tip = self._authority.count() - 1, authority_meaning(each)
            self._authority.setItemData(index, tip, Qt.ItemDataRole.ToolTipRole)
        self._authority.activated.connect(self._chosen)
        row = QHBoxLayout()
        label = QLabel(self.tr("Authority"))
        label.setBuddy(self._authority)
        row.addWidget(label)
        row.addWidget(self._authority, 1)
        row.addWidget(self._limits)
        layout = QVBoxLayout()
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.more)
        return layout

    def show_state(self, state: RunState) -> None:
        """Show the newest state of the run."""
        if state is not self._state:
            self._state = state
            self._refresh()

    def shut(self) -> None:
        """Send nothing more; the window closes."""
        self._control.shut()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep room for every line of text."""
        super().resizeEvent(event)
        self._keep_height()

    def changeEvent(self, event: QEvent | None) -> None:
        """Follow the theme."""
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._console = None
            self._refresh()
        super().changeEvent(event)

    def _refresh(self) -> None:
        state = self._state
        if state is None:
            return
        shown = console(state, taken=self._control.taken)
        if shown == self._console:
            return
        self._console = shown
        tones = colours(dark=self._context.dark)
        colour = _tone(tones, shown.level)
        self._phase.setText(phase_word(shown.phase))
        self._phase.setStyleSheet(f"color: {colour}; font-size: 19px; font-weight: 600;")
        model = shown.model or self.tr("no model")
        self._about.setText(shown.outcome or self.tr("Model {model}").format(model=model))
        self.control_box.setVisible(shown.needs_control)
        self.control_box.show_starter(shown.starter)
        self._show_proposal(shown)
        self._show_buttons(shown)
        self._keep_height()

    def _show_proposal(self, shown: Console) -> None:
        waits = shown.waits
        asked = waits is not None and waits.row == self._asked_about
        may = frozenset[str]() if asked else shown.may
        self.proposal.show_move(waits, may, controlled=not shown.needs_control)

    def _show_buttons(self, shown: Console) -> None:
        resume = "resume" in shown.may
        self._pause.setText(self.tr("Resume") if resume else self.tr("Pause after line"))
        self._pause.setEnabled(bool({"pause", "resume"} & shown.may))
        self._stop.setEnabled("stop" in shown.may)
        self._limits.setEnabled("limits" in shown.may)
        self._authority.setEnabled("authority" in shown.may)
        if self.more.isHidden():
            self._authority.setCurrentIndex(list(Authority).index(shown.authority))
            self._authority.setToolTip(authority_meaning(shown.authority))

    def _pause_or_resume(self) -> None:
        shown = self._console
        if shown is not None:
            self._control.ask("resume" if "resume" in shown.may else "pause")

    def _withdraw_now(self) -> None:
        if not self._control.ask("withdraw"):
            self._context.failed.emit(self.tr("No run is shown: there is no tip to withdraw here."))

    def _decide(self, do: str) -> None:
        shown = self._console
        if shown is None or shown.waits is None:
            return
        if self._control.ask(do, {"decision": shown.waits.row}):
            # one click is one answer: the buttons come back with the next move, or a refusal
            self._asked_about = shown.waits.row
            self._show_proposal(shown)

    def _chosen(self, index: int) -> None:
        shown = self._console
        if shown is None:
            return
        wanted = list(Authority)[index]
        if more(wanted, shown.authority):
            self.more.ask(wanted, shown.authority)
            self._keep_height()
            return
        self.more.hide()
        if wanted is not shown.authority:
            self._control.ask("authority", {"to": wanted.value})

    def _confirm(self, name: str) -> None:
        wanted = list(Authority)[self._authority.currentIndex()]
        if self._control.ask("authority", {"to": wanted.value, "person": name}):
            self.more.hide()
            self._keep_height()

    def _forget(self) -> None:
        self.more.hide()
        self._console = None
        self._refresh()

    def _open_limits(self) -> None:
        if self._state is None:
            return
        dialog = LimitsDialog(self._control, self._state.limits, self)
        dialog.exec()
        dialog.deleteLater()

    def _heard(self, answer: Answer) -> None:
        if not answer.ok:
            self._asked_about = None
            self._context.failed.emit(f"{answer.do}: {answer.text}")
        now = datetime.now().astimezone()
        words = answer.text if answer.ok else self.tr("refused: {why}").format(why=answer.text)
        self._answer.setText(
            f"{now:%H:%M:%S}  {answer.do}: {words} ({answer.seconds * 1e3:.0f} ms)"
        )
        self._console = None
        self._refresh()

    def _other_run(self) -> None:
        self._state, self._console, self._asked_about = None, None, None
        self._phase.setText(self.tr("No run"))
        self._phase.setStyleSheet("font-size: 19px; font-weight: 600;")
        self._about.setText("")
        self._answer.setText("")
        for part in (self.control_box, self.proposal, self.more):
            part.hide()
        for button in (self._pause, self._stop, self._limits, self._authority):
            button.setEnabled(False)
        self._keep_height()

    def _keep_height(self) -> None:
        """Nothing in here is ever cut: the map above gives way."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            need = layout.totalHeightForWidth(max(self.width(), 280))
            self.setMinimumHeight(max(need, layout.sizeHint().height() if need < 0 else 0))


def _tone(tones: Colours, level: Level) -> str:
    return {
        Level.GOOD: tones.good,
        Level.WARN: tones.warn,
        Level.BAD: tones.bad,
        Level.UNKNOWN: tones.text,
    }[level]
