"""Beside the sheet: where the crop lies, why it is asked, classes, what is shown, short lines."""

from collections.abc import Mapping, Sequence

import numpy as np
from qtpy.QtCore import QPointF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap
from qtpy.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ai_afm.types import ClassCode
from ai_afm_gui.client.units import metres
from ai_afm_gui.live.overlay import word_of
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.review.desk import Crop, Version
from ai_afm_gui.review.frame_view import FrameView
from ai_afm_gui.review.keys import CLASS_ACTIONS, Action
from ai_afm_gui.review.layers import NOT_TOLD, pen
from ai_afm_gui.review.line_layer import DASHES, EDGE, EDGE_WIDTH, WIDTH
from ai_afm_gui.review.tool_column import keyed_button

WIDE = 264


class SidePanel(QScrollArea):
    """What is known of the crop, and how it is shown."""

    class_chosen = Signal(int)
    channel_chosen = Signal(int)
    version_chosen = Signal(int)
    """Number of the version that is shown beside, 0 for none."""
    opacity_chosen = Signal(float)
    hints_flipped = Signal()
    shorter_wanted = Signal(float)
    """m"""

    def __init__(self, keys: Mapping[Action, str]) -> None:
        super().__init__()
        self.setFixedWidth(WIDE + 14)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QFrame()
        inner.setObjectName("panel")
        self.setWidget(inner)
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(7)
        self.frame = FrameView()
        column.addWidget(self.frame)
        self._about = _quiet("")
        column.addWidget(self._about)
        self._why = QLabel()
        self._why.setWordWrap(True)
        column.addWidget(self._why)
        column.addSpacing(4)
        self._class_buttons: dict[int, QToolButton] = {}
        column.addLayout(self._classes(keys))
        column.addSpacing(4)
        column.addLayout(self._shown(keys))
        column.addSpacing(4)
        column.addLayout(self._short())
        column.addStretch(1)

    def _classes(self, keys: Mapping[Action, str]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(3)
        group = QButtonGroup(self)
        for action, code in CLASS_ACTIONS.items():
            unknown = code == ClassCode.IGNORE
            word = self.tr("nobody can tell") if unknown else word_of(ClassCode(code))
            button = keyed_button("        " + word, keys[action])
            button.setMinimumHeight(29)
            sign = QLabel(button)
            sign.setPixmap(class_sign(code))
            sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            sign.setGeometry(8, 8, 26, 13)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, c=code: self.class_chosen.emit(c))
            group.addButton(button)
            self._class_buttons[code] = button
            column.addWidget(button)
        return column

    def _shown(self, keys: Mapping[Action, str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        self.channel, self.version = QComboBox(), QComboBox()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(10, 100)
        self.opacity.setValue(100)
        self.opacity.setToolTip(self.tr("Opacity of the lines; Shift and the wheel change it, too"))
        self.channel.activated.connect(self.channel_chosen)
        self.version.activated.connect(self.version_chosen)
        self.opacity.valueChanged.connect(lambda n: self.opacity_chosen.emit(n / 100))
        rows: Sequence[tuple[str, str, QWidget]] = (
            (self.tr("Channel"), keys[Action.CHANNEL], self.channel),
            (self.tr("Beside"), keys[Action.COMPARE], self.version),
            (self.tr("Lines"), keys[Action.OVERLAY], self.opacity),
        )
        for n, (word, key, widget) in enumerate(rows):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            grid.addWidget(QLabel(word), n, 0)
            grid.addWidget(widget, n, 1)
            sign = QLabel(key)
            sign.setObjectName("quiet")
            grid.addWidget(sign, n, 2)
        self.hints = keyed_button(self.tr("Hints"), keys[Action.HINTS])
        self.hints.setCheckable(True)
        self.hints.setMinimumHeight(29)
        self.hints.setToolTip(
            self.tr("What the model half sees, dashed: pick it, then Enter or a class key draws it")
        )
        self.hints.clicked.connect(lambda *_: self.hints_flipped.emit())
        grid.addWidget(self.hints, len(rows), 0, 1, 3)
        for box in (self.channel, self.version):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(8)
        grid.setColumnStretch(1, 1)
        return grid

    def _short(self) -> QVBoxLayout:
        column, row = QVBoxLayout(), QHBoxLayout()
        column.setSpacing(4)
        self.length = QDoubleSpinBox()
        self.length.setDecimals(0)
        self.length.setRange(1, 100_000)
        self.length.setSuffix(self.tr(" nm"))
        self.length.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        button = QPushButton(self.tr("Pick them"))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(self.tr("Then Delete removes them, and a class key renames them"))
        button.clicked.connect(lambda: self.shorter_wanted.emit(self.length.value() * 1e-9))
        row.addWidget(self.length, 1)
        row.addWidget(button)
        column.addWidget(_quiet(self.tr("Lines shorter than")))
        column.addLayout(row)
        return column

    def show_crop(self, crop: Crop) -> None:
        """Tell of another crop."""
        window, pitch = crop.item.place.window, crop.pitch
        sides = f"{metres(window.pixels * pitch[1])} x {metres(window.lines * pitch[0])}"
        size = f"{window.pixels} x {window.lines} px"
        where = crop.record.sample if crop.record.sample != "unknown" else ""
        self._about.setText("\n".join(s for s in (where, f"{sides}, {size}", crop.model) if s))
        stake = self.tr("At stake: {stake} px of line, weighted with the doubt ({doubt} %).")
        lines = [
            self.tr("Asked because: {reason}").format(reason=crop.item.reason),
            stake.format(stake=round(crop.item.stake), doubt=round(100 * crop.item.doubt)),
        ]
        self._why.setText("\n".join(lines))
        _refill(self.channel, [p.name for p in crop.pictures])
        _refill(self.version, [self.tr("nothing"), *(_named(v) for v in crop.versions)])
        self.version.setEnabled(bool(crop.versions))
        self.length.setValue(max(round(10 * pitch[1] * 1e9), 1))

    def show_image(self, image: QImage | None, crop: Crop | None) -> None:
        """Show the whole frame."""
        self.frame.show_frame(image, None if crop is None else crop.item.place.window)

    def show_class(self, code: int) -> None:
        """Mark the class that is drawn."""
        self._class_buttons[code].setChecked(True)

    def show_opacity(self, opacity: float) -> None:
        """Follow the wheel."""
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(100 * opacity))
        self.opacity.blockSignals(False)


def class_sign(code: int) -> QPixmap:
    """Return the line of a class as a sign, or a plate for what nobody can tell."""
    size = QSize(26, 13)
    sign = QPixmap(size * 2)
    sign.setDevicePixelRatio(2)
    sign.fill(Qt.GlobalColor.transparent)
    painter = QPainter(sign)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if code == ClassCode.IGNORE:
        plate = QColor(NOT_TOLD)
        plate.setAlpha(220)
        painter.fillRect(2, 2, 22, 9, plate)
    else:
        steps = DASHES.get(ClassCode(code), (20.0, 0.0))
        whole = QPainterPath(QPointF(3, 6.5))
        whole.lineTo(23, 6.5)
        painter.strokePath(whole, pen(EDGE, EDGE_WIDTH + 2))
        colour = QColor(LINES[ClassCode(code)])
        for start in np.arange(3.0, 23.0, sum(steps)):
            dash = QPainterPath(QPointF(start, 6.5))
            dash.lineTo(min(start + steps[0], 23.0), 6.5)
            painter.strokePath(dash, pen(colour, WIDTH + 0.4))
    painter.end()
    return sign


def _named(version: Version) -> str:
    return version.who


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("quiet")
    label.setWordWrap(True)
    return label


def _refill(box: QComboBox, texts: Sequence[str]) -> None:
    chosen = box.currentText()
    box.clear()
    box.addItems(list(texts))
    box.setCurrentIndex(max(box.findText(chosen), 0))
