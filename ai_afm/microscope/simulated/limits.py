"""What the twin cannot do: limits of the instrument itself, checked before anything moves."""

import numpy as np

from ai_afm.errors import InstrumentError
from ai_afm.geometry import contains, is_inside
from ai_afm.image.instrument_time import TURNING, sweep_ends
from ai_afm.microscope.base import Capabilities
from ai_afm.types import Drive, PathRequest, ProbeRequest, ScanRequest, WriteRequest

REACH = 1e-12
"""By this much (m) rounding may put the end of a sweep outside the scanner's range."""


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
    _check_pixel_time(0.5 / request.line_rate * (1 - 2 * TURNING), request.shape[1], can)
    if min(request.shape) < 1 or request.shape[1] > can.max_pixels:
        raise InstrumentError(f"shape {request.shape} is not in 1..{can.max_pixels} pixels a line")
    _check_channels(request.channels, can)
    _check_voltages(drive.dc_bias, drive.amplitude, can)


def check_path(request: PathRequest, can: Capabilities, drive: Drive) -> None:
    """Refuse a path that the instrument cannot do at all.

    Raises
    ------
    InstrumentError
        With the number and the limit.
    """
    if not can.paths:
        raise InstrumentError(f"{can.name} takes no PathRequest, only frames and probes")
    if not request.sweeps:
        raise InstrumentError("the path has no sweeps")
    ends = sweep_ends(request)
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    inside = is_inside(can.scanner_range, ends[..., 0], ends[..., 1], -REACH).all(axis=1)
    speed = np.array([s.speed for s in request.sweeps], float)
    pixels = np.array([s.pixels for s in request.sweeps])
    travel = can.travel_speed if request.travel_speed is None else request.travel_speed
    size = can.scanner_range.size
    for good, what in (
        (inside, f"reaches outside the scanner's range of {size} m"),
        (length > 0, "has no length"),
        ((speed > 0) & np.isfinite(speed), "has a speed that is not above 0 m/s"),
        ((pixels >= 1) & (pixels <= can.max_pixels), f"is not of 1..{can.max_pixels} pixels"),
    ):
        if not good.all():
            number = int(np.argmin(good))
            raise InstrumentError(f"sweep {number + 1} {what}: {request.sweeps[number]}")
    for sweep, way in zip(request.sweeps, length.tolist(), strict=True):
        _check_pixel_time(way / sweep.speed, sweep.pixels, can)
    if not 0 < travel < np.inf:
        raise InstrumentError(f"a travel speed of {travel} m/s is not above 0")
    _check_channels(request.channels, can)
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


def check_write(request: WriteRequest, can: Capabilities) -> None:
    """Refuse a write that the instrument cannot do at all.

    Raises
    ------
    InstrumentError
        With the number and the limit.
    """
    if not can.writes:
        raise InstrumentError(f"the twin cannot write in {can.feedback} mode")
    for index, stroke in enumerate(request.strokes, 1):
        ends = np.array([stroke.start, stroke.end], float)
        if not is_inside(can.scanner_range, ends[:, 0], ends[:, 1], -REACH).all():
            raise InstrumentError(
                f"stroke {index} lies outside the scanner's range of {can.scanner_range.size} m"
            )
        if not 0 < stroke.seconds < np.inf:
            raise InstrumentError(f"stroke {index} takes {stroke.seconds} s, which is not above 0")
        _check_voltages(stroke.bias, 0.0, can)
    if not 0 <= request.rest < np.inf:
        raise InstrumentError(f"a rest of {request.rest} s is no time")


def _check_channels(channels: tuple[str, ...] | None, can: Capabilities) -> None:
    known = [c.name for c in can.channels]
    unknown = [name for name in channels or () if name not in known]
    if unknown:
        raise InstrumentError(f"no channel {', '.join(unknown)}; there are {', '.join(known)}")


def _check_pixel_time(seconds: float, pixels: int, can: Capabilities) -> None:
    # A chirp is as long as its pixel at most; a ten-millionth is rounding.
    if seconds * (1 + 1e-7) < pixels * can.pixel_time:
        raise InstrumentError(
            f"{pixels} pixels in {seconds:.3g} s leave {seconds / pixels * 1e3:.3g} ms each, but"
            f" the chirp takes {can.pixel_time * 1e3:.3g} ms; scan slower or with fewer pixels"
        )


def _check_voltages(bias: float, drive: float, can: Capabilities) -> None:
    # Written so that a bias that is no number fails the test.
    if not (abs(bias) <= can.max_bias and abs(drive) <= can.max_bias):
        raise InstrumentError(f"{bias} V DC and {drive} V AC: the limit is {can.max_bias} V")
