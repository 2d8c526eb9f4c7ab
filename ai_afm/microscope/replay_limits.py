"""What a stored scan cannot replay, checked before anything moves."""

import math

from ai_afm.errors import InstrumentError, OutOfRange
from ai_afm.geometry import FloatArray, corners, is_inside
from ai_afm.image.instrument_time import sweep_ends
from ai_afm.microscope.base import Capabilities
from ai_afm.types import PathRequest, ScanRequest

_EDGE = 1e-9  # share of the range by which a corner may lie outside through rounding


def check_frame(request: ScanRequest, can: Capabilities) -> None:
    """Refuse a frame that the replay cannot do.

    Raises
    ------
    OutOfRange
        When a corner lies outside the stored frame, or the region is empty.
    InstrumentError
        When the stored scan cannot give what is asked.
    """
    _check_inside(corners(request.region), f"{request.region}", can)
    if min(request.region.size) <= 0:
        raise OutOfRange(f"a region of {request.region.size} m is empty; give it a size")
    if min(request.shape) < 1 or max(request.shape) > can.max_pixels:
        raise InstrumentError(f"shape {request.shape} is not in 1..{can.max_pixels}")
    if not 0 < request.line_rate <= can.max_line_rate:
        raise InstrumentError(
            f"line rate {request.line_rate} Hz is not in 0..{can.max_line_rate} Hz"
        )
    _check_signals(request, can)


def check_path(request: PathRequest, can: Capabilities) -> None:
    """Refuse a path that the replay cannot do; raises like `check_frame`."""
    if not request.sweeps:
        raise OutOfRange("the path has no sweeps; give it at least one")
    _check_inside(sweep_ends(request).reshape(-1, 2), "the path", can)
    for sweep in request.sweeps:
        if not (0 < sweep.speed < math.inf and 1 <= sweep.pixels <= can.max_pixels):
            raise InstrumentError(f"{sweep}: its speed or number of pixels is out of range")
        if sweep.start == sweep.end:
            raise OutOfRange(f"{sweep} has no length")
    travel = request.travel_speed
    if travel is not None and not 0 < travel < math.inf:
        raise InstrumentError(f"a travel speed of {travel} m/s is not above 0")
    _check_signals(request, can)


def _check_inside(points: FloatArray, what: str, can: Capabilities) -> None:
    outer = can.scanner_range
    if not is_inside(outer, points[:, 0], points[:, 1], -_EDGE * max(outer.size)).all():
        raise OutOfRange(
            f"{what} reaches outside the stored frame {outer}; ask for a region inside it"
        )


def _check_signals(request: ScanRequest | PathRequest, can: Capabilities) -> None:
    known = [c.name for c in can.channels]
    unknown = [name for name in request.channels or () if name not in known]
    if unknown:
        raise InstrumentError(f"no channel {', '.join(unknown)}; there are {', '.join(known)}")
    if request.drive is not None and request.drive.dc_bias != 0:
        raise InstrumentError(
            f"a stored scan cannot be imaged with {request.drive.dc_bias} V DC; leave it 0"
        )
