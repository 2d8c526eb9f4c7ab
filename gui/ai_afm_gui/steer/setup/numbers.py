"""Number boxes and choices for a form: calm under the wheel, no wider than they need to be."""

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox

WIDEST = 1e9
"""Numbers are held against the same checks as those of a file, not against the editor."""


class _Calm:
    """Turns with the wheel only where a person has clicked: a form that scrolls changes nothing."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Leave the wheel to the page."""
        if event is not None and not self.hasFocus():  # type: ignore[attr-defined]
            event.ignore()
            return
        super().wheelEvent(event)  # type: ignore[misc]


class Number(_Calm, QDoubleSpinBox):
    """A number with its unit, written as short as it is."""

    def __init__(self, unit: str = "") -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setDecimals(6)
        self.setRange(-WIDEST, WIDEST)
        self.setSuffix(f" {unit}" if unit else "")
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(False)

    def minimumSizeHint(self) -> QSize:
        """Return a width for the numbers that occur, not for the largest that could."""
        return QSize(84, super().minimumSizeHint().height())

    sizeHint = minimumSizeHint

    def textFromValue(self, value: float) -> str:
        """Write it without empty decimals."""
        return f"{value:.10g}"


class Whole(_Calm, QSpinBox):
    """A whole number."""

    def __init__(self, unit: str = "") -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(-(2**31), 2**31 - 1)
        self.setSuffix(f" {unit}" if unit else "")
        self.setKeyboardTracking(False)

    def minimumSizeHint(self) -> QSize:
        """Return a width for the numbers that occur, not for the largest that could."""
        return QSize(84, super().minimumSizeHint().height())

    sizeHint = minimumSizeHint


class Choice(_Calm, QComboBox):
    """One of several values, each with words."""

    def __init__(self, choices: Sequence[tuple[Any, str]]) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # the longest choice must not push the box out of the column
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        for value, words in choices:
            self.addItem(words, value)
