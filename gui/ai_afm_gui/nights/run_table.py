"""The list of runs as a table."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from qtpy.QtCore import QRect, QSize, Qt, Signal
from qtpy.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from qtpy.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from ai_afm.report.quantity import duration, quantity
from ai_afm_gui.client.named import outcome_word
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.nights.listing import BROKEN, LIVE, RunLine
from ai_afm_gui.nights.run_pictures import Pixels

_FOLDER = Qt.ItemDataRole.UserRole
_GOOD = ("done", "stopped", "budget", LIVE)
_RIGHT = range(3, 8)
_AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_PICTURE = QSize(60, 44)
"""Room for a small picture, px of the screen."""


class RunTable(QTreeWidget):
    """Shows a `RunLine` in each row; `chosen` tells the folder that a person looks at."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setRootIsDecorated(False)
        self.setAlternatingRowColors(True)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setIconSize(_PICTURE)
        self._blank = self._icon(None)
        self._icons: dict[Path, QIcon] = {}
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
        # only rows in sight decide how wide a column is: there may be hundreds
        header.setResizeContentsPrecision(0)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        head = self.headerItem()
        assert head is not None
        head.setToolTip(3, self.tr("Time of the instrument"))
        head.setToolTip(6, self.tr("Domain walls in the widest frame"))
        for column in _RIGHT:
            head.setTextAlignment(column, _AT_RIGHT)
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
        chosen = self.folder
        before = dict(zip((line.folder for line in self._lines), self._lines, strict=True))
        same = [line.folder for line in lines] == list(before) and tones == self._tones
        self._lines, self._tones = tuple(lines), tones
        self.blockSignals(True)
        if same:
            # of hundreds of runs one changes at a time
            for item, line in zip(self._items(), lines, strict=True):
                if line != before[line.folder]:
                    self._fill(item, line, tones)
        else:
            self._fill_all(lines, tones)
        self.blockSignals(False)
        if chosen is not None and not same:
            self.choose(chosen)

    def show_picture(self, folder: Path, pixels: Pixels | None) -> None:
        """Show the small picture of a run, or that it has none."""
        self._icons[folder] = icon = self._icon(pixels)
        for item in self._items():
            if item.data(0, _FOLDER) == str(folder):
                item.setIcon(0, icon)

    def in_sight(self) -> tuple[RunLine, ...]:
        """Return the runs, those first whose rows can be seen."""
        view = self.viewport()
        assert view is not None
        first, last = self.itemAt(0, 0), self.itemAt(0, view.height() - 1)
        begin = 0 if first is None else self.indexOfTopLevelItem(first)
        end = len(self._lines) if last is None else self.indexOfTopLevelItem(last) + 1
        return self._lines[begin:end] + self._lines[end:] + self._lines[:begin]

    def choose(self, folder: Path) -> bool:
        """Choose a run by its folder; return whether it is in the list."""
        for item in self._items():
            if item.data(0, _FOLDER) == str(folder):
                self.setCurrentItem(item)
                return True
        return False

    def _fill_all(self, lines: Sequence[RunLine], tones: Colours) -> None:
        self.clear()
        items = [QTreeWidgetItem() for _ in lines]
        for item, line in zip(items, lines, strict=True):
            self._fill(item, line, tones)
        # filled before they are in the view, which would be told of each cell
        self.addTopLevelItems(items)

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
            outcome_word(line.state),
        ]
        item.setData(0, _FOLDER, str(line.folder))
        item.setIcon(0, self._icons.get(line.folder, self._blank))
        for column, text in enumerate(texts):
            item.setText(column, text)
            if column in _RIGHT:
                item.setTextAlignment(column, _AT_RIGHT)
        item.setToolTip(0, line.fault or str(line.folder))
        bad = line.fault or line.state not in _GOOD
        colour = tones.bad if line.fault else tones.warn if bad else tones.text
        colour = tones.good if line.state == LIVE else colour
        item.setForeground(8, QColor(colour))
        item.setForeground(7, QColor(tones.warn if line.faults else tones.text))
        if line.state == BROKEN:
            item.setToolTip(8, self.tr("No process runs it, and its journal has no end"))

    def _icon(self, pixels: Pixels | None) -> QIcon:
        """Return a picture at the left of its room, so that names stand below each other."""
        ratio = self.devicePixelRatioF()
        ground = QPixmap(_PICTURE * ratio)
        ground.setDevicePixelRatio(ratio)
        ground.fill(Qt.GlobalColor.transparent)
        if pixels is not None:
            image = _image(pixels)
            size = image.size().scaled(_PICTURE * ratio, Qt.AspectRatioMode.KeepAspectRatio)
            small = image.scaled(
                size,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            width, height = round(size.width() / ratio), round(size.height() / ratio)
            place = QRect(0, (_PICTURE.height() - height) // 2, width, height)
            painter = QPainter(ground)
            painter.drawImage(place, small)
            painter.end()
        # chosen rows show the same picture, not one that is tinted
        icon = QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
            icon.addPixmap(ground, mode)
        return icon

    def _choose(self) -> None:
        if self.folder is not None:
            self.chosen.emit(self.folder)


def _clock(time: float) -> str:
    return f"{datetime.fromtimestamp(time).astimezone():%Y-%m-%d %H:%M}"


def _image(pixels: Pixels) -> QImage:
    height, width = pixels.shape[:2]
    # the picture owns a copy: Qt does not keep the bytes that it is given
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
