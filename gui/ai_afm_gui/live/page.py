"""The page Live: what the microscope does now, and why."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from qtpy.QtCore import Qt
from qtpy.QtGui import QAction, QKeySequence
from qtpy.QtWidgets import QLabel, QPushButton, QSplitter, QStackedWidget, QVBoxLayout

from ai_afm.errors import AfmError
from ai_afm.store.run_folder import RunFolder
from ai_afm_gui.client import Follower, RunState
from ai_afm_gui.context import Context
from ai_afm_gui.live import memory, presenter
from ai_afm_gui.live.arrangement import TopLine, left_column, right_column
from ai_afm_gui.live.lamps_row import LampsRow
from ai_afm_gui.live.legend import Legend
from ai_afm_gui.live.log_panel import LogPanel
from ai_afm_gui.live.plots import CutPlot, Scope
from ai_afm_gui.live.tracer import Tracer
from ai_afm_gui.live.views import COUNT, FourViews
from ai_afm_gui.live.why_panel import WhyPanel
from ai_afm_gui.look.tones import Colours, colours
from ai_afm_gui.page import Page

STEERING = (("ai_afm_gui.steer.map_view", "MapView"), ("ai_afm_gui.steer.panel", "SteerPanel"))
"""Widgets of the right column that other parts of the window bring: module and class."""
SCOPE_EVERY = 3
"""Ticks from one trace in the scope to the next: ten a second are as many as an eye follows."""
RIGHT = 330
"""Width of the right column at first, pixels."""
CHOICES, LAYOUT = "live/choices", "live/layout"


class ShowsState(Protocol):
    """A widget that shows a state of a run."""

    def show_state(self, state: RunState) -> None:
        """Show the newest state."""
        ...


def _now() -> datetime:
    return datetime.now(UTC)


class LivePage(Page):
    """Four views of the frame under way, lamps, scope, log, map and steering.

    Parameters
    ----------
    context
        What all pages share.
    follow
        Opens a run.
    now
        Time of day.
    """

    def __init__(
        self,
        context: Context,
        follow: Callable[[Path], Follower] = Follower,
        now: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__(context)
        self._follow, self._now = follow, now
        self._follower: Follower | None = None
        self._wanted: Path | None = None
        self._state: RunState | None = None
        self._problem = ""
        self._second: int | None = None
        self._ticks = 0
        self._tones: Colours = colours(dark=context.dark)
        self._tracer = Tracer()
        self.lamps, self.legend, self.why = LampsRow(), Legend(), WhyPanel()
        self.views = FourViews(self._tones, self._tracer)
        self.scope, self.cut_plot = Scope(self._tones), CutPlot(self._tones)
        self.log = LogPanel(self._tones)
        self.steering = tuple(_made(m, name, context) for m, name in STEERING if _is_there(m))
        self._title, self._progress, self._run = QLabel(), QLabel(), QLabel()
        self._newest = QPushButton(self.tr("Follow the run"))
        self._below = QStackedWidget()
        for plot in (self.scope, self.cut_plot):
            self._below.addWidget(plot)
        self._lay_out()
        self._connect()
        self._remember()
        self._show_nothing()

    @property
    def state(self) -> RunState | None:
        """The state that is shown."""
        return self._state

    def attach(self, run: Path | None) -> None:
        """Show another run, live or old; `None` for none."""
        self._leave()
        self._wanted, self._ticks = run, 0
        if run is not None:
            self._open(run)

    def tick(self) -> None:
        """Show the newest state of the run, where there is a newer one."""
        self._recolour()
        if self._follower is None and self._wanted is not None and self._is_another_second():
            self._open(self._wanted)
        follower = self._follower
        if follower is None:
            return
        if follower.problem != self._problem:
            self._complain(follower.problem)
        state = follower.newest()
        if state is None:
            return
        if state is not self._state:
            self._show(state)
        else:
            self._show_rest(state)

    def shut(self) -> None:
        """Follow the run no more, and remember what was shown how."""
        if self._follower is not None:
            self._follower.close()
        self._follower = self._wanted = None
        self._tracer.close()
        for widget in self.steering:
            end = getattr(widget, "shut", None)
            if callable(end):
                end()
        chosen = [view.wanted for view in self.views.views]
        self.context.settings.setValue(CHOICES, memory.to_text(chosen))
        self.context.settings.setValue(LAYOUT, self._across.saveState())

    def show_frame(self, kind: str, number: int) -> None:
        """Show another scan, path or map of the run until the run is followed again."""
        if self._follower is not None:
            self._follower.show(kind, number)
            self._newest.show()

    def follow_run(self) -> None:
        """Show what is under way again."""
        if self._follower is not None:
            self._follower.show("", 0)
        self._newest.hide()

    def _open(self, run: Path) -> None:
        """Follow a run; one whose folder is only being made is tried again."""
        try:
            self._follower = self._follow(run)
        except AfmError as exc:
            if run.is_dir() and not RunFolder(run).scans.is_dir():
                self._wanted = None
                self._complain(str(exc))

    def _is_another_second(self) -> bool:
        before, self._second = self._second, int(self._now().timestamp())
        return self._second != before

    def _leave(self) -> None:
        if self._follower is not None:
            self._follower.close()
        self._follower = self._state = None
        self._problem = ""
        self.follow_run()
        self._show_nothing()

    def _show(self, state: RunState) -> None:
        """Show a state that is new."""
        self._state = state
        self._title.setText(presenter.title(state))
        self._show_times(state)
        self.lamps.show_lamps(state.lamps, self._tones)
        self.views.show_view(state.view)
        self.why.show_why(presenter.why(state), self._tones)
        self.log.show_log(state.log)
        for widget in self.steering:
            widget.show_state(state)
        self._show_rest(state)

    def _show_rest(self, state: RunState) -> None:
        """Show what may change although the state does not: lines that are traced by now."""
        if self._ticks % SCOPE_EVERY == 0:
            self.scope.show_line(state.view, self.views.active.choice)
        self._ticks += 1
        self.views.refresh()
        self.legend.show_classes(self.views.classes, self.views.complete, self._tones)
        if self._is_another_second():
            self._show_times(state)

    def _show_times(self, state: RunState) -> None:
        frame, run = presenter.progress(state, self._now())
        self._progress.setText(frame)
        self._run.setText(run)
        self._run.setToolTip(presenter.basis(state, self._now()))

    def _show_nothing(self) -> None:
        self.views.show_view(None)
        self.scope.show_line(None, None)
        self.why.show_why(presenter.why(None), self._tones)
        self.log.show_log(())
        self.lamps.show_lamps((), self._tones)
        self.legend.show_classes(frozenset(), True, self._tones)
        self._title.setText(presenter.title(None))
        self._progress.clear()
        self._run.clear()

    def _complain(self, problem: str) -> None:
        self._problem = problem
        if problem:
            self.context.failed.emit(problem)

    def _recolour(self) -> None:
        tones = colours(dark=self.context.dark)
        if tones == self._tones:
            return
        self._tones = tones
        for part in (self.views, self.scope, self.cut_plot, self.log):
            part.recolour(tones)
        if self._state is not None:
            self._show(self._state)
        self._show_cut()

    def _switch(self) -> None:
        """Lay over the images what the legend's switches say."""
        self.views.with_lines = self.legend.lines.isChecked()
        self.views.with_veil = self.legend.veil.isChecked()
        self.views.with_cut = self.legend.cut.isChecked()
        self._below.setCurrentWidget(self.cut_plot if self.views.with_cut else self.scope)
        self.views.refresh()
        self.legend.show_classes(self.views.classes, self.views.complete, self._tones)

    def _show_cut(self) -> None:
        found = self.views.cut() if self.views.with_cut else None
        if found is None:
            self.cut_plot.show_cut(None, "", "")
        else:
            self.cut_plot.show_cut(found[0], found[1], found[2].channel)

    def _picked(self) -> None:
        view = None if self._state is None else self._state.view
        self.scope.show_line(view, self.views.active.choice)
        self._show_cut()

    def _connect(self) -> None:
        self.legend.switched.connect(self._switch)
        self.views.cut_moved.connect(self._show_cut)
        self.views.picked.connect(self._picked)
        self.log.jumped.connect(self.show_frame)
        self._newest.clicked.connect(self.follow_run)
        self._action(self.tr("Lines"), "L", self.legend.lines.toggle)
        self._action(self.tr("Uncertainty"), "U", self.legend.veil.toggle)
        self._action(self.tr("Cut"), "C", self.legend.cut.toggle)
        self._action(self.tr("Whole frame"), "0", self.views.fit)
        self._action(self.tr("Follow the run"), "Home", self.follow_run)

    def _action(self, text: str, key: str, do: Callable[[], None]) -> None:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _checked=False: do())
        self.addAction(action)

    def _remember(self) -> None:
        """Show the views as they were shown the last time."""
        stored = str(self.context.settings.value(CHOICES) or "")
        for view, choice in zip(self.views.views, memory.from_text(stored, COUNT), strict=True):
            if choice is not None:
                view.choose(choice)
        layout = self.context.settings.value(LAYOUT)
        if layout is None or not self._across.restoreState(layout):
            self._across.setSizes([900, RIGHT])

    def _lay_out(self) -> None:
        self._across = QSplitter(Qt.Orientation.Horizontal)
        top = TopLine(self._title, self._newest, self._progress, self._run)
        middle = (self.why, self.legend)
        self._across.addWidget(left_column(top, middle, self.views, (self._below, self.log)))
        self._across.addWidget(right_column(self.steering))
        self._across.setStretchFactor(0, 1)
        self._across.setStretchFactor(1, 0)
        self._across.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self.lamps)
        column.addWidget(self._across, 1)


def _is_there(module: str) -> bool:
    return find_spec(module) is not None


def _made(module: str, name: str, context: Context) -> ShowsState:
    made: ShowsState = getattr(import_module(module), name)(context)
    return made
