"""Page four of the wizard: what may be done where, painted on the map."""

from collections.abc import Mapping, Sequence
from typing import Any

from qtpy.QtCore import QCoreApplication, Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ai_afm.types import ConsentLevel
from ai_afm_gui.client.units import metres
from ai_afm_gui.steer.canvas_model import CONSENT
from ai_afm_gui.steer.legend import word
from ai_afm_gui.steer.setup.form import Form
from ai_afm_gui.steer.setup.numbers import Choice, Number, Whole


class ConsentPage(Form):
    """The painted zones as a table; a later one overrides an earlier one."""

    paint = Signal(str)
    """A zone of this level is to be drawn on the map."""
    chosen = Signal(int)
    """A zone was chosen in the table, -1 for none."""
    edited = Signal(int, str, object)
    """A zone's number, key, and new value; key "" takes the zone away."""

    def __init__(self) -> None:
        super().__init__()
        translate = QCoreApplication.translate
        self.heading(translate("Wizard", "What may be done where"))
        self.note(
            translate(
                "Wizard",
                "Elsewhere only images are allowed. Paint zones on the map; where two overlap, the "
                "later one counts. Bias and pulses hold for each 100 nm cell.",
            )
        )
        self.put(self._made_brushes())
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels(
            [
                translate("Wizard", "Zone"),
                translate("Wizard", "Size"),
                translate("Wizard", "Bias, V"),
                translate("Wizard", "Pulses"),
            ]
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setMinimumHeight(190)
        header, rows = self.table.horizontalHeader(), self.table.verticalHeader()
        if header is not None and rows is not None:
            header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
            rows.setDefaultSectionSize(26)
        self.table.itemSelectionChanged.connect(lambda: self.chosen.emit(self.row))
        self.put(self.table)
        self.put(self._made_editor())
        self.problem = self.note("")
        self._zones: Sequence[Mapping[str, Any]] = ()
        self._quiet = False
        self._show_chosen()

    @property
    def row(self) -> int:
        """Number of the chosen zone, -1 for none."""
        rows = {index.row() for index in self.table.selectedIndexes()}
        return min(rows, default=-1)

    def choose(self, row: int) -> None:
        """Choose a zone."""
        if row >= 0:
            self.table.selectRow(row)
        else:
            self.table.clearSelection()

    def show_zones(self, zones: Sequence[Mapping[str, Any]], problem: str) -> None:
        """Show other zones, and what is wrong with them."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if list(zones) == list(self._zones):
            return
        self._zones, kept = zones, self.row
        self._quiet = True
        self.table.setRowCount(len(zones))
        for number, zone in enumerate(zones):
            size = " x ".join(metres(float(s) * 1e-9) for s in zone.get("size_nm", ()))
            texts = (
                _level_word(str(zone.get("level"))),
                size,
                f"{zone.get('max_bias_v', 0.0):g}",
                str(zone.get("max_pulses", 0)),
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                self.table.setItem(number, column, item)
        self._quiet = False
        if kept >= len(zones):
            self.choose(len(zones) - 1)
        self._show_chosen()

    def _made_brushes(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        for level in ConsentLevel:
            button = QPushButton(_level_word(level))
            button.setToolTip(
                QCoreApplication.translate("Wizard", "Draw such a zone on the map with the mouse")
            )
            button.clicked.connect(lambda _, name=level.value: self.paint.emit(name))
            layout.addWidget(button)
        return row

    def _made_editor(self) -> QWidget:
        translate = QCoreApplication.translate
        self._editor = QWidget()
        self._level = Choice([(level.value, _level_word(level)) for level in ConsentLevel])
        self._bias, self._pulses = Number("V"), Whole(translate("Wizard", "x"))
        remove = QPushButton(translate("Wizard", "Remove"))
        self._level.activated.connect(lambda i: self._say("level", self._level.itemData(i)))
        self._bias.valueChanged.connect(lambda value: self._say("max_bias_v", value))
        self._pulses.valueChanged.connect(lambda value: self._say("max_pulses", value))
        remove.clicked.connect(lambda: self._say("", None))
        layout = QHBoxLayout(self._editor)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self._level, self._bias, self._pulses, remove):
            layout.addWidget(widget)
        self.chosen.connect(self._show_chosen)
        return self._editor

    def _show_chosen(self) -> None:
        row = self.row
        self._editor.setVisible(0 <= row < len(self._zones))
        if not 0 <= row < len(self._zones):
            return
        zone = self._zones[row]
        self._quiet = True
        self._level.setCurrentIndex(max(0, self._level.findData(zone.get("level"))))
        self._bias.setValue(float(zone.get("max_bias_v", 0.0)))
        self._pulses.setValue(int(zone.get("max_pulses", 0)))
        biased = zone.get("level") in (ConsentLevel.BIAS, ConsentLevel.SACRIFICIAL)
        self._bias.setEnabled(biased)
        self._pulses.setEnabled(biased)
        self._quiet = False

    def _say(self, key: str, value: object) -> None:
        if not self._quiet and self.row >= 0:
            self.edited.emit(self.row, key, value)


def _level_word(level: str) -> str:
    known = {each.value: each for each in ConsentLevel}
    return word(CONSENT[known[level]]) if level in known else level
