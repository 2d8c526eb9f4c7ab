"""The editors of single keys: a label, the value with its unit, and beside it what is wrong."""

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ai_afm.errors import ConfigError
from ai_afm_gui.look.palette import Colours
from ai_afm_gui.steer.setup.numbers import Choice, Number, Whole
from ai_afm_gui.steer.setup.options import options_of
from ai_afm_gui.words import translate


class Editor(QWidget):
    """A key of the file in the hand of a person.

    Parameters
    ----------
    key
        "table.key".
    label
        What it is, in words.
    """

    changed = Signal(str, object)
    """Key and new value."""

    def __init__(self, key: str, label: str) -> None:
        super().__init__()
        self.key = key
        self._quiet = False
        self._label, self._problem = QLabel(label), QLabel()
        self._label.setWordWrap(True)
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._row = QHBoxLayout()
        self._row.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self._label, 2)
        line.addLayout(self._row, 3)
        layout.addLayout(line)
        layout.addWidget(self._problem)

    def add(self, *widgets: QWidget) -> None:
        """Put the widgets that edit it into its row."""
        for widget in widgets:
            self._row.addWidget(widget, 1)
        self._label.setBuddy(widgets[0])

    def say(self, value: Any) -> None:
        """Tell that a person has changed it."""
        if not self._quiet:
            self.changed.emit(self.key, value)

    def show_value(self, value: Any) -> None:
        """Show what the file says; nobody is told of a change."""
        self._quiet = True
        try:
            self.fill(value)
        except (TypeError, ValueError):
            pass  # a file may hold anything; `tell` says what is wrong with it
        finally:
            self._quiet = False

    def fill(self, value: Any) -> None:
        """Put a value into the widgets; raises where it is of another kind."""
        raise NotImplementedError

    def reset(self) -> None:
        """Forget what a person has half typed: another file is edited."""

    def tell(self, problem: str, colours: Colours) -> None:
        """Show what is wrong with it, nothing for ""."""
        self._problem.setText(problem)
        self._problem.setStyleSheet(f"color: {colours.bad};")
        self._problem.setVisible(bool(problem))

    @property
    def problem(self) -> str:
        """What is shown to be wrong with it."""
        return self._problem.text() if not self._problem.isHidden() else ""


class TextEditor(Editor):
    """A line of text."""

    def __init__(self, key: str, label: str) -> None:
        super().__init__(key, label)
        self.line = QLineEdit()
        self.line.textEdited.connect(self.say)
        self.add(self.line)

    def fill(self, value: Any) -> None:
        """Show the text."""
        if self.line.text() != str(value or ""):
            self.line.setText(str(value or ""))
            self.line.setCursorPosition(0)


class NumberEditor(Editor):
    """A number; an optional one may be left to the instrument.

    Parameters
    ----------
    key, label, unit
        Of the key.
    absent
        What it means to leave it away, "" where it cannot be.
    """

    def __init__(self, key: str, label: str, unit: str = "", absent: str = "") -> None:
        super().__init__(key, label)
        self.number = Number(unit)
        self.number.valueChanged.connect(self._changed)
        self.add(self.number)
        self.given: QCheckBox | None = None
        if absent:
            self.given = QCheckBox(absent)
            self.given.toggled.connect(self._changed)
            self._row.insertWidget(0, self.given)

    def fill(self, value: Any) -> None:
        """Show the number."""
        if self.given is not None:
            self.given.setChecked(value is None)
            self.number.setEnabled(value is not None)
        if value is not None:
            self.number.setValue(float(value))

    def _changed(self) -> None:
        away = self.given is not None and self.given.isChecked()
        self.number.setEnabled(not away)
        self.say(None if away else self.number.value())


class WholeEditor(Editor):
    """A whole number."""

    def __init__(self, key: str, label: str, unit: str = "") -> None:
        super().__init__(key, label)
        self.number = Whole(unit)
        self.number.valueChanged.connect(self.say)
        self.add(self.number)

    def fill(self, value: Any) -> None:
        """Show the number."""
        self.number.setValue(int(value))


