"""What the twin cannot do: limits of the instrument itself, checked before anything moves."""

from ai_afm.errors import InstrumentError
from ai_afm.geometry import contains, is_inside
from ai_afm.microscope.base import Capabilities
from ai_afm.types import Drive, ProbeRequest, ScanRequest


def check_scan(request: ScanRequest, can: Capabilities, drive: Drive) -> None:
    """Refuse a scan that the instrument cannot do at all.

    Raises
    ------
    InstrumentError
        With the number and the limit.
    """
    size = can.scanner_range.size
    if not contains(can.scanner_range, request.region):
        raise InstrumentError(f"{request.region} reaches outside the scanner's range of {size} m")
    if not 0 < request.line_rate <= can.max_line_rate:
        raise InstrumentError(
            f"line rate {request.line_rate} Hz is not in 0..{can.max_line_rate} Hz"
        )
    if min(request.shape) < 1 or request.shape[1] > can.max_pixels:
        raise InstrumentError(f"shape {request.shape} is not in 1..{can.max_pixels} pixels a line")
    known = [c.name for c in can.channels]
    unknown = [name for name in request.channels or () if name not in known]
    if unknown:
        raise InstrumentError(f"no channel {', '.join(unknown)}; there are {', '.join(known)}")
    _check_voltages(drive.dc_bias, drive.amplitude, can)


def check_probe(request: ProbeRequest, can: Capabilities) -> None:
    """Refuse a probe that the instrument cannot do at all.

    Raises
    ------
    InstrumentError
        With the number and the limit.
    """
    if not can.probes:
        raise InstrumentError(f"the twin cannot probe in {can.feedback} mode")
    if not is_inside(can.scanner_range, *request.position):
        raise InstrumentError(
            f"position {request.position} m lies outside the scanner's range of "
            f"{can.scanner_range.size} m"
        )
    waveform = request.waveform
    if waveform is not None:
        _check_voltages(waveform.amplitude, waveform.drive, can)
        _check_voltages(waveform.read_bias, waveform.drive, can)


def _check_voltages(bias: float, drive: float, can: Capabilities) -> None:
    # Written so that a bias that is no number fails the test.
    if not (abs(bias) <= can.max_bias and abs(drive) <= can.max_bias):
        raise InstrumentError(f"{bias} V DC and {drive} V AC: the limit is {can.max_bias} V")
