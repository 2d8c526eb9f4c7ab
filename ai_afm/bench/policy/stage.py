"""An instrument over a sample, as the policy benchmark drives it: the twin, or a stored scan."""

from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.microscope.base import Microscope
from ai_afm.types import Channel, Measurement, PathRequest, ScanLine, ScanRequest


class Stage:
    """Any microscope: it accepts, scans or walks a path, and its own clock tells the time."""

    def __init__(self, microscope: Microscope) -> None:
        self._microscope = microscope
        self.channels: tuple[Channel, ...] = microscope.capabilities.channels
        self.measurement: Measurement = microscope.measurement()
        self.times: InstrumentTimes = microscope.capabilities.times
        self.max_line_rate = microscope.capabilities.max_line_rate

    def scan(self, request: PathRequest | ScanRequest) -> tuple[list[ScanLine], float]:
        """Return what was recorded, and the instrument time that it took, s."""
        start = self._microscope.state().time
        accepted = self._microscope.accept(request)
        if isinstance(accepted, PathRequest):
            lines = list(self._microscope.path(accepted))
        else:
            lines = list(self._microscope.scan(accepted))
        return lines, self._microscope.state().time - start
