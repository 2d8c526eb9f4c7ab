"""What a probe has measured, as a plot: a loop over the bias, or the response over the time."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from ai_afm.report.quantity import prefix_of
from ai_afm_gui.look.tones import Colours
from ai_afm_gui.nights.morning import Morning


class LoopPlot(pg.PlotWidget):
    """Shows one probe: first half cycle thick, later cycles thin, as in the report."""

    def __init__(self) -> None:
        super().__init__()
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumSize(180, 110)
        self._tones: Colours | None = None
        self._seen: Morning | None = None
        self.curves = 0

    def recolour(self, tones: Colours) -> None:
        """Take over the colours of a theme."""
        self._tones = tones
        self.setBackground(tones.panel)
        for name in ("bottom", "left"):
            axis = self.getAxis(name)
            axis.setPen(pg.mkPen(tones.line))
            axis.setTextPen(pg.mkPen(tones.quiet))
            axis.enableAutoSIPrefix(False)
        self.show_probe(self._seen)

    def show_probe(self, seen: Morning | None) -> None:
        """Draw a probe, or nothing."""
        self._seen = seen
        self.clear()
        self.curves = 0
        tones = self._tones
        if seen is None or tones is None or seen.spectrum is None:
            return
        if seen.readout is not None:
            off, unit = seen.readout.off, seen.readout.unit
            factor, name = _unit(np.concatenate([off.first[1], off.rest[1]]), unit)
            self.setLabel("bottom", self.tr("bias (V)"))
            self.setLabel("left", self.tr("response off field ({unit})").format(unit=name))
            self._curve(off.rest[0], off.rest[1] / factor, tones.quiet, 1.2)
            self._curve(off.first[0], off.first[1] / factor, tones.accent, 2.6)
            return
        spectrum = seen.spectrum
        size = np.abs(spectrum.response).astype(np.float64)
        factor, name = _unit(size, spectrum.response_unit)
        self.setLabel("bottom", self.tr("time (s)"))
        self.setLabel("left", self.tr("response ({unit})").format(unit=name))
        self._curve(spectrum.time, size / factor, tones.accent, 1.6)

    def _curve(
        self, x: NDArray[np.float64], y: NDArray[np.float64], colour: str, width: float
    ) -> None:
        self.addItem(pg.PlotDataItem(x, y, pen=pg.mkPen(colour, width=width), connect="finite"))
        self.curves += 1


def _unit(values: NDArray[np.float64], unit: str) -> tuple[float, str]:
    known = np.abs(values[np.isfinite(values)])
    return prefix_of(float(known.max()) if len(known) else 0.0, unit)
