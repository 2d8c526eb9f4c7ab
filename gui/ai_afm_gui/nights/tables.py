"""Tables of a night: its figures with intervals, and what another policy would have done."""

from collections.abc import Sequence

from qtpy.QtGui import QColor
from qtpy.QtWidgets import QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from ai_afm_gui.look.tones import Colours
from ai_afm_gui.nights.figures import Figure
from ai_afm_gui.nights.what_if import Comparison


def plain_table(heads: Sequence[str], wide: int) -> QTreeWidget:
    """Return an empty table whose column `wide` takes what is left."""
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setAlternatingRowColors(True)
    table.setAllColumnsShowFocus(True)
    table.setHeaderLabels(list(heads))
    header = table.header()
    assert header is not None
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
    return table


class FiguresTable(QWidget):
    """Shows figures below a sentence about where they are from."""

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setObjectName("quiet")
        heads = [self.tr("Figure"), self.tr("Value"), self.tr("95 % interval")]
        self.table = plain_table(heads, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.addWidget(self.words)
        column.addWidget(self.table, 1)

    def show_figures(self, figures: Sequence[Figure], words: str) -> None:
        """Show figures."""
        self.words.setText(words)
        self.table.clear()
        self.table.setVisible(bool(figures))
        self.table.addTopLevelItems(
            [QTreeWidgetItem([f.name, f.value, f.interval]) for f in figures]
        )


def quieten(table: QTreeWidget, tones: Colours) -> None:
    """Give what a run did the quiet colour of a theme, beside what it would have done."""
    found = (table.topLevelItem(k) for k in range(table.topLevelItemCount()))
    for item in found:
        if item is not None:
            item.setForeground(1, QColor(tones.quiet))


def comparison_items(found: Comparison) -> list[QTreeWidgetItem]:
    """Return a row for each decision that would have been another one."""
    items = []
    for row in found.rows:
        if row.same:
            continue
        item = QTreeWidgetItem([str(row.row), row.recorded, row.proposed, row.difference])
        for column in range(4):
            item.setToolTip(column, f"{item.text(column)}\n{row.reason}")
        items.append(item)
    return items
