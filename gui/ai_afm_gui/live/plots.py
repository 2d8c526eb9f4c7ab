"""Curves below the views: the last trace over its retrace, and the values along a cut."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from qtpy.QtCore import Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from ai_afm.types import Direction, FloatImage
from ai_afm_gui.client.state import View
from ai_afm_gui.client.units import metres
from ai_afm_gui.live.channels import Choice, Levelling, Scale, scale_of
from ai_afm_gui.live.overlay import Cut, word_of
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.look.tones import Colours

Rows = dict[Direction, FloatImage | None]
MOST_NAMED = 6
"""Crossings that are named in words; all are drawn."""


class UnitAxis(pg.AxisItem):
    """An axis that writes its unit beside a number, where it takes no room of its own."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.unit = ""
        self.enableAutoSIPrefix(False)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers, one of them with the unit: those at the ends may not be drawn."""
        texts = list(super().tickStrings(values, scale, spacing))
        if texts:
            middle = len(texts) // 2
            texts[middle] = f"{texts[middle]} {self.unit}"
        return texts


class Plot(QWidget):
    """A plot with a line of words above it."""

    def __init__(self, tones: Colours) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._axes = {side: UnitAxis(side) for side in ("left", "bottom")}
        self.plot = pg.PlotWidget(axisItems=self._axes)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setMinimumHeight(70)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 2, 6, 0)
        column.setSpacing(2)
        column.addWidget(self.words)
        column.addWidget(self.plot, 1)
        self.recolour(tones)

    def recolour(self, tones: Colours) -> None:
        """Use the colours of a theme."""
        self.tones = tones
        self.plot.setBackground(tones.panel)
        for axis in self._axes.values():
            axis.setPen(tones.line)
            axis.setTextPen(tones.quiet)

    def name_axes(self, bottom: str, left: str) -> None:
        """Write the units at the axes."""
        for side, unit in (("bottom", bottom), ("left", left)):
            if self._axes[side].unit != unit:
                self._axes[side].unit = unit
                self._axes[side].picture = None
                self._axes[side].update()


class Scope(Plot):
    """The last line: trace drawn through, retrace broken."""

    def __init__(self, tones: Colours) -> None:
        super().__init__(tones)
        self._trace, self._retrace = self.plot.plot(), self.plot.plot()
        self._shown: object = None

    def show_line(self, view: View | None, choice: Choice | None) -> None:
        """Show the newest line of a channel."""
        key = None if view is None else (view.kind, view.number, view.rows, choice, self.tones)
        if key == self._shown:
            return
        self._shown = key
        if view is None or choice is None:
            self._trace.setData([], [])
            self._retrace.setData([], [])
            self.words.setText(self.tr("No line yet"))
            return
        rows = level_line({d: self._row(view, choice, d) for d in Direction}, choice)
        known = [r[np.isfinite(r)] for r in rows.values() if r is not None]
        largest = max((float(np.abs(k).max()) for k in known if len(k)), default=1.0)
        unit = view.frame.unit(choice.channel) or ""
        scale, width = scale_of(unit, largest), view.frame.region.size[0]
        along = scale_of("m", width)
        pens = {
            Direction.TRACE: pg.mkPen(self.tones.accent, width=1.6),
            Direction.RETRACE: pg.mkPen(self.tones.warn, width=1.3, style=Qt.PenStyle.DashLine),
        }
        for direction, curve in (
            (Direction.TRACE, self._trace),
            (Direction.RETRACE, self._retrace),
        ):
            row = rows[direction]
            values = np.zeros(0) if row is None else row * scale.factor
            places = (np.arange(len(values)) + 0.5) / max(len(values), 1) * width * along.factor
            curve.setData(places, values, pen=pens[direction], connect="finite")
        self.name_axes(along.unit, scale.unit)
        self.words.setText(self._said(view, choice, rows, scale))

    def _row(self, view: View, choice: Choice, direction: Direction) -> FloatImage | None:
        image, newest = view.frame.get(choice.channel, direction), view.newest.get(direction)
        if image is None or image.ndim != 2 or newest is None:
            return None
        return np.asarray(image[newest], np.float32)

    def _said(self, view: View, choice: Choice, rows: Rows, scale: Scale) -> str:
        """Say which lines are drawn how, and how far apart they are."""
        newest = view.newest.get(Direction.TRACE)
        line = self.tr("{channel}, line {number}").format(
            channel=choice.channel.replace("_", " "), number=(newest or 0) + 1
        )
        parts = [line, f"<font color='{self.tones.accent}'>&#8212; {self.tr('trace')}</font>"]
        trace, retrace = rows[Direction.TRACE], rows[Direction.RETRACE]
        if retrace is not None:
            parts.append(f"<font color='{self.tones.warn}'>- - {self.tr('retrace')}</font>")
        if choice.levelling is not Levelling.NONE:
            parts.append(self.tr("slope taken off"))
        same = view.newest.get(Direction.TRACE) == view.newest.get(Direction.RETRACE)
        if trace is not None and retrace is not None and same:
            apart = np.abs(trace - retrace)
            if np.isfinite(apart).any():
                value = float(np.nanmedian(apart)) * scale.factor
                text = self.tr("median difference {value:.3g} {unit}")
                parts.append(text.format(value=value, unit=scale.unit))
        return "&nbsp;&nbsp; ".join(parts)


class CutPlot(Plot):
    """The values along a cut, with the lines that it crosses."""

    def __init__(self, tones: Colours) -> None:
        super().__init__(tones)
        self._curve = self.plot.plot()
        self._crossed: list[pg.InfiniteLine] = []

    def show_cut(self, cut: Cut | None, unit: str, channel: str) -> None:
        """Show a cut through a channel; `None` for none."""
        for line in self._crossed:
            self.plot.removeItem(line)
        self._crossed = []
        if cut is None:
            self._curve.setData([], [])
            self.words.setText(self.tr("Drag the ends A and B of the cut over the image"))
            return
        known = cut.values[np.isfinite(cut.values)]
        scale = scale_of(unit, float(np.abs(known).max()) if len(known) else 1.0)
        along = scale_of("m", cut.length)
        pen = pg.mkPen(self.tones.accent, width=1.6)
        places = cut.distance * along.factor
        self._curve.setData(places, cut.values * scale.factor, pen=pen, connect="finite")
        self.plot.setXRange(0, cut.length * along.factor, padding=0.01)
        for crossing in cut.crossings:
            self._mark(crossing.at * along.factor, LINES[crossing.code])
        self.name_axes(along.unit, scale.unit)
        self.words.setText(self._said(cut, channel))

    def _mark(self, at: float, colour: str) -> None:
        shown = QColor(colour)
        if QColor(self.tones.panel).lightness() > 128:
            shown = shown.darker(160)
        pen = pg.mkPen(shown, width=1.5, style=Qt.PenStyle.DashLine)
        line = pg.InfiniteLine(at, 90, pen=pen)
        self.plot.addItem(line)
        self._crossed.append(line)

    def _said(self, cut: Cut, channel: str) -> str:
        parts = [f"{channel.replace('_', ' ')}, A-B {metres(cut.length)}"]
        if not cut.crossings:
            parts.append(self.tr("crosses no line"))
            return "&nbsp;&nbsp; ".join(parts)
        named = [f"{word_of(c.code)} {metres(c.at)}" for c in cut.crossings[:MOST_NAMED]]
        parts.append(self.tr("crosses: {lines}").format(lines=", ".join(named)))
        if len(cut.crossings) > MOST_NAMED:
            parts.append(self.tr("and {count} more").format(count=len(cut.crossings) - MOST_NAMED))
        if cut.gaps:
            gaps = ", ".join(metres(g) for g in cut.gaps[:MOST_NAMED])
            parts.append(self.tr("apart: {gaps}").format(gaps=gaps))
        return "&nbsp;&nbsp; ".join(parts)


def level_line(rows: Rows, choice: Choice) -> Rows:
    """Return a line with the slope of its trace taken off both ways, where its view is levelled."""
    trace = rows[Direction.TRACE]
    if choice.levelling is Levelling.NONE or trace is None:
        return rows
    places, known = np.arange(len(trace)), np.isfinite(trace)
    if known.sum() < 2:
        return rows
    slope, start = np.polyfit(places[known], trace[known].astype(float), 1)
    ground = start + slope * places
    return {d: None if r is None else np.asarray(r - ground, np.float32) for d, r in rows.items()}
