"""The list of runs as a table."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from ai_afm.report.quantity import duration, quantity
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.nights.listing import BROKEN, LIVE, RunLine

_FOLDER = Qt.ItemDataRole.UserRole
_GOOD = ("done", "stopped", "budget", LIVE)
_RIGHT = range(3, 8)


class RunTable(QTreeWidget):
    """Shows a `RunLine` in each row; `chosen` tells the folder that a person looks at."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setRootIsDecorated(False)
        self.setAlternatingRowColors(True)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setHeaderLabels(
            [
                self.tr("Run"),
                self.tr("Begun"),
                self.tr("Sample"),
                self.tr("Time"),
                self.tr("Scans"),
                self.tr("Probes"),
                self.tr("Walls"),
                self.tr("Faults"),
                self.tr("State"),
            ]
        )
        header = self.header()
        assert header is not None
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        head = self.headerItem()
        assert head is not None
        head.setToolTip(3, self.tr("Time of the instrument"))
        head.setToolTip(6, self.tr("Domain walls in the widest frame"))
        for column in _RIGHT:
            head.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        self._lines: tuple[RunLine, ...] = ()
        self._tones: Colours | None = None
        self.currentItemChanged.connect(self._choose)

    @property
    def folder(self) -> Path | None:
        """Folder of the run that is chosen."""
        item = self.currentItem()
        return None if item is None else Path(str(item.data(0, _FOLDER)))

    def show_lines(self, lines: Sequence[RunLine], tones: Colours) -> None:
        """Show runs; the one that was chosen stays so."""
        if tuple(lines) == self._lines and tones == self._tones:
            return
        self._lines, self._tones = tuple(lines), tones
        chosen = self.folder
        self.blockSignals(True)
        same = [str(line.folder) for line in lines] == [
            str(item.data(0, _FOLDER)) for item in self._items()
        ]
        if not same:
            self.clear()
            self.addTopLevelItems([QTreeWidgetItem() for _ in lines])
        for item, line in zip(self._items(), lines, strict=True):
            self._fill(item, line, tones)
        self.blockSignals(False)
        if chosen is not None:
            self.choose(chosen)

    def choose(self, folder: Path) -> bool:
        """Choose a run by its folder; return whether it is in the list."""
        for item in self._items():
            if item.data(0, _FOLDER) == str(folder):
                self.setCurrentItem(item)
                return True
        return False

    def _items(self) -> list[QTreeWidgetItem]:
        found = [self.topLevelItem(k) for k in range(self.topLevelItemCount())]
        return [item for item in found if item is not None]

    def _fill(self, item: QTreeWidgetItem, line: RunLine, tones: Colours) -> None:
        began = "" if line.began is None else _clock(line.began)
        walls = "" if line.walls is None else quantity(line.walls, "m")
        texts = [
            line.name,
            began,
            line.sample,
            duration(line.spent),
            str(line.scans),
            str(line.probes),
            walls,
            str(line.faults),
            line.state,
        ]
        item.setData(0, _FOLDER, str(line.folder))
        for column, text in enumerate(texts):
            item.setText(column, text)
            if column in _RIGHT:
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                item.setTextAlignment(column, right)
        item.setToolTip(0, line.fault or str(line.folder))
        bad = line.fault or line.state not in _GOOD
        colour = tones.bad if line.fault else tones.warn if bad else tones.text
        colour = tones.good if line.state == LIVE else colour
        item.setForeground(8, QColor(colour))
        item.setForeground(7, QColor(tones.warn if line.faults else tones.text))
        if line.state == BROKEN:
            item.setToolTip(8, self.tr("No process runs it, and its journal has no end"))

    def _choose(self) -> None:
        if self.folder is not None:
            self.chosen.emit(self.folder)


def _clock(time: float) -> str:
    return f"{datetime.fromtimestamp(time).astimezone():%Y-%m-%d %H:%M}"
