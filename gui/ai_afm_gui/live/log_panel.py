"""The event log, filtered by text and level, newest last; a line leads to its scan."""

from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ai_afm_gui.client.values import Level, LogLine
from ai_afm_gui.live.log_filter import ALL, FAULTS, WARNINGS, LogFilter
from ai_afm_gui.look.tones import Colours

FRAMES = ("scan", "path", "map")

_TOP = QModelIndex()
"""The parent of what lies in no other row."""


class LogModel(QAbstractTableModel):
    """The lines that match, as a table: time, what, text."""

    def __init__(self, tones: Colours) -> None:
        super().__init__()
        self.tones = tones
        self._lines: tuple[LogLine, ...] = ()

    def line(self, row: int) -> LogLine:
        """Return the line of a row."""
        return self._lines[row]

    def show_lines(self, lines: tuple[LogLine, ...]) -> None:
        """Show other lines; those that were added are told as such."""
        before, count = self._lines, len(lines)
        grown = count > len(before) and (not before or lines[len(before) - 1] is before[-1])
        if grown:
            self.beginInsertRows(QModelIndex(), len(before), count - 1)
            self._lines = lines
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._lines = lines
            self.endResetModel()

    def rowCount(self, parent: QModelIndex = _TOP) -> int:
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: QModelIndex = _TOP) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else 3

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(line, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.text
        return None

    def _text(self, line: LogLine, column: int) -> str:
        if column == 0:
            return f"{line.time.astimezone():%H:%M:%S}"
        if column == 1:
            signs = {Level.WARN: "! ", Level.BAD: "!! "}
            return signs.get(line.level, "") + line.what
        return line.text.replace("\n", " ")

    def _colour(self, line: LogLine, column: int) -> QColor | None:
        if column == 0:
            return QColor(self.tones.quiet)
        if column == 1 and line.level in (Level.WARN, Level.BAD):
            return QColor(self.tones.warn if line.level is Level.WARN else self.tones.bad)
        return None


class LogPanel(QWidget):
    """The table with its filter."""

    jumped = Signal(str, int)
    """A frame is to be shown: its kind and number."""

    def __init__(self, tones: Colours) -> None:
        super().__init__()
        self._filter = LogFilter()
        self._model = LogModel(tones)
        self._text, self._level, self._count = QLineEdit(), QComboBox(), QLabel()
        self._text.setPlaceholderText(self.tr("Filter: a word, such as probe"))
        self._text.setClearButtonEnabled(True)
        self._level.addItem(self.tr("All"), ALL)
        self._level.addItem(self.tr("Warnings"), WARNINGS)
        self._level.addItem(self.tr("Faults"), FAULTS)
        self._count.setObjectName("quiet")
        self.table = QTableView()
        self._lay_out()
        self._text.textChanged.connect(self._refilter)
        self._level.currentIndexChanged.connect(self._refilter)
        self.table.activated.connect(self._jump)

    def show_log(self, log: tuple[LogLine, ...]) -> None:
        """Show the log of a newer state; the table stays at its end if it was there."""
        if self._filter.take(log):
            self._show()

    def recolour(self, tones: Colours) -> None:
        """Use the colours of another theme."""
        self._model.tones = tones
        view = self.table.viewport()
        if view is not None:
            view.update()

    def want(self, text: str, level: str = ALL) -> None:
        """Filter as if a person had."""
        self._level.setCurrentIndex(self._level.findData(level))
        self._text.setText(text)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._text, 1)
        row.addWidget(self._level)
        row.addWidget(self._count)
        self.table.setModel(self._model)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setToolTip(self.tr("A double click shows the frame that a line is about"))
        rows, columns = self.table.verticalHeader(), self.table.horizontalHeader()
        if rows is not None and columns is not None:
            rows.hide()
            rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            rows.setDefaultSectionSize(self.fontMetrics().height() + 5)
            columns.hide()
            columns.setStretchLastSection(True)
        wide = self.fontMetrics().horizontalAdvance
        self.table.setColumnWidth(0, wide("00:00:00") + 34)
        self.table.setColumnWidth(1, wide("!! ends early") + 34)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 2, 6, 6)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def _refilter(self) -> None:
        if self._filter.want(self._text.text(), str(self._level.currentData())):
            self._show()

    def _show(self) -> None:
        bar = self.table.verticalScrollBar()
        at_end = bar is None or bar.value() >= bar.maximum() - 1
        self._model.show_lines(self._filter.lines)
        count = len(self._filter.lines)
        self._count.setText(self.tr("{count} lines").format(count=count))
        if at_end:
            self.table.scrollToBottom()

    def _jump(self, index: QModelIndex) -> None:
        line = self._model.line(index.row())
        if line.kind in FRAMES and line.number is not None:
            self.jumped.emit(line.kind, line.number)
