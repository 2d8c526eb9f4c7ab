"""The last page of the wizard: what the run would do, what it may, where it goes; and its start."""

from qtpy.QtCore import QCoreApplication, Qt, Signal
from qtpy.QtWidgets import QHeaderView, QLineEdit, QPushButton, QTreeWidget, QTreeWidgetItem

from ai_afm_gui.client.units import duration
from ai_afm_gui.steer.setup.dry import DryRun
from ai_afm_gui.steer.setup.form import Form
from ai_afm_gui.steer.setup.permission import ALLOWS_CURRENT, Permission
from ai_afm_gui.steer.setup.plan import Obstacle
from ai_afm_gui.steer.words import limit_word

SHOWN = 200
"""Moves that are listed."""


class CheckPage(Form):
    """The plan with its times and refusals, the folder, the name of who answers for it."""

    started = Signal()
    """The run is to be started."""
    typed = Signal()
    """Folder or name was edited."""

    def __init__(self) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self.heading(translate("Wizard", "What the run would do"))
        self.summary = self.note("")
        self.moves = QTreeWidget()
        self.moves.setHeaderLabels(
            [translate("Wizard", "Move"), translate("Wizard", "Time"), translate("Wizard", "Guard")]
        )
        self.moves.setRootIsDecorated(False)
        self.moves.setMinimumHeight(150)
        header = self.moves.header()
        if header is not None:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
            header.setStretchLastSection(False)
        self.put(self.moves)
        self.words = self.note("")
        self.heading(translate("Wizard", "Folder of the run"))
        self.folder = QLineEdit()
        self.folder.textEdited.connect(self.typed)
        self.put(self.folder)
        self.asks = self.heading(translate("Wizard", "This allows more than before"))
        self.why = self.note("")
        self.name = QLineEdit()
        self.name.setPlaceholderText(translate("Wizard", "Type your name: you answer for it"))
        self.name.textChanged.connect(self.typed)
        self.put(self.name)
        self.problem = self.note("")
        self.start = QPushButton(translate("Wizard", "Start the run"))
        self.start.setObjectName("primary")
        self.start.setMinimumHeight(40)
        self.start.clicked.connect(self.started)
        self.put(self.start)

    def show_plan(self, dry: DryRun | None, refusal: str, *, busy: bool) -> None:
        """Show what the dry run has told, or why there is none."""
        translate = QCoreApplication.translate
        self.moves.clear()
        ends = translate("Wizard", "If it sees nothing, it ends with: {words}")
        self.words.setText("" if dry is None else ends.format(words=dry.words))
        self.words.setVisible(dry is not None and bool(dry.words))
        if dry is None:
            text = translate("Wizard", "The plan is being checked...") if busy else refusal
            self.summary.setText(text or translate("Wizard", "The plan has not been checked yet."))
            return
        self.summary.setText(plan_words(dry))
        for number, move in enumerate(dry.moves[:SHOWN], 1):
            verdict = (
                translate("Wizard", "refused") if move.refusal else translate("Wizard", "legal")
            )
            item = QTreeWidgetItem([f"{number}. {move.reason}", duration(move.seconds), verdict])
            for column in range(3):
                item.setToolTip(column, move.refusal or move.reason)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
            self.moves.addTopLevelItem(item)

    def show_permission(self, asked: Permission) -> None:
        """Show what needs a name."""
        for widget in (self.asks, self.why, self.name):
            widget.setVisible(asked.needed)
        self.why.setText(permission_words(asked))

    def show_obstacle(self, words: str) -> None:
        """Say what keeps the run from being started, nothing for ""."""
        self.start.setEnabled(not words)
        self.problem.setVisible(bool(words))
        self.problem.setText(words)


def obstacle_words(obstacle: Obstacle, detail: str) -> str:
    """Return what keeps the run from being started, in words."""
    translate = QCoreApplication.translate
    return {
        Obstacle.WRONG: detail or translate("Wizard", "Correct what is marked first."),
        Obstacle.BUSY: translate("Wizard", "The plan is being checked..."),
        Obstacle.UNCHECKED: translate("Wizard", "The plan has not been checked yet."),
        Obstacle.REFUSED: translate("Wizard", "Not possible: {why}").format(why=detail),
        Obstacle.NAME: translate("Wizard", "Type your name: this run is allowed more than before."),
        Obstacle.FOLDER: translate(
            "Wizard", "The run needs a folder of its own that does not exist yet."
        ),
    }[obstacle]


def plan_words(dry: DryRun) -> str:
    """Return the plan in a sentence or two."""
    translate = QCoreApplication.translate
    parts = [
        translate("Wizard", "Moves known beforehand: {count} ({time} of instrument time).").format(
            count=len(dry.moves), time=duration(dry.seconds)
        )
    ]
    if dry.closer:
        parts.append(
            translate(
                "Wizard", "Closer frames after that, if every place is found: {time}."
            ).format(time=duration(dry.closer))
        )
    parts.append(
        translate("Wizard", "A full raster as fine as the closest frames: {time}.").format(
            time=duration(dry.raster)
        )
    )
    if dry.refusals:
        parts.append(
            translate("Wizard", "The guard refuses {count} of them.").format(
                count=len(dry.refusals)
            )
        )
    return " ".join(parts)


def permission_words(asked: Permission) -> str:
    """Return what needs a name, in words."""
    translate = QCoreApplication.translate
    parts = [
        translate("Wizard", "unlimited current")
        if key == ALLOWS_CURRENT
        else translate("Wizard", "a wider limit: {name}").format(name=limit_word(key))
        for key in asked.wider
    ]
    if asked.biased:
        words = translate("Wizard", "voltages in {count} painted zones")
        parts.append(words.format(count=asked.biased))
    if asked.unattended:
        parts.append(translate("Wizard", "a run without anybody at hand"))
    return "; ".join(parts)
