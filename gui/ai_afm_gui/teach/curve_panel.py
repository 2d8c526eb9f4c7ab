"""The curve of a training: the loss of each report and its running mean, over the steps."""

import numpy as np
import pyqtgraph as pg
from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ai_afm_gui.look.tones import Colours
from ai_afm_gui.teach.course import smoothed
from ai_afm_gui.teach.story import Doing, training_words


class CurvePanel(QWidget):
    """Shows how a training goes; `cancelled` is emitted when it is to be ended."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words, self._hint = QLabel(), QLabel()
        self._hint.setObjectName("quiet")
        for label in (self._words, self._hint):
            label.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setToolTip(
            self.tr("End it; its last checkpoint is kept and can be gone on with")
        )
        self.cancel.clicked.connect(self.cancelled.emit)
        self.while_scanning = QCheckBox(self.tr("Also while a run is live"))
        self.while_scanning.setToolTip(
            self.tr("Without it a training waits as long as a run of this lab is live")
        )
        self._plot = pg.PlotWidget()
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setLabel("bottom", self.tr("steps"))
        self._plot.setLabel("left", self.tr("loss"))
        self._points = pg.PlotDataItem()
        self._mean = pg.PlotDataItem()
        self._plot.addItem(self._points)
        self._plot.addItem(self._mean)
        self._lay_out()
        self._shown: Doing | None = None

    @property
    def curve(self) -> tuple[list[float], list[float]]:
        """Steps and losses that are drawn now."""
        x, y = self._points.getData()
        return ([], []) if x is None else (list(x), list(y))

    def recolour(self, tones: Colours) -> None:
        """Take over the colours of a theme."""
        self._plot.setBackground(tones.panel)
        for name in ("bottom", "left"):
            axis = self._plot.getAxis(name)
            axis.setPen(pg.mkPen(tones.line))
            axis.setTextPen(pg.mkPen(tones.quiet))
        self._points.setPen(None)
        self._points.setSymbol("o")
        self._points.setSymbolSize(4)
        self._points.setSymbolPen(None)
        self._points.setSymbolBrush(pg.mkBrush(tones.quiet))
        self._mean.setPen(pg.mkPen(tones.accent, width=2))

    def show_doing(self, doing: Doing) -> None:
        """Show how far a training is."""
        training = doing.is_training
        self.cancel.setVisible(doing.busy == "train")
        self.while_scanning.setEnabled(not training)
        if doing == self._shown:
            return
        before, self._shown = self._shown, doing
        headline, hint = training_words(doing)
        self._words.setText(headline)
        self._hint.setText(hint)
        planned, course = doing.planned, doing.course
        whole = 1 if planned is None else planned.steps
        far = doing.headway
        if training and not course.losses and far is not None:
            self._bar.setRange(0, far.whole)
            self._bar.setValue(far.done)
        else:
            self._bar.setRange(0, 0 if training and not course.losses else whole)
            self._bar.setValue(min(course.step, whole))
        self._bar.setVisible(training)
        if before is None or before.course is not course:
            self._points.setData(np.array(course.steps, float), np.array(course.losses, float))
            self._mean.setData(np.array(course.steps, float), np.array(smoothed(course.losses)))
            self._plot.setXRange(0, whole, padding=0.02)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._words, 1)
        top.addWidget(self.while_scanning)
        top.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._bar)
        column.addWidget(self._plot, 1)
        column.addWidget(self._hint)
