"""The wizard for a new run: sample, purpose, first look, consent, limits, check and start."""

from datetime import datetime
from pathlib import Path
from typing import Any

from qtpy.QtCore import QEvent, QSize
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ai_afm.errors import AfmError, ConfigError
from ai_afm.service.lab import home_lab
from ai_afm.types import ScanRegion
from ai_afm_gui.context import Context
from ai_afm_gui.look.palette import colours
from ai_afm_gui.steer.setup.draft import Draft, read_draft
from ai_afm_gui.steer.setup.dry import DryRun
from ai_afm_gui.steer.setup.dry_runner import DryRunner
from ai_afm_gui.steer.setup.editors import Editor
from ai_afm_gui.steer.setup.form import Form
from ai_afm_gui.steer.setup.launch import new_folder
from ai_afm_gui.steer.setup.map_side import MapSide
from ai_afm_gui.steer.setup.options import lines_of
from ai_afm_gui.steer.setup.page_check import CheckPage, obstacle_words, plan_words
from ai_afm_gui.steer.setup.page_consent import ConsentPage
from ai_afm_gui.steer.setup.page_imaging import CHANNELS, ImagingPage
from ai_afm_gui.steer.setup.page_limits import LimitsPage
from ai_afm_gui.steer.setup.page_purpose import PurposePage
from ai_afm_gui.steer.setup.page_sample import SamplePage
from ai_afm_gui.steer.setup.permission import zones
from ai_afm_gui.steer.setup.plan import OPTIONS, OVERVIEW, Plan
from ai_afm_gui.steer.setup.purpose import Purpose, purpose_of
from ai_afm_gui.steer.setup.starter import starter_of


