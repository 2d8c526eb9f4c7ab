"""Asks for the range of a view's colours."""

from qtpy.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QWidget

from ai_afm_gui.live.channels import Scale


class RangeDialog(QDialog):
    """Two numbers with their unit; the second is the larger one.

    Parameters
    ----------
    limits
        At first, in the channel's unit.
    scale
        How numbers are written.
    parent
        Above which it lies.
    """

    def __init__(self, limits: tuple[float, float], scale: Scale, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Range of the colours"))
        self._scale = scale
        self._low, self._high = (self._box(value) for value in limits)
        form = QFormLayout(self)
        form.addRow(self.tr("From"), self._low)
        form.addRow(self.tr("To"), self._high)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        form.addRow(buttons)
        self._ok = buttons.button(kinds.Ok)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        for box in (self._low, self._high):
            box.valueChanged.connect(self._check)

    @property
    def limits(self) -> tuple[float, float]:
        """What was chosen, in the channel's unit."""
        factor = self._scale.factor
        return self._low.value() / factor, self._high.value() / factor

    def _box(self, value: float) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setDecimals(3)
        box.setRange(-1e6, 1e6)
        box.setValue(value * self._scale.factor)
        box.setSuffix(f" {self._scale.unit}")
        return box

    def _check(self) -> None:
        if self._ok is not None:
            self._ok.setEnabled(self._low.value() < self._high.value())
