"""What a lab has written down: its frozen sets, and every change of a model's state."""

from datetime import datetime

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from ai_afm.flywheel.datasets.manifest import Kind
from ai_afm_gui.teach.lab_books import Books
from ai_afm_gui.teach.named import state_word


class _Table(QTreeWidget):
    """Rows of text."""

    def __init__(self) -> None:
        super().__init__()
        self.setRootIsDecorated(False)
        self.setAlternatingRowColors(True)
        self.setAllColumnsShowFocus(True)

    def set_heads(self, heads: list[str], wide: int | None = None) -> None:
        """Name the columns; column `wide`, if any, takes what is left."""
        self.setHeaderLabels(heads)
        header = self.header()
        assert header is not None
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        if wide is not None:
            header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: list[list[str]], right: tuple[int, ...] = ()) -> None:
        """Show rows instead of those that were there."""
        self.clear()
        for texts in rows:
            item = QTreeWidgetItem(texts)
            for column in right:
                side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                item.setTextAlignment(column, side)
            self.addTopLevelItem(item)


class DatasetsTable(_Table):
    """All frozen sets of a lab, the newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.set_heads(
            [
                self.tr("Set"),
                self.tr("Kind"),
                self.tr("Crops"),
                self.tr("To validate on"),
                self.tr("Not in it"),
                self.tr("Frozen"),
                self.tr("Hash"),
            ],
            0,
        )

    def show_books(self, books: Books) -> None:
        """Show the sets of a lab."""
        kinds = {Kind.TRAINING: self.tr("training"), Kind.GOLDEN: self.tr("golden, to judge by")}
        rows = [
            [
                d.name,
                kinds[d.kind],
                str(d.corrections),
                str(d.validated_on),
                str(d.missing) if d.kind is Kind.TRAINING else "",
                _clock(d.added),
                d.sha256[:12],
            ]
            for d in reversed(books.datasets)
        ]
        self.show_rows(rows, (2, 3, 4))


class HistoryTable(_Table):
    """Every change of a model's state, the newest first: who, why, and what allowed it."""

    def __init__(self) -> None:
        super().__init__()
        self.set_heads(
            [
                self.tr("When"),
                self.tr("Model"),
                self.tr("Became"),
                self.tr("Why"),
                self.tr("By"),
                self.tr("Report"),
            ]
        )

    def show_books(self, books: Books) -> None:
        """Show the changes in a lab."""
        rows = [
            [
                _clock(c.added),
                c.model,
                state_word(c.state),
                c.reason,
                c.who,
                "" if c.gate is None else str(c.gate),
            ]
            for c in reversed(books.changes)
        ]
        self.show_rows(rows, (5,))


def _clock(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M}"