class RunWizard(QWidget):
    """Sets up a run, checks it as the command line does, shows it on the map, and starts it.

    Parameters
    ----------
    context
        What the pages share; a run that was started is attached to it.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.plan = Plan()
        self.runner, self.starter = DryRunner(self), starter_of(context)
        self.sample, self.purpose, self.imaging = SamplePage(), PurposePage(), ImagingPage()
        self.consent, self.limits, self.check = ConsentPage(), LimitsPage(), CheckPage()
        self.map = MapSide(colours(dark=context.dark))
        self.setWindowTitle(self.tr("New run"))
        self.setObjectName("ground")
        self.resize(1240, 760)
        self._build()
        self._connect()
        self.use(Draft().put("run.operator", context.annotator or None))

    @property
    def busy(self) -> bool:
        """Whether the plan is being checked."""
        return self.runner.busy

    def use(self, draft: Draft) -> None:
        """Edit another draft; what it allows is what a person has answered for already."""
        self.plan.use(draft)
        for _, page in self._pages:
            for editor in page.editors:
                editor.reset()
        self.map.show_hand(None)
        self.map.look_anew()
        self.check.name.clear()
        now = datetime.now().astimezone()
        folder = new_folder(self._runs(), str(draft.get("run.sample")), now)
        self.check.folder.setText(str(folder))
        self._changed()

    def open_file(self, path: Path) -> bool:
        """Edit a run's file; tell whether it could be read."""
        try:
            self.use(read_draft(path))
        except ConfigError as exc:
            self._context.failed.emit(str(exc))
            return False
        return True

    def save_file(self, path: Path) -> bool:
        """Write the run's file; tell whether that was possible."""
        try:
            path.write_text(self.plan.draft.text(), encoding="utf-8")
        except (AfmError, OSError) as exc:
            self._context.failed.emit(str(exc))
            return False
        self._context.said.emit(self.tr("Written: {path}").format(path=path))
        return True

    def start(self) -> None:
        """Start the run in a process of its own."""
        name, folder = self.check.name.text(), self.check.folder.text().strip()
        if self.plan.obstacle(name, folder, busy=self.busy) is not None:
            self._show_obstacle()
            return
        if self.starter.start(self.plan.signed(name), Path(folder)):
            self.check.show_obstacle(self.tr("The run is being started..."))

    def _runs(self) -> Path:
        return (self._context.lab or home_lab()) / "runs"

    def _build(self) -> None:
        self._pages: tuple[tuple[str, Form], ...] = (
            (self.tr("Sample"), self.sample),
            (self.tr("Purpose"), self.purpose),
            (self.tr("First look"), self.imaging),
            (self.tr("Consent"), self.consent),
            (self.tr("Limits"), self.limits),
            (self.tr("Check and start"), self.check),
        )
        self.steps, self._stack = QListWidget(), QStackedWidget()
        self.steps.setFixedWidth(168)
        for name, page in self._pages:
            self.steps.addItem(name)
            self._stack.addWidget(page)
        for row in range(self.steps.count()):
            item = self.steps.item(row)
            if item is not None:
                item.setSizeHint(QSize(150, 38))
        self._stack.setFixedWidth(478)
        self._state = QLabel()
        self._state.setWordWrap(True)
        around = QVBoxLayout()
        around.addWidget(self.map, 1)
        around.addWidget(self._state)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.steps)
        body.addWidget(self._stack)
        body.addLayout(around, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(body, 1)
        layout.addLayout(self._made_buttons())

    def _made_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._back, self._next = QPushButton(self.tr("Back")), QPushButton(self.tr("Next"))
        for text, act in (
            (self.tr("Open a file..."), self._ask_open),
            (self.tr("Save as..."), self._ask_save),
        ):
            button = QPushButton(text)
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        self._back.clicked.connect(lambda: self.steps.setCurrentRow(self.steps.currentRow() - 1))
        self._next.clicked.connect(lambda: self.steps.setCurrentRow(self.steps.currentRow() + 1))
        row.addWidget(self._back)
        row.addWidget(self._next)
        return row

    def _connect(self) -> None:
        for _, page in self._pages:
            page.changed.connect(self._put)
        self.steps.currentRowChanged.connect(self._turn)
        self.purpose.chosen.connect(self._choose)
        self.imaging.draw.connect(lambda: self._take(OVERVIEW))
        self.consent.paint.connect(self._paint)
        self.consent.chosen.connect(lambda row: self._take(row if row >= 0 else None))
        self.consent.edited.connect(self._edit_zone)
        self.map.edited.connect(self._dragged)
        self.check.typed.connect(self._show_obstacle)
        self.check.started.connect(self.start)
        self.runner.told.connect(self._told)
        self.runner.refused.connect(self._refused)
        self.runner.began.connect(self._show_plan)
        self.starter.started.connect(self._started)
        self.starter.failed.connect(self._not_started)
        self.steps.setCurrentRow(0)

    def _turn(self, row: int) -> None:
        self._stack.setCurrentIndex(row)
        self._back.setEnabled(row > 0)
        self._next.setEnabled(row < len(self._pages) - 1)
        self._state.setVisible(self._pages[row][1] is not self.check)
        self.consent.choose(-1)
        self._take(None)

    def _put(self, key: str, value: Any) -> None:
        self.plan.put(key, value)
        self._changed()

    def _choose(self, purpose: Purpose) -> None:
        self.plan.choose(purpose)
        self._changed()

    def _edit_zone(self, number: int, key: str, value: Any) -> None:
        self.plan.edit_zone(number, key, value)
        if not key:
            self.map.show_hand(None)
        self._changed()

    def _paint(self, level: str) -> None:
        self.plan.paint(level)
        self.map.draw_next()

    def _take(self, what: int | None) -> None:
        region = self.plan.take(what)
        self.map.show_hand(region)
        if what == OVERVIEW and region is None:
            self.map.draw_next()

    def _dragged(self, region: ScanRegion | None) -> None:
        self.plan.drag(region)
        if region is None:
            self.map.show_hand(None)
            self.consent.choose(-1)
            return
        self._changed()
        drawn = None if self.map.drawing else self.plan.painted()
        if drawn is not None:
            self.consent.choose(drawn)

    def _changed(self) -> None:
        """Show the draft everywhere and have its plan checked."""
        self._show_values(self.plan.problems())
        text = self.plan.to_check()
        if text is not None:
            self.runner.check(text)
        elif self.plan.problems():
            self.runner.cancel()
        self._show_plan()

    def _show_values(self, problems: dict[str, str]) -> None:
        tones, draft = colours(dark=self._context.dark), self.plan.draft
        left = dict(problems)
        for row, (name, page) in enumerate(self._pages):
            wrong = 0
            for editor in page.editors:
                editor.show_value(self._value(editor))
                said = left.pop(editor.key, "")
                editor.tell(said, tones)
                wrong += bool(said)
            if page is self.consent:
                said = left.pop("consent.zones", "")
                self.consent.show_zones(zones(draft), said)
                wrong += bool(said)
            item = self.steps.item(row)
            if item is not None:
                words = self.tr("{page}: {count} wrong")
                item.setText(words.format(page=name, count=wrong) if wrong else name)
        self._unplaced = "; ".join(f"{key}: {said}" for key, said in left.items())
        self.sample.show_for(draft.get("instrument.kind"), draft.get("instrument.clock"))
        self.purpose.show_purpose(purpose_of(draft))
        self.limits.show_authority(draft.get("run.authority"))
        self.check.show_permission(self.plan.permission())

    def _value(self, editor: Editor) -> Any:
        value = self.plan.draft.get(editor.key)
        return lines_of(value or {}) if editor.key == OPTIONS else value

    def _told(self, dry: DryRun) -> None:
        self.plan.told(dry)
        self._show_plan()

    def _refused(self, why: str) -> None:
        self.plan.refused(why)
        self._show_plan()

    def _show_plan(self) -> None:
        dry, draft = self.plan.dry, self.plan.draft
        self.check.show_plan(dry, self.plan.refusal, busy=self.busy)
        self.purpose.show_saving(draft.get("area.policy"), dry)
        self.imaging.show_channels(() if dry is None else dry.channels, draft.get(CHANNELS))
        self.map.show_plan(draft, dry)
        self._show_obstacle()

    def _show_obstacle(self) -> None:
        plan, tones = self.plan, colours(dark=self._context.dark)
        name, folder = self.check.name.text(), self.check.folder.text()
        obstacle = plan.obstacle(name, folder, busy=self.busy)
        detail = self._unplaced if plan.problems() else plan.refusal
        said = "" if obstacle is None else obstacle_words(obstacle, detail)
        self.check.show_obstacle(said)
        refused = bool(plan.problems() or plan.refusal) and not self.busy
        dry = plan.dry
        self._state.setText(said if refused or dry is None or self.busy else plan_words(dry))
        self._state.setStyleSheet(f"color: {tones.bad if refused else tones.quiet};")

    def _started(self, folder: Path) -> None:
        self._context.said.emit(self.tr("The run has begun: {name}").format(name=folder.name))
        self._context.page_wanted.emit("live")
        self.close()

    def _not_started(self, why: str) -> None:
        self.plan.refused(why)
        self._context.failed.emit(self.tr("The run did not start: {why}").format(why=why))
        self._show_plan()

    def _ask_open(self) -> None:
        title, kinds = self.tr("Open a run's file"), self.tr("Run files (*.toml)")
        path, _ = QFileDialog.getOpenFileName(self, title, str(self._runs()), kinds)
        if path:
            self.open_file(Path(path))

    def _ask_save(self) -> None:
        title, kinds = self.tr("Save the run's file"), self.tr("Run files (*.toml)")
        path, _ = QFileDialog.getSaveFileName(self, title, str(self._runs()), kinds)
        if path:
            self.save_file(Path(path))

    def changeEvent(self, event: QEvent | None) -> None:
        """Follow the theme."""
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.map.use(colours(dark=self._context.dark))
            self._show_values(self.plan.problems())
            self._show_obstacle()
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End the check under way; a run that was started goes on."""
        self.runner.cancel()
        super().closeEvent(event)
