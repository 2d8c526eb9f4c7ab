"""The decisions of a night with their reasons; texts are made for the rows that are in sight."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QHeaderView, QTreeView, QVBoxLayout, QWidget

from ai_afm_gui.look.tones import Colours
from ai_afm_gui.nights.book import Book, Decided
from ai_afm_gui.nights.requests import request_words

_NOWHERE = QModelIndex()
WHY = 3
"""Column with the reason, which takes what the others leave."""


class Decisions(QAbstractTableModel):
    """The decisions of a run as rows.

    Parameters
    ----------
    heads
        Names of the columns.
    refused
        What stands before the words of the guard.
    """

    def __init__(self, heads: tuple[str, ...], refused: str) -> None:
        super().__init__()
        self._heads, self._refused = heads, refused
        self._warn = QColor()
        self.decisions: list[Decided] = []
        self._columns: tuple[Callable[[Decided], str], ...] = (
            lambda d: f"{datetime.fromtimestamp(d.time).astimezone():%H:%M:%S}",
            lambda d: d.controller,
            lambda d: request_words(d.request),
            lambda d: self._refused + d.refused if d.refused else d.reason,
            lambda d: d.model,
        )

    def show_decisions(self, decisions: list[Decided], tones: Colours) -> None:
        """Show decisions instead of those that were there."""
        self.beginResetModel()
        self.decisions, self._warn = list(decisions), QColor(tones.warn)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = _NOWHERE) -> int:
        """Return the number of decisions."""
        return 0 if parent.isValid() else len(self.decisions)

    def columnCount(self, parent: QModelIndex = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._heads)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell, its colour, or the whole reason."""
        decision = self.decisions[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[index.column()](decision)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == WHY:
            return decision.reason
        if role == Qt.ItemDataRole.ForegroundRole and decision.refused and index.column() == WHY:
            return self._warn
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the name of a column."""
        named = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._heads[section] if named else None


class DecisionsTable(QWidget):
    """Shows decisions; `wanted` tells the moment of the one that is double-clicked."""

    wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        heads = self.tr("Time"), self.tr("By"), self.tr("What"), self.tr("Why"), self.tr("Model")
        self.rows = Decisions(heads, self.tr("refused by the guard: "))
        self.view = QTreeView()
        self.view.setModel(self.rows)
        self.view.setRootIsDecorated(False)
        self.view.setAlternatingRowColors(True)
        self.view.setAllColumnsShowFocus(True)
        self.view.setUniformRowHeights(True)
        self.view.setToolTip(self.tr("Double-click a decision to travel to its moment"))
        self.view.doubleClicked.connect(self._travel)
        header = self.view.header()
        assert header is not None
        header.setStretchLastSection(False)
        # only rows in sight decide how wide a column is: a night has many
        header.setResizeContentsPrecision(0)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.addWidget(self.view)

    def show_book(self, book: Book | None, tones: Colours) -> None:
        """Show the decisions of a run; where one looks stays when it has gone on."""
        bar = self.view.verticalScrollBar()
        at = 0 if bar is None else bar.value()
        self.rows.show_decisions([] if book is None else book.decisions, tones)
        if bar is not None:
            bar.setValue(at)

    def _travel(self, index: QModelIndex) -> None:
        self.wanted.emit(self.rows.decisions[index.row()].time)
