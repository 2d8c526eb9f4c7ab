"""JPK image files (.jpk, .jpk-qi-image): TIFF files, one page per channel and direction.

Private tags carry the grid (first page) and, per channel, several calibrations ("slots") of which
one is the default. The first stored line is the lowest one unless the grid is reflected; trace and
retrace are stored alike. The first page is a thumbnail.
"""

import math
from datetime import datetime
from pathlib import Path

import numpy as np

from ai_afm.image.readers.base import (
    NAN,
    RawChannel,
    RawScan,
    bad,
    check_size,
    make_frame,
    read_bytes,
)
from ai_afm.image.readers.tiff import TiffPage, first_tags, read_image, read_pages
from ai_afm.image.readers.units import to_si
from ai_afm.types import UNKNOWN, Direction, Frame, Measurement, Mode, SlowDirection

_PROGRAM, _FORMAT, _STARTED = 0x8000, 0x8001, 0x8003
_FEEDBACK = 0x8030
_X, _Y, _U, _V, _THETA, _REFLECTED = range(0x8040, 0x8046)
_RATE, _MOTION = 0x8049, 0x804B
_CHANNEL, _RETRACE, _FANCY = 0x8050, 0x8051, 0x8052
_SLOTS, _DEFAULT, _FIRST, _STRIDE = 0x8080, 0x8081, 0x8090, 0x30
_UNIT, _SCALING, _TIMES, _PLUS = 0x12, 0x13, 0x14, 0x15
_MAX_SLOTS = 64
_MODES = {"contact": Mode.CONTACT, "ac": Mode.TAPPING}
NAMES = {"vDeflection": "Vertical Deflection", "hDeflection": "Lateral Deflection"}
"""Channels whose short name says less than its title; of the others the short name is taken."""


class JpkReader:
    """Reads images of JPK instruments."""

    name = "JPK image (.jpk, .jpk-qi-image)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a TIFF file's first page carries JPK's tags."""
        return first_tags(head) >= {_PROGRAM, _FORMAT}

    def read(self, path: Path) -> Frame:
        """Read all channels, in the calibration that the file names as the default."""
        content = read_bytes(path)
        pages = read_pages(content, path)
        own = [p for p in pages[1:] if p.text(_CHANNEL) or p.text(_FANCY)]
        if not own:
            raise bad(path, "the JPK file holds no channel, only a thumbnail; save the scan again")
        grid = pages[0]
        channels = tuple(_channel(content, page, grid, path) for page in own)
        raw = RawScan(
            channels,
            (_finite(grid, _U), _finite(grid, _V)),
            _measurement(grid),
            (_finite(grid, _X, 0.0), _finite(grid, _Y, 0.0)),
            _finite(grid, _THETA, 0.0),
            SlowDirection.DOWN if grid.text(_MOTION) == "topDown" else SlowDirection.UP,
            _rate(grid) or NAN,
        )
        return make_frame(raw, path)


def _channel(content: bytes, page: TiffPage, grid: TiffPage, path: Path) -> RawChannel:
    short = page.text(_CHANNEL)
    name = NAMES.get(short, short) or page.text(_FANCY)
    times, plus, unit = _calibration(page, name, path)
    stored = read_image(content, page, path)
    check_size(path, stored.size * 8)
    if not grid.number(_REFLECTED):
        stored = stored[::-1]
    factor, si = to_si(unit)
    image = (stored.astype(np.float64) * times + plus) * factor
    direction = Direction.RETRACE if page.number(_RETRACE) else Direction.TRACE
    return RawChannel(name, si, image, direction)


def _calibration(page: TiffPage, name: str, path: Path) -> tuple[float, float, str]:
    """Return multiplier, offset and unit of the default slot; they apply to the stored integers."""
    wanted = page.text(_DEFAULT)
    for slot in range(min(int(page.number(_SLOTS) or 0), _MAX_SLOTS)):
        base = _FIRST + slot * _STRIDE
        if page.text(base) != wanted:
            continue
        scaling = page.text(base + _SCALING)
        if scaling == "NullScaling":
            return 1.0, 0.0, page.text(base + _UNIT)
        times, plus = page.number(base + _TIMES), page.number(base + _PLUS)
        if scaling != "LinearScaling" or times is None or plus is None:
            raise bad(
                path,
                f"channel {name!r} is scaled by {scaling!r}, only linear scaling is known; "
                "export it in another calibration",
            )
        return times, plus, page.text(base + _UNIT)
    raise bad(path, f"channel {name!r} lacks its calibration {wanted!r}; save the scan again")


def iso_time(text: str) -> str:
    """Return JPK's time as ISO 8601, "unknown" where it has no UTC offset or another form.

    Examples
    --------
    >>> iso_time("2017-01-16 16:00:32.334 GMT"), iso_time("2017-01-16 16:00:32.334 BST")
    ('2017-01-16T16:00:32.334000+00:00', 'unknown')
    """
    for zone in ("GMT", "UTC"):
        text = text.removesuffix(zone) + "+0000" * text.endswith(zone)
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f %z").isoformat()
    except ValueError:
        return UNKNOWN


def _rate(grid: TiffPage) -> float | None:
    rate = grid.number(_RATE)
    return rate if rate is not None and 0 < rate < math.inf else None


def _finite(page: TiffPage, tag: int, default: float = NAN) -> float:
    value = page.number(tag)
    return value if value is not None and math.isfinite(value) else default


def _measurement(grid: TiffPage) -> Measurement:
    facts = tuple((f"tag {tag:#06x}", _shown(v)) for tag, v in grid.tags.items() if tag >= _PROGRAM)
    return Measurement(
        mode=_MODES.get(grid.text(_FEEDBACK).split("-")[0], Mode.UNKNOWN),
        instrument="JPK",
        software=f"JPK {grid.text(_PROGRAM, UNKNOWN)}",
        started=iso_time(grid.text(_STARTED)),
        line_rate=_rate(grid),
        extra=(*facts, ("scan angle", "taken as counter-clockwise; not checked on an instrument")),
    )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(str(v) for v in value)
    return value if isinstance(value, str) else f"{len(bytes(value))} bytes"  # type: ignore[call-overload]
