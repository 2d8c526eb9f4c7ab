"""Limits of a live run: anybody may narrow them, nobody widens them there."""

from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ai_afm.types import Limits
from ai_afm_gui.client import Answer
from ai_afm_gui.steer.control import Control
from ai_afm_gui.steer.limits import ROWS, narrowing
from ai_afm_gui.steer.words import limit_word


class LimitsDialog(QDialog):
    """Narrows the limits of the run that is steered.

    Parameters
    ----------
    control
        The hand on the run.
    now
        Its limits.
    parent
        Over which it opens.
    """

    def __init__(self, control: Control, now: Limits, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._control, self._now = control, now
        self.setWindowTitle(self.tr("Limits of this run"))
        note = QLabel(
            self.tr(
                "A live run can only be narrowed. Wider limits need a new run, which a person "
                "begins by name; software never widens any."
            )
        )
        note.setWordWrap(True)
        self._fields: dict[str, QDoubleSpinBox] = {}
        self._said = QLabel()
        self._said.setWordWrap(True)
        kinds = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(kinds.Apply | kinds.Close)
        apply, close = (self._buttons.button(kind) for kind in (kinds.Apply, kinds.Close))
        if apply is not None and close is not None:
            apply.setText(self.tr("Narrow"))
            apply.setObjectName("primary")
            apply.clicked.connect(self._narrow)
            close.setText(self.tr("Close"))
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(note)
        layout.addLayout(self._made_rows())
        layout.addWidget(self._said)
        layout.addWidget(self._buttons)
        self.setMinimumWidth(460)

    def _made_rows(self) -> QGridLayout:
        grid = QGridLayout()
        for number, row in enumerate(ROWS):
            field = QDoubleSpinBox()
            field.setDecimals(3)
            field.setRange(0.0, row.of(self._now))
            field.setValue(row.of(self._now))
            field.setSuffix(f" {row.unit}" if row.unit else "")
            field.setToolTip(self.tr("At most what it is now"))
            now = QLabel(
                self.tr("now {value:g} {unit}").format(value=row.of(self._now), unit=row.unit)
            )
            now.setObjectName("quiet")
            label = QLabel(limit_word(row.key))
            label.setBuddy(field)
            for column, widget in enumerate((label, field, now)):
                grid.addWidget(widget, number, column)
            self._fields[row.key] = field
        grid.setColumnStretch(0, 1)
        return grid

    def _narrow(self) -> None:
        typed = {key: field.value() for key, field in self._fields.items()}
        rows = {row.key: row for row in ROWS}
        # what was not touched keeps all its digits
        typed = {
            key: rows[key].of(self._now) if abs(value - rows[key].of(self._now)) < 5e-4 else value
            for key, value in typed.items()
        }
        args = narrowing(self._now, typed)
        if not args:
            self._said.setText(self.tr("Nothing was changed."))
        elif self._control.ask("limits", args, self._heard):
            self._said.setText(self.tr("Asked; the run answers between two lines."))
        else:
            self._said.setText(self.tr("Take control first; until then this window only watches."))

    def _heard(self, answer: Answer) -> None:
        if answer.ok:
            self.accept()
        else:
            self._said.setText(self.tr("Refused: {why}").format(why=answer.text))