class PairEditor(Editor):
    """Two numbers, such as width and height; an optional pair may be left away."""

    def __init__(self, key: str, label: str, unit: str, absent: str = "") -> None:
        super().__init__(key, label)
        self.numbers = Number(unit), Number(unit)
        for number in self.numbers:
            number.valueChanged.connect(self._changed)
        self.given: QCheckBox | None = None
        if absent:
            self.given = QCheckBox(absent)
            self.given.toggled.connect(self._changed)
            self._row.addWidget(self.given)
        self.add(*self.numbers)

    def fill(self, value: Any) -> None:
        """Show both numbers."""
        if self.given is not None:
            self.given.setChecked(value is None)
        self._show_numbers(value is not None)
        for number, part in zip(self.numbers, value or (), strict=False):
            number.setValue(float(part))

    def _changed(self) -> None:
        away = self.given is not None and self.given.isChecked()
        self._show_numbers(not away)
        self.say(None if away else [number.value() for number in self.numbers])

    def _show_numbers(self, shown: bool) -> None:
        for number in self.numbers:
            number.setVisible(shown)


class ChoiceEditor(Editor):
    """One of several values; one that is not among them, from a file, is added."""

    def __init__(self, key: str, label: str, choices: Sequence[tuple[Any, str]]) -> None:
        super().__init__(key, label)
        self.box = Choice(choices)
        self.box.activated.connect(lambda i: self.say(self.box.itemData(i)))
        self.add(self.box)

    def fill(self, value: Any) -> None:
        """Show the value."""
        index = self.box.findData(value)
        if index < 0:
            unsaid = translate("Wizard", "as the adapter has it")
            self.box.addItem(unsaid if value is None else str(value), value)
            index = self.box.count() - 1
        self.box.setCurrentIndex(index)


class ListEditor(Editor):
    """Numbers with commas between them; none leaves the key away.

    Parameters
    ----------
    key, label
        Of the key.
    hint
        What it means to leave it away.
    """

    def __init__(self, key: str, label: str, hint: str) -> None:
        super().__init__(key, label)
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        self.line.textEdited.connect(self._changed)
        self.add(self.line)

    def fill(self, value: Any) -> None:
        """Show the numbers, unless the line means them already: it may be half typed."""
        if numbers_of(self.line.text()) != (list(value) if value else None):
            self.line.setText(", ".join(f"{float(v):g}" for v in value or ()))

    def _changed(self, text: str) -> None:
        self.say(numbers_of(text))


def numbers_of(text: str) -> list[float] | list[str] | None:
    """Return the numbers of a line, `None` for none; what is no number is left to the checks.

    Examples
    --------
    >>> numbers_of("800, 3e2,"), numbers_of(" "), numbers_of("8, x")
    ([800.0, 300.0], None, ['8', 'x'])
    """
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    try:
        return [float(part) for part in parts] or None
    except ValueError:
        return parts


class LinesEditor(Editor):
    """Keys and values of a table as lines of TOML."""

    def __init__(self, key: str, label: str, hint: str) -> None:
        super().__init__(key, label)
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText(hint)
        self.text.setFixedHeight(88)
        self.text.textChanged.connect(lambda: self.say(self.text.toPlainText()))
        self.add(self.text)

    def fill(self, value: Any) -> None:
        """Show the lines."""
        if not self._means(str(value)):
            self.text.setPlainText(str(value))

    def _means(self, lines: str) -> bool:
        """Tell whether the text says the same, or nothing yet: then a person is to correct it."""
        try:
            return options_of(self.text.toPlainText()) == options_of(lines)
        except ConfigError:
            return True

    def reset(self) -> None:
        """Forget lines that are no TOML."""
        self._quiet = True
        self.text.clear()
        self._quiet = False
